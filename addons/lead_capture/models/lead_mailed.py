from odoo import fields, models

from .mail_thread import Handled


class LeadMailed(models.AbstractModel):
    """Is answered by mail; the first answer comes at once."""

    _name = "lead.mailed"
    _description = "Lead with Letters"

    # === LETTERS THAT COME ===

    def _follow_arrival(self, requests):
        """Put the letters on the leads they became, and answer by itself."""
        requests._get_letters()._show_letters()
        self.env["lead.auto.reply"]._answer(requests)
        return super()._follow_arrival(requests)

    def message_update(self, msg_dict, update_vals=None):
        """Take down that the client wrote again: he waits for an answer again."""
        result = super().message_update(msg_dict, update_vals)
        handled = self.env.context.get("lead_letter")
        if isinstance(handled, Handled) and not handled.letter.robot:
            sender = handled.letter.sender
            if not self.env["lead.request"]._fetch_colleague_addresses([sender]):
                self._note_question(fields.Datetime.now())
        return result
