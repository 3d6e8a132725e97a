from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .test_client_reminder import MONDAY, ReminderCommon


@tagged("post_install", "-at_install")
class TestReminderGiving(ReminderCommon):
    """Who gets what, and how much of it."""

    def test_deputy_gets_what_the_manager_cannot(self):
        self.manager.write(
            {"out_of_office_from": "2026-03-01", "out_of_office_to": "2026-03-05"}
        )
        rule = self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.assertReminder(
            rule, "given", user_id=self.deputy.id, responsible_id=self.manager.id
        )
        self.assertEqual(self._get_activities(client).user_id, self.deputy)

    def test_head_gets_what_the_rule_says(self):
        rule = self._add_rule(target="head")
        self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.assertReminder(rule, "given", user_id=self.head.id)

    def test_one_person_gets_what_the_rule_says(self):
        rule = self._add_rule(target="user", user_id=self.deputy.id)
        self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.assertReminder(rule, "given", user_id=self.deputy.id)

    def test_client_without_manager_goes_to_the_fallback_then_to_the_head(self):
        rule = self._add_rule(fallback_user_id=self.deputy.id)
        self.env.company.client_head_id = self.head
        self._add_client(contract_end_date=MONDAY, user_id=False)
        self._run_cron()
        self.assertReminder(rule, "given", user_id=self.deputy.id)
        other = self._add_rule()
        self._run_cron()
        self.assertReminder(other, "given", user_id=self.head.id)

    def test_nobody_to_give_it_to_is_said(self):
        rule = self._add_rule()
        client = self._add_client(contract_end_date=MONDAY, user_id=False)
        self._run_cron()
        reminder = self.assertReminder(rule, "waiting", "nobody")
        self.assertEqual(reminder.reason, "Nobody to give it to")
        client.user_id = self.manager
        self._run_cron()
        self.assertReminder(rule, "given", user_id=self.manager.id)

    def test_archived_manager_is_stood_in_for(self):
        self.manager.active = False
        rule = self._add_rule()
        self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.assertReminder(rule, "given", user_id=self.deputy.id)

    def test_archived_manager_without_anybody_counts_as_none(self):
        self.head.active = False
        rule = self._add_rule(fallback_user_id=self.deputy.id)
        self._add_client(contract_end_date=MONDAY, user_id=self.head.id)
        self._run_cron()
        self.assertReminder(rule, "given", user_id=self.deputy.id)

    def test_most_important_come_first_and_the_rest_waits(self):
        self.env.company.client_daily_cap = 2
        low, high = self._add_rule(priority="0"), self._add_rule(priority="3")
        client = self._add_client(contract_end_date=MONDAY)
        rich = self._add_client(contract_end_date=MONDAY, deal_potential="high")
        self._run_cron()
        self.assertEqual(self._get_reminders(high).mapped("state"), ["given"] * 2)
        waiting = self._get_reminders(low)
        self.assertEqual(waiting.mapped("reason_code"), ["cap"] * 2)
        self._run_cron()  # no more on this day
        self.assertEqual(waiting.mapped("state"), ["waiting"] * 2)
        self.env.company.client_daily_cap = 1
        self._run_cron("2026-03-03 05:00")
        given = waiting.filtered(lambda one: one.state == "given")
        self.assertEqual(given.partner_id, rich)
        self._run_cron("2026-03-04 05:00")
        self.assertEqual(waiting.partner_id, client + rich)
        self.assertEqual(waiting.mapped("state"), ["given"] * 2)

    def test_cap_of_a_person_comes_before_that_of_the_company(self):
        self.manager.client_daily_cap = 1
        rule = self._add_rule()
        for _number in range(3):
            self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        states = sorted(self._get_reminders(rule).mapped("state"))
        self.assertEqual(states, ["given", "waiting", "waiting"])

    def test_second_one_waits_until_the_first_is_done(self):
        rule = self._add_rule("birthday")
        company = self._add_client(is_company=True)
        for name in ("Марія", "Іван"):
            self._create_client(name, parent_id=company.id, birthdate="1980-03-02")
        self._run_cron()
        activity = self._get_activities(company)
        self.assertEqual(len(activity), 1)
        second = self._get_reminders(rule).filtered(lambda one: one.state == "waiting")
        self.assertEqual(second.reason_code, "open")
        activity.action_feedback()
        self._run_cron()
        self.assertEqual(second.state, "given")

    def test_done_and_cancelled_activities_end_reminders(self):
        rule = self._add_rule()
        clients = [self._add_client(contract_end_date=MONDAY) for _number in range(2)]
        self._run_cron()
        self._get_activities(clients[0]).with_user(self.manager).action_done()
        self._get_activities(clients[1]).with_user(self.manager).unlink()
        found = self._get_reminders(rule).grouped("partner_id")
        self.assertEqual(found[clients[0]].state, "done")
        cancelled = found[clients[1]]
        self.assertEqual(
            (cancelled.state, cancelled.reason_code), ("dropped", "removed")
        )
        self._run_cron()
        for client in clients:
            self.assertFalse(self._get_activities(client))

    @mute_logger("odoo.addons.client_base.models.client_reminder_giver")
    def test_reminder_that_cannot_follow_keeps_nobody_from_writing(self):
        rule = self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        model = type(self._get_reminders(rule))
        with patch.object(model, "_move_to", side_effect=ValueError("no")):
            client.user_id = self.deputy
            self.env.flush_all()
            self._run_cron("2026-03-03 05:00")
        self.assertEqual(client.user_id, self.deputy)
        self.assertFalse(rule.error)
        self._run_cron("2026-03-03 06:00")
        self.assertEqual(self._get_activities(client).user_id, self.deputy)

    def test_open_activity_follows_the_manager(self):
        rule = self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        client.with_user(self.client_user).user_id = self.deputy
        self.assertEqual(self._get_activities(client).user_id, self.deputy)
        self.assertReminder(
            rule, "given", user_id=self.deputy.id, responsible_id=self.deputy.id
        )

    def test_activity_given_to_a_third_person_stays(self):
        rule = self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self._get_activities(client).user_id = self.head
        self.assertReminder(rule, "given", user_id=self.head.id)

    def test_activity_of_an_archived_person_goes_on(self):
        rule = self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.manager.active = False
        self._run_cron()
        self.assertEqual(self._get_activities(client).user_id, self.deputy)
        self.assertReminder(rule, "given", user_id=self.deputy.id)

    def test_person_of_another_company_does_not_get_it(self):
        other = self._create_company(name="Other")
        rule = self._add_rule()
        self._add_client(contract_end_date=MONDAY, company_id=other.id)
        self._run_cron()
        self.assertReminder(rule, "waiting", "no_access")

    def test_one_that_cannot_be_given_holds_up_no_other(self):
        rule, poison = self._add_rule(), self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        original = type(poison)._fill_in

        def fill_in(record, text, values):
            if record.id == poison.id:
                raise ValueError("poison")
            return original(record, text, values)

        self.patch(type(poison), "_fill_in", fill_in)
        with mute_logger("odoo.addons.client_base.models.client_reminder_giver"):
            self._run_cron()
        self.assertReminder(rule, "given")
        self.assertReminder(poison, "waiting", "failed")
        self.assertEqual(len(self._get_activities(client)), 1)

    def test_texts_are_in_the_language_of_the_person(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        rule = self._add_rule(summary="Call {name}")
        rule.with_context(lang="uk_UA").summary = "Подзвоніть: {name}"
        self.manager.lang = "uk_UA"
        client = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.assertEqual(
            self._get_activities(client).summary, "Подзвоніть: Вербиченко Трейд"
        )

    def test_day_is_that_of_the_person(self):
        self.manager.tz = "America/Los_Angeles"  # still Sunday
        rule = self._add_rule()
        self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.assertReminder(rule, "waiting")
        self._run_cron("2026-03-02 12:00")
        self.assertReminder(rule, "given")

    def test_next_morning_is_by_the_clock_of_the_company(self):
        self._run_cron("2026-03-28 05:00")  # the clocks go forward this night
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.cron.id)], order="call_at desc"
        )
        hours = {str(one.call_at) for one in triggers}
        self.assertIn("2026-03-29 02:00:00", hours)  # five o'clock in Kyiv, summer time

    def test_notifications_are_not_mailed_one_by_one(self):
        self._add_rule()
        self._add_client(contract_end_date=MONDAY)
        mails = self.env["mail.mail"].search_count([])
        self._run_cron()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    @users("client_user")
    def test_user_takes_and_drops_reminders(self):
        rule = self._add_rule()
        take = self._add_client(contract_end_date="2026-03-20")
        drop = self._add_client(contract_end_date="2026-03-20")
        self._run_cron()
        found = self._get_reminders(rule).with_user(self.env.user).grouped("partner_id")
        found[take].action_give()
        found[drop].action_drop()
        self.assertEqual(self._get_activities(take).user_id, self.env.user)
        self.assertEqual(found[take].state, "given")
        self.assertEqual(
            (found[drop].state, found[drop].reason_code), ("dropped", "by_hand")
        )
        self._run_cron()
        self.assertEqual(found[drop].state, "dropped")

    def test_week_of_the_cap_starts_anew_each_day(self):
        self.manager.client_daily_cap = 1
        rule = self._add_rule()
        for number in range(3):
            self._add_client(contract_end_date=MONDAY + timedelta(days=number))
        for day, given in ((2, 1), (3, 2), (4, 3)):
            self._run_cron(f"2026-03-0{day} 05:00")
            found = self._get_reminders(rule).filtered("given_on")
            self.assertEqual(len(found), given)
