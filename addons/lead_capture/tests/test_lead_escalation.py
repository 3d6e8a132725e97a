from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .time_common import TimeCommon

ARRIVED = "2026-11-18 08:00:00"  # a Wednesday, ten o'clock in Kyiv; due at 9:00
GIVER = "odoo.addons.lead_capture.models.lead_escalation_giver"


@tagged("post_install", "-at_install")
class TestLeadEscalation(TimeCommon):
    """Warned before, reminded after, then the head is told: each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.rule_ids = [
            Command.create({"minutes": 0, "kind": "remind"}),
            Command.create({"minutes": 30, "kind": "head"}),
        ]
        cls.team.user_id = cls.client_manager
        cls.client_user.tz = "UTC"
        cls.env["lead.response"].search([]).next_step_at = False
        with freeze_time(ARRIVED):
            cls.lead = cls._create_lead()

    def _run(self, moment):
        """:return: the escalations of the lead, the latest first"""
        self.env.flush_all()
        cron = self.env.ref("lead_capture.ir_cron_lead_escalation")
        with freeze_time(moment), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        return self.env["lead.escalation"].search([("lead_id", "=", self.lead.id)])

    def _get_activities(self, user):
        return self.env["mail.activity"].search([("user_id", "=", user.id)])

    def test_nobody_is_told_before_the_time(self):
        self.assertFalse(self._run("2026-11-18 08:44:59"))

    def test_each_step_in_its_time_and_once(self):
        for moment, kind, user in (
            ("2026-11-18 08:45:00", "warn", self.client_user),
            ("2026-11-18 09:00:00", "remind", self.client_user),
            ("2026-11-18 09:30:00", "head", self.client_manager),
        ):
            with self.subTest(kind):
                told = self._run(moment)
                self.assertEqual((told[0].kind, told[0].user_id), (kind, user))
                self.assertEqual(self._run(moment), told)

    def test_one_open_activity_a_person(self):
        self._run("2026-11-18 08:45:00")
        self._run("2026-11-18 09:05:00")
        activity = self._get_activities(self.client_user)
        self.assertEqual(len(activity), 1)
        self.assertIn("No answer since", activity.summary)

    def test_answer_takes_the_activities_away(self):
        self._run("2026-11-18 09:30:00")
        self.assertTrue(self._get_activities(self.client_manager))
        with freeze_time("2026-11-18 09:40:00"):
            self.lead._note_answer(self.client_user, self._at("2026-11-18 09:40:00"))
        people = self.client_manager | self.client_user
        self.assertFalse(
            self._get_activities(people[0]) | self._get_activities(people[1])
        )
        self.assertEqual(len(self._run("2026-11-19 09:00:00")), 3)

    def test_head_gets_no_letters_of_the_lead(self):
        self._run("2026-11-18 09:30:00")
        followers = self.lead.message_partner_ids
        self.assertNotIn(self.client_manager.partner_id, followers)

    def test_steps_after_a_deadline_are_counted_in_working_time(self):
        with freeze_time("2026-11-18 14:50:00"):  # due at 15:50, ten minutes to six
            self.lead = self._create_lead()
        self.assertEqual(
            self._run("2026-11-18 16:25:00").mapped("kind"), ["remind", "warn"]
        )
        self.assertEqual(self._run("2026-11-19 07:20:00")[0].kind, "head")

    def test_head_of_the_person_comes_before_the_leader_of_the_team(self):
        head = self.client_manager.copy({"login": "head"})
        self.client_user.sudo().client_head_id = head
        self.assertEqual(self._run("2026-11-18 09:30:00")[0].user_id, head)

    def test_who_stands_in_is_told(self):
        deputy = self.client_user.copy({"login": "deputy"})
        self.client_user.sudo().write(
            {
                "client_deputy_id": deputy.id,
                "out_of_office_from": "2026-11-18 00:00:00",
                "out_of_office_to": "2026-11-20 00:00:00",
            }
        )
        self.assertEqual(self._run("2026-11-18 08:45:00").user_id, deputy)
        activity = self._get_activities(deputy)
        self.assertFalse(activity.res_model)  # the lead is not his to open
        self.assertIn(self.lead.name, activity.summary)

    def test_lead_of_nobody_is_the_heads(self):
        self.lead.user_id = False
        self.assertEqual(self._run("2026-11-18 08:45:00").user_id, self.client_manager)

    def test_three_days_without_a_server_bring_no_flood(self):
        with freeze_time(ARRIVED):
            for _number in range(9):
                self._create_lead()
        self._run("2026-11-21 08:00:00")
        for user in (self.client_user, self.client_manager):
            with self.subTest(user=user.login):
                activity = self._get_activities(user)
                self.assertEqual(len(activity), 1)
                self.assertIn("10 requests", activity.summary)
        told = self.env["lead.escalation"].search([("lead_id", "=", self.lead.id)])
        self.assertEqual(
            {one.kind: one.state for one in told},
            {"warn": "skipped", "remind": "summed", "head": "summed"},
        )

    @mute_logger(GIVER)
    def test_one_poisoned_lead_holds_up_no_other(self):
        with freeze_time(ARRIVED):
            other = self._create_lead()
        giver = type(self.env["lead.escalation"])
        tell = giver._give_activity

        def fail(self, task):
            if task.case.lead == other:
                raise ValueError("poison")
            return tell(self, task)

        with patch.object(giver, "_give_activity", fail):
            self.assertEqual(self._run("2026-11-18 08:45:00").state, "done")
        failed = self.env["lead.escalation"].search([("lead_id", "=", other.id)])
        self.assertEqual(failed.mapped("state"), ["failed"])
        self.lead = other
        self.assertEqual(self._run("2026-11-18 09:00:00")[0].state, "done")

    def test_killed_before_the_commit_says_it_once(self):
        giver = self.env["lead.escalation"]
        with freeze_time("2026-11-18 08:45:00"):
            with self.assertRaises(KeyboardInterrupt), self.env.cr.savepoint():
                giver._escalate_due(self._kill)
            self.env.invalidate_all()
        self.assertEqual(len(self._run("2026-11-18 08:46:00")), 1)
        self.assertEqual(len(self._get_activities(self.client_user)), 1)

    @staticmethod
    def _kill(processed=0, remaining=None):
        if processed:
            raise KeyboardInterrupt

    def test_missed_rounds_are_late_before_any_answer(self):
        self._run("2026-11-18 09:00:01")
        self.assertEqual(self.lead.response_ids.verdict, "late")
        self.assertEqual(self.lead.response_ids.state, "open")

    def test_request_is_given_to_somebody_else(self):
        other = self.client_user.copy({"login": "other"})
        self.env["crm.team.member"].create(
            [
                {"crm_team_id": self.team.id, "user_id": user.id, "lead_capacity": 9}
                for user in (self.client_user, other)
            ]
        )
        self.policy.rule_ids = [
            Command.clear(),
            Command.create({"minutes": 60, "kind": "reassign"}),
        ]
        self.assertEqual(self._run("2026-11-18 08:50:00").kind, "warn")
        told = self._run("2026-11-18 10:00:00")[0]
        self.assertEqual((told.kind, told.state), ("reassign", "done"))
        self.assertEqual(self.lead.user_id, other)
        self.assertEqual(self.lead.response_ids.user_id, other)
        assignment = self.lead.sudo().assignment_ids[0]
        self.assertEqual(assignment.kind, "escalation")
        self.assertIn("No answer", self._get_activities(other).summary)

    def test_without_anybody_else_the_head_hears_of_it(self):
        self.policy.rule_ids = [
            Command.clear(),
            Command.create({"minutes": 60, "kind": "reassign"}),
        ]
        self._run("2026-11-18 10:00:00")
        self.assertEqual(self.lead.user_id, self.client_user)
        self.assertTrue(self._get_activities(self.client_manager))

    def test_answer_that_came_meanwhile_is_heard(self):
        giver = self.env["lead.escalation"]
        now = self._at("2026-11-18 09:30:00")
        with freeze_time(now):
            cases = giver._fetch_cases(now)
            mine = [case for case in cases if case.lead == self.lead]
            choices = giver._plan_cases(mine, now)
            tasks = giver._assign_tasks(choices)
            self.lead._note_answer(self.client_user, now)
            giver._settle(mine, choices, tasks, set())
        self.assertFalse(giver.search([("lead_id", "=", self.lead.id)]))

    def test_hours_lost_later_are_asked_for_once(self):
        self.calendar.attendance_ids.unlink()
        self.lead._review_deadlines()
        for moment in ("2026-11-18 08:10:00", "2026-11-18 08:15:00"):
            self._run(moment)
            activity = self._get_activities(self.client_manager)
            self.assertEqual(activity.res_model, "lead.sla.policy")
            self.assertIn(self.calendar.name, activity.summary)
        self.team.client_calendar_id = self._create_calendar([(9, 18)])
        self.lead._review_deadlines()
        self._run("2026-11-18 08:20:00")
        self.assertFalse(self._get_activities(self.client_manager))

    def test_stage_over_its_time(self):
        stage = self.lead.stage_id
        self.policy.stage_ids = [Command.create({"stage_id": stage.id, "hours": 2})]
        with freeze_time(ARRIVED):
            self.lead = self._create_lead(stage_id=stage.id)
            self.lead.date_last_stage_update = self._at(ARRIVED)
            self.lead._review_deadlines()
            self.lead._note_answer(self.client_user, self._at(ARRIVED))
        self.assertEqual(self._run("2026-11-18 09:45:00").kind, "warn")
        self.assertEqual(self._run("2026-11-18 10:00:00")[0].kind, "remind")
        summaries = self._get_activities(self.client_user).mapped("summary")
        self.assertIn("The stage was to end at 10:00 AM", summaries)
