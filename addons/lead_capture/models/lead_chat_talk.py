import re

from odoo import fields, models
from odoo.tools import plaintext2html
from odoo.tools.misc import get_lang

# What makes a name an address, or several of them.
NOT_NAME = re.compile(r"[<>@,;:\"\\]")


class LeadChatTalk(models.AbstractModel):
    """Takes down what is said in a conversation, here and on the lead."""

    _name = "lead.chat.talk"
    _description = "Talk in a Chat"

    # === WHAT COMES IN ===

    def _bind(self, lead_id, partner_id):
        """Say which lead the conversation is about from now on, and whose it is."""
        values = {}
        if self and lead_id and self.lead_id.id != lead_id:
            values["lead_id"] = lead_id
        if self and partner_id and self.partner_id.id != partner_id:
            values["partner_id"] = partner_id
        if values:
            self.write(values)

    def _follow_request(self, request, event):
        """Take down the message that a request brought, on its lead too, once."""
        if event.event == "edited" and self._note_edited(event):
            return
        moment = request._get_moment(event)
        body = self._compose(event)
        message = self.message_ids._receive(self, event, moment, body)
        if not message:
            return
        self._note_incoming(moment, body or (event.file.name if event.file else ""))
        message.write({"lead_id": self.lead_id.id})
        message.mail_message_id = self._show_incoming(body, event, moment)
        if event.file:
            message._wake_files()
        self._answer_by_itself()

    def _compose(self, event):
        """:return: what is shown of an event, as text"""
        lines = [event.text]
        if event.event == "button":
            lines = [self.env._("Pressed the button: %(text)s", text=event.text)]
        if event.phone:
            lines.append(self.env._("My phone: %(phone)s", phone=event.phone))
        if event.unread:
            words = self.env._("Sent something that cannot be shown here (%(what)s).")
            lines.append(words % {"what": event.unread})
        return "\n".join(filter(None, lines))

    def _show_incoming(self, body, event, moment):
        """Post on the lead what the person wrote, as the client's own message."""
        lead = self.lead_id
        if not lead:
            return self.env["mail.message"]
        name = event.file.name if event.file else ""
        text = "\n".join(filter(None, [body, name and f"[{name}]"]))
        author = self.partner_id
        # sudo: the account of requests writes no messages but the client's own words
        lead_sudo = lead.sudo().with_context(mail_post_autofollow_author_skip=True)
        return lead_sudo.message_post(
            body=plaintext2html(text),
            subject=self._get_messenger_name(),
            message_type="messenger",
            subtype_xmlid="mail.mt_comment",
            author_id=author.id,
            # without a card the conversation itself says who wrote
            email_from=author.email_formatted or self._get_sender_name(),
            date=moment,
        )

    def _get_sender_name(self):
        """:return: what the person calls himself, which must not be read as an address

        Anybody may call himself like the head, with the e-mail of the head.
        """
        return " ".join(NOT_NAME.sub(" ", self.display_name or "").split())

    def _is_known_message(self, event):
        """Whether this very message is here already, brought by another update."""
        return bool(event.message_key) and bool(
            self.message_ids.search_count(
                [
                    ("chat_id", "=", self.id),
                    ("direction", "=", "in"),
                    ("message_key", "=", event.message_key),
                ],
                limit=1,
            )
        )

    def _note_event(self, event):
        """The person stopped the bot, or let it write again; ``_take`` wrote that."""
        lead = self._get_open_lead()
        if not lead or event.event not in ("blocked", "unblocked"):
            return
        if event.event == "blocked":
            words = self.env._(
                "The person stopped the bot in %(messenger)s: call or write a letter.",
                messenger=self._get_messenger_name(),
            )
            self._mark_point("failed")
        else:
            words = self.env._(
                "The person lets the bot in %(messenger)s write again.",
                messenger=self._get_messenger_name(),
            )
        lead._message_log(body=words)

    def _note_edited(self, event):
        """Keep what a message says now, and tell on the lead that it was changed.

        :return: whether the message was known; one that was not is a new one
        """
        message = self.message_ids.search(
            [
                ("chat_id", "=", self.id),
                ("direction", "=", "in"),
                ("message_key", "=", event.message_key),
            ],
            limit=1,
        )
        text = self._compose(event)
        if not message or message.body == text:
            return bool(message)
        message.body = text
        if message.lead_id:
            words = self.env._("The client changed a message. It says now:")
            message.lead_id._message_log(body=plaintext2html(f"{words}\n{text}"))
        return True

    def _note_unreachable(self):
        """The messenger takes nothing for this person any more."""
        self.state = "blocked"
        self._mark_point("failed")

    def _mark_point(self, state):
        """What the messenger says of an account is known of the contact point."""
        if self.username and self.messenger == "telegram":
            # sudo, inside: the account of requests changes no card, a state is no card
            self.env["client.contact.point"]._mark_by_value(
                "telegram", [self.username.lower()], state, "bounce"
            )

    # === WHAT GOES OUT ===

    def _greet(self):
        """Say to whoever has opened the bot what it is for, once."""
        if self.greeted_at:
            return
        words = self.channel_id.with_context(lang=self._get_lang()).env
        greeting = words._("Hello! Write your question here, and a person will answer.")
        self._say_by_itself(greeting, self._may_ask_phone())

    def _answer_by_itself(self):
        """Answer at once what the channel answers by itself, and ask for the phone."""
        asks_phone = self._may_ask_phone()
        text = self._get_auto_reply()
        if not text and asks_phone:
            channel = self.channel_id.with_context(lang=self._get_lang())
            text = channel.phone_text or channel.env._(
                "Thank you for writing! If you would like us to call you, share your "
                "phone number with the button below."
            )
        if text:
            self._say_by_itself(text, asks_phone)

    def _get_auto_reply(self):
        """:return: the text of the automatic answer that is due; "" for none"""
        if not self.lead_id:
            return ""
        return self.channel_id._get_auto_reply_text(self.lead_id)

    def _may_ask_phone(self):
        """Once, and only in Telegram, of a person whose phone nobody knows."""
        return (
            self.channel_id.kind == "telegram"
            and self.channel_id.asks_phone
            and not self.phone
            and not self.partner_id.phone
            and not self.phone_asked_at
        )

    def _say_by_itself(self, text, asks_phone):
        """Send an automatic answer; it stops no clock and ends no waiting."""
        now = fields.Datetime.now()
        values = {"greeted_at": self.greeted_at or now}
        if asks_phone:
            values["phone_asked_at"] = now
        self.write(values)
        nothing = self.env["ir.attachment"]
        self.message_ids._queue(
            self, [(text, nothing)], is_auto=True, asks_phone=asks_phone
        )

    def _get_lang(self):
        """:return: code of an installed language: the person's, else of the channel"""
        told = (self.lang or "").replace("-", "_").lower()
        for code, _name in self.env["res.lang"].get_installed() if told else ():
            if code.lower().startswith(told[:2]):
                return code
        company = self.company_id.partner_id
        return self.channel_id.lang or company.lang or get_lang(self.env).code

    def _get_messenger_name(self):
        labels = dict(self._fields["messenger"]._description_selection(self.env))
        return labels.get(self.messenger) or ""
