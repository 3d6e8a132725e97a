from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .test_client_reminder import MONDAY, ReminderCommon


@tagged("post_install", "-at_install")
class TestReminderRule(ReminderCommon):
    """What may be said in a rule."""

    def test_unknown_value_in_a_text_is_refused(self):
        for text in ("{phone}", "{name.user_ids}", "{name", "{}"):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self._add_rule(summary=text)
        with self.assertRaises(ValidationError):
            self._add_rule(note="Call {someone}")

    def test_value_of_a_card_is_no_template(self):
        client = self._add_client("{age} <b>x</b>", contract_end_date=MONDAY)
        self._add_rule(summary="{name}", note="{name}")
        self._run_cron()
        activity = self._get_activities(client)
        self.assertEqual(activity.summary, "{age} <b>x</b>")
        self.assertNotIn("<b>", activity.note)

    def test_condition_is_checked(self):
        for text in ("[(", "[('nothing', '=', 1)]", "__import__('os')", "5"):
            with self.subTest(domain=text), self.assertRaises(ValidationError):
                self._add_rule(domain=text)

    def test_rule_says_what_its_kind_needs(self):
        with self.assertRaises(ValidationError):
            self._add_rule("date_field")
        with self.assertRaises(ValidationError):
            self._add_rule(target="user")
        with self.assertRaises(ValidationError):
            self._add_rule(fallback_user_id=self.portal_user.id)

    def test_no_column_but_a_date_is_a_date(self):
        with self.assertRaises(ValidationError):
            self._add_rule("date_field", date_field="name")

    def test_preview_counts_the_next_month(self):
        for day in ("2026-03-05", "2026-03-31", "2026-05-31"):
            self._add_client(contract_end_date=day)
        with Form(self.env["client.reminder.rule"]) as form:
            form.name, form.summary = "x", "{name}"
            form.kind = "contract_end"
            form.domain = self.own_domain
            self.assertEqual(form.preview_count, 2)
            form.domain = "[('city', '=', 'Nowhere')]"
            self.assertEqual(form.preview_count, 0)

    @users("client_manager")
    def test_preview_opens_what_it_counts(self):
        self._add_client(contract_end_date="2026-03-05")
        rule = self._add_rule().with_env(self.env)
        action = rule.action_preview()
        found = self.env["client.reminder"].search(action["domain"])
        self.assertEqual(found.mapped("due_date"), [date(2026, 3, 5)])
        self.assertEqual(rule.preview_count, 1)

    @users("client_manager")
    def test_preview_of_a_rule_switched_off_opens_the_clients(self):
        client = self._add_client(contract_end_date="2026-03-05")
        rule = self._add_rule(active=False).with_env(self.env)
        action = rule.action_preview()
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(found, client)
        self.assertFalse(self._get_reminders(rule))

    def test_rule_that_reminded_somebody_is_not_deleted(self):
        rule = self._add_rule()
        self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        with self.assertRaises(ValidationError):
            rule.unlink()

    def test_rule_that_reminded_nobody_is_deleted(self):
        rule = self._add_rule()
        self._add_client(contract_end_date="2026-03-20")
        self._run_cron()
        rule.unlink()
        self.assertFalse(self._get_reminders(rule))

    @users("client_user")
    def test_user_changes_no_rule_and_no_reminder(self):
        rule = self._add_rule()
        self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        with self.assertRaises(AccessError):
            rule.with_env(self.env).action_preview()
        with self.assertRaises(AccessError):
            self._get_reminders(rule).sudo(False).state = "done"

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_company_sees_no_reminder_of_ours(self):
        rule = self._add_rule()
        self._add_client(contract_end_date=MONDAY, company_id=self.env.company.id)
        self._run_cron()
        other = self._create_company(name="Other")
        self.client_user.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        reminders = self._get_reminders(rule).with_user(self.client_user)
        self.assertFalse(reminders.search([("id", "in", reminders.ids)]))
        for method in ("action_give", "action_drop"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(reminders, method)()

    @users("portal_user", "internal_user")
    def test_outsiders_call_nothing(self):
        rule = self._add_rule()
        self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        reminders = self._get_reminders(rule).sudo(False)
        for method in (reminders.action_give, reminders.action_drop):
            with self.assertRaises(AccessError):
                method()
        with self.assertRaises(AccessError):
            rule.with_env(self.env).action_open_reminders()

    def test_card_counts_its_reminders(self):
        self._add_rule()
        client = self._add_client(contract_end_date=MONDAY)
        self._run_cron()
        card = client.with_user(self.client_user)
        self.assertEqual(card.client_reminder_count, 1)
        action = card.action_open_reminders()
        self.assertEqual(self.env["client.reminder"].search_count(action["domain"]), 1)
