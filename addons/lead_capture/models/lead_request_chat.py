from dataclasses import replace
from datetime import UTC, datetime

from odoo import fields, models

from odoo.addons.client_base.tools import contact

# Requests of a messenger that are kept and make no lead.
NO_LEAD = {
    "other": "chat_other",
    "blocked": "chat_blocked",
    "unblocked": "chat_start",
}


class LeadRequestChat(models.AbstractModel):
    """Requests that are messages of conversations.

    The messenger says who writes, so that a conversation is one client and one open
    lead, whatever the person calls himself. Groups are not listened to: in them nobody
    is a client alone, and an answer would be read by all.
    """

    _name = "lead.request.chat"
    _description = "Requests by Messenger"

    chat_id = fields.Many2one(
        comodel_name="lead.chat",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The conversation this request is a message of.",
    )

    def _read_chats(self):
        """Find or make the conversation of each request that is a message of one.

        :return: request -> (``lead.chat``, ``messenger.ChatEvent``)
        """
        cache = {}
        chats = self.filtered(
            lambda one: one.kind == "chat" and one.channel_id._is_chat()
        )
        for request in chats.sorted("id"):
            event = request.channel_id._read_chat_event(request.payload or {})
            chat = self.env["lead.chat"]
            if event.chat_key and not event.is_group and event.event != "other":
                chat = chat._take(request.channel_id, event)
                request.chat_id = chat
            cache[request] = chat, event
        return cache

    def _refuse(self, senders):
        """Take what is no question out: it is kept in the conversation alone."""
        batch = self.browse([one.id for one in senders])
        settled = {}
        for request, (chat, event) in batch._read_chats().items():
            code = "" if request.is_taken_up else request._settle_chat(chat, event)
            if code:
                settled[request] = request._make_chat_result(code, chat)
        rest = {one: said for one, said in senders.items() if one not in settled}
        return settled | super()._refuse(rest)

    def _settle_chat(self, chat, event):
        """Do what an event asks for when it is no question.

        :return: code of the reason why it makes no lead, "" when it may
        """
        if event.is_group:
            return "chat_group"
        if event.event in NO_LEAD or not chat:
            chat._note_event(event)
            return NO_LEAD.get(event.event, "chat_other")
        if event.event == "edited" and chat._note_edited(event):
            return "chat_edited"
        if chat._is_known_message(event):
            return "chat_known"
        if not (event.text or event.phone or event.file or event.unread):
            chat._greet()  # /start: nobody has asked anything yet
            return "chat_start"
        return ""

    def _make_chat_result(self, code, chat):
        """Kept in the conversation: neither a new lead nor a question about one."""
        return {
            "state": "rejected",
            "lead_id": None,
            "partner_id": chat.partner_id.id or None,
            "reason_code": code,
            "reason_data": {},
        }

    def _explain_rejected(self):
        sentences = {
            "chat_group": self.env._("It is from a group: only talks of two count."),
            "chat_start": self.env._("The person opened the chat and asked nothing."),
            "chat_blocked": self.env._("The person has stopped the bot."),
            "chat_edited": self.env._("The person changed a message: see the chat."),
            "chat_known": self.env._("The message is in the chat already."),
            "chat_other": self.env._("It is no message of a conversation."),
        }
        return sentences.get(self.reason_code) or super()._explain_rejected()

    # === WHOSE IT IS ===

    def _read_sender(self):
        sender = super()._read_sender()
        if self.kind != "chat" or not self.channel_id._is_chat():
            return sender
        event = self.channel_id._read_chat_event(self.payload or {})
        is_telegram = event.messenger == "telegram"
        return replace(
            sender,
            account=f"{event.messenger}:{event.chat_key}" if event.chat_key else "",
            telegram=event.person.username if is_telegram else "",
        )

    def _find_clients(self, senders):
        """Who wrote in a known conversation is who wrote in it before."""
        found = super()._find_clients(senders)
        for request in senders:
            client = request.chat_id._find_client()
            if client:
                found[request].partner_id = client.id
                found[request].code = "known"
                found[request].candidate_ids = []
        return found

    def _find_open_leads(self, senders, found):
        leads = super()._find_open_leads(senders, found)
        for request in senders:
            lead = request.chat_id._get_open_lead()
            if lead:
                leads[request] = lead
        return leads

    def _work_on_wave(self, senders):
        """Bind conversations to their leads, before the next message looks for one."""
        results = super()._work_on_wave(senders)
        for request, result in results.items():
            request.chat_id._bind(result["lead_id"], result["partner_id"])
        return results

    def _prepare_points(self, card, sender):
        """A new card has the account it was made of."""
        points = super()._prepare_points(card, sender)
        handle = contact.normalize("telegram", sender.telegram)
        if handle:
            points.append(
                {
                    "partner_id": card.id,
                    "client_id": card.commercial_partner_id.id,
                    "company_id": card.company_id.id,
                    "kind": "telegram",
                    "value": f"@{sender.telegram}",
                    "normalized": handle,
                    "state": "confirmed",
                }
            )
        return points

    # === CHATTER ===

    def _tell_arrivals(self, made, joined, senders):
        """What was said in a conversation stands on the lead as a message already."""
        loud = {one: lead for one, lead in joined.items() if one.kind != "chat"}
        return super()._tell_arrivals(made, loud, senders)

    def _get_moment(self, event):
        """:return: when it was written; never later than when it was received"""
        try:
            told = datetime.fromtimestamp(event.moment, UTC).replace(tzinfo=None)
        except (OverflowError, ValueError, OSError):
            return self.received_at
        is_told = event.moment and told < self.received_at
        return told if is_told else self.received_at or fields.Datetime.now()
