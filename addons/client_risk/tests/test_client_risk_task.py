import datetime as dt

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged, users

from odoo.addons.client_base.tests.common import USER

from .test_client_profile import TODAY, ProfileCommon


class TaskCommon(ProfileCommon):
    """A manager, his deputy and the head of the clients; nobody else's tasks wait."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.risk.task"].search([]).unlink()
        cls.deputy, cls.head = (
            new_test_user(cls.env, login, USER) for login in ("deputy", "head")
        )
        cls.client.user_id = cls.client_user
        cls.other_client.user_id = cls.client_user

    def _run_cron(self, moment="2026-03-02 08:00"):
        cron = self.env.ref("client_risk.ir_cron_client_risk_task")
        with freeze_time(moment), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _be_late(self, key="C-1", **values):
        self._buy(*range(45, 400, 20), key=key, **values)

    def _get_tasks(self, client=None, kind="call"):
        client = client or self.client
        tasks = self.env["client.risk.task"].sudo()
        return tasks.search([("partner_id", "=", client.id), ("kind", "=", kind)])

    def _get_activities(self, client=None):
        client = client or self.client
        activities = self.env["mail.activity"].sudo()
        return activities.search(
            [("res_model", "=", "res.partner"), ("res_id", "=", client.id)]
        )


@tagged("post_install", "-at_install")
class TestTaskPlanning(TaskCommon):
    """What is to be done about whom, and when it is over."""

    def test_client_at_risk_is_to_be_called_once(self):
        self._be_late()
        self._judge_all()
        self._judge_all()
        self.assertRecordValues(
            self._get_tasks(),
            [{"state": "waiting", "status": "missed_date", "user_id": False}],
        )
        self.assertGreater(self._get_tasks().money_at_stake, 0)

    def test_purchase_ends_the_call_and_cancels_the_activity(self):
        self._be_late()
        self._run_cron()
        self.assertTrue(self._get_activities())
        self._buy(0)
        self.assertRecordValues(
            self._get_tasks(), [{"state": "dropped", "reason_code": "bought"}]
        )
        self.assertFalse(self._get_activities())

    def test_next_stay_at_risk_is_a_new_call(self):
        self._be_late()
        self._buy(0)
        with freeze_time("2026-05-20 08:00"):
            self._judge_all()
        self.assertEqual(
            self._get_tasks().sorted("id").mapped("state"), ["dropped", "waiting"]
        )

    def test_called_client_is_left_alone_until_the_days_of_the_policy_are_over(self):
        self._be_late()
        self._run_cron()
        self._get_activities().with_user(self.client_user).action_feedback("On leave")
        self.assertRecordValues(
            self._get_tasks(), [{"state": "done", "outcome": "On leave"}]
        )
        with freeze_time("2026-03-15 08:00"):
            self._judge_all()
        self.assertEqual(len(self._get_tasks()), 1)
        with freeze_time("2026-03-16 08:00"):
            self._judge_all()
        self.assertEqual(len(self._get_tasks()), 2)

    def test_called_client_is_never_called_again_where_the_policy_says_so(self):
        self.env["client.risk.policy"].create({"name": "Once", "recall_days": 0})
        self._be_late()
        self._get_tasks().action_drop()
        with freeze_time("2026-03-20 08:00"):
            self._judge_all()
        self.assertEqual(self._get_tasks().mapped("reason_code"), ["by_hand"])

    def test_graver_cause_is_a_new_call_at_once(self):
        self._be_late()
        task = self._get_tasks()
        task.status = "shrinking"
        task._drop("by_hand")
        self._judge_all()
        self.assertEqual(len(self._get_tasks()), 2)

    def test_sale_asks_for_the_next_date_once(self):
        self._buy(1, 21, 41, 61)
        self.assertEqual(self._get_tasks(kind="ask_date").state, "waiting")
        self._judge_all()
        self._get_tasks(kind="ask_date").action_drop()
        self._judge_all()
        self.assertEqual(len(self._get_tasks(kind="ask_date")), 1)
        self._buy(0)
        self.assertEqual(len(self._get_tasks(kind="ask_date")), 2)

    def test_old_sale_asks_for_nothing(self):
        self._buy(8, 28, 48)
        self.assertFalse(self._get_tasks(kind="ask_date"))

    def test_second_sale_is_asked_about_together_with_the_first(self):
        self._buy(3, 23, 43)
        self._buy(1)
        task = self._get_tasks(kind="ask_date")
        self.assertEqual(task.last_date, TODAY - dt.timedelta(days=1))
        task._drop("by_hand")
        self._judge_all()
        self.assertEqual(len(self._get_tasks(kind="ask_date")), 1)

    def test_project_buyer_and_promised_date_are_not_asked_for(self):
        self._buy(8, 28, 48)
        self._buy(8, 28, 48, key="C-2")
        self._get_profile().is_irregular = True
        self._get_profile(self.other_client).told_date = "2026-03-25"
        with freeze_time("2026-02-24 08:00"):
            self._judge_all()
        self.assertFalse(self._get_tasks(kind="ask_date"))
        self.assertFalse(self._get_tasks(self.other_client, "ask_date"))

    def test_company_says_who_is_asked(self):
        self.env.company.client_ask_date = "managed"
        self.other_client.user_id = False
        self._buy(1)
        self._buy(1, key="C-2")
        self.assertTrue(self._get_tasks(kind="ask_date"))
        self.assertFalse(self._get_tasks(self.other_client, "ask_date"))
        self.env.company.client_ask_date = "none"
        self._judge_all()
        self.assertEqual(self._get_tasks(kind="ask_date").reason_code, "not_wanted")

    def test_sale_taken_back_and_late_question_are_dropped(self):
        self._buy(1, 30)
        self._get_stored("C-1-1").is_cancelled = True
        self._judge_all()
        self.assertEqual(self._get_tasks(kind="ask_date").reason_code, "cancelled")
        self._buy(1, key="C-2")
        with freeze_time("2026-03-10 08:00"):
            self._judge_all()
        task = self._get_tasks(self.other_client, "ask_date")
        self.assertEqual(task.reason_code, "late")

    def test_merged_cards_have_one_task(self):
        self._be_late()
        self._be_late(key="C-2")
        self._run_cron()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.other_client).ids, self.client)
        tasks = self._get_tasks()
        self.assertEqual(sorted(tasks.mapped("state")), ["dropped", "given"])
        self.assertEqual(len(self._get_activities()), 1)


@tagged("post_install", "-at_install")
class TestTaskBrief(TaskCommon):
    """What the manager reads before he calls."""

    def _get_note(self):
        self._run_cron()
        return self._get_activities().note

    def _make_lines(self, *categories):
        return [
            {
                "product_key": name,
                "product": f"{name} 1 l",
                "category": name,
                "quantity": 1,
                "amount": 500,
            }
            for name in categories
        ]

    def test_note_tells_rhythm_purchases_talk_and_promise(self):
        self._be_late(lines=self._make_lines("Paint", "<b>Glue</b>"))
        with freeze_time("2026-02-02 08:00"):
            self._get_profile().told_date = "2026-02-10"
        self._judge_all()
        note = self._get_note()
        self.assertIn("18 purchases", note)
        self.assertIn("Last purchase:</b> 01/16/2026", note)
        self.assertIn("1,000", note)
        self.assertIn("Paint 1 l (18 of 18 times)", note)
        self.assertIn("&lt;b&gt;Glue", note)
        self.assertIn("Last talk:", note)
        self.assertIn("Keeps 0 of 1 dates.", note)
        self.assertIn("/odoo/client-tasks/", note)

    def test_line_that_was_left_off_is_named(self):
        self._buy(*range(65, 400, 20), lines=self._make_lines("Paint", "Brush"))
        self._buy(45, lines=self._make_lines("Paint"))
        note = self._get_note()
        self.assertIn("No longer buys:</b> Brush 1 l (last on 12/27/2025)", note)

    def test_note_is_in_the_language_of_whoever_gets_it(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.client_user.lang = "uk_UA"
        self._be_late()
        self.assertIn("16.01.2026", self._get_note())

    @users("client_user")
    def test_task_shows_the_same_to_whoever_opens_it(self):
        self._be_late()
        task = self._get_tasks().with_user(self.env.user)
        self.assertIn("Last purchase:", task.brief)

    def test_notes_of_many_are_read_at_once(self):
        clients = self.env["res.partner"].browse()
        for number in range(12):
            clients += self._create_client(
                f"C{number}",
                user_id=self.client_user.id,
                sync_source="1c",
                sync_key=f"M-{number}",
            )
            self._be_late(key=f"M-{number}")
        tasks = self.env["client.risk.task"].search(
            [("partner_id", "in", clients.ids)], order="id"
        )

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._make_briefs(dict.fromkeys(some, self.client_user))
            return self.cr.sql_log_count - before

        count(tasks)  # whatever is cached for good
        self.assertLessEqual(count(tasks), count(tasks[:2]) + 2)


@tagged("post_install", "-at_install")
class TestTaskDone(TaskCommon):
    """Whoever was called, the task ends where it is read."""

    def _finish(self, task, comment="Waits for the new price list", **values):
        action = task.action_done()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        return wizard.create({"comment": comment, **values}).action_done()

    @users("client_user")
    def test_what_was_said_ends_the_task_and_stands_on_the_card(self):
        self._be_late()
        task = self._get_tasks().with_user(self.env.user)
        task.action_give()
        self._finish(task)
        self.assertRecordValues(
            task, [{"state": "done", "outcome": "Waits for the new price list"}]
        )
        self.assertFalse(task.activity_id.active)
        said = self.client.message_ids.mapped("body")
        self.assertTrue([body for body in said if "new price list" in body])

    @users("client_user")
    def test_nothing_needs_to_be_said(self):
        self._be_late()
        task = self._get_tasks().with_user(self.env.user)
        task.action_give()
        self._finish(task, comment=False)
        self.assertEqual(task.state, "done")

    @users("client_user")
    def test_number_that_does_not_work_is_noted_on_the_card(self):
        self.client.phone = "067 123 45 67"
        self._be_late()
        task = self._get_tasks().with_user(self.env.user)
        task.action_give()
        self._finish(task, comment=False, is_number_dead=True)
        point = self.client.contact_point_ids
        self.assertRecordValues(point, [{"state": "failed", "state_event": "hand"}])
        self.assertIn("does not work", task.outcome)

    @users("client_user")
    def test_task_that_waits_is_not_done_by_it(self):
        self._be_late()
        task = self._get_tasks().with_user(self.env.user)
        with self.assertRaisesRegex(UserError, "not yours"):
            self._finish(task)
        self.assertEqual(task.state, "waiting")

    def test_task_of_another_company_is_not_done_by_its_number(self):
        self._be_late()
        task = self._get_tasks()
        task._give({task: self.client_user})
        company = self._create_company(name="Other")
        stranger = new_test_user(
            self.env, "stranger", USER, company_id=company.id, company_ids=company.ids
        )
        with self.assertRaises(AccessError):
            self.env["client.risk.task.done"].with_user(stranger).create(
                {"task_id": task.id}
            ).action_done()
        self.assertEqual(task.state, "given")
