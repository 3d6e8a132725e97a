from odoo import fields, models

DEFAULT_REMINDER_CAP = 10


class ResCompany(models.Model):
    _inherit = "res.company"

    client_daily_cap = fields.Integer(
        string="Reminders a Day",
        default=DEFAULT_REMINDER_CAP,
        groups="base.group_user",
        help="The most reminders of clients that one person gets a day. The most "
        "important ones come first, the rest waits.",
    )
    client_head_id = fields.Many2one(
        comodel_name="res.users",
        string="Head of the Clients",
        domain="[('share', '=', False)]",
        groups="base.group_user",
        help="Who is reminded of clients without a manager.",
    )

    _client_daily_cap_positive = models.Constraint(
        "CHECK (client_daily_cap >= 0)",
        "Nobody can get less than no reminder a day.",
    )
