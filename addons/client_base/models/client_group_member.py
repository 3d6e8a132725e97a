from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClientGroupMember(models.Model):
    """One stay of a client in a group, from a day to a day.

    An open stay has no end. Ended stays are kept: they are the group's history.
    """

    _name = "client.group.member"
    _description = "Stay of a Client in a Group"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"

    group_id = fields.Many2one(
        comodel_name="client.group",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="cascade",
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(index=True)
    origin = fields.Selection(
        selection=[("hand", "By hand"), ("import", "From a file")],
        required=True,
        default="hand",
        readonly=True,
    )
    reason = fields.Char()
    company_id = fields.Many2one(related="group_id.company_id")

    _open_uniq = models.UniqueIndex(
        "(group_id, partner_id) WHERE date_to IS NULL",
        "This client is in the group already.",
    )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        if any(stay.date_to and stay.date_to < stay.date_from for stay in self):
            raise ValidationError(
                self.env._("A stay in a group cannot end before it begins.")
            )
