import json
import logging

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .chat_common import TOKEN, ChatCommon


@tagged("post_install", "-at_install")
class TestLeadTelegram(ChatCommon):
    """The bot: its connection, its files, its token."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_base_url("https://crm.example.com")

    @classmethod
    def _set_base_url(cls, url):
        cls.env["ir.config_parameter"].set_param("web.base.url", url)

    def test_connect_tells_telegram_where_to_send(self):
        channel = self.channel.with_user(self.client_manager)
        with self._telegram() as telegram:
            telegram.answers["getMe"] = {"username": "oak_bot"}
            channel.action_connect_telegram()
        name, told, _options = telegram.calls[1]
        self.assertEqual(name, "setWebhook")
        self.assertEqual(
            told["url"], f"https://crm.example.com/lead_capture/{self.channel.token}"
        )
        self.assertEqual(told["secret_token"], self.channel.secret)
        self.assertIn("my_chat_member", told["allowed_updates"])
        self.assertRecordValues(
            self.channel,
            [
                {
                    "telegram_state": "connected",
                    "telegram_username": "oak_bot",
                    "telegram_link": "https://t.me/oak_bot",
                }
            ],
        )

    def test_wrong_token_is_told_in_words(self):
        with self._telegram() as telegram:
            telegram.fail(401, "Unauthorized")
            with self.assertRaisesRegex(UserError, "BotFather"):
                self.channel.action_connect_telegram()
        self.channel.telegram_token = "no token"
        with self.assertRaisesRegex(UserError, "BotFather"):
            self.channel.action_connect_telegram()

    def test_address_without_https_is_told_in_words(self):
        self._set_base_url("http://crm.example.com")
        with self.assertRaisesRegex(UserError, "https://"):
            self.channel.action_connect_telegram()

    def test_disconnect(self):
        self.channel.telegram_state = "connected"
        with self._telegram() as telegram:
            self.channel.action_disconnect_telegram()
        self.assertEqual(telegram.calls[0][0], "deleteWebhook")
        self.assertEqual(self.channel.telegram_state, "none")

    def test_new_secret_asks_to_connect_again(self):
        self.channel.telegram_state = "connected"
        self.channel.secret = "another"
        self.assertEqual(self.channel.telegram_state, "changed")

    def test_token_is_for_managers(self):
        channel = self.channel.with_user(self.client_user)
        self.assertNotIn("telegram_token", channel.fields_get())
        with self.assertRaises(AccessError):
            channel.read(["telegram_token"])
        for name in ("connect", "disconnect", "check"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(channel, f"action_{name}_telegram")()

    def test_token_is_not_logged(self):
        log = logging.getLogger("urllib3.connectionpool")
        with self.assertLogs(log, "DEBUG") as logs:
            log.debug('"POST /bot%s/sendMessage HTTP/1.1" 200', TOKEN)
        self.assertNotIn(TOKEN, logs.output[0])
        self.assertIn("/bot***", logs.output[0])

    def test_errors_are_told_once(self):
        self.channel.telegram_state = "connected"
        info = {
            "url": self.channel._get_telegram_webhook(),
            "pending_update_count": 3,
            "last_error_date": int(fields.Datetime.now().timestamp()),
            "last_error_message": "Wrong response: 502",
        }
        with self._telegram() as telegram:
            telegram.answers["getWebhookInfo"] = info
            self._run_check()
            self._run_check()
        self.assertEqual(self.channel.telegram_state, "error")
        self.assertIn("502", self.channel.telegram_error)
        self.assertEqual(len(self._get_warnings()), 1)
        with self._telegram() as telegram:
            telegram.answers["getWebhookInfo"] = {**info, "pending_update_count": 0}
            self._run_check()
        self.assertEqual(self.channel.telegram_state, "connected")

    def _run_check(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_channel_telegram")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _get_warnings(self):
        return (
            self.env["mail.message"]
            .search([("model", "=", "lead.channel"), ("res_id", "=", self.channel.id)])
            .filtered(lambda message: "502" in (message.body or ""))
        )

    def test_file_is_fetched_in_the_background(self):
        chat = self._write(caption="Ось", photo=[{"file_id": "F1", "width": 9}])
        message = self._get_messages(chat)
        self.assertEqual(message.file_state, "waiting")
        with self._telegram() as telegram:
            telegram.answers["getFile"] = {"file_path": "photos/1.jpg"}
            telegram.answers["1.jpg"] = b"picture"
            self._run_files()
        self.assertEqual(message.file_state, "fetched")
        self.assertEqual(message.attachment_id.raw, b"picture")
        shown = self._get_shown(chat.lead_id)
        self.assertEqual(shown.attachment_ids, message.attachment_id)

    def test_page_is_kept_as_plain_text(self):
        document = {"file_id": "F1", "file_name": "../../x.html"}
        chat = self._write(document=document)
        with self._telegram() as telegram:
            telegram.answers["getFile"] = {"file_path": "documents/x.html"}
            telegram.answers["x.html"] = b"<html><script>alert(1)</script></html>"
            self._run_files()
        file = self._get_messages(chat).attachment_id
        self.assertEqual((file.name, file.mimetype), ("x.html", "text/plain"))

    def test_file_that_is_too_large_is_told_on_the_lead(self):
        document = {"file_id": "F1", "file_name": "film.avi", "file_size": 10**9}
        chat = self._write(document=document)
        with self._telegram() as telegram:
            self._run_files()
        self.assertEqual(telegram.calls, [])
        self.assertEqual(self._get_messages(chat).file_state, "failed")
        self.assertIn("film.avi", chat.lead_id.message_ids[0].body)

    def test_path_of_a_file_leads_nowhere_else(self):
        chat = self._write(photo=[{"file_id": "F1", "width": 9}])
        with self._telegram() as telegram:
            telegram.answers["getFile"] = {"file_path": "../../bot/getUpdates?x=1"}
            self._run_files()
        self.assertEqual([name for name, *_rest in telegram.calls], ["getFile"])
        self.assertEqual(self._get_messages(chat).file_state, "failed")

    def _run_files(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_chat_files")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_phone_is_asked_once_by_a_button(self):
        self.channel.asks_phone = True
        chat = self._write("Раз")
        self._write("Два")
        asked = self._get_messages(chat, "out")
        self.assertEqual(asked.mapped("asks_phone"), [True])
        self.assertTrue(chat.unanswered_since)
        self.assertFalse(chat.lead_id.first_response_at)
        with self._telegram() as telegram:
            self._run_outbox()
        keyboard = telegram.calls[0][1]["reply_markup"]["keyboard"]
        self.assertTrue(keyboard[0][0]["request_contact"])


@tagged("post_install", "-at_install")
class TestLeadTelegramDoor(ChatCommon, HttpCase):
    """Telegram at the public door."""

    def _send(self, update, **headers):
        sent = {"Content-Type": "application/json", **headers}
        body = json.dumps(update).encode()
        url = f"/lead_capture/{self.channel.token}"
        return self.url_open(url, data=body, headers=sent)

    def _send_signed(self, update):
        header = "X-Telegram-Bot-Api-Secret-Token"
        return self._send(update, **{header: self.channel.secret})

    def test_update_is_kept_under_its_number(self):
        update = self._make_update("Добрий день")
        first = self._send_signed(update)
        again = self._send_signed(update)
        self.assertEqual((first.status_code, again.status_code), (200, 200))
        self.assertEqual(first.json(), again.json())
        self.assertRecordValues(
            self.channel.request_ids,
            [{"event_key": str(update["update_id"]), "kind": "chat", "state": "new"}],
        )

    def test_forged_secret_is_refused(self):
        header = "X-Telegram-Bot-Api-Secret-Token"
        update = self._make_update("Добрий день")
        for headers in ({}, {header: "wrong"}, {header: ""}):
            with self.subTest(headers=headers):
                self.assertEqual(self._send(update, **headers).status_code, 401)
        self.assertFalse(self.channel.request_ids)

    def test_what_is_no_update_is_refused(self):
        for body in (
            {},
            {"update_id": "7"},
            {"update_id": True},
            {"update_id": 10**30},
        ):
            with self.subTest(body=body):
                self.assertEqual(self._send_signed(body).status_code, 400)

    def test_unstorable_text_is_refused(self):
        answer = self._send_signed(self._make_update("\x00"))
        self.assertEqual(answer.status_code, 400)
