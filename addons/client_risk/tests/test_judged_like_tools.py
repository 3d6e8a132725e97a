import datetime as dt
import random

import numpy as np

from odoo.tests import tagged

from ..tools import history, replay
from ..tools.judge import judge
from ..tools.month import measure_month
from ..tools.priors import freeze_day
from ..tools.status import Status
from .common import SOURCE
from .test_client_profile import TODAY, ProfileCommon

CLIENTS = 60


@tagged("post_install", "-at_install")
class TestJudgedLikeTools(ProfileCommon):
    """What Odoo stores is what ``tools`` say of the same purchases, to 1e-9."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.transaction"].search([]).active = False
        cls.env.company.client_purchase_event = "shipment"
        cls.clients = cls.env["res.partner"].create(
            [
                {"name": f"K {n:03}", "sync_source": SOURCE, "sync_key": f"K-{n}"}
                for n in range(CLIENTS)
            ]
        )

    def _make_purchases(self):
        """:return: (client, day, amount) of clients with rhythms of their own"""
        chance = random.Random(7)
        for client in range(CLIENTS - 1):  # the last one never buys
            period = chance.choice((6, 15, 40, 90))
            basket = chance.uniform(50, 5000)
            count = chance.choice((1, 2, 3, 8, 25, 60))
            silence = period * chance.uniform(0.1, 3)
            day = TODAY - dt.timedelta(days=int(count * period + silence))
            for _purchase in range(count):
                if day > TODAY:
                    break
                yield client, day, round(basket * chance.uniform(0.5, 2), 2)
                day += dt.timedelta(days=max(1, int(period * chance.uniform(0.6, 1.5))))

    def _judge_in_odoo(self, purchases):
        self._ask(
            *(
                self._make_row(
                    f"{client}-{day}",
                    partner_key=f"K-{client}",
                    date=day.isoformat(),
                    amount=amount,
                )
                for client, day, amount in purchases
            )
        )
        profiles = self.env["client.profile"].with_context(active_test=False)
        profiles.search([]).unlink()  # judged for the first time
        self._judge_all()
        return self.env["client.profile"].search(
            [("partner_id", "in", self.clients.ids)], order="partner_id"
        )

    def _judge_by_tools(self, purchases):
        events = history.to_events(history.Purchase(*one) for one in purchases)
        company, segment = self.env.company, np.zeros(CLIENTS, dtype=np.int64)
        _types, stored = self.env["client.risk.month"]._unpack(company, TODAY)
        frozen_on = freeze_day(TODAY).toordinal()
        bought = np.zeros(CLIENTS - 1, dtype=np.int64)
        known = events.until(frozen_on)
        month = measure_month(known, bought, 1, frozen_on, stored.ruler)
        clients = replay.build_clients(events, segment, TODAY.toordinal(), month)
        return judge(clients, month, TODAY.toordinal())

    def test_numbers_agree(self):
        purchases = list(self._make_purchases())
        profiles = self._judge_in_odoo(purchases)
        verdicts = self._judge_by_tools(purchases)
        self.assertEqual(profiles.partner_id, self.clients)
        trends, bought = verdicts.trends, verdicts.count > 0
        for name, column in {
            "period_days": verdicts.rhythm.period,
            "regularity": verdicts.rhythm.beta,
            "alive_probability": verdicts.rhythm.alive,
            "silent_share": verdicts.rhythm.survival,
            "buy_chance": verdicts.chance,
            "usual_basket": verdicts.basket,
            "money_at_stake": verdicts.at_stake,
            "winning_value": verdicts.winning,
            "trend_z": trends.z,
            "trend_change": trends.ratio - 1,
            "frequency_change": trends.frequency - 1,
            "basket_change": trends.basket - 1,
        }.items():
            with self.subTest(field=name):
                stored = np.array(profiles.mapped(name))
                np.testing.assert_allclose(stored[bought], column[bought], rtol=1e-9)

    def test_days_and_verdicts_agree(self):
        purchases = list(self._make_purchases())
        profiles = self._judge_in_odoo(purchases)
        verdicts = self._judge_by_tools(purchases)
        plan, frozen = verdicts.schedule, verdicts.frozen
        for name, column in {
            "last_date": verdicts.last,
            "expected_date": plan.expected,
            "expected_from": plan.from_day,
            "expected_to": plan.to_day,
            "missed_on": plan.missed_on,
            "forecast_date": frozen.expected,
        }.items():
            with self.subTest(field=name):
                days = [day.toordinal() if day else 0 for day in profiles.mapped(name)]
                self.assertEqual(days, column.tolist())
        statuses = [Status(status).code for status in verdicts.status]
        self.assertEqual(profiles.mapped("status"), statuses)
        self.assertGreaterEqual(len(set(statuses)), 5)
        self.assertEqual(profiles.mapped("overdue_days"), plan.overdue.tolist())
