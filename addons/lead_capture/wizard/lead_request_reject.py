from odoo import api, fields, models
from odoo.fields import Command


class LeadRequestReject(models.TransientModel):
    """Asks why requests are none."""

    _name = "lead.request.reject"
    _description = "Reject Requests"

    request_ids = fields.Many2many(comodel_name="lead.request", required=True)
    reason = fields.Char(required=True)
    is_stopped = fields.Boolean(
        string="Also stop these senders",
        help="What comes from their phones and e-mails later is rejected at once.",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "request_ids" in fields and not values.get("request_ids"):
            values["request_ids"] = [
                Command.set(self.env.context.get("active_ids") or [])
            ]
        return values

    def action_reject(self):
        """Reject the requests.

        :return: an action that closes the window
        """
        self.ensure_one()
        self.request_ids._reject_by_hand(self.reason)
        if self.is_stopped:
            self.request_ids._stop_senders(self.reason)
        return {"type": "ir.actions.act_window_close"}
