import datetime as dt

from odoo.fields import Date
from odoo.tests import HttpCase, tagged

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestRemovalTour(RiskCommon, HttpCase):
    """A client silent for a year and a half, beside one who makes the sales."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.write({"name": "Тиха Гавань", "user_id": cls.client_user.id})

    def _buy(self, ago, **values):
        day = Date.today() - dt.timedelta(days=ago)
        self._ask(self._make_row(f"T-{ago}", date=day.isoformat(), **values))

    def test_head_removes_a_client_who_then_buys(self):
        self._buy(500)
        self._buy(10, partner_key="C-2", amount=100000)
        self.env["client.profile"].sudo()._judge_company(self.env.company)
        self.start_tour(
            "/odoo/clients-to-drop", "client_risk_removal", login="client_manager"
        )
        removal = self.env["client.removal"].search(
            [("partner_id", "=", self.client.id)]
        )
        self.assertEqual(
            (removal.state, removal.comment), ("removed", "Buys next door")
        )
        self._buy(0)
        self.start_tour(
            "/odoo/clients-off", "client_risk_returned", login="client_manager"
        )
        self.assertEqual((removal.state, removal.end_cause), ("back", "purchase"))
        activity = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", self.client.id),
                ("user_id", "=", self.client_user.id),
                ("summary", "ilike", "Back in active sales"),
            ]
        )
        self.assertEqual(len(activity), 1)
