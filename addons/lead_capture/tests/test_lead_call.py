from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .call_common import CALLER, CallCommon


@tagged("post_install", "-at_install")
class TestLeadCall(CallCommon):
    @users("client_user")
    def test_colleague_says_what_came_of_it(self):
        call = self._hear_talk().with_env(self.env)
        call.write({"outcome": "call_back", "outcome_note": "On Friday"})
        self.assertEqual(call.outcome, "call_back")

    @users("client_user")
    def test_what_the_exchange_told_cannot_be_changed(self):
        call = self._hear_talk().with_env(self.env)
        for values in ({"state": "missed"}, {"talk_seconds": 9}, {"user_id": False}):
            with self.subTest(values=values), self.assertRaises(UserError):
                call.with_context(lead_call="told").write(values)

    def test_wrong_number_does_not_work(self):
        client = self._create_client(phone=CALLER)
        call = self._hear_talk()
        call.with_user(self.client_user).outcome = "wrong_number"
        self.assertRecordValues(
            self._get_points(client), [{"state": "failed", "state_event": "call"}]
        )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_talk_of_a_colleague_is_his(self):
        other = self.client_manager
        self.env["lead.extension"].create({"number": "102", "user_id": other.id})
        self._create_client(phone=CALLER, user_id=other.id)
        call = self._hear_talk(extension="102")
        with self.assertRaises(AccessError):
            call.with_user(self.client_user).read(["recording_url"])
        self.assertTrue(call.with_user(other).read(["state"]))

    def test_owner_sees_calls_of_his_client(self):
        self._create_client(phone=CALLER, user_id=self.client_user.id)
        self.env["lead.extension"].create(
            {"number": "102", "user_id": self.client_manager.id}
        )
        call = self._hear_talk(extension="102")
        self.assertTrue(call.with_user(self.client_user).read(["state"]))

    @users("client_user")
    def test_recording_is_opened_by_the_browser(self):
        url = "https://records.example.com/1"
        self._hear_talk()
        call = self._hear("recording", url=url).with_env(self.env)
        self.assertEqual(call.action_play()["url"], url)

    @users("client_user")
    def test_call_without_a_recording_has_nothing_to_play(self):
        call = self._hear_talk().with_env(self.env)
        with self.assertRaisesRegex(UserError, "recording"):
            call.action_play()

    @freeze_time("2026-03-01 12:00:00")  # a Sunday
    def test_missed_call_on_a_day_off_is_out_of_hours(self):
        self.assertTrue(self._hear_missed().is_out_of_hours)

    @freeze_time("2026-03-02 10:00:00")  # a Monday
    def test_missed_call_at_work_is_in_hours(self):
        self.env.company.resource_calendar_id.tz = "UTC"
        self.assertFalse(self._hear_missed().is_out_of_hours)

    def test_extension_is_of_one_colleague(self):
        with self.assertRaises(Exception), mute_logger("odoo.sql_db"):  # noqa: B017
            self.extension.copy().flush_recordset()

    def test_extension_is_no_text(self):
        with self.assertRaises(ValidationError):
            self.extension.number = "call me"

    def test_client_shows_its_calls(self):
        client = self._create_client(phone=CALLER)
        self._hear_talk()
        card = client.with_user(self.client_user)
        self.assertEqual(card.lead_call_count, 1)
        domain = card.action_open_lead_calls()["domain"]
        self.assertEqual(self.env["lead.call"].search(domain), self._get_call())

    def test_lead_shows_its_calls(self):
        lead = self._hear_missed().lead_id
        self.assertEqual(lead.call_count, 1)
        domain = lead.action_open_calls()["domain"]
        self.assertEqual(self.env["lead.call"].search(domain), self._get_call())

    def test_calls_go_with_the_lead_that_stays(self):
        lead = self._hear_missed().lead_id
        other = self.env["crm.lead"].create({"name": "Other", "probability": 90})
        merged = (lead | other)._merge_opportunity(auto_unlink=False)
        self.assertEqual(self._get_call().lead_id, merged)


@tagged("post_install", "-at_install")
class TestLeadCallNotice(CallCommon):
    """Who is told that a client calls, and what he is told."""

    def _ring(self, **values):
        """:return: (recipients, what they are shown)"""
        sent = []

        def send(users, kind, message, **_kwargs):
            sent.extend((user, kind, message) for user in users)

        self.patch(type(self.env["res.users"]), "_bus_send", send)
        self._hear("start", seconds=595, **values)
        return sent

    def test_whoever_sits_at_the_extension_sees_the_client(self):
        client = self._create_client(phone=CALLER, user_id=self.client_user.id)
        ((user, kind, message),) = self._ring(extension="101")
        self.assertEqual((user, kind), (self.client_user, "lead_capture.call"))
        self.assertIn(client.name, message["title"])
        self.assertEqual(message["partner_id"], client.id)
        self.assertIn("Your client.", message["lines"])

    def test_manager_of_the_client_is_told_when_no_extension_is_known(self):
        self._create_client(phone=CALLER, user_id=self.client_user.id)
        ((user, _kind, _message),) = self._ring()
        self.assertEqual(user, self.client_user)

    def test_unknown_number_without_extension_disturbs_nobody(self):
        self.assertFalse(self._ring())

    def test_card_that_is_closed_is_not_named(self):
        company = self.env["res.company"].create({"name": "Another One"})
        client = self._create_client("Таємний", phone=CALLER)
        call = self._hear("start", seconds=-100)
        client.company_id = company
        notice = call.with_user(self.client_user)._prepare_notice(0)
        self.assertNotIn("Таємний", str(notice))
        self.assertFalse(notice["partner_id"])

    def test_lead_of_a_colleague_is_not_named(self):
        client = self._create_client(phone=CALLER)
        lead = self.env["crm.lead"].create(
            {
                "name": "Secret Deal",
                "partner_id": client.id,
                "user_id": self.client_manager.id,
            }
        )
        call = self._hear("start", seconds=-100)
        notice = call.with_user(self.client_user)._prepare_notice(lead.id)
        self.assertNotIn("Secret Deal", str(notice))
        self.assertFalse(notice["lead_id"])

    def test_notice_is_taken_back_when_somebody_answers(self):
        sent = self._ring(extension="101")
        call = self._hear("answer", seconds=598, extension="101")
        self.assertEqual(
            sent[-1],
            (self.client_user, "lead_capture.call_over", {"call_id": call.id}),
        )

    def test_call_of_an_hour_ago_is_not_shown(self):
        sent = []
        self.patch(
            type(self.env["res.users"]), "_bus_send", lambda *args: sent.append(args)
        )
        self._hear("start", extension="101")
        self.assertFalse(sent)
