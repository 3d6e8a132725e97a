from datetime import date

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged
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
                "date_from": "2026-03-12 22:00:00",
                "date_to": "2026-03-13 21:59:00",
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
