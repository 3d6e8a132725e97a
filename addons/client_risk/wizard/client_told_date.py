from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ClientToldDate(models.TransientModel):
    """Asks for the day on which a client says he will buy next."""

    _name = "client.told.date"
    _description = "Date Told by a Client"
    _rec_name = "profile_id"

    profile_id = fields.Many2one(
        comodel_name="client.profile", required=True, readonly=True, ondelete="cascade"
    )
    # as the reader: whoever names a foreign profile is told nothing of it
    partner_id = fields.Many2one(related="profile_id.partner_id", related_sudo=False)
    reason = fields.Char(related="profile_id.reason", related_sudo=False)
    date = fields.Date(
        string="Will Buy on",
        required=True,
        help="It counts in place of the forecast until it passes.",
    )
    comment = fields.Char(help="What else the client said: it is written on the card.")

    @api.constrains("date")
    def _check_date(self):
        for told in self:
            company = told.profile_id.company_id
            if told.date < told.profile_id._get_today(company):
                raise ValidationError(
                    self.env._("This day is over: ask for a new one.")
                )

    def action_apply(self):
        """Keep the date; what was to be asked or called for is done by that.

        :return: an action that closes the window
        """
        self.ensure_one()
        self.profile_id.check_access("write")
        self.profile_id._tell_date(self.date, self.comment or "")
        return {"type": "ir.actions.act_window_close"}
