from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from .dispatch_common import DispatchCommon

MONDAY = "2026-03-02 09:00"
TUESDAY = "2026-03-03 09:00"
BACK = "2026-03-09 09:00"


@tagged("post_install", "-at_install")
class TestLeadAbsence(DispatchCommon):
    """Anna is away from Monday to Friday; Boris acts for her."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(user_id=cls.anna.id)
        cls.anna.client_deputy_id = cls.boris
        cls.env.flush_all()

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("lead_capture.ir_cron_lead_absence").method_direct_trigger()
        self.env.invalidate_all()

    def _get_last(self, lead):
        return lead.sudo().assignment_ids.sorted("id")[-1]

    @freeze_time(TUESDAY)
    def test_acting_manager_gets_the_work_and_the_client_stays(self):
        self._send_away(self.anna)
        lead = self._arrive_one(partner_id=self.client.id)
        self.assertEqual(lead.user_id, self.boris)
        self.assertEqual(lead.sudo().covered_user_id, self.anna)
        self.assertEqual(self.client.user_id, self.anna)
        self.assertEqual(
            lead.sudo().assignment_reason,
            "Anna is away and comes back on 03/09/2026. Boris acts.",
        )

    def test_what_is_unanswered_is_covered_in_the_morning_and_goes_back(self):
        with freeze_time("2026-02-27 09:00"):
            lead, answered = self._arrive(
                self._create_leads(2, partner_id=self.client.id)
            )
            answered._note_question()
            answered._note_answer(self.anna, fields.Datetime.now())
            self._send_away(self.anna)
            self._run()
            self.assertEqual(lead.user_id, self.anna)
        with freeze_time(MONDAY):
            self._run()
            self.assertEqual((lead.user_id, answered.user_id), (self.boris, self.anna))
            self._run()  # twice is once
        self.assertEqual(len(lead.sudo().assignment_ids), 2)
        with freeze_time(BACK):
            self._run()
        self.assertEqual(lead.user_id, self.anna)
        self.assertFalse(lead.sudo().covered_user_id)
        self.assertEqual(self._get_last(lead).kind, "return")
        self.assertEqual(self._get_last(lead).reason, "Anna is back.")

    def test_nothing_goes_back_on_a_day_off(self):
        with freeze_time(TUESDAY):
            self._send_away(self.anna)
            lead = self._arrive_one(partner_id=self.client.id)
        with freeze_time("2026-03-07 09:00"):
            self._run()
        self.assertEqual(lead.user_id, self.boris)

    def test_who_is_in_the_middle_of_it_ends_it_first(self):
        with freeze_time(TUESDAY):
            self._send_away(self.anna)
            lead = self._arrive_one(partner_id=self.client.id)
            lead.with_user(self.boris).action_take()
            activity = lead.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.boris.id
            )
        with freeze_time(BACK):
            self._run()
            self.assertEqual(lead.user_id, self.boris)
            activity.action_feedback()
            self._run()
            self.assertEqual(lead.user_id, self.anna)
        self.assertFalse(lead.sudo().taken_by_id)

    def test_what_a_person_gave_elsewhere_does_not_go_back(self):
        with freeze_time(TUESDAY):
            self._send_away(self.anna)
            lead = self._arrive_one(partner_id=self.client.id)
            lead.with_user(self.client_manager).user_id = self.clara
            self.assertFalse(lead.sudo().covered_user_id)
        with freeze_time(BACK):
            self._run()
        self.assertEqual(lead.user_id, self.clara)

    @freeze_time(TUESDAY)
    def test_absent_deputy_too_is_covered_and_the_owner_stays(self):
        self._send_away(self.anna)
        lead = self._arrive_one(partner_id=self.client.id)
        self.boris.client_deputy_id = self.clara
        self._send_away(self.boris)
        self._run()
        self.assertEqual(lead.user_id, self.clara)
        self.assertEqual(lead.sudo().covered_user_id, self.anna)

    @freeze_time(TUESDAY)
    def test_where_nobody_acts_the_rules_decide_and_it_goes_back(self):
        self.anna.client_deputy_id = False
        self._send_away(self.anna)
        lead = self._arrive_one(partner_id=self.client.id)
        self.assertIn(lead.user_id, self.boris | self.clara)
        self.assertEqual(lead.sudo().covered_user_id, self.anna)
        self.assertIn("Nobody acts by name.", lead.sudo().assignment_reason)

    @freeze_time(TUESDAY)
    def test_where_nobody_is_there_the_owner_keeps_it(self):
        self.anna.client_deputy_id = False
        for user in self.members.user_id:
            self._send_away(user)
        lead = self._arrive_one(partner_id=self.client.id)
        self.assertEqual(lead.user_id, self.anna)
        self.assertIn("nobody acts in the meantime", lead.sudo().assignment_reason)

    @freeze_time(TUESDAY)
    def test_who_is_away_gets_nothing_by_rules_and_no_flood_afterwards(self):
        self._arrive(self._create_leads(3))
        self._send_away(self.anna)
        away = self._arrive(self._create_leads(20))
        self.assertEqual(self._count(away), {"boris": 10, "clara": 10})
        with freeze_time(BACK):
            back = self._arrive(self._create_leads(9))
        self.assertEqual(self._count(back), {"anna": 3, "boris": 3, "clara": 3})

    @freeze_time(TUESDAY)
    def test_request_that_joins_that_of_an_absent_person_is_heard(self):
        lead = self._create_lead(partner_id=self.client.id, user_id=self.anna.id)
        self._send_away(self.anna)
        self._arrive(lead)
        self.assertEqual(lead.user_id, self.boris)

    @freeze_time(TUESDAY)
    def test_leave_of_the_calendar_is_an_absence_with_its_end(self):
        resource = self.env["resource.resource"].create(
            {"name": "Anna", "user_id": self.anna.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": "2026-03-01 22:00",
                "date_to": "2026-03-11 22:00",
            }
        )
        lead = self._arrive_one(partner_id=self.client.id)
        self.assertEqual(lead.user_id, self.boris)
        self.assertIn("03/12/2026", lead.sudo().assignment_reason)

    @freeze_time("2026-03-07 09:00")
    def test_nobody_is_at_work_on_a_day_off(self):
        self.assertFalse(self.members.user_id._get_at_work())


@tagged("post_install", "-at_install")
class TestLeadAbsenceTour(DispatchCommon, HttpCase):
    """Away for some days and back, as both colleagues see it."""

    def test_request_is_covered_and_goes_back(self):
        today = fields.Date.today()
        self.anna.client_deputy_id = self.boris
        self._send_away(self.anna, today - timedelta(1), today + timedelta(2))
        client = self._create_client(user_id=self.anna.id)
        lead = self._arrive_one(name="Facade paint", partner_id=client.id)
        self.start_tour(
            "/odoo/my-requests", "lead_absence_cover", login="boris", timeout=120
        )
        self.assertEqual(lead.sudo().taken_by_id, self.boris)
        monday = today + timedelta(14 - today.weekday())
        with freeze_time(f"{monday} 09:00"), self.enter_registry_test_mode():
            self.env.ref("lead_capture.ir_cron_lead_absence").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(lead.user_id, self.anna)
        self.start_tour(
            "/odoo/my-requests", "lead_absence_return", login="anna", timeout=120
        )
