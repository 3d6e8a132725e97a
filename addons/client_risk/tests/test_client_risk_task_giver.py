import datetime as dt
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_client_profile import TODAY
from .test_client_risk_task import TaskCommon


@tagged("post_install", "-at_install")
class TestTaskGiving(TaskCommon):
    """Who gets what, and how much of it."""

    def test_manager_gets_the_task_in_the_morning(self):
        self._be_late()
        self._run_cron()
        task, activity = self._get_tasks(), self._get_activities()
        self.assertRecordValues(
            task,
            [
                {
                    "state": "given",
                    "user_id": self.client_user.id,
                    "given_on": TODAY,
                    "activity_id": activity.id,
                }
            ],
        )
        self.assertEqual(activity.user_id, self.client_user)
        self.assertEqual(
            activity.activity_type_id, self.env.ref("client_risk.mail_activity_call")
        )
        self._run_cron()
        self.assertEqual(len(self._get_activities()), 1)

    def test_deputy_gets_what_the_manager_cannot(self):
        self.client_user.client_deputy_id = self.deputy
        self.client_user.write(
            {"out_of_office_from": "2026-03-01", "out_of_office_to": "2026-03-05"}
        )
        self._be_late()
        self._run_cron()
        self.assertRecordValues(
            self._get_tasks(),
            [{"user_id": self.deputy.id, "responsible_id": self.client_user.id}],
        )

    def test_head_gets_clients_without_a_manager(self):
        self.client.user_id = False
        self._be_late()
        self._run_cron()
        self.assertRecordValues(
            self._get_tasks(), [{"state": "waiting", "reason_code": "nobody"}]
        )
        self.env.company.client_head_id = self.head
        self._run_cron()
        self.assertEqual(self._get_tasks().user_id, self.head)
        self.assertRegex(self._get_tasks().reason, r"Since \S*2026")

    def test_head_gets_the_clients_of_an_archived_manager(self):
        self.env.company.client_head_id = self.head
        self.client_user.active = False
        self._be_late()
        self._run_cron()
        self.assertEqual(self._get_tasks().user_id, self.head)

    def test_most_money_comes_first_and_the_rest_waits(self):
        self.env.company.client_daily_cap = 1
        self._be_late()
        self._be_late(key="C-2", amount=9000)
        self._run_cron()
        self.assertEqual(self._get_tasks(self.other_client).state, "given")
        self.assertRecordValues(
            self._get_tasks(), [{"state": "waiting", "reason_code": "cap"}]
        )
        self._run_cron("2026-03-02 15:00")
        self.assertEqual(self._get_tasks().state, "waiting")
        self._run_cron("2026-03-03 05:00")
        self.assertEqual(self._get_tasks().state, "given")

    def test_nothing_comes_on_a_day_off(self):
        self._be_late()
        self._run_cron("2026-03-08 08:00")
        self.assertEqual(self._get_tasks().reason_code, "day_off")

    def test_more_than_three_days_tasks_are_not_heaped_up(self):
        self.env.company.client_daily_cap = 1
        for number, day in enumerate(range(2, 7)):
            client = self._create_client(
                f"C{number}",
                user_id=self.client_user.id,
                sync_source="1c",
                sync_key=str(day),
            )
            self._be_late(key=client.sync_key)
        for day in range(2, 7):
            self._run_cron(f"2026-03-0{day} 08:00")
        tasks = self.env["client.risk.task"].search([])
        given = tasks.filtered(lambda one: one.state == "given")
        self.assertEqual(len(given), 3)
        self.assertEqual(set((tasks - given).mapped("reason_code")), {"backlog"})

    def test_somebody_takes_a_waiting_task_himself(self):
        self.env.company.client_daily_cap = 0
        self._be_late()
        self._run_cron()
        task = self._get_tasks().with_user(self.client_user)
        self.assertEqual(task.state, "waiting")
        task.action_give()
        self.assertEqual(task.user_id, self.client_user)

    @mute_logger("odoo.addons.client_base.models.client_reminder_giver")
    def test_one_that_cannot_be_given_holds_up_no_other(self):
        self._be_late()
        self._be_late(key="C-2")
        model, poison = self.env.registry["client.risk.task"], self.other_client
        original = model._prepare_task

        def fail(task, user, today, brief):
            if task.partner_id == poison:
                raise ValueError("no")
            return original(task, user, today, brief)

        with patch.object(model, "_prepare_task", fail):
            self._run_cron()
        self.assertEqual(self._get_tasks().state, "given")
        self.assertRecordValues(
            self._get_tasks(poison), [{"state": "waiting", "reason_code": "failed"}]
        )

    def test_activity_follows_the_manager_and_its_end_the_task(self):
        self._be_late()
        self._run_cron()
        self.client.user_id = self.deputy
        self.assertEqual(self._get_activities().user_id, self.deputy)
        self.assertEqual(self._get_tasks().user_id, self.deputy)
        self._get_activities().unlink()
        self.assertRecordValues(
            self._get_tasks(), [{"state": "dropped", "reason_code": "removed"}]
        )


@tagged("post_install", "-at_install")
class TestSharedDay(TaskCommon):
    """Reminders and tasks are given within one day of one person."""

    def _remind(self, count):
        rule = self.env["client.reminder.rule"].create(
            {"name": "x", "kind": "contract_end", "summary": "x"}
        )
        self.env["client.reminder"].create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": self.client.id,
                    "due_date": TODAY + dt.timedelta(days=number),
                    "remind_on": TODAY,
                    "state": "given",
                    "given_on": TODAY,
                    "user_id": self.client_user.id,
                }
                for number in range(count)
            ]
        )
        self.env.flush_all()

    def test_reminders_of_the_day_leave_less_room_for_tasks(self):
        self.env.company.client_daily_cap = 3
        self._remind(2)
        room = self.client_user._get_task_room()
        self.assertEqual(room[self.client_user], (1, "cap"))

    def test_reminders_leave_half_of_the_day_to_tasks_that_wait(self):
        self.env.company.client_daily_cap = 2
        self._be_late()
        self._be_late(key="C-2")
        days = {self.client_user: TODAY}
        reminders = self.env["client.reminder"]
        self.assertEqual(reminders._fetch_given(days), {self.client_user.id: 0})
        self.env["client.risk.task"]._assign_waiting()
        self.assertEqual(reminders._fetch_given(days), {self.client_user.id: 1})
        self._run_cron()
        self.assertEqual(reminders._fetch_given(days), {self.client_user.id: 2})

    def test_night_has_the_tasks_given_in_the_morning_of_the_company(self):
        self.env.company.resource_calendar_id.tz = "Europe/Kyiv"
        cron = self.env.ref("client_risk.ir_cron_client_risk_task")
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        with freeze_time("2026-03-02 00:30"):
            self._judge_all()
        found = triggers.search([("cron_id", "=", cron.id)])
        self.assertEqual(found.call_at, dt.datetime(2026, 3, 2, 3, 0))

    def test_sale_has_its_task_given_at_once(self):
        cron = self.env.ref("client_risk.ir_cron_client_risk_task")
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self._buy(0, 20, 40)
        found = triggers.search([("cron_id", "=", cron.id)])
        self.assertEqual(found.call_at, dt.datetime(2026, 3, 2, 8, 0))
