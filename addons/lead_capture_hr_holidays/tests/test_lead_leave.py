from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.lead_capture.tests.dispatch_common import DispatchCommon


@tagged("post_install", "-at_install")
class TestLeadLeave(DispatchCommon):
    """Anna is on leave from Monday to Friday; Boris acts for her."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.client_deputy_id = cls.boris
        cls.client = cls._create_client(user_id=cls.anna.id)
        cls.employee = cls.env["hr.employee"].create(
            {
                "name": "Anna",
                "user_id": cls.anna.id,
                "company_id": cls.env.company.id,
                "date_version": date(2026, 1, 1),
                "contract_date_start": date(2026, 1, 1),
            }
        )
        cls.leave_type = cls.env["hr.leave.type"].create(
            {
                "name": "Leave of the Tests",
                "requires_allocation": False,
                "leave_validation_type": "hr",
                "company_id": cls.env.company.id,
            }
        )

    def _ask_for_leave(self, leave_type=None):
        return (
            self.env["hr.leave"]
            .with_context(leave_skip_state_check=True, tracking_disable=True)
            .create(
                {
                    "name": "Rest",
                    "employee_id": self.employee.id,
                    "holiday_status_id": (leave_type or self.leave_type).id,
                    "request_date_from": "2026-03-02",
                    "request_date_to": "2026-03-06",
                }
            )
        )

    def _forget_calendar(self, leave):
        """Leave the calendar of absences as it was before."""
        self.env["resource.calendar.leaves"].search(
            [("holiday_id", "in", leave.ids)]
        ).unlink()

    def _arrive_for_client(self):
        return self._arrive_one(partner_id=self.client.id)

    @freeze_time("2026-03-03 09:00")
    def test_granted_leave_is_an_absence_without_a_calendar_leave(self):
        leave = self._ask_for_leave()
        leave.action_approve()
        self._forget_calendar(leave)
        lead = self._arrive_for_client()
        self.assertEqual(lead.user_id, self.boris)
        self.assertIn("comes back on 03/09/2026", lead.sudo().assignment_reason)

    @freeze_time("2026-03-03 09:00")
    def test_leave_in_both_places_is_one_absence(self):
        self._ask_for_leave().action_approve()
        self.assertIn("03/09/2026", self._arrive_for_client().sudo().assignment_reason)

    @freeze_time("2026-03-03 09:00")
    def test_leave_that_is_only_asked_for_is_none(self):
        self._ask_for_leave()
        self.assertEqual(self._arrive_for_client().user_id, self.anna)

    @freeze_time("2026-03-03 09:00")
    def test_training_is_work(self):
        training = self.leave_type.copy(
            {
                "name": "Training",
                "time_type": "other",
                "elligible_for_accrual_rate": True,
            }
        )
        leave = self._ask_for_leave(training)
        leave.action_approve()
        self._forget_calendar(leave)
        self.assertEqual(self._arrive_for_client().user_id, self.anna)

    def test_work_goes_back_after_the_leave(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_absence")
        with freeze_time("2026-03-03 09:00"):
            leave = self._ask_for_leave()
            leave.action_approve()
            self._forget_calendar(leave)
            lead = self._arrive_for_client()
        for moment, user in (("2026-03-05", self.boris), ("2026-03-09", self.anna)):
            with freeze_time(f"{moment} 09:00"), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(lead.user_id, user)
