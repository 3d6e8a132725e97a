from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged, users
from odoo.tools import mute_logger

from .common import USER, ClientCommon

MONDAY = date(2026, 3, 2)


class ReminderCommon(ClientCommon):
    """One rule at a time, a manager with a deputy and a head, and a Monday morning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-02 05:00"))
        cls.env["client.reminder.rule"].search([]).action_archive()
        cls.env.company.resource_calendar_id.tz = "Europe/Kyiv"
        cls.manager, cls.deputy, cls.head = (
            new_test_user(cls.env, name, USER, tz="Europe/Kyiv")
            for name in ("own_manager", "deputy", "head")
        )
        cls.manager.client_deputy_id = cls.deputy
        cls.manager.client_head_id = cls.head
        cls.cron = cls.env.ref("client_base.ir_cron_client_reminder")
        # whatever clients the database has, they are none of the tests'
        own = cls._create_client("x")
        cls.own_domain = f"[('id', '>', {own.id})]"

    @classmethod
    def _add_rule(cls, kind="contract_end", **values):
        return cls.env["client.reminder.rule"].create(
            {
                "name": kind,
                "kind": kind,
                "summary": "{name}: {date}",
                "domain": cls.own_domain,
                **values,
            }
        )

    @classmethod
    def _add_client(cls, name="Вербиченко Трейд", **values):
        return cls._create_client(name, **{"user_id": cls.manager.id, **values})

    def _run_cron(self, moment="2026-03-02 05:00"):
        with freeze_time(moment), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _get_reminders(self, rule):
        return self.env["client.reminder"].sudo().search([("rule_id", "=", rule.id)])

    def _get_activities(self, client):
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", client.id)]
        )

    def assertReminder(self, rule, state, code=False, **values):
        """Compare the only reminder of a rule."""
        found = self._get_reminders(rule)
        self.assertRecordValues(
            found, [{"state": state, "reason_code": code, **values}]
        )
        return found


@tagged("post_install", "-at_install")
class TestReminderPlan(ReminderCommon):
    """What the rules find on the cards."""

    def test_end_of_a_contract_is_told_once(self):
        rule = self._add_rule(days_ahead=1)
        client = self._add_client(contract_end_date="2026-03-03")
        for _time in range(2):
            self._run_cron()
            self.assertReminder(rule, "given", due_date=date(2026, 3, 3))
            self.assertEqual(len(self._get_activities(client)), 1)
        activity = self._get_activities(client)
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.summary, "Вербиченко Трейд: 03/03/2026")

    def test_reminder_comes_on_a_working_day(self):
        rule = self._add_rule()
        self._add_client(contract_end_date="2026-03-15")  # a Sunday
        self._run_cron()
        self.assertReminder(rule, "waiting", remind_on=date(2026, 3, 13))

    def test_holiday_of_the_company_is_no_working_day(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.env.company.resource_calendar_id.id,
                "date_from": "2026-03-12 22:00",
                "date_to": "2026-03-13 21:59",
            }
        )
        rule = self._add_rule(days_ahead=1)
        self._add_client(contract_end_date="2026-03-16")
        self._run_cron()
        self.assertReminder(rule, "waiting", remind_on=date(2026, 3, 12))

    def test_own_working_hours_decide(self):
        week = self.env["resource.calendar"].create({"name": "But Monday"})
        week.attendance_ids.filtered(lambda line: line.dayofweek == "0").unlink()
        self.env["resource.resource"].create(
            {"name": "x", "user_id": self.manager.id, "calendar_id": week.id}
        )
        rule = self._add_rule(days_ahead=1)
        self._add_client(contract_end_date="2026-03-10")
        self._run_cron()
        self.assertReminder(rule, "waiting", remind_on=date(2026, 3, 6))

    def test_birthdays_of_persons_and_of_people_at_a_company(self):
        rule = self._add_rule("birthday", summary="{name}, {client}, {age}")
        company = self._add_client(is_company=True)
        director = self._create_client(
            "Марія", parent_id=company.id, birthdate="1980-03-02"
        )
        person = self._add_client("Іван", birthdate="1990-03-02")
        self._run_cron()
        self.assertEqual(self._get_reminders(rule).mapped("state"), ["given"] * 2)
        self.assertEqual(
            self._get_activities(company).summary, "Марія, Вербиченко Трейд, 46"
        )
        self.assertEqual(self._get_activities(person).summary, "Іван, Іван, 36")
        self.assertEqual(self._get_reminders(rule).contact_id, director)

    def test_birthday_of_29_february_is_told_every_year(self):
        rule = self._add_rule("birthday")
        self._add_client(birthdate="1996-02-29")
        self._run_cron("2027-02-10 05:00")
        self.assertReminder(rule, "waiting", due_date=date(2027, 2, 28))
        self._run_cron("2028-02-10 05:00")
        days = self._get_reminders(rule).mapped("due_date")
        self.assertIn(date(2028, 2, 29), days)

    def test_birthday_over_new_year_is_seen_in_december(self):
        rule = self._add_rule("birthday")
        self._add_client(birthdate="1990-01-02")
        self._run_cron("2026-12-20 05:00")
        self.assertReminder(rule, "waiting", due_date=date(2027, 1, 2))

    def test_any_date_of_the_card_can_be_told(self):
        rule = self._add_rule("date_field", date_field="reviewed_on", days_ahead=2)
        self._add_client(reviewed_on="2026-03-04")
        self._run_cron()
        self.assertReminder(rule, "given", due_date=date(2026, 3, 4))

    def test_review_is_told_however_late(self):
        rule = self._add_rule("review")
        client = self._add_client(reviewed_on="2020-01-01")
        self._run_cron()
        self.assertReminder(rule, "given")
        today = self._get_activities(client).date_deadline
        self.assertEqual(today, MONDAY)

    def test_client_nobody_called_is_told_until_somebody_does(self):
        rule = self._add_rule("touch", interval_days=30)
        client = self._add_client()
        self._add_offer(client, "2026-01-20")
        self._run_cron()
        self.assertReminder(rule, "given", due_date=date(2026, 2, 19))
        self._add_offer(client, "2026-03-02")
        self._run_cron("2026-03-03 05:00")
        found = self._get_reminders(rule).sorted("due_date")
        self.assertRecordValues(
            found,
            [
                {"state": "dropped", "reason_code": "touched"},
                {"state": "waiting", "reason_code": False},
            ],
        )
        self.assertEqual(found[1].due_date, date(2026, 4, 1))
        self.assertFalse(self._get_activities(client))

    def test_client_never_touched_waits_since_the_card_was_made(self):
        rule = self._add_rule("touch", interval_days=30)
        client = self._add_client()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-02-01' WHERE id = %s",
            [client.id],
        )
        self._run_cron("2026-03-03 05:00")
        self.assertReminder(rule, "given", due_date=date(2026, 3, 3))

    def _add_offer(self, client, day):
        return self.env["client.offer"].create(
            {"partner_id": client.id, "name": "Catalogue", "date": day}
        )

    def test_type_group_and_condition_choose_the_clients(self):
        kind = self.env["client.type"].create({"name": "Shop"})
        group = self.env["client.group"].create({"name": "Regular"})
        values = {
            "contract_end_date": MONDAY,
            "client_type_id": kind.id,
            "client_group_ids": group.ids,
            "city": "Львів",
        }
        rule = self._add_rule(
            type_ids=kind.ids, group_ids=group.ids, domain="[('city', '=', 'Львів')]"
        )
        chosen = self._add_client(**values)
        for name in ("client_type_id", "client_group_ids", "city"):
            self._add_client(**{**values, name: False})
        self._run_cron()
        self.assertReminder(rule, "given", partner_id=chosen.id)

    def test_rule_of_a_company_is_about_its_clients(self):
        other = self._create_company(name="Other")
        rule = self._add_rule(company_id=self.env.company.id)
        self._add_client(contract_end_date=MONDAY, company_id=other.id)
        shared = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        self.assertReminder(
            rule, "given", partner_id=shared.id, company_id=self.env.company.id
        )

    def test_changed_date_takes_the_activity_back(self):
        rule = self._add_rule(days_ahead=2)
        client = self._add_client(contract_end_date="2026-03-03")
        self._run_cron()
        client.contract_end_date = "2027-03-03"
        self._run_cron()
        self.assertReminder(rule, "dropped", "changed", activity_id=False)
        self.assertFalse(self._get_activities(client))

    def test_archived_client_is_not_told_of(self):
        rule = self._add_rule(days_ahead=2)
        client = self._add_client(contract_end_date="2026-03-03")
        self._run_cron()
        client.active = False
        self._run_cron()
        self.assertReminder(rule, "dropped", "archived")
        client.active = True
        self._run_cron()
        self.assertFalse(self._get_activities(client))  # it was told once

    def test_plan_that_is_not_due_is_forgotten_with_its_date(self):
        rule = self._add_rule()
        client = self._add_client(contract_end_date="2026-03-20")
        self._run_cron()
        client.contract_end_date = "2026-03-25"
        self._run_cron()
        self.assertReminder(rule, "waiting", due_date=date(2026, 3, 25))

    def test_date_that_comes_back_is_told_again(self):
        self.env.company.client_daily_cap = 0
        rule = self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        for day, state, code in (
            (MONDAY, "waiting", "cap"),
            (False, "dropped", "changed"),
            (MONDAY, "waiting", "cap"),
        ):
            client.contract_end_date = day
            self._run_cron()
            self.assertReminder(rule, state, code)

    def test_planning_again_writes_nothing(self):
        rule = self._add_rule("birthday")
        self._add_client(birthdate="1990-03-20")
        self._run_cron()
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin, xmax FROM client_reminder")
        before = self.env.cr.fetchall()
        self._run_cron()
        self.env.cr.execute("SELECT xmin, xmax FROM client_reminder")
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertReminder(rule, "waiting")

    def test_three_days_without_a_server_are_caught_up_with(self):
        rule = self._add_rule("birthday", grace_days=2)
        in_time = self._add_client("A", birthdate="1990-03-05")
        late = self._add_client("B", birthdate="1990-03-03")
        self._run_cron()
        self._run_cron("2026-03-06 05:00")
        found = self._get_reminders(rule).grouped("partner_id")
        self.assertEqual(found[in_time].state, "given")
        self.assertEqual(self._get_activities(in_time).date_deadline, date(2026, 3, 5))
        self.assertEqual(
            (found[late].state, found[late].reason_code), ("dropped", "late")
        )
        self.assertFalse(self._get_activities(late))

    def test_poison_rule_stops_no_other(self):
        poison = self._add_rule(priority="3")
        self.env.cr.execute(
            "UPDATE client_reminder_rule SET domain = '[(' WHERE id = %s", [poison.id]
        )
        good = self._add_rule()
        self._add_client(contract_end_date=MONDAY)
        with mute_logger("odoo.addons.client_base.models.client_reminder_plan"):
            self._run_cron()
        self.assertIn("no condition", poison.error)
        self.assertFalse(good.error)
        self.assertReminder(good, "given")

    def test_rule_that_is_mended_forgets_its_error(self):
        rule = self._add_rule()
        rule.error = "x"
        self._run_cron()
        self.assertFalse(rule.error)

    def test_rule_switched_off_takes_its_plan_back(self):
        rule = self._add_rule()
        self._add_client(contract_end_date="2026-03-20")
        self._run_cron()
        rule.active = False
        self.assertFalse(self._get_reminders(rule))

    def test_planning_many_takes_a_fixed_number_of_queries(self):
        rule = self._add_rule("birthday")
        counts = []
        for number in (1, 40):
            self.env["res.partner"].create(
                [
                    {"name": f"P{i}", "birthdate": "1990-03-04", "user_id": user.id}
                    for i in range(number)
                    for user in (self.manager, self.deputy)
                ]
            )
            self.env.flush_all()
            before = self.cr.sql_log_count
            rule._plan_safely()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(self._get_reminders(rule)), 82)
        self.assertLessEqual(counts[1], counts[0])


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

    @mute_logger("odoo.addons.client_base.models.client_reminder")
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
