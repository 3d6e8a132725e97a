from odoo import fields, models

from ..models.client_suggestion import REASONS


class ClientSuggestionAnswer(models.TransientModel):
    """What the client said to suggestions: no, or not now."""

    _name = "client.suggestion.answer"
    _description = "Answer to a Suggestion"

    answer = fields.Selection(
        selection=[("refused", "No"), ("later", "Later")],
        required=True,
        default="refused",
    )
    suggestion_ids = fields.Many2many(
        comodel_name="client.suggestion", string="What Was Offered", required=True
    )
    reason = fields.Selection(selection=REASONS, string="Why Not", default="no_need")
    note = fields.Char(string="In the Client's Words")
    day = fields.Date(
        string="Remind on",
        default=lambda self: self.env["client.suggestion"]._get_default_reminder(),
    )

    def action_apply(self):
        """Store the answer.

        :return: an action that closes the dialog
        """
        self.ensure_one()
        if self.answer == "refused":
            self.suggestion_ids._refuse(self.reason, self.note)
        else:
            self.suggestion_ids._put_off(self.day)
        return {"type": "ir.actions.act_window_close"}
