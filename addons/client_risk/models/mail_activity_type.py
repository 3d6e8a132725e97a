from odoo import fields, models


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    is_client_promise = fields.Boolean(
        string="Promise to a Client",
        help="A client whose activity of this type is late counts as at risk, where "
        "the company wants it so.",
    )
