import hmac
import json
import time

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

from ..tools import messenger, signature, telegram
from ..tools.refusal import Refusal
from .lead_chat_http import REFUSALS

MAX_PHOTO = 5 * 1024 * 1024  # larger pictures go as files, unchanged
PHOTOS = ("image/jpeg", "image/png")


class LeadChannelChat(models.AbstractModel):
    """A channel that holds conversations: Telegram, or a gateway of any messenger.

    A gateway is a webhook that has an address for answers. It sends what people write
    as JSON, signed, and gets the answers the same way.
    """

    _name = "lead.channel.chat"
    _inherit = ["lead.channel.telegram"]
    _description = "Channel with Conversations"

    reply_url = fields.Char(
        string="Address for Answers",
        groups="client_base.group_client_manager",
        copy=False,
        help="Of a gateway to Viber, WhatsApp, Instagram or any other messenger: what "
        "you answer is posted there as JSON, signed with the secret of the channel.",
    )
    asks_phone = fields.Boolean(
        string="Ask for the Phone",
        default=True,
        help="A person whose phone is not known gets a button that shares it.",
    )
    phone_text = fields.Char(
        string="How the Phone is Asked For",
        translate=True,
        help="Empty: a sentence that is there already.",
    )

    def _is_chat(self):
        """Whether what comes in are messages of conversations."""
        self.ensure_one()
        return self.kind == "telegram" or (
            self.kind == "webhook" and bool(self.sudo().reply_url)  # for managers
        )

    @api.constrains("reply_url")
    def _check_reply_url(self):
        if self._may_be_private():
            return
        for url in filter(None, self.mapped("reply_url")):
            try:
                messenger.check_url(url)
            except messenger.ChatError as error:
                words = REFUSALS[error.code]
                raise ValidationError(self.env._(words)) from error

    # === THE DOOR ===

    def _authenticate(self, headers, body):
        """Telegram proves itself with the secret it was given; others sign."""
        if self.kind != "telegram":
            return super()._authenticate(headers, body)
        told = headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        # bytes: a header may hold what is no ASCII; no secret is nobody's secret
        if not self.secret or not hmac.compare_digest(
            told.encode(), self.secret.encode()
        ):
            raise Refusal("bad_signature" if told else "no_signature")
        return None

    def _get_event_key(self, payload):
        """Name a message the way its messenger does."""
        if self.kind == "telegram":
            number = messenger.as_id(payload.get("update_id"))
            if not number:
                raise Refusal("malformed")
            return str(number)
        key = super()._get_event_key(payload)
        if key or not self._is_chat():
            return key
        try:
            event = messenger.read_gateway(payload)
        except messenger.ChatError:
            raise Refusal("malformed") from None
        return event.message_key and f"{event.chat_key}:{event.message_key}"

    def _store_requests(self, events, kind="request"):
        if kind == "request" and self._is_chat():
            kind = "chat"
        return super()._store_requests(events, kind)

    def _read_payload(self, payload):
        """:return: name of a value of a lead -> value"""
        if not self._is_chat():
            return super()._read_payload(payload)
        event = self._read_chat_event(payload)
        told = {
            "contact_name": self._get_chat_name(event),
            "phone": event.phone,
            "email": event.email,
            "description": event.text,
            "lang": event.person.lang,
        }
        return {name: value for name, value in told.items() if value}

    @api.model
    def _get_chat_name(self, event):
        """:return: what to call somebody of whom only the messenger is known"""
        unnamed = (
            f"{event.messenger.title()} {event.chat_key}" if event.chat_key else ""
        )
        return event.person.name or event.person.username or unnamed

    def _read_chat_event(self, payload):
        """:rtype: messenger.ChatEvent"""
        read = (
            telegram.read_update if self.kind == "telegram" else messenger.read_gateway
        )
        try:
            return read(payload)
        except messenger.ChatError:
            nobody = messenger.ChatPerson("")
            return messenger.ChatEvent("other", "other", "", "", nobody)

    # === SENDING ===

    def _deliver_message(self, message):
        """Hand one message to the messenger of this channel.

        :return: code ("" when it was taken), key, words, retry_after (seconds)
        :rtype: dict
        """
        self.ensure_one()
        if self._is_neutralized():
            return {"code": "token"}
        if self.kind == "telegram":
            return self._deliver_by_telegram(message)
        return self._deliver_by_gateway(message)

    def _deliver_by_telegram(self, message):
        method, params, files = self._prepare_telegram_call(message)
        answer = self._call_telegram(method, params, files)
        result = answer.result if isinstance(answer.result, dict) else {}
        return {
            "code": answer.failure,
            "key": str(messenger.as_id(result.get("message_id")) or ""),
            "words": answer.description,
            "retry_after": answer.retry_after,
        }

    def _prepare_telegram_call(self, message):
        """:return: method, parameters and files of the call that sends a message"""
        # plain text: nothing in it is markup, whoever wrote it
        params = {"chat_id": int(message.chat_id.chat_key)}
        if message.asks_phone:
            params["reply_markup"] = self._get_phone_keyboard(message.chat_id)
        file = message.attachment_id
        if not file:
            return "sendMessage", {**params, "text": message.body or "…"}, None
        is_photo = file.mimetype in PHOTOS and (file.file_size or 0) <= MAX_PHOTO
        part = "photo" if is_photo else "document"
        if message.body:
            params["caption"] = message.body
        method = "sendPhoto" if is_photo else "sendDocument"
        return method, params, {part: (file.name, file.raw or b"")}

    def _get_phone_keyboard(self, chat):
        lang = chat._get_lang()
        words = self.with_context(lang=lang).env._("Share my phone number")
        return {
            "keyboard": [[{"text": words, "request_contact": True}]],
            "resize_keyboard": True,
            "one_time_keyboard": True,
        }

    def _deliver_by_gateway(self, message):
        url, secret = self.sudo().reply_url, self.sudo().secret  # for managers to see
        if not url:
            return {"code": "token"}
        told = {
            "chat": message.chat_id.chat_key,
            "text": message.body or "",
            "message": str(message.id),
            "messenger": message.messenger,
        }
        if message.attachment_id:
            told["files"] = [self._describe_file(message.attachment_id)]
        body = json.dumps(told).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Signature": signature.sign(secret or "", body, int(time.time())),
        }
        status, content = self._send_http(
            "POST", url, data=body, headers=headers, is_guarded=True
        )
        return self._judge_gateway(status, content)

    def _judge_gateway(self, status, content):
        """:return: what became of a message, see ``_deliver_message``"""
        said = messenger.as_dict(self._load_json(content))
        if 200 <= status < 300:
            return {"code": "", "key": messenger.as_text(said.get("message"), 128)}
        if status == 429:
            return {"code": "too_many"}
        if status <= 0 or status >= 500:
            return {"code": "server"}  # it knows the number: twice is once
        words = messenger.as_text(said.get("error"), 200) or f"HTTP {status}"
        return {"code": "no_chat" if status == 410 else "refused", "words": words}

    def _describe_file(self, file):
        """:return: name and address of a file, open to whoever has the address"""
        file_sudo = file.sudo()  # whoever sends it may read it; the token is for one
        (token,) = file_sudo.generate_access_token()
        return {
            "name": file.name,
            "mimetype": file.mimetype,
            "url": f"{self.get_base_url()}/web/content/{file.id}?access_token={token}",
        }

    @api.model
    def _is_neutralized(self):
        # sudo: a parameter of the server, whoever the worker is
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        return str2bool(parameters_sudo.get_param("database.is_neutralized", "0"))
