import json
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields

from .common import LeadCommon

TOKEN = "123456789:AAExampleExampleExampleExampleExample"
OLENA = {
    "id": 700,
    "is_bot": False,
    "first_name": "Олена",
    "username": "Olena_Wood",
    "language_code": "en",
}


class FakeTelegram:
    """Stands at the border: answers calls, and remembers them."""

    def __init__(self):
        self.calls = []
        self.answers = {}
        self.statuses = []

    def send(self, method, url, **options):
        """Answer as ``lead.chat.http._send_http`` would."""
        name = url.rpartition("/")[2]
        told = options.get("json") or options.get("data") or {}
        self.calls.append((name, told, options))
        if self.statuses:
            return self.statuses.pop(0)
        answer = self.answers.get(name, {"message_id": 9000 + len(self.calls)})
        if isinstance(answer, bytes):
            return 200, answer
        return 200, json.dumps({"ok": True, "result": answer}).encode()

    def fail(self, code, description, **parameters):
        """Let the next call fail."""
        said = {"ok": False, "error_code": code, "description": description}
        said["parameters"] = parameters
        self.statuses.append((code, json.dumps(said).encode()))

    def get_texts(self):
        """:return: what was said to people"""
        return [told["text"] for name, told, _all in self.calls if "text" in told]


class ChatCommon(LeadCommon):
    """A bot of Telegram, and a person who writes to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids = cls.client_user
        cls.channel = cls._create_channel(
            "telegram", telegram_token=TOKEN, asks_phone=False, user_id=cls.env.uid
        )
        cls.number = 1000

    @classmethod
    def _next(cls):
        cls.number += 1
        return cls.number

    @classmethod
    def _make_update(cls, text=None, person=OLENA, kind="message", **values):
        number = cls._next()
        message = {
            "message_id": number,
            "from": person,
            "chat": {"id": person["id"], "type": "private"},
            "date": int(fields.Datetime.now().timestamp()),
            **({"text": text} if text is not None else {}),
            **values,
        }
        return {"update_id": number, kind: message}

    def _receive(self, *updates, channel=None):
        """Let updates come in by the door and be worked on, as one batch.

        :return: ``lead.request`` records
        """
        channel = channel or self.channel
        numbers = [
            channel._store_request(update, channel._get_event_key(update))
            for update in updates
        ]
        requests = self.env["lead.request"].search(
            [("number", "in", numbers), ("state", "=", "new")], order="id"
        )
        requests._process()
        self.env.invalidate_all()
        for request in requests.filtered(lambda one: one.state == "failed"):
            self.fail(request.error)
        return self.env["lead.request"].search([("number", "in", numbers)], order="id")

    def _write(self, text="Скільки коштує дуб?", **values):
        """Let the person write.

        :return: the ``lead.chat``
        """
        return self._receive(self._make_update(text, **values)).chat_id

    def _get_messages(self, chat, direction="in"):
        return chat.message_ids.filtered(
            lambda message: message.direction == direction
        ).sorted("id")

    def _get_shown(self, lead):
        """:return: what was said in messengers, as the chatter of the lead shows it"""
        return lead.message_ids.filtered(
            lambda message: message.message_type == "messenger"
        ).sorted("id")

    @contextmanager
    def _telegram(self):
        fake = FakeTelegram()
        channels = self.env.registry["lead.channel"]
        with patch.object(
            channels,
            "_send_http",
            fake.send,
        ):
            yield fake

    def _run_outbox(self):
        with self.enter_registry_test_mode():
            self.env.ref("lead_capture.ir_cron_lead_chat_send").method_direct_trigger()
        self.env.invalidate_all()
