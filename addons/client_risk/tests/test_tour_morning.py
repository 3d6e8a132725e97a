import datetime as dt

from odoo.fields import Date
from odoo.tests import HttpCase, tagged

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestMorningTour(RiskCommon, HttpCase):
    """The morning of a manager, by the clock of the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.profile"].search([]).unlink()
        cls.client.user_id = cls.client_user

    def test_client_who_missed_the_date_is_called(self):
        today = Date.today()
        rows = [
            self._make_row(f"S-{ago}", date=(today - dt.timedelta(ago)).isoformat())
            for ago in range(45, 400, 20)
        ]
        self._ask(*rows)
        task = self.env["client.risk.task"].search(
            [("partner_id", "=", self.client.id)]
        )
        task.with_user(self.client_user).action_give()
        activity = task.activity_id
        self.start_tour(
            "/odoo/clients-missed", "client_risk_morning", login="client_user"
        )
        self.assertRecordValues(task, [{"state": "done", "reason_code": "told"}])
        self.assertFalse(activity.active)
        self.assertIn("After the fair", activity.feedback)
        call = self.env["client.interaction"].search(
            [("partner_id", "=", self.client.id), ("kind", "=", "call")]
        )
        self.assertEqual(call.user_id, self.client_user)
        told_ahead = task.profile_id.told_date - today
        self.assertAlmostEqual(told_ahead.days, 10, delta=1)
