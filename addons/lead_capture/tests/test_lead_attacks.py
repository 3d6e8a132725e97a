import io
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from PIL import Image
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .chat_common import ChatCommon

WORKER = "odoo.addons.lead_capture.models.lead_request_worker"
WATCH = "odoo.addons.lead_capture.models.lead_channel_watch"


def _make_bomb():
    """:return: a picture of 50 kB that is 400 million points when it is opened"""
    content = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(content, "PNG")
    return content.getvalue()


@tagged("post_install", "-at_install")
class TestAttacks(ChatCommon):
    """What strangers send on purpose, and what breaks at the worst moment."""

    # === CHATS ===

    def _fetch_files(self):
        with self.enter_registry_test_mode():
            self.env.ref("lead_capture.ir_cron_lead_chat_files").method_direct_trigger()
        self.env.invalidate_all()

    def _send_file(self, name):
        document = {"file_id": f"id-{name}", "file_name": name, "file_size": 9}
        chat = self._write(None, document=document)
        return self._get_messages(chat)[-1]

    def test_picture_that_fills_the_memory_is_kept_unopened(self):
        message = self._send_file("bomb.png")
        with self._telegram() as fake:
            fake.answers["getFile"] = {"file_path": "documents/bomb.png"}
            fake.answers["bomb.png"] = _make_bomb()
            self._fetch_files()
        self.assertEqual(message.file_state, "fetched")
        self.assertEqual(message.attachment_id.mimetype, "image/png")

    @mute_logger("odoo.addons.lead_capture.models.lead_chat_files")
    def test_file_that_cannot_be_kept_holds_up_no_other(self):
        bad, good = self._send_file("bad.bin"), self._send_file("good.txt")
        attach = type(bad)._attach

        def fail(message, content):
            if message == bad:
                raise ValueError("broken")
            return attach(message, content)

        with self._telegram() as fake, patch.object(type(bad), "_attach", fail):
            fake.answers["getFile"] = {"file_path": "documents/x"}
            fake.answers["x"] = b"text"
            self._fetch_files()
        self.assertEqual((bad.file_state, good.file_state), ("failed", "fetched"))

    def test_channel_without_a_secret_takes_nothing(self):
        self.channel.secret = False
        answer = self.env["lead.channel"].browse(self.channel.id)
        with self.assertRaisesRegex(Exception, "no_signature"):
            answer._authenticate({}, b"{}")

    def test_name_is_no_address(self):
        chat = self._write("Hello")
        chat.partner_id = False
        chat.lead_id.partner_id = False
        person = {"id": 700, "first_name": 'Boss" <boss@example.com>,'}
        event = self.channel._read_chat_event(self._make_update("Again", person))
        chat._note_person(event)
        shown = chat._show_incoming("Again", event, fields.Datetime.now())
        self.assertEqual(shown.email_from, "Boss boss example.com (Telegram)")
        self.assertFalse(shown.author_id)

    def test_opened_chat_can_be_taken_up(self):
        request = self._receive(self._make_update("/start"))
        self.assertEqual(request.reason_code, "chat_start")
        request.action_take_up()
        request._process()
        self.env.invalidate_all()
        self.assertEqual((request.state, request.error), ("processed", False))

    def test_message_is_sent_once_when_its_outcome_is_written_twice(self):
        chat = self._write("Hello")
        chat.message_ids._queue(chat, [("Так", self.env["ir.attachment"])])
        errors = [SerializationFailure()]
        messages = self.env.registry["lead.chat.message"]
        store = messages._store_outcome

        def fail_once(message, outcome):
            if errors:
                raise errors.pop()
            return store(message, outcome)

        with (
            self._telegram() as fake,
            patch.object(messages, "_store_outcome", fail_once),
            patch.object(self.env.cr, "rollback", lambda: None),
        ):
            self._run_outbox()
        self.assertEqual(fake.get_texts(), ["Так"])
        self.assertEqual(self._get_messages(chat, "out").state, "sent")

    # === WORK THAT GOES ON ===

    @mute_logger(WORKER, WATCH)
    def test_alarm_that_fails_holds_up_no_request(self):
        bad, good = self._store({"contact_name": "A"}, {"contact_name": "Олена Верба"})
        bad.write({"attempts": 1})
        requests = self.env.registry["lead.request"]
        work = requests._work

        def fail(batch):
            if bad.id in batch.ids:
                raise ValueError("broken")
            return work(batch)

        with (
            patch.object(requests, "_work", fail),
            patch.object(
                self.env.registry["lead.channel"],
                "_alarm",
                side_effect=UserError("nobody there"),
            ),
        ):
            (bad | good)._process()
        self.assertEqual((bad.state, good.state), ("failed", "processed"))

    @mute_logger("odoo.addons.lead_capture.models.lead_dispatched")
    def test_broken_rule_keeps_no_request_from_becoming_a_lead(self):
        rules = self.env.registry["lead.dispatch.rule"]
        self.team.is_dispatched = True
        with patch.object(rules, "_get_fitting_ids", side_effect=ValueError("gone")):
            request = self._process({"contact_name": "Олена Верба"})
        self.assertEqual(request.state, "processed")
        self.assertEqual(request.lead_id.waiting_numbers, {"code": "failed"})
        request.lead_id._dispatch()
        self.assertEqual(request.lead_id.user_id, self.client_user)

    @freeze_time("2026-03-04 10:00:00")
    @mute_logger("odoo.addons.lead_capture.models.lead_covered")
    def test_lead_that_cannot_go_back_holds_up_no_other(self):
        leads = self.env["crm.lead"].create(
            [{"name": name, "team_id": self.team.id} for name in ("bad", "good")]
        )
        leads._give_steadily(self.client_manager, {})
        leads.sudo().covered_user_id = self.client_user
        model = self.env.registry["crm.lead"]
        give = model._give_steadily

        def fail(some, *args, **kwargs):
            if leads[0] in some:
                raise ValueError("broken")
            return give(some, *args, **kwargs)

        with patch.object(model, "_give_steadily", fail):
            self.env["crm.lead"]._return_to_owners()
        self.assertEqual(
            [lead.user_id for lead in leads], [self.client_manager, self.client_user]
        )

    @mute_logger("odoo.addons.lead_capture.models.lead_covered")
    def test_deadline_that_cannot_be_counted_holds_up_no_other(self):
        leads = self.env["crm.lead"].create(
            [{"name": name, "team_id": self.team.id} for name in ("bad", "good")]
        )
        model = self.env.registry["crm.lead"]
        seen = []

        def fail(some):
            if leads[0] in some:
                raise ValueError("broken")
            seen.extend(some.ids)

        with patch.object(model, "_review_deadlines", fail):
            self.env["lead.sla.policy"]._review_batch(leads.ids)
        self.assertEqual(seen, leads[1].ids)

    @mute_logger("odoo.addons.lead_capture.models.lead_escalation_giver")
    def test_alarm_about_hours_that_fails_holds_up_no_deadline(self):
        model = self.env.registry["lead.escalation"]
        with patch.object(
            model, "_alarm_missing_hours", side_effect=UserError("x")
        ) as alarm:
            self.env["lead.escalation"]._alarm_safely()
        alarm.assert_called_once()

    def test_lead_is_given_to_nobody_who_is_no_user(self):
        lead = self.env["crm.lead"].create({"name": "x", "team_id": self.team.id})
        own = lead.with_user(self.client_manager)
        for wrong in ("2", [2], 2.5, True, -1, 10**30, None):
            with self.subTest(wrong=wrong), self.assertRaises(UserError):
                own.action_give_to(wrong, "x")

    # === WHAT STAYS ===

    def test_locks_are_forgotten(self):
        locks = self.env["lead.mutex"]
        locks._take(["+380670000001", "+380670000002"])
        old = locks.search([("key", "=", "+380670000001")])
        old.taken_at = fields.Datetime.now() - timedelta(days=2)
        self.env.flush_all()
        locks._gc_locks()
        self.env.invalidate_all()
        left = locks.search([("key", "like", "+38067000000")])
        self.assertEqual(left.mapped("key"), ["+380670000002"])

    # === LETTERS ===

    def test_auto_reply_carries_no_advertisement(self):
        lead = self.env["crm.lead"].create({"name": "x", "contact_name": "Олена"})
        self.assertIn("Олена", lead.letter_greeting)
        for name in ("Buy at http://evil.example", "evil.example", "x" * 200):
            with self.subTest(name=name):
                lead.contact_name = name
                self.assertEqual(lead.letter_greeting, "Hello!")

    @users("client_manager")
    def test_what_a_client_writes_is_no_template(self):
        text = '{{ 7 * 7 }} <t t-out="7 * 7"/> ${7 * 7} %(name)s'
        request = self._process({"contact_name": text, "description": text})
        lead = request.sudo().lead_id
        template = self.env.ref("lead_capture.mail_template_auto_reply").sudo()
        template.subject = "{{ object.name }}"
        written = template._generate_template(lead.ids, ("subject", "body_html"))
        self.assertNotIn("49", written[lead.id]["body_html"].replace(lead.name, ""))
        self.assertIn("{{ 7 * 7 }}", written[lead.id]["subject"])
        self.assertNotIn("<t ", lead.description)
