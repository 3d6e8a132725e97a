from odoo import fields, models

from .mail_thread import Handled

# Written by people: in the chatter, or in their own mail program.
ANSWERS = ("comment", "email")


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

    # === ANSWERS THAT GO ===

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """Take down who answered the client: here it is known whom a letter goes to.

        A note, a letter to colleagues alone and what a program writes are no answer.
        """
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        if self and self._is_answer_of_person(message):
            if self._has_client_among(recipients):
                # sudo: whoever may write to the client answers him
                user = message.sudo().author_id.user_ids.filtered(
                    lambda one: one.active and not one.share
                )[:1]
                self._note_answer(user, message.date)
        return recipients

    def _is_answer_of_person(self, message):
        """Say whether a colleague has written it himself, for the client to read."""
        message_sudo = message.sudo()
        handled = self.env.context.get("lead_letter")
        is_robot = isinstance(handled, Handled) and handled.letter.robot
        return (
            message_sudo.message_type in ANSWERS
            and not is_robot
            and not message_sudo.is_internal
            and not message_sudo.subtype_id.internal
            and any(
                user.active and not user.share
                for user in message_sudo.author_id.user_ids
            )
        )

    def _has_client_among(self, recipients):
        """Say whether the client of the lead gets it, by mail or in his portal.

        :param recipients: list of dicts, see ``mail.thread._notify_get_recipients``
        """
        lead_sudo = self.sudo()  # the lead is at hand, its client may be hidden
        client = lead_sudo.partner_id.commercial_partner_id
        addresses = {lead_sudo.email_normalized, lead_sudo.partner_id.email_normalized}
        strangers = [one for one in recipients if one["share"] and one["active"]]
        if any(one["email_normalized"] in addresses - {False} for one in strangers):
            return True
        partners = self.env["res.partner"].sudo()
        partners = partners.browse([one["id"] for one in strangers if one["id"]])
        return bool(client) and client in partners.filtered("email").mapped(
            "commercial_partner_id"
        )
