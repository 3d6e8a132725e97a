from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .time_common import TimeCommon


@tagged("post_install", "-at_install")
class TestLeadSla(TimeCommon):
    """By when a lead is to be answered, in the working hours of its team."""

    def assertDeadline(self, arrived, deadline, **values):
        with freeze_time(arrived):
            lead = self._create_lead(**values)
        self.assertEqual(lead.response_deadline, deadline and self._at(deadline))
        return lead

    # Kyiv is two hours ahead of UTC in winter, three in summer.
    def test_an_hour_within_the_day(self):
        self.assertDeadline("2026-11-18 08:10:07", "2026-11-18 09:10:07")

    def test_the_hour_goes_on_after_lunch(self):
        self.assertDeadline("2026-11-18 10:30:30", "2026-11-18 12:30:30")

    def test_an_hour_that_ends_with_the_day_ends_on_that_day(self):
        self.assertDeadline("2026-11-18 15:00:00", "2026-11-18 16:00:00")

    def test_a_second_later_it_ends_the_next_morning(self):
        self.assertDeadline("2026-11-18 15:00:01", "2026-11-19 07:00:01")

    def test_weekend_arrival_is_due_on_monday(self):
        self.assertDeadline("2026-11-21 12:00:00", "2026-11-23 08:00:00")

    def test_monday_after_the_clocks_went_forward(self):
        self.assertDeadline("2026-03-28 12:00:00", "2026-03-30 07:00:00")

    def test_monday_after_the_clocks_went_back(self):
        self.assertDeadline("2026-10-24 12:00:00", "2026-10-26 08:00:00")

    def test_round_the_clock_counts_the_night_of_23_hours(self):
        self.team.client_calendar_id = self._create_calendar([(0, 24)], range(7))
        self.policy.response_hours = 24
        self.assertDeadline("2026-03-28 20:00:00", "2026-03-29 20:00:00")

    def test_two_shifts_of_a_night_change_the_day(self):
        calendar = self._create_calendar([(0, 2), (22, 24)], range(7))
        self.team.client_calendar_id = calendar
        self.policy.response_hours = 3
        self.assertDeadline("2026-11-18 21:00:00", "2026-11-19 00:00:00")

    def test_holidays_are_left_out(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Day off of everybody",
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-18 22:00:00",
                "date_to": "2026-11-19 21:59:59",
            }
        )
        self.assertDeadline("2026-11-18 15:30:00", "2026-11-20 07:30:00")

    def test_holiday_of_one_person_is_no_holiday_of_the_team(self):
        resource = self.env["resource.resource"].create(
            {"name": "One", "calendar_id": self.calendar.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-18 22:00:00",
                "date_to": "2026-11-19 21:59:59",
            }
        )
        self.assertDeadline("2026-11-18 15:30:00", "2026-11-19 07:30:00")

    def test_without_a_team_calendar_the_one_of_the_company_counts(self):
        self.team.client_calendar_id = False
        self.env.company.resource_calendar_id = self._create_calendar([(10, 12)])
        self.assertDeadline("2026-11-18 05:00:00", "2026-11-18 09:00:00")

    # === CALENDARS WITHOUT HOURS ===

    def test_team_refuses_a_calendar_without_hours(self):
        with self.assertRaisesRegex(ValidationError, "no working hours"):
            self.team.client_calendar_id = self._create_calendar([])

    def test_team_refuses_flexible_hours(self):
        calendar = self._create_calendar([(9, 18)])
        calendar.schedule_type = "flexible"
        with self.assertRaisesRegex(ValidationError, "no working hours"):
            self.team.client_calendar_id = calendar

    def test_calendar_of_a_team_is_not_emptied(self):
        with self.assertRaisesRegex(ValidationError, "must keep"):
            self.calendar.attendance_ids = [Command.clear()]

    def test_policy_refuses_a_company_without_hours(self):
        self.env.company.resource_calendar_id = self._create_calendar([])
        with self.assertRaisesRegex(ValidationError, "no working hours"):
            self.env["lead.sla.policy"].create({"name": "Never"})

    def test_hours_emptied_behind_our_back_make_every_hour_count(self):
        self.calendar.attendance_ids.unlink()
        lead = self.assertDeadline("2026-11-21 12:00:00", "2026-11-21 13:00:00")
        self.assertTrue(lead.response_ids.is_wall_time)
        self.policy.team_ids = False
        self.env.company.resource_calendar_id = self.calendar
        self.assertIn(self.calendar.name, self.policy.hours_warning)

    # === WHICH POLICY ===

    def test_first_policy_that_fits_counts(self):
        self.env["lead.sla.policy"].create(
            [
                {
                    "name": "Other Channel",
                    "sequence": 1,
                    "response_hours": 2,
                    "channel_ids": [Command.link(self.channel.id)],
                },
                {
                    "name": "Urgent",
                    "sequence": 2,
                    "response_hours": 0.25,
                    "domain": "[('priority', '=', '3')]",
                },
            ]
        )
        self.assertDeadline("2026-11-18 08:00", "2026-11-18 09:00")
        lead = self.assertDeadline("2026-11-18 08:00", "2026-11-18 08:15", priority="3")
        lead.priority = "0"
        self.assertEqual(lead.response_deadline, self._at("2026-11-18 09:00"))

    def test_new_team_has_other_hours(self):
        lead = self.assertDeadline("2026-11-18 05:00", "2026-11-18 08:00")
        other = self.team.copy()
        other.client_calendar_id = self._create_calendar([(12, 14)])
        lead.team_id = other
        self.assertEqual(lead.response_deadline, self._at("2026-11-18 11:00"))

    def test_change_of_a_policy_changes_open_deadlines_only(self):
        opened = self.assertDeadline("2026-11-18 08:00", "2026-11-18 09:00")
        answered = self.assertDeadline("2026-11-18 08:00", "2026-11-18 09:00")
        answered._note_answer(self.client_user, self._at("2026-11-18 08:30"))
        self.policy.response_hours = 2
        self.assertEqual(opened.response_deadline, self._at("2026-11-18 10:00"))
        self.assertEqual(answered.response_deadline, self._at("2026-11-18 09:00"))

    def test_a_holiday_told_later_moves_open_deadlines(self):
        lead = self.assertDeadline("2026-11-18 15:30:00", "2026-11-19 07:30:00")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Day off of everybody",
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-18 22:00:00",
                "date_to": "2026-11-19 21:59:59",
            }
        )
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("lead_capture.ir_cron_lead_review").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(lead.response_deadline, self._at("2026-11-20 07:30:00"))

    def test_new_policy_and_new_hours_are_looked_at_soon(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_review")
        triggers = self.env["ir.cron.trigger"]
        for change in (
            self.policy.copy,
            lambda: self.team.write({"client_calendar_id": False}),
            self.policy.unlink,
        ):
            triggers.search([("cron_id", "=", cron.id)]).unlink()
            change()
            self.assertTrue(triggers.search_count([("cron_id", "=", cron.id)]))

    def test_broken_condition_is_refused(self):
        for domain in ("[('nobody', '=', 1)]", "1", "[(", "__import__('os')"):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.policy.domain = domain

    @mute_logger("odoo.addons.lead_capture.models.lead_sla_policy")
    def test_condition_on_a_lost_field_stops_no_request(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE lead_sla_policy SET domain = %s WHERE id = %s",
            ("[('x_gone', '=', 1)]", self.policy.id),
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        lead = self._create_lead()
        self.assertFalse(lead.response_deadline)
        self.assertTrue(lead.waiting_since)

    # === STAGES ===

    def test_stage_has_its_deadline_from_entering_it(self):
        first, second = self.env["crm.stage"].create(
            [{"name": "First"}, {"name": "Second"}]
        )
        self.policy.stage_ids = [
            Command.create({"stage_id": first.id, "hours": 2}),
            Command.create({"stage_id": second.id, "hours": 9}),
        ]
        with freeze_time("2026-11-18 08:00"):
            lead = self._create_lead(stage_id=first.id)
            lead.date_last_stage_update = self._at("2026-11-18 08:00")
            lead._review_deadlines()
        self.assertEqual(lead.stage_deadline, self._at("2026-11-18 10:00"))
        lead.stage_id = second
        lead.date_last_stage_update = self._at("2026-11-18 12:00")
        lead._review_deadlines()
        self.assertEqual(lead.stage_deadline, self._at("2026-11-19 13:00"))
        lead.action_set_lost()
        self.assertFalse(lead.stage_deadline)
