import datetime as dt
import random

import numpy as np

from odoo.tests import tagged

from ..tools import history, money, trend
from ..tools.business_time import make_ruler
from .common import SOURCE, RiskCommon

TODAY = dt.date(2026, 3, 1)
FIRST = dt.date(2022, 1, 1)
CLIENTS = 25
WEEKENDS = [
    day
    for day in (FIRST + dt.timedelta(days=number) for number in range(2000))
    if day.weekday() >= 5
]


@tagged("post_install", "-at_install")
class TestClientRiskHistory(RiskCommon):
    """The database adds up what ``tools`` add up, to 1e-9."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["client.type"].create({"name": "Shops"})
        cls.clients = cls.env["res.partner"].create(
            [
                {
                    "name": f"Client {number}",
                    "sync_source": SOURCE,
                    "sync_key": f"K-{number}",
                    "client_type_id": cls.type.id if number % 2 else False,
                }
                for number in range(CLIENTS)
            ]
        )
        cls.ruler = make_ruler(FIRST, dt.date(2026, 12, 31), WEEKENDS)
        cls.segments = {
            False: trend.TrendPriors(window=90, cap=500.0),
            cls.type.id: trend.TrendPriors(window=120),
        }

    def _make_documents(self):
        """:return: rows of a company that buys often, seldom, and sends things back"""
        chance = random.Random(11)
        rows = []
        for client in range(CLIENTS - 1):  # the last one never buys
            for number in range(chance.choice((1, 2, 5, 12, 60))):
                day = FIRST + dt.timedelta(days=chance.randrange(1600))
                is_return = number and chance.random() < 0.2
                rows.append(
                    {
                        "key": f"{client}-{number}",
                        "partner_key": f"K-{client}",
                        "date": day.isoformat(),
                        "kind": "return" if is_return else "shipment",
                        "amount": round(chance.uniform(1, 900), 2),
                    }
                )
        return rows

    def _add_up(self, rows):
        """:return: the same by ``tools``, of purchases until today"""
        purchases = [
            history.Purchase(
                int(row["partner_key"][2:]),
                dt.date.fromisoformat(row["date"]),
                row["amount"] * (-1 if row["kind"] == "return" else 1),
            )
            for row in rows
            if dt.date.fromisoformat(row["date"]) <= TODAY
        ]
        events = history.to_events(purchases)
        segment = np.array([number % 2 for number in range(CLIENTS)], dtype=np.int64)
        today = TODAY.toordinal()
        priors = list(self.segments.values())
        return (
            history.summarize(events, segment, today, self.ruler),
            money.recent_baskets(events, CLIENTS),
            trend.add_up(events, segment, priors, today),
        )

    def _fetch(self, partner_ids=None):
        self.env.flush_all()
        return self.env["client.risk.history"]._fetch_summed(
            self.env.company, TODAY, self.ruler, self.segments, partner_ids
        )

    def test_database_and_tools_agree(self):
        rows = self._make_documents()
        self._ask(*rows)
        found = self._fetch()
        expected = self._add_up(rows)
        number = {client.id: row for row, client in enumerate(self.clients)}
        bought = np.array([number[id_] for id_ in found.partner_ids])
        self.assertEqual(len(bought), (expected[0].count > 0).sum())
        self.assertGreater(len(bought), CLIENTS // 2)
        pairs = zip(
            (found.histories, found.baskets, found.windows), expected, strict=True
        )
        for ours, theirs in pairs:
            for name in type(ours).__dataclass_fields__:
                with self.subTest(column=name):
                    np.testing.assert_allclose(
                        getattr(ours, name),
                        getattr(theirs, name)[bought],
                        rtol=1e-9,
                        atol=1e-9,
                    )

    def test_one_client_is_added_up_alone(self):
        self._ask(*self._make_documents())
        everybody = self._fetch()
        id_ = everybody.partner_ids[3]
        alone = self._fetch([id_])
        self.assertEqual(alone.partner_ids, [id_])
        self.assertEqual(alone.histories.log_sum[0], everybody.histories.log_sum[3])

    def test_company_without_purchases_has_empty_columns(self):
        found = self._fetch()
        self.assertEqual(found.partner_ids, [])
        self.assertEqual(len(found.windows.age), 0)
