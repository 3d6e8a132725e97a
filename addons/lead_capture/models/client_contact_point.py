from odoo import fields, models


class ClientContactPoint(models.Model):
    _inherit = "client.contact.point"

    state_event = fields.Selection(
        selection_add=[("call", "A call")], ondelete={"call": "set null"}
    )
