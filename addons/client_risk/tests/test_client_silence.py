from odoo.tests import tagged

from .test_client_profile import TODAY
from .test_client_reactivation import WinbackCommon


@tagged("post_install", "-at_install")
class TestSilentClients(WinbackCommon):
    def test_period_is_the_median_and_the_mean_is_beside_it(self):
        self._fall_silent()
        self._buy(*range(5, 400, 30), key="C-2")
        self._run()
        period = self.env["client.risk.period"].search(
            [("company_id", "=", self.env.company.id)]
        )
        self.assertEqual(period.client_count, 2)
        found = (self._get_profile() | self._get_profile(self.other_client)).mapped(
            "period_days"
        )
        self.assertAlmostEqual(period.mean_days, sum(found) / 2, 3)
        self.assertAlmostEqual(period.median_days, sum(found) / 2, 3)
        self.assertFalse(period.client_type_id)

    def test_period_is_measured_once_a_month(self):
        self._fall_silent()
        self._run()
        period = self.env["client.risk.period"].search(
            [("company_id", "=", self.env.company.id)]
        )
        period.median_days = 999
        self._run(1)
        self.assertEqual(period.median_days, 999)
        self.assertFalse(self._get_case().filtered(lambda one: one.opened_on != TODAY))

    def test_who_is_on_schedule_by_his_own_rhythm_is_left_alone(self):
        self._buy(*range(45, 700, 60))
        policy = {"name": "Short", "reactivation_days": 20}
        self.env["client.risk.policy"].create(policy)
        self._run()
        self.assertEqual(self._get_profile().silence_state, "schedule")
        self.assertEqual(self._get_profile().silence_days, 20)
        self.assertFalse(self._get_case())

    def test_who_is_at_risk_is_called_and_not_won_back(self):
        self._buy(*range(45, 400, 20))
        self._run()
        self.assertEqual(self._get_profile().status, "missed_date")
        self.assertEqual(self._get_profile().silence_state, "called")
        self.assertFalse(self._get_case())

    def test_who_has_bought_lately_is_not_silent(self):
        self._buy(5, 25, 45)
        self._run()
        self.assertFalse(self._get_profile().silence_state)
        self.assertFalse(self._get_profile().silence_days)

    def test_client_without_a_manager_waits_visibly(self):
        self.client.user_id = False
        self._fall_silent()
        self._run()
        self.assertEqual(self._get_profile().silence_state, "nobody")
        self.assertFalse(self._get_case())
