from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users, warmup

from .common import LeadCommon


@tagged("post_install", "-at_install")
class TestLeadRequest(LeadCommon):
    """What becomes of a stored request."""

    def _process_with_poison(self, *payloads):
        """Work on requests, of which the one called Poison cannot be a lead."""
        prepare = type(self.env["lead.request"])._prepare_lead

        def fail(request, sender, found):
            if sender.contact_name == "Poison":
                raise ValueError("secret inside")
            return prepare(request, sender, found)

        with patch.object(type(self.env["lead.request"]), "_prepare_lead", fail):
            return self._process(*payloads)

    def test_stranger_gets_a_card_and_a_lead(self):
        request = self._process({"contact_name": "Олена Вітер", "phone": "0671234567"})
        self.assertRecordValues(
            request, [{"state": "processed", "reason_code": "new_card"}]
        )
        self.assertEqual(request.lead_id.partner_id.name, "Олена Вітер")
        self.assertPoints(request.partner_id, ["+380671234567"])
        self.assertEqual(request.lead_id.channel_id, self.channel)

    def test_firm_and_its_person_are_two_cards(self):
        request = self._process(
            {
                "contact_name": "Олена Вітер",
                "company": "ТОВ Вітряк",
                "email": "o@vitriak.example",
            }
        )
        person = request.partner_id
        self.assertEqual(person.name, "Олена Вітер")
        self.assertTrue(person.parent_id.is_company)
        self.assertPoints(person, ["o@vitriak.example"], "email")

    def test_words_without_a_sender_are_a_lead(self):
        request = self._process({"description": "Скільки коштує кабель?"})
        self.assertEqual(request.state, "processed")
        self.assertFalse(request.partner_id)
        self.assertIn("кабель", request.lead_id.description)

    def test_what_was_written_is_text(self):
        request = self._process(
            {"phone": "0671234567", "description": "<img src=x onerror=alert(1)>"}
        )
        self.assertNotIn("<img", request.lead_id.description)
        self.assertNotIn("<img", request.payload_shown)

    def test_payload_cannot_set_columns(self):
        other = self._create_client("Інший")
        request = self._process(
            {
                "phone": "0671234567",
                "user_id": self.client_manager.id,
                "partner_id": other.id,
                "stage_id": 1,
            }
        )
        self.assertNotEqual(request.partner_id, other)
        self.assertNotEqual(request.lead_id.user_id, self.client_manager)

    def test_poison_fails_alone(self):
        names = ["Anna", "Poison", "Boris", "Vera", "Galina"]
        requests = self._process_with_poison(
            *(
                {"contact_name": name, "phone": f"067123456{position}"}
                for position, name in enumerate(names)
            )
        )
        self.assertEqual(
            requests.mapped("state"),
            ["processed", "failed", "processed", "processed", "processed"],
        )
        failed = requests[1]
        self.assertNotIn("secret", failed.with_user(self.client_user).reason)
        self.assertIn("secret", failed.error)
        self.assertEqual(failed.attempts, 1)

    def test_failed_is_tried_again_with_growing_pauses(self):
        request = self._process_with_poison({"contact_name": "Poison"})
        pauses = []
        for _time in range(4):
            pauses.append(request.next_try_at and request.next_try_at - request.done_at)
            request._fail(ValueError())
        self.assertEqual(
            pauses,
            [timedelta(minutes=5), timedelta(hours=1), timedelta(days=1), False],
        )

    def test_retry_is_due_at_once(self):
        request = self._process_with_poison({"contact_name": "Poison"})
        self.assertNotIn(request, self.env["lead.request"]._claim(1000))
        request.with_user(self.client_user).action_retry()
        self.assertIn(request, self.env["lead.request"]._claim(1000))
        request._process()
        self.assertRecordValues(request, [{"state": "processed", "error": False}])

    def test_what_stays_failed_is_told_once(self):
        self.channel.user_id = self.client_manager
        request = self._process_with_poison({"contact_name": "Poison"})
        self.assertFalse(self.channel.activity_ids)
        request._fail(ValueError())
        request._fail(ValueError())
        self.assertEqual(self.channel.activity_ids.user_id, self.client_manager)
        self.assertEqual(len(self.channel.activity_ids), 1)

    def test_a_clash_is_no_failure_of_the_request(self):
        request = self._store({"phone": "0671234567"})
        with (
            patch.object(
                type(self.env["lead.request"]),
                "_work",
                side_effect=SerializationFailure,
            ),
            self.assertRaises(SerializationFailure),
        ):
            request._process()
        self.assertEqual(request.state, "new")

    def test_worked_on_twice_is_once(self):
        request = self._process({"phone": "0671234567"})
        lead = request.lead_id
        self.assertNotIn(request, self.env["lead.request"]._claim(1000))
        self.assertEqual(lead.request_ids, request)

    def test_waking_up_many_times_is_one_trigger(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_request")
        domain = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(domain)
        for _time in range(3):
            self.env["lead.request"].with_user(self.public_user)._wake()
        after = self.env["ir.cron.trigger"].search_count(domain)
        self.assertEqual(after, before + 1)

    @warmup
    def test_queries_do_not_grow_with_the_batch(self):
        counts = []
        for size, start in ((5, 1000), (25, 2000)):
            requests = self._store(
                *(
                    {"contact_name": f"Олена Вітер{n}", "phone": f"067{start + n}111"}
                    for n in range(size)
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            requests._process()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLess((counts[1] - counts[0]) / 20, 4, counts)


@tagged("post_install", "-at_install")
class TestLeadRequestRefusal(LeadCommon):
    """Requests that become no lead, and why."""

    def _assert_rejected(self, code, payload):
        request = self._process(payload)
        self.assertRecordValues(
            request, [{"state": "rejected", "reason_code": code, "lead_id": False}]
        )
        self.assertTrue(request.reason)
        return request

    def test_robot_empty_and_test(self):
        self._assert_rejected("robot", {"phone": "0671234567", "robot": "trap"})
        self._assert_rejected("empty", {"page": "https://example.com"})
        self._assert_rejected(
            "test",
            {"contact_name": "Тест", "email": "a@b.example", "description": "test"},
        )

    def test_stopped_senders(self):
        stops = self.env["lead.stop"].with_user(self.client_manager)
        stops.create({"kind": "phone", "value": "067 123 45 67"})
        stops.create({"kind": "domain", "value": "spam.example"})
        self._assert_rejected("stopped", {"phone": "+380671234567"})
        self._assert_rejected("stopped", {"email": "a@mail.spam.example"})
        fine = self._process({"email": "a@notspam.example"})
        self.assertEqual(fine.state, "processed")

    def test_colleagues(self):
        self.client_user.partner_id.email = "colleague@firm.example"
        self._assert_rejected("colleague", {"email": "Colleague@firm.example"})

    def test_who_wants_no_letters_may_want_to_buy(self):
        self.env["mail.blacklist"]._add("buyer@example.com")
        self.assertEqual(
            self._process({"email": "buyer@example.com"}).state, "processed"
        )
        self.env["mail.blacklist"]._add("other@example.com")
        self.env.company.lead_reject_blacklisted = True
        self._assert_rejected("blacklisted", {"email": "other@example.com"})

    def test_rejected_can_be_taken_up(self):
        request = self._assert_rejected("robot", {"phone": "0671234567", "robot": "x"})
        request.with_user(self.client_user).action_take_up()
        request._process()
        self.assertEqual(request.state, "processed")

    @users("client_user")
    def test_reject_by_hand_and_stop(self):
        request = self._process({"phone": "0671234567"})
        lead = request.lead_id
        lead.user_id = self.client_user
        wizard = self.env["lead.request.reject"].create(
            {"request_ids": request.ids, "reason": "Реклама", "is_stopped": True}
        )
        wizard.action_reject()
        self.assertEqual((request.state, request.reason), ("rejected", "Реклама"))
        self.assertEqual(lead.won_status, "lost")
        self.assertEqual(self._process({"phone": "0671234567"}).reason_code, "stopped")

    @users("client_user")
    def test_taking_up_brings_the_lead_back(self):
        request = self._process({"phone": "0671234567"})
        request.lead_id.user_id = self.client_user
        request.with_env(self.env)._reject_by_hand("Ні")
        request.with_env(self.env).action_take_up()
        self.assertEqual(request.state, "processed")
        self.assertTrue(request.lead_id.active)

    def test_decisions_need_the_right_to_see(self):
        request = self._process({"phone": "0671234567"})
        request.lead_id.user_id = self.client_manager
        for user in (self.client_user, self.internal_user, self.portal_user):
            mine = request.with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                mine.action_retry()
        with self.assertRaises(UserError):
            request.with_user(self.client_manager).action_retry()

    def test_payloads_are_emptied_when_told_so(self):
        request = self._process({"phone": "0671234567"})
        request.received_at = fields.Datetime.now() - timedelta(days=40)
        self.env["lead.request"]._gc_payloads()
        self.assertTrue(request.payload)
        self.env.company.lead_keep_days = 30
        self.env["lead.request"]._gc_payloads()
        self.assertFalse(request.payload)
        self.assertTrue(request.lead_id)
