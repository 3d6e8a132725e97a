"""Lives a company's history through in Odoo, day by day, for bench_risk_quality.py.

    python risk_odoo_jobs.py DATABASE HISTORY_CSV SPLITS

In a process of its own, on a database of its own. The clients of the history are told
their purchases through ``client.transaction.upsert``, those of each day on that day;
whoever buys is judged at once, and all of them on the first night of each month and on
the days of SPLITS (ordinals, JSON). The last line that is printed is JSON: ``nights``,
by day, is a list of (client, purchases, P_buy(90)), ``forecasts`` a list of (client,
day of the purchase, day foretold at it) of those with three purchases or more.
"""

import csv
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from group_jobs import open_environment
from risk_jobs import SOURCE, make_clients, set_today

import odoo

# Own rhythm from so many purchases.
KNOWN_COUNT = 3
BATCH = 1000
DAYS_OF_WEEK = 7

Figures = dict[str, Any]
Purchases = dict[int, list[tuple[int, float]]]


def read_history(path: Path) -> Purchases:
    """Return (client, amount) of each day."""
    purchases: Purchases = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            bought = (int(row["client"]), float(row["amount"]))
            purchases.setdefault(int(row["day"]), []).append(bought)
    return purchases


class Company:
    """A company of Odoo that lives through the history."""

    def __init__(self, env: Any, purchases: Purchases) -> None:
        self._env = env
        self._profiles = env["client.profile"]
        self._purchases = purchases
        clients = 1 + max(client for day in purchases.values() for client, _sum in day)
        set_today(env, dt.date.fromordinal(min(purchases)))
        self._open_every_day()
        make_clients(env, clients)
        env.cr.execute(
            "SELECT id, sync_key::int - 1 FROM res_partner WHERE sync_source = %s",
            (SOURCE,),
        )
        self._clients: dict[int, int] = dict(env.cr.fetchall())
        self.nights: dict[int, list[tuple[int, int, float]]] = {}
        self.forecasts: list[tuple[int, int, int]] = []

    def live(self, splits: list[int]) -> None:
        """Sell every day until the end of the history."""
        for day in range(min(self._purchases), max(self._purchases) + 1):
            today = dt.date.fromordinal(day)
            set_today(self._env, today)
            self._sell(day)
            if today.day == 1 or day in splits:
                self._profiles._judge_company(self._env.company)
            if day in splits:
                self.nights[day] = self._read_night()
            self._env.cr.commit()
            self._env.invalidate_all()

    def _open_every_day(self) -> None:
        """Let every day count the same: the shop is in the net."""
        hours = {"hour_from": 8, "hour_to": 17, "day_period": "morning"}
        self._env.company.resource_calendar_id.attendance_ids = [
            odoo.fields.Command.clear(),
            *(
                odoo.fields.Command.create(
                    {"name": str(day), "dayofweek": str(day), **hours}
                )
                for day in range(DAYS_OF_WEEK)
            ),
        ]

    def _sell(self, day: int) -> None:
        rows = [
            {
                "key": f"{client}-{day}",
                "partner_key": str(client + 1),
                "date": dt.date.fromordinal(day).isoformat(),
                "kind": "shipment",
                "amount": amount,
            }
            for client, amount in self._purchases.get(day, [])
        ]
        for batch in _split(rows):
            answers = self._env["client.transaction"].upsert(SOURCE, batch)
            if any(answer["status"] != "created" for answer in answers):
                raise ValueError("Not all purchases were taken over.")
        self.forecasts += self._read_forecasts(day)

    def _read_forecasts(self, day: int) -> list[tuple[int, int, int]]:
        """Return what was foretold today to those who bought."""
        found = self._profiles.search_read(
            [
                ("last_date", "=", dt.date.fromordinal(day)),
                ("purchase_count", ">=", KNOWN_COUNT),
            ],
            ["partner_id", "forecast_date"],
            load="",
        )
        return [
            (self._clients[one["partner_id"]], day, one["forecast_date"].toordinal())
            for one in found
        ]

    def _read_night(self) -> list[tuple[int, int, float]]:
        found = self._profiles.search_read(
            [("partner_id", "in", list(self._clients))],
            ["partner_id", "purchase_count", "buy_chance"],
            load="",
        )
        return [
            (
                self._clients[one["partner_id"]],
                one["purchase_count"],
                one["buy_chance"],
            )
            for one in found
        ]


def _split(rows: list[Any]) -> list[list[Any]]:
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def main(database: str, history: str, splits: str) -> int:
    odoo.tools.config.parse_config([])
    with open_environment(database) as env:
        company = Company(env, read_history(Path(history)))
        company.live(json.loads(splits))
    print(json.dumps({"nights": company.nights, "forecasts": company.forecasts}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
