from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.mail.tests.common import MailCase

from .chat_common import OLENA, ChatCommon

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
