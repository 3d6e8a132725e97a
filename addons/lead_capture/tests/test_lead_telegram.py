import json
import logging
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.mail.tests.common import MailCase

from .chat_common import OLENA, TOKEN, ChatCommon

WORKER = "odoo.addons.lead_capture.models.lead_chat_outbox"


class AnswerCommon(ChatCommon):
    """A conversation that is the salesperson's own."""

    def setUp(self):
        super().setUp()
        self.chat = self._write("Скільки коштує дуб?")
        self.lead = self.chat.lead_id
        self.lead.user_id = self.client_user

    def _answer(self, text="820 за метр", files=None):
        """:return: the messages on their way"""
        lead = self.lead.with_user(self.client_user)
        chat = self.chat.with_user(self.client_user)
        before = self._get_messages(self.chat, "out")
        lead._answer_chat(chat, text, files or self.env["ir.attachment"])
        return self._get_messages(self.chat, "out") - before


@tagged("post_install", "-at_install")
class TestLeadChatAnswer(AnswerCommon, MailCase):
    """Answers go out after the transaction, once, or say why they did not."""

    def test_answer_is_queued_shown_and_sent(self):
        message = self._answer()
        self.assertRecordValues(
            message, [{"state": "queued", "user_id": self.client_user.id}]
        )
        self.assertFalse(self.chat.unanswered_since)
        shown = self._get_shown(self.lead)[-1]
        self.assertEqual(shown.author_id, self.client_user.partner_id)
        with self._telegram() as telegram:
            self._run_outbox()
        self.assertEqual(telegram.get_texts(), ["820 за метр"])
        self.assertEqual(telegram.calls[0][1]["chat_id"], 700)
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.message_key)

    def test_answer_is_the_first_response(self):
        self._answer()
        self.assertTrue(self.lead.first_response_at)

    def test_client_gets_no_copy_by_mail(self):
        self.chat.partner_id.email = "olena@example.com"
        self.lead.message_subscribe(self.chat.partner_id.ids)
        with self.mock_mail_gateway():
            self._answer()
        self.assertNotSentEmail()

    def test_long_answer_is_cut_between_words(self):
        words = "дуб " * 2000
        messages = self._answer(words)
        self.assertEqual(len(messages), 2)
        self.assertEqual("".join(messages.mapped("body")).count("дуб"), 2000)
        self.assertEqual(len(self._get_shown(self.lead)), 2)

    def test_parts_go_out_in_order(self):
        self._answer("перше")
        self._answer("друге")
        with self._telegram() as telegram:
            self._run_outbox()
        self.assertEqual(telegram.get_texts(), ["перше", "друге"])

    def test_nothing_to_say_is_refused(self):
        with self.assertRaisesRegex(UserError, "Write something"):
            self._answer("   ")

    def test_file_goes_with_its_text(self):
        files = self.env["ir.attachment"].with_user(self.client_user)
        file = files.create({"name": "price.txt", "raw": b"820"})
        message = self._answer("Ціни", file)
        with self._telegram() as telegram:
            self._run_outbox()
        name, told, options = telegram.calls[0]
        self.assertEqual((name, told["caption"]), ("sendDocument", "Ціни"))
        self.assertEqual(options["files"]["document"], ("price.txt", b"820"))
        self.assertEqual(message.state, "sent")

    def test_others_cannot_answer(self):
        for user in (self.internal_user, self.portal_user, self.sync_user):
            lead, chat = self.lead.with_user(user), self.chat.with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                lead._answer_chat(chat, "Ні", self.env["ir.attachment"])
        with self.assertRaises(AccessError):
            self.lead.with_user(self.internal_user).action_answer_chat()

    def test_dialog_answers(self):
        action = self.lead.with_user(self.client_user).action_answer_chat()
        template = self.env["mail.template"].create(
            {
                "name": "Greeting",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "body_html": "<p>Вітаю, <t t-out='object.partner_id.name'/>!</p>",
            }
        )
        answers = self.env["lead.chat.answer"].with_user(self.client_user)
        answer = answers.with_context(**action["context"]).create(
            {"template_id": template.id}
        )
        self.assertEqual(answer.body, "Вітаю, Олена!")
        answer.action_send()
        self.assertEqual(self._get_messages(self.chat, "out").body, "Вітаю, Олена!")

    def test_file_of_another_document_is_copied(self):
        other = self._create_client()
        file = self.env["ir.attachment"].create(
            {
                "name": "a.txt",
                "raw": b"1",
                "res_model": "res.partner",
                "res_id": other.id,
            }
        )
        answer = (
            self.env["lead.chat.answer"]
            .with_user(self.client_user)
            .create(
                {
                    "lead_id": self.lead.id,
                    "chat_id": self.chat.id,
                    "body": "Ось",
                    "attachment_ids": file.ids,
                }
            )
        )
        answer.action_send()
        self.assertEqual(file.res_id, other.id)
        sent = self._get_messages(self.chat, "out").attachment_id
        self.assertEqual((sent.res_model, sent.res_id), ("crm.lead", self.lead.id))

    def test_too_many_waits_as_long_as_telegram_says(self):
        message = self._answer()
        with self._telegram() as telegram:
            telegram.fail(429, "Too Many Requests: retry after 40", retry_after=40)
            self._run_outbox()
            self.assertEqual(message.state, "queued")
            wait = message.next_try_at - fields.Datetime.now()
            self.assertAlmostEqual(wait.total_seconds(), 40, delta=5)
            self._run_outbox()
            self.assertEqual(len(telegram.calls), 1)
            with freeze_time(fields.Datetime.now() + timedelta(seconds=60)):
                self._run_outbox()
        self.assertEqual(message.state, "sent")

    def test_broken_server_is_tried_a_few_times(self):
        message = self._answer()
        now = fields.Datetime.now()
        with self._telegram() as telegram:
            for hours in range(8):
                telegram.fail(502, "Bad Gateway")
                with freeze_time(now + timedelta(hours=hours * 3)):
                    self._run_outbox()
        self.assertRecordValues(message, [{"state": "failed", "reason_code": "server"}])
        self.assertEqual(len(telegram.calls), 6)

    def test_person_who_blocked_the_bot(self):
        message = self._answer()
        with self._telegram() as telegram:
            telegram.fail(403, "Forbidden: bot was blocked by the user")
            self._run_outbox()
        self.assertRecordValues(
            message, [{"state": "failed", "reason_code": "blocked"}]
        )
        self.assertEqual(self.chat.state, "blocked")
        points = self._get_points(self.chat.partner_id, "telegram")
        self.assertEqual(points.state, "failed")
        notice = self.lead.message_ids[0]
        self.assertIn("did not arrive", notice.body)
        self.assertIn(self.client_user.partner_id, notice.partner_ids)

    def test_cut_off_message_is_not_sent_twice(self):
        message = self._answer()
        message.write(
            {
                "state": "sending",
                "claimed_at": fields.Datetime.now() - timedelta(minutes=5),
            }
        )
        with self._telegram() as telegram:
            self._run_outbox()
        self.assertEqual(telegram.calls, [])
        self.assertRecordValues(
            message, [{"state": "failed", "reason_code": "unknown"}]
        )
        message.with_user(self.client_user).action_send_again()
        with self._telegram() as telegram:
            self._run_outbox()
        self.assertEqual(message.state, "sent")

    def test_no_answer_of_telegram_is_not_sent_twice(self):
        message = self._answer()
        with self._telegram() as telegram:
            telegram.statuses.append((-1, b""))
            self._run_outbox()
        self.assertEqual(message.reason_code, "unknown")

    @mute_logger(WORKER)
    def test_poison_message_stops_no_other(self):
        poison = self._answer("отрута")
        self.chat.chat_key = "no number"
        other = self._write("Я теж", person={**OLENA, "id": 701, "username": "b_b_b_b"})
        other.lead_id.user_id = self.client_user
        other.lead_id.with_user(self.client_user)._answer_chat(
            other.with_user(self.client_user), "Так", self.env["ir.attachment"]
        )
        with self._telegram() as telegram:
            self._run_outbox()
        self.assertEqual(poison.state, "failed")
        self.assertEqual(telegram.get_texts(), ["Так"])

    def test_neutralized_copy_talks_to_nobody(self):
        message = self._answer()
        with file_open("lead_capture/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.channel.telegram_token)
        self.assertEqual(message.state, "cancelled")
        with self._telegram() as telegram:
            self._run_outbox()
        self.assertEqual(telegram.calls, [])


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
