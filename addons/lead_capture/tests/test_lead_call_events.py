from datetime import timedelta
from itertools import permutations

from odoo import fields
from odoo.tests import tagged

from .call_common import CALLER, CallCommon


@tagged("post_install", "-at_install")
class TestLeadCallEvents(CallCommon):
    def test_answered_call_is_told_by_its_events(self):
        client = self._create_client(phone=CALLER)
        call = self._hear_talk()
        self.assertRecordValues(
            call,
            [
                {
                    "state": "answered",
                    "direction": "in",
                    "wait_seconds": 10,
                    "talk_seconds": 60,
                    "client_number": CALLER,
                    "user_id": self.client_user.id,
                    "contact_id": client.id,
                    "is_missed": False,
                }
            ],
        )

    def test_any_order_makes_the_same_call(self):
        self._create_client(phone=CALLER)
        told = [("start", 0), ("answer", 10), ("end", 70)]
        made = []
        for number, order in enumerate(permutations(told)):
            for event, seconds in order:
                self._hear(event, f"o{number}", seconds, extension="101")
            call = self._get_call(f"o{number}")
            made.append((call.state, call.wait_seconds, call.talk_seconds))
        self.assertEqual(set(made), {("answered", 10, 60)})

    def test_events_of_a_call_are_one_call(self):
        self._hear_talk()
        self.assertEqual(len(self._get_call()), 1)
        self.assertEqual(len(self._get_call().request_ids), 3)

    def test_same_id_at_two_exchanges_is_two_calls(self):
        other = self._create_channel("call")
        self._hear("start")
        self._hear("start", channel=other)
        self.assertEqual(len(self._get_call()), 2)

    def test_ledger_stays_honest(self):
        self._create_client(phone=CALLER)
        self._hear_talk()
        states = self._get_call().request_ids.mapped("state")
        self.assertEqual(states, ["joined"] * 3)

    def test_person_of_a_client_is_found(self):
        client = self._create_client(is_company=True)
        person = self._create_client("Олена", parent_id=client.id, phone=CALLER)
        call = self._hear("start")
        self.assertEqual((call.contact_id, call.partner_id), (person, client))

    def test_number_of_two_clients_is_nobody_for_certain(self):
        self._create_client("Альфа", phone=CALLER)
        self._create_client("Омега", phone=CALLER)
        self.assertFalse(self._hear("start").contact_id)

    def test_answer_of_unknown_number_makes_a_lead_of_whoever_answered(self):
        lead = self._hear_talk().lead_id
        self.assertRecordValues(lead, [{"user_id": self.client_user.id}])
        self.assertEqual(lead.partner_id.phone_sanitized, CALLER)
        self.assertEqual(len(lead.call_ids), 1)

    def test_answered_calls_make_no_leads_where_nobody_wants_them(self):
        self.exchange.is_answered_lead = False
        self.assertFalse(self._hear_talk().lead_id)

    def test_missed_call_makes_a_lead_and_a_task(self):
        call = self._hear_missed()
        self.assertTrue(call.is_missed)
        self.assertEqual(call.lead_id.channel_id, self.exchange)
        self.assertEqual(len(self._get_tasks(call.lead_id)), 1)

    def test_task_is_of_the_manager_of_the_client(self):
        self.env["crm.team.member"].create(
            {"crm_team_id": self.team.id, "user_id": self.client_user.id}
        )
        self._create_client(phone=CALLER, user_id=self.client_user.id)
        lead = self._hear_missed().lead_id
        self.assertEqual(lead.user_id, self.client_user)
        self.assertEqual(self._get_tasks(lead).user_id, self.client_user)

    def test_many_calls_are_heard_in_few_queries(self):
        events = [
            {
                "call_id": f"m{number}",
                "event": "missed",
                "from": f"+38067000{number:04}",
                "to": "101",
            }
            for number in range(60)
        ]
        for event in events:
            self.exchange._store_request(event, event["call_id"])
        waiting = self.env["lead.request"].search([("state", "=", "new")])
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        waiting._hear_calls()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 60)

    def test_second_missed_call_joins_the_lead_and_its_task(self):
        lead = self._hear_missed("c1").lead_id
        self.assertEqual(self._hear_missed("c2").lead_id, lead)
        self.assertEqual(len(self._get_tasks(lead)), 1)

    def test_task_ends_when_the_client_is_called_back(self):
        missed = self._hear_missed("c1")
        self._hear_talk("c2", 100, direction="out", **{"from": "101", "to": CALLER})
        self.assertFalse(self._get_tasks(missed.lead_id))
        self.assertTrue(missed.called_back_at)

    def test_task_ends_when_the_client_gets_through(self):
        missed = self._hear_missed("c1")
        self._hear_talk("c2", 100)
        self.assertFalse(self._get_tasks(missed.lead_id))

    def test_call_back_that_nobody_takes_leaves_the_task(self):
        missed = self._hear_missed("c1")
        self._hear("start", "c2", 100, **{"from": "101", "to": CALLER})
        self._hear("missed", "c2", 120, **{"from": "101", "to": CALLER})
        self.assertTrue(self._get_tasks(missed.lead_id))

    def test_earlier_talk_is_no_call_back(self):
        missed = self._hear_missed("c1")
        self._hear_talk("c2", -300)
        self.assertFalse(missed.called_back_at)

    def test_answer_that_comes_late_ends_the_task(self):
        missed = self._hear_missed()
        lead = missed.lead_id
        self._hear("answer", seconds=10, extension="101")
        self._hear("end", seconds=70, extension="101")
        self.assertFalse(missed.is_missed)
        self.assertFalse(self._get_tasks(lead))

    def test_task_goes_with_the_lead(self):
        lead = self._hear_missed().lead_id
        lead.user_id = self.client_user
        self.assertEqual(self._get_tasks(lead).user_id, self.client_user)

    def test_hidden_number_makes_no_lead(self):
        call = self._hear_missed(**{"from": "anonymous"})
        self.assertTrue(call.is_missed)
        self.assertFalse(call.lead_id)

    def test_number_nobody_understands_is_called_back_too(self):
        call = self._hear_missed(**{"from": "0001234567"})
        self.assertEqual(call.client_number, "0001234567")
        self.assertEqual(len(self._get_tasks(call.lead_id)), 1)

    def test_colleague_is_no_client(self):
        self.internal_user.partner_id.phone = CALLER
        self.assertFalse(self._hear_missed().lead_id)

    def test_internal_call_concerns_no_client(self):
        call = self._hear_missed(**{"from": "102", "to": "101"})
        self.assertEqual((call.direction, call.lead_id.id), ("internal", False))

    def test_old_journal_buries_nobody(self):
        old = fields.Datetime.now() - timedelta(days=30)
        call = self._hear_missed(at=f"{old.isoformat()}Z")
        self.assertTrue(call.lead_id)
        self.assertFalse(self._get_tasks(call.lead_id))

    def test_call_without_an_end_is_missed_in_the_end(self):
        begin = fields.Datetime.now() - timedelta(hours=3)
        call = self._hear("start", at=f"{begin.isoformat()}Z")
        for _twice in range(2):
            self.env["lead.call"]._cron_close_silent()
        self._work()
        self.assertEqual(call.state, "missed")
        self.assertEqual(len(call.request_ids), 2)

    def test_call_that_rings_now_is_left_alone(self):
        call = self._hear("start")
        self.env["lead.call"]._cron_close_silent()
        self._work()
        self.assertEqual(call.state, "ringing")

    def test_talk_answers_the_open_lead(self):
        lead = self._hear_missed("c1").lead_id
        self._hear_talk("c2", 700)
        self.assertTrue(lead.first_response_at)

    def test_lead_of_an_answered_call_is_answered(self):
        self.assertTrue(self._hear_talk().lead_id.first_response_at)

    def test_number_that_talked_works(self):
        client = self._create_client(phone=CALLER)
        self._hear_talk()
        point = self._get_points(client)
        self.assertRecordValues(point, [{"state": "confirmed", "state_event": "call"}])

    def test_missed_call_confirms_nothing(self):
        client = self._create_client(phone=CALLER)
        self._hear_missed()
        self.assertEqual(self._get_points(client).state, "unknown")

    def test_call_stands_in_the_history_of_the_client(self):
        client = self._create_client(phone=CALLER)
        call = self._hear_talk()
        lines = self.env["client.interaction"].search(
            [("partner_id", "=", client.id), ("res_model", "=", "lead.call")]
        )
        self.assertRecordValues(
            lines,
            [
                {
                    "kind": "call",
                    "channel": "phone",
                    "direction": "in",
                    "user_id": self.client_user.id,
                    "res_id": call.id,
                    "is_touch": True,
                    "is_answered": True,
                }
            ],
        )
