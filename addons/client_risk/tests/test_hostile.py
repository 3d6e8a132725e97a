import inspect
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .replay_common import ReplayCommon


@tagged("post_install", "-at_install")
class TestHostileCaller(ReplayCommon):
    """What a caller from outside forges changes nothing and tells him nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_company(name="Foreign")

    def _forge(self, model, user, **context):
        context.setdefault("allowed_company_ids", self.foreign.ids)
        return self.env[model].with_user(user).with_context(**context)

    # === COMPANIES ===

    def test_manager_judges_no_company_he_does_not_work_in(self):
        profiles = self._forge("client.profile", self.client_manager)
        with self.assertRaises(AccessError):
            profiles.recompute()
        self.assertFalse(self.foreign.client_judged_on)

    def test_manager_finds_suggestions_in_no_company_he_does_not_work_in(self):
        suggestions = self._forge("client.suggestion", self.client_manager)
        with self.assertRaises(AccessError):
            suggestions.recompute()
        self.assertFalse(self.foreign.client_suggested_on)

    def test_thresholds_are_not_tried_on_the_history_of_a_foreign_company(self):
        policy = self.env["client.risk.policy"].create(
            {"name": "All", "company_id": False}
        )
        self._make_history()
        own = policy.with_user(self.client_manager)
        own.env["client.risk.trial"].create(
            {"policy_id": policy.id, "company_id": self.env.company.id}
        ).action_try()
        self.client_manager.write(
            {"company_ids": self.foreign.ids, "company_id": self.foreign.id}
        )
        trial = self.env["client.risk.trial"].with_user(self.client_manager)
        with self.assertRaises(AccessError):
            trial.create(
                {"policy_id": policy.id, "company_id": self.env.company.id}
            ).action_try()

    def test_reason_tells_no_claim_of_a_foreign_company(self):
        self._buy(5, 25, 45)
        claim = self.env["client.claim"].create(
            {
                "name": "Secret of the foreign company",
                "partner_id": self.client.id,
                "company_id": self.foreign.id,
                "user_id": self.env.user.id,
            }
        )
        profile = self._get_profile().with_user(self.client_user)
        answer = profile.onchange(
            {"reason_code": "open_claim", "claim_id": claim.id},
            ["claim_id"],
            {"reason": {}, "claim_id": {}, "reason_code": {}},
        )
        self.assertNotIn("Secret", str(answer))

    # === PORTAL ===

    def test_portal_user_gets_nothing_of_what_cards_do(self):
        own = self.portal_user.partner_id.with_user(self.portal_user)
        names = [
            name
            for name, function in inspect.getmembers(type(own), inspect.isfunction)
            if function.__module__.startswith("odoo.addons.client_risk.")
            and name.startswith(("action_", "get_"))
        ]
        self.assertIn("get_client_purchases", names)
        for name in names:
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(own, name)()

    # === WHAT IS FOUND, NOT TOLD ===

    def test_results_of_a_replay_cannot_be_told_by_defaults(self):
        replays = self.env["client.risk.replay"].with_user(self.client_manager)
        one = replays.with_context(
            default_state="done", default_precision=1.0, default_month="2026-03-01"
        ).create({"month_count": 6})
        self.assertEqual(
            (one.state, one.precision, one.month, one.month_count),
            ("draft", 0.0, False, 6),
        )

    # === WHAT IS EMPTY OR FAR AWAY ===

    def test_suggestion_is_not_put_off_without_a_day(self):
        with self.assertRaises(UserError):
            self.env["client.suggestion"]._put_off(False)

    def test_nobody_tells_a_date_at_the_end_of_time(self):
        """Counted as missed on the day after, no list of clients could be read."""
        self._buy(*range(10, 300, 20))
        profile = self._get_profile().with_user(self.client_user)
        with self.assertRaises(ValidationError):
            profile.told_date = "9999-12-31"
        profile.told_date = "2029-03-01"
        self.assertEqual(str(profile.expected_date), "2029-03-01")

    def test_document_of_the_year_one_stops_no_verdict(self):
        """A typing error, which Odoo's own documents let through."""
        self._buy(*range(10, 300, 20))
        old = self._get_stored("C-1-290")
        self.env.cr.execute(
            "UPDATE client_transaction SET date = '0001-01-02' WHERE id = %s", [old.id]
        )
        self.env.invalidate_all()
        self.env["client.risk.month"].search([]).unlink()
        self._judge_all()
        self.env["client.stay"]._count(self.env.company)
        self.assertEqual(self._get_profile().purchase_count, 14)
        self.assertGreater(str(self._get_profile().first_date), "2025-01-01")

    def test_days_beyond_the_calendar_are_no_setting(self):
        """Each would end every evaluation, of all clients of the company."""
        policy = self.env["client.risk.policy"].create({"name": "All"})
        for record, name in (
            (policy, "recall_days"),
            (self.env.company, "client_promise_days"),
            (self.env.company, "client_risk_promise_days"),
            (self.env.company, "client_risk_debt_days"),
        ):
            with self.subTest(name), self.assertRaises(ValidationError):
                record[name] = 2_000_000_000

    def test_activity_types_of_tasks_are_not_deleted(self):
        for name in ("mail_activity_call", "mail_activity_ask_date"):
            with self.subTest(name), self.assertRaises(UserError):
                self.env.ref(f"client_risk.{name}").unlink()

    # === ONE COMPANY AND THE OTHERS ===

    def _fail_in(self, company, model, method):
        """Let the nightly work of one company fail."""
        Model = self.env.registry[model]
        work = getattr(Model, method)

        def fail(records, one):
            if one == company:
                raise ValueError("poison")
            return work(records, one)

        return patch.object(Model, method, fail)

    def _run_cron(self, name):
        with (
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.client_risk.models.client_profile_judge"),
        ):
            self.env.ref(f"client_risk.{name}").method_direct_trigger()

    def test_company_that_cannot_be_judged_stops_no_other(self):
        first = self.env["res.company"].search([], limit=1)
        self.env["res.company"].search([]).client_judged_on = False
        with self._fail_in(first, "client.profile", "_judge_night"):
            self._run_cron("ir_cron_client_profile")
        waiting = self.env["res.company"].search([("client_judged_on", "=", False)])
        self.assertEqual(waiting, first)

    def test_company_that_cannot_be_counted_stops_no_other(self):
        companies = self.env["res.company"].search([])
        companies.write({"client_judged_on": "2026-03-02", "client_flow_on": False})
        with self._fail_in(companies[:1], "client.stay", "_count"):
            self._run_cron("ir_cron_client_stay")
        waiting = companies.filtered(lambda one: not one.client_flow_on)
        self.assertEqual(waiting, companies[:1])

    def test_company_without_suggestions_stops_no_other(self):
        companies = self.env["res.company"].search([])
        companies.client_suggested_on = False
        with self._fail_in(companies[:1], "client.suggestion", "_suggest_company"):
            self._run_cron("ir_cron_client_suggestion")
        waiting = companies.filtered(lambda one: not one.client_suggested_on)
        self.assertEqual(waiting, companies[:1])
