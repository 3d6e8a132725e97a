from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged, users

from .replay_common import REGULARS, STOPPED, ReplayCommon


@tagged("post_install", "-at_install")
class TestClientRiskTrial(ReplayCommon):
    """Thresholds are moved and judged before they are saved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.risk.policy"].search([]).active = False
        cls.policy = cls.env["client.risk.policy"].create({"name": "All"})

    def _open(self, policy=None):
        policy = (policy or self.policy).with_user(self.client_manager)
        action = policy.action_try()
        return policy.env[action["res_model"]].browse(action["res_id"])

    def test_opened_one_shows_what_is_now_on_both_sides(self):
        self._make_history()
        trial = self._open()
        self.assertEqual((trial.is_changed, trial.is_stale), (False, False))
        self.assertEqual(trial.client_count, REGULARS)
        self.assertEqual(trial.month_count, 10)
        self.assertGreater(trial.now_precision, 0.9)
        self.assertEqual(trial.now_precision, trial.then_precision)
        self.assertEqual(trial.now_alerts_per_week, trial.then_alerts_per_week)

    def test_both_numbers_are_seen_before_anything_is_saved(self):
        self._make_history()
        trial = self._open()
        now = trial.read(["now_recall", "now_precision", "now_warning_days"])
        with Form(trial) as form:
            form.late_survival = 0.45
            form.grace_days = 0
            self.assertTrue(form.is_stale)
        trial.action_try()
        self.assertEqual((trial.is_changed, trial.is_stale), (True, False))
        self.assertEqual(
            trial.read(["now_recall", "now_precision", "now_warning_days"]), now
        )
        self.assertGreater(trial.then_named_count, trial.now_named_count)
        self.assertGreaterEqual(trial.then_recall, trial.now_recall)
        self.assertEqual(self.policy.late_survival, 0.2)

    def test_trial_says_what_the_replay_says_afterwards(self):
        self._make_history()
        trial = self._open()
        trial.late_survival = 0.45
        trial.action_try()
        trial.action_apply()
        self.assertAlmostEqual(self.policy.late_survival, 0.45)
        one = self._play()
        self.assertEqual(one.precision, trial.then_precision)
        self.assertEqual(one.recall, trial.then_recall)
        self.assertEqual(one.alerts_per_week, trial.then_alerts_per_week)

    def test_clients_outside_the_group_keep_their_thresholds(self):
        self._make_history()
        group = self.env["client.group"].create({"name": "Key accounts"})
        self.regulars[: STOPPED // 2].client_group_ids = group
        own = self.env["client.risk.policy"].create(
            {"name": "Key", "sequence": 1, "group_id": group.id}
        )
        trial = self._open(own)
        self.assertEqual(trial.client_count, STOPPED // 2)
        trial.write({"grace_days": 365, "short_grace_days": 365})
        trial.action_try()
        self.assertGreater(trial.then_named_count, 0)
        self.assertLess(trial.then_named_count, trial.now_named_count)

    def test_archived_policy_is_tried_as_if_it_were_there(self):
        self._make_history()
        draft = self.env["client.risk.policy"].create(
            {"name": "Draft", "active": False, "sequence": 1, "late_survival": 0.45}
        )
        trial = self._open(draft)
        self.assertEqual(trial.client_count, REGULARS)
        self.assertGreater(trial.then_named_count, trial.now_named_count)

    def test_short_history_is_refused_with_what_to_do(self):
        with self.assertRaisesRegex(UserError, "Nobody has bought anything yet"):
            self._open()

    def test_impossible_threshold_is_refused(self):
        self._make_history()
        trial = self._open()
        with self.assertRaisesRegex(ValidationError, "between"):
            trial.late_survival = 0.9

    @users("client_user")
    def test_salesperson_tries_nothing(self):
        with self.assertRaises(AccessError):
            self.policy.with_env(self.env).action_try()
        with self.assertRaises(AccessError):
            self.env["client.risk.trial"].create(
                {"policy_id": self.policy.id, "company_id": self.env.company.id}
            )
