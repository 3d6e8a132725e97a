from ast import literal_eval
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .mail_common import LetterCommon

MONDAY_NOON = "2026-11-23 12:00:00"
FRIDAY_NIGHT = "2026-11-27 22:00:00"
ADDRESS = "ann@client.example"


@tagged("post_install", "-at_install")
class TestLeadAutoReply(LetterCommon):
    """Whoever writes hears once that his request is here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.env["resource.calendar"].create(
            {
                "name": "Mondays to Fridays",
                "tz": "UTC",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 18,
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        cls.team.client_calendar_id = calendar
        cls.mailbox.is_auto_replied = True
        cls.channel.is_auto_replied = True
        cls.startClassPatcher(freeze_time(MONDAY_NOON))

    def _get_replies(self, requests):
        return self.env["lead.auto.reply"].search(
            [("lead_id", "in", requests.lead_id.ids)]
        )

    def _get_mails(self, requests):
        messages = self._get_replies(requests).message_id
        return self.env["mail.mail"].search(
            [("mail_message_id", "in", messages.ids)], order="id"
        )

    def _ask(self, email=ADDRESS, **values):
        return self._process({"contact_name": "Ann Example", "email": email, **values})

    # ------------------------------------------------------------ the letter

    def test_letter_waits_in_the_outbox_with_its_headers(self):
        request = self._work()
        mail = self._get_mails(request)
        headers = literal_eval(mail.headers)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.email_to, f'"Ann Example" <{ADDRESS}>')
        self.assertEqual(headers["Auto-Submitted"], "auto-replied")
        self.assertEqual(headers["X-Auto-Response-Suppress"], "All")
        self.assertEqual(headers["In-Reply-To"], request.payload["message_id"])
        self.assertEqual(mail.references, request.payload["message_id"])
        self.assertIn("requests@letters.example", mail.reply_to)

    def test_letter_has_personal_values(self):
        self.mailbox.user_id = self.client_user
        request = self._work()
        body = self._get_mails(request).body_html
        self.assertIn("Hello, Ann Example!", body)
        self.assertIn(str(request.number), body)
        self.assertIn(request.lead_id.letter_deadline, body)
        self.assertIn("Mon–Fri 9:00", body)
        self.assertNotIn("t-out", body)

    def test_letter_is_shown_on_the_lead_and_no_answer_of_a_person(self):
        lead = self._work().lead_id
        message = lead.message_ids.filtered(
            lambda one: one.message_type == "auto_comment"
        )
        self.assertEqual(len(message), 1)
        self.assertEqual(message.notification_ids.notification_status, "ready")
        self.assertTrue(lead.waiting_since)
        self.assertFalse(lead.first_response_at)

    def test_night_has_another_letter(self):
        with freeze_time(FRIDAY_NIGHT):
            request = self._work()
        body = self._get_mails(request).body_html
        self.assertTrue(self._get_replies(request).is_away)
        self.assertIn("Monday, 30 November", body)

    def test_night_without_a_letter_of_its_own_has_that_of_the_day(self):
        self.mailbox.away_template_id = False
        with freeze_time(FRIDAY_NIGHT):
            request = self._work()
        self.assertIn("a person will read it", self._get_mails(request).body_html)

    def test_letter_is_in_the_language_of_the_client(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.mailbox.reply_template_id
        template.with_context(lang="fr_FR").subject = "Bien reçu"
        self.mailbox.lang = "fr_FR"
        self.assertEqual(self._get_mails(self._work()).subject, "Bien reçu")

    def test_text_of_the_client_is_no_template(self):
        name = "{{ object }} <b t-out='1'>${7*7}</b>"
        request = self._process({"contact_name": name, "email": ADDRESS})
        body = self._get_mails(request).body_html
        self.assertIn("{{ object }}", body)
        self.assertNotIn("<b t-out", body)

    def test_answer_to_the_auto_reply_finds_the_lead(self):
        request = self._work()
        ours = self._get_mails(request).message_id
        self.assertEqual(self._receive(References=ours), request.lead_id.id)

    # ------------------------------------------------------------ once

    def test_second_letter_within_the_time_gets_none(self):
        self._work()
        with freeze_time(
            fields.Datetime.to_datetime(MONDAY_NOON) + timedelta(hours=23)
        ):
            request = self._work()
        self.assertEqual(len(self._get_replies(request)), 1)

    def test_second_letter_after_the_time_gets_one(self):
        self._work()
        with freeze_time(
            fields.Datetime.to_datetime(MONDAY_NOON) + timedelta(hours=24)
        ):
            request = self._work()
        self.assertEqual(self._get_replies(request).mapped("turn"), [2, 1])

    def test_time_is_a_setting(self):
        self.env.company.lead_auto_reply_hours = 1
        self._work()
        with freeze_time(fields.Datetime.to_datetime(MONDAY_NOON) + timedelta(hours=1)):
            request = self._work()
        self.assertEqual(len(self._get_replies(request)), 2)

    def test_time_of_nothing_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env.company.lead_auto_reply_hours = 0
            self.env.flush_all()

    def test_once_across_channels(self):
        letter = self._work()
        form = self._ask()
        self.assertEqual(letter.lead_id, form.lead_id)
        self.assertEqual(len(self._get_replies(letter | form)), 1)

    def test_once_for_two_addresses_of_one_client(self):
        client = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        for name in ("one", "two"):
            self.env["client.contact.point"].create(
                {
                    "partner_id": client.id,
                    "kind": "email",
                    "value": f"{name}@firm.ex.ua",
                }
            )
        requests = self._process(
            {"company": "Firm", "email": "one@firm.ex.ua"},
            {"company": "Firm", "email": "two@firm.ex.ua"},
        )
        self.assertEqual(requests.lead_id.partner_id, client)
        self.assertEqual(len(self._get_replies(requests)), 1)

    def test_once_within_a_batch(self):
        one = {"contact_name": "Ann Example", "email": ADDRESS}
        requests = self._process(one, one, one)
        self.assertEqual(len(self._get_replies(requests)), 1)

    def test_two_processes_cannot_store_the_same_turn(self):
        reply = self._get_replies(self._work())
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            reply.copy()

    def test_batch_is_one_statement_and_one_rendering(self):
        people = [
            {"contact_name": f"Person {one}", "email": f"p{one}@client.example"}
            for one in range(20)
        ]
        requests = self._store(*people)
        replies = type(self.env["lead.auto.reply"])
        counts = []
        send = replies._send

        def count(records, template):
            before = self.env.cr.sql_log_count
            send(records, template)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)

        with patch.object(replies, "_send", count):
            requests._process()
        self.assertEqual(len(self._get_replies(requests)), 20)
        self.assertEqual(len(counts), 1)
        self.assertLess(counts[0], 120)

    # ------------------------------------------------------------ never

    def test_robots_and_lists_get_none(self):
        for headers in (
            {"List_Id": "<news.client.example>"},
            {"Precedence": "bulk"},
            {"Auto_Submitted": "auto-generated"},
            {"From": "no-reply@client.example"},
        ):
            with self.subTest(headers):
                request = self._work(**headers)
                self.assertTrue(request.lead_id)
                self.assertFalse(self._get_replies(request))

    def test_form_of_a_site_that_writes_by_mail_is_answered_to_the_client(self):
        request = self._work(
            From="Site <noreply@site.example>",
            Reply_To=ADDRESS,
            Auto_Submitted="auto-generated",
        )
        self.assertEqual(self._get_replies(request).client_key, ADDRESS)

    def test_blacklist_gets_none(self):
        self.env["mail.blacklist"]._add(ADDRESS)
        self.assertFalse(self._get_replies(self._ask()))

    def test_our_own_addresses_get_none(self):
        self.env.company.email = "Office <office@own.example>"
        for address in ("office@own.example", "requests@letters.example"):
            with self.subTest(address):
                self.assertFalse(self._get_replies(self._ask(address)))

    def test_no_address_no_letter(self):
        request = self._process({"contact_name": "Ann", "phone": "0671234567"})
        self.assertFalse(self._get_replies(request))

    def test_channel_without_it_sends_none(self):
        self.channel.is_auto_replied = False
        self.assertFalse(self._get_replies(self._ask()))

    def test_torn_template_fails_no_request(self):
        templates = type(self.env["mail.template"])
        with (
            patch.object(templates, "_generate_template", side_effect=UserError("No")),
            mute_logger("odoo.addons.lead_capture.models.lead_auto_reply"),
        ):
            request = self._ask()
        self.assertEqual(request.state, "processed")
        bodies = "".join(request.lead_id.message_ids.mapped("body"))
        self.assertIn("The auto-reply could not be written", bodies)
        self.assertFalse(self._get_mails(request))

    # ------------------------------------------------------------ chats

    def test_chat_gets_the_text_once(self):
        lead = self.env["crm.lead"].create({"name": "Chat", "team_id": self.team.id})
        text = self.channel._get_auto_reply_text(lead)
        self.assertIn("Thank you for your request.", text)
        self.assertNotIn("<p>", text)
        self.assertEqual(self.channel._get_auto_reply_text(lead), "")

    def test_chat_of_a_channel_without_it_gets_nothing(self):
        self.channel.is_auto_replied = False
        lead = self.env["crm.lead"].create({"name": "Chat"})
        self.assertEqual(self.channel._get_auto_reply_text(lead), "")

    # ------------------------------------------------------------ cleaning

    def test_old_ones_are_forgotten(self):
        reply = self._get_replies(self._work())
        with freeze_time("2028-01-01"):
            self.assertEqual(self.env["lead.auto.reply"]._gc_auto_replies(), (1, 0))
        self.assertFalse(reply.exists())
