import datetime as dt
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged, users
from odoo.tools import mute_logger

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
        original = model._prepare_activity

        def fail(task, user, today, brief):
            if task.partner_id == poison:
                raise ValueError("no")
            return original(task, user, today, brief)

        with patch.object(model, "_prepare_activity", fail):
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


@tagged("post_install", "-at_install")
class TestToldDate(TaskCommon):
    """A client says when he will buy, and does or does not."""

    def _tell(self, date, comment="", user=None):
        profile = self._get_profile().with_user(user or self.client_user)
        wizard = self.env["client.told.date"].with_user(profile.env.user)
        action = profile.action_tell_date()
        told = wizard.with_context(**action["context"]).create(
            {"date": date, "comment": comment}
        )
        return told.action_apply()

    def _get_promises(self):
        return self._get_profile().promise_ids.sorted("id")

    def test_told_date_ends_the_tasks_and_is_written_on_the_card(self):
        self._be_late()
        self._run_cron()
        self._tell("2026-03-10", "<b>after the fair</b>")
        self.assertEqual(self._get_profile().sector, "growth")
        self.assertRecordValues(
            self._get_tasks(), [{"state": "done", "reason_code": "told"}]
        )
        self.assertFalse(self._get_activities())
        note = self.client.message_ids[0].body
        self.assertIn("03/10/2026", note)
        self.assertIn("&lt;b&gt;after the fair", note)
        self.assertRecordValues(
            self._get_promises(),
            [
                {
                    "state": "open",
                    "date": dt.date(2026, 3, 10),
                    "told_on": TODAY,
                    "user_id": self.client_user.id,
                    "comment": "<b>after the fair</b>",
                }
            ],
        )

    def test_told_date_without_a_task_is_noted_on_the_card(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-10")
        self.assertIn("03/10/2026", self.client.message_ids[0].body)

    def test_purchase_in_time_keeps_the_promise_and_the_forecast_counts_again(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        with freeze_time("2026-03-07 08:00"):
            self._buy(-5)
            profile = self._get_profile()
            self.assertRecordValues(
                self._get_promises(),
                [{"state": "kept", "bought_on": dt.date(2026, 3, 7)}],
            )
            self.assertFalse(profile.told_date)
            self.assertFalse(profile.is_told)
            self.assertEqual(profile.promise_kept_count, 1)

    def test_purchase_of_the_day_it_was_told_keeps_nothing(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-20")
        self._buy(0)
        self.assertEqual(self._get_promises().state, "open")

    def test_date_without_a_purchase_is_missed_after_the_days_of_patience(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        with freeze_time("2026-03-07 08:00"):
            self._judge_all()
        self.assertEqual(self._get_promises().state, "open")
        with freeze_time("2026-03-08 08:00"):
            self._judge_all()
            self.assertEqual(self._get_promises().state, "missed")
            self.assertEqual(self._get_profile().promise_missed_count, 1)
            self._buy(-4)  # the document of a purchase in time comes in late
        self.assertEqual(self._get_promises().state, "kept")
        self.assertEqual(self._get_profile().promise_missed_count, 0)

    def test_purchase_taken_back_makes_the_date_expected_again(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        with freeze_time("2026-03-03 08:00"):
            self._buy(-1)
            self.assertEqual(self._get_promises().state, "kept")
            self._get_stored("C-1--1").is_cancelled = True
            self._get_profile().recompute()
            self.assertEqual(self._get_promises().state, "open")
            self.assertEqual(self._get_profile().told_date, dt.date(2026, 3, 4))

    def test_date_put_off_in_time_is_neither_kept_nor_missed(self):
        self._buy(10, 30, 50)
        self._tell("2026-03-04")
        self._tell("2026-03-10")
        with freeze_time("2026-03-14 08:00"):
            self._tell("2026-03-20")
        self.assertEqual(
            self._get_promises().mapped("state"), ["withdrawn", "missed", "open"]
        )
        self.assertIn("Keeps 0 of 1 dates.", self._get_profile().reason)

    def test_day_that_is_over_is_refused(self):
        self._buy(10, 30, 50)
        with self.assertRaisesRegex(ValidationError, "over"):
            self._tell("2026-03-01")

    def test_date_written_into_a_list_is_a_promise_too(self):
        self._be_late()
        self._get_profile().with_user(self.client_user).told_date = "2026-03-10"
        self.assertEqual(self._get_promises().state, "open")
        self.assertEqual(self._get_tasks().state, "done")

    def test_date_of_the_past_ends_no_task(self):
        self._be_late()
        self._get_profile().told_date = "2026-03-01"
        self.assertFalse(self._get_promises())
        self.assertEqual(self._get_tasks().state, "waiting")

    def test_nothing_is_told_of_a_foreign_profile(self):
        self._buy(10)
        other = self._create_company(name="Other")
        self.client_user.write({"company_ids": other.ids, "company_id": other.id})
        wizard = self.env["client.told.date"].with_user(self.client_user)
        told = wizard.create(
            {"profile_id": self._get_profile().id, "date": "2026-03-20"}
        )
        for name in ("partner_id", "reason"):
            with self.assertRaises(AccessError):
                told.read([name])
        with self.assertRaises(AccessError):
            told.action_apply()

    @users("client_user")
    def test_comment_is_not_taken_from_a_foreign_context(self):
        self._buy(10, 30, 50)
        profile = self._get_profile().with_env(self.env)
        profile.with_context(client_told_comment="x").told_date = "2026-03-10"
        self.assertFalse(self._get_promises().comment)

    @users("client_user")
    def test_date_is_told_on_the_card_of_a_contact_person(self):
        self._buy(10)
        person = self._create_client("Person", parent_id=self.client.id)
        action = person.with_env(self.env).action_tell_client_date()
        self.assertEqual(
            action["context"], {"default_profile_id": self._get_profile().id}
        )

    def test_merged_cards_keep_both_promises_and_expect_the_later(self):
        self._buy(10, 30, 50)
        self._buy(12, 32, key="C-2")
        self._tell("2026-03-20")
        self._get_profile(self.other_client).told_date = "2026-03-10"
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.other_client).ids, self.other_client)
        promises = self._get_profile(self.other_client).promise_ids
        self.assertEqual(sorted(promises.mapped("state")), ["open", "withdrawn"])


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
