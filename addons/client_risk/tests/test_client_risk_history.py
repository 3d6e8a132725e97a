import datetime as dt
import random

import numpy as np

from odoo.tests import tagged

from ..tools import history
from .common import SOURCE, RiskCommon

TODAY = dt.date(2026, 3, 1)
FIRST = dt.date(2022, 1, 1)
CLIENTS = 25


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

    def _get_events(self, rows):
        """:return: the same by ``tools``, of purchases until today"""
        return history.to_events(
            history.Purchase(
                int(row["partner_key"][2:]),
                dt.date.fromisoformat(row["date"]),
                row["amount"] * (-1 if row["kind"] == "return" else 1),
            )
            for row in rows
            if dt.date.fromisoformat(row["date"]) <= TODAY
        )

    def _fetch(self, partner_ids=None):
        self.env.flush_all()
        return self.env["client.risk.history"]._fetch_bought(
            self.env.company, TODAY, [False, self.type.id], partner_ids
        )

    def test_database_and_tools_agree(self):
        rows = self._make_documents()
        self._ask(*rows)
        found, expected = self._fetch(), self._get_events(rows)
        number = {client.id: row for row, client in enumerate(self.clients)}
        clients = np.array([number[id_] for id_ in found.partner_ids.tolist()])
        self.assertGreater(len(clients), CLIENTS // 2)
        np.testing.assert_array_equal(clients[found.events.client], expected.client)
        np.testing.assert_array_equal(found.events.day, expected.day)
        np.testing.assert_allclose(found.events.amount, expected.amount, rtol=1e-9)
        np.testing.assert_array_equal(found.segment, clients % 2)

    def test_one_client_is_fetched_alone(self):
        self._ask(*self._make_documents())
        everybody = self._fetch()
        id_ = int(everybody.partner_ids[3])
        alone = self._fetch([id_])
        own = everybody.events.client == 3
        self.assertEqual(alone.partner_ids.tolist(), [id_])
        np.testing.assert_array_equal(alone.events.amount, everybody.events.amount[own])

    def test_company_without_purchases_has_no_events(self):
        found = self._fetch()
        self.assertEqual(found.size, 0)
        self.assertEqual(len(found.events.day), 0)
