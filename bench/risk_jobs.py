"""What the benchmark of risk measures, in a process of its own with Odoo in it.

    python risk_jobs.py DATABASE OPTIONS

OPTIONS is JSON: ``clients``, ``purchases``, ``looped`` (clients of the ORM loop) and
``created`` (every so many batches one is created, too). Makes clients by SQL in a
database of its own, tells their purchases through ``client.transaction.upsert``, and
judges them. The last line that is printed is JSON.
"""

import datetime as dt
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from group_jobs import CLIENTS, analyze, open_environment

import odoo
from odoo.tools import SQL

SOURCE = "bench"
BATCH = 1000
SEED = 19
DAYS = 3 * 365
# The aggregate is asked so often, and so many usual nights are judged; the middle one
# counts.
TIMES = 3
NIGHTS = 5
KEYS = """
    UPDATE res_partner
       SET sync_source = %(source)s,
           sync_key = SPLIT_PART(name, ' ', 2)
     WHERE name LIKE 'Bench _%%'
"""

Row = dict[str, Any]
Figures = dict[str, Any]


# === DATA ===


def make_clients(env: Any, clients: int) -> None:
    """Make clients whom the accounting system knows by the keys 1, 2, ..."""
    seed = env["res.partner"].create({"name": "Bench", "is_company": True})
    env.flush_all()
    env.cr.execute(CLIENTS, {"clients": clients, "seed": seed.id})
    env.cr.execute(KEYS, {"source": SOURCE})
    env.cr.execute(
        "SELECT SETVAL('res_partner_id_seq', (SELECT MAX(id) FROM res_partner))"
    )
    seed.active = False
    env.cr.commit()
    analyze(env)


def make_rows(clients: int, purchases: int, today: dt.date) -> Iterator[Row]:
    """Yield shipments in the order of their days, as an accounting system tells them.

    Some clients buy often and some once, each around a basket of his own.
    """
    chance = np.random.default_rng(SEED)
    often = chance.lognormal(0.0, 1.0, clients)
    client = chance.choice(clients, purchases, p=often / often.sum())
    day = np.sort(chance.integers(0, DAYS, purchases))
    basket = chance.lognormal(5.0, 0.8, clients)[client]
    amount = np.round(basket * chance.lognormal(0.0, 0.4, purchases), 2)
    start = today - dt.timedelta(days=DAYS)
    for number in range(purchases):
        yield {
            "key": f"S-{number}",
            "partner_key": str(client[number] + 1),
            "date": (start + dt.timedelta(days=int(day[number]))).isoformat(),
            "kind": "shipment",
            "amount": float(amount[number]),
            "number": f"{number:08}",
            "version": 1,
        }


def split(rows: Iterator[Row]) -> Iterator[list[Row]]:
    return odoo.tools.split_every(BATCH, rows, list)  # type: ignore[no-any-return]


# === LOADING ===


class Loader:
    """Tells purchases, and creates some of them, too, to compare."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._documents = env["client.transaction"]
        found = env["res.partner"].search_read(
            [("sync_source", "=", SOURCE)], ["sync_key"], load=""
        )
        self._partner_ids = {one["sync_key"]: one["id"] for one in found}
        self.figures: Figures = {
            "upsert": {"seconds": 0.0, "rows": 0},
            "create": {"seconds": 0.0, "rows": 0},
        }

    def load(self, rows: Iterator[Row], created: int = 0) -> None:
        """Tell all rows; every ``created``-th batch is created first and taken back."""
        for number, batch in enumerate(split(rows)):
            if created and number % created == 0:
                self._clock("create", self._create, batch)
                self._env.cr.rollback()
                self._env.invalidate_all()
            self._clock("upsert", self._upsert, batch)
            self._env.invalidate_all()
            if number in (1, 10, 100):  # as autovacuum would
                analyze(self._env)

    def _clock(self, name: str, work: Callable[[list[Row]], None], batch: Any) -> None:
        begin = time.perf_counter()
        work(batch)
        self.figures[name]["seconds"] += time.perf_counter() - begin
        self.figures[name]["rows"] += len(batch)

    def _upsert(self, batch: list[Row]) -> None:
        answers = self._documents.upsert(SOURCE, batch)
        if any(answer["status"] != "created" for answer in answers):
            raise ValueError("Not all purchases were taken over.")
        self._env.cr.commit()

    def _create(self, batch: list[Row]) -> None:
        company = self._env.company
        self._documents.create(
            [
                {
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                    "source": SOURCE,
                    "partner_id": self._partner_ids[row["partner_key"]],
                    **{name: row[name] for name in row},
                }
                for row in batch
            ]
        )
        self._env.flush_all()


# === JUDGING ===


def clock(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def aggregate(env: Any, by_day: bool) -> float:
    """Let the database add up the purchases of each client, and throw it away.

    :param by_day: several purchases of one day are one, as the statistics take them
    :return: seconds, the middle one of several
    """
    Purchase = env["client.purchase"]
    query = Purchase._search([("company_id", "=", env.company.id)])
    names = ("partner_id", "date", "amount")
    partner, date, amount = (
        Purchase._field_to_sql(query.table, name, query) for name in names
    )
    query.groupby = SQL("1, 2") if by_day else None
    rows = query.select(
        SQL("%s AS partner", partner),
        SQL("%s AS day", date),
        SQL("SUM(%s) AS amount", amount) if by_day else SQL("%s AS amount", amount),
    )
    statement = SQL(
        """
        SELECT partner, COUNT(*), SUM(amount), MIN(day), MAX(day), SUM(amount * amount)
          FROM (%s) AS bought
      GROUP BY 1
        """,
        rows,
    )
    seconds = [clock(lambda: env.execute_query(statement)) for _time in range(TIMES)]
    return statistics.median(seconds)


def judge_nights(env: Any, loader: "Loader", rows: list[Row]) -> Figures:
    """Judge clients who have no profile yet, then on several days more.

    :param rows: what is bought on each of these days
    :return: seconds of the first night and of the middle one of the others, and of the
        aggregate just before each
    """
    env.cr.execute("TRUNCATE client_profile CASCADE")
    env.invalidate_all()
    first = judge_beside_aggregate(env)
    others = []
    for number in range(NIGHTS):
        vacuum(env)
        today = get_today(env) + dt.timedelta(days=1)
        set_today(env, today)
        told = {"date": today.isoformat()}
        loader.load({**row, "key": f"{row['key']}-{number}", **told} for row in rows)
        others.append(judge_beside_aggregate(env))
    usual = sorted(others, key=lambda one: one["seconds"] / one["aggregate"])
    return {"first": first, "usual": usual[NIGHTS // 2]}


def judge_beside_aggregate(env: Any) -> Figures:
    """Judge all clients, just after asking for the aggregate: machines get tired."""
    bare = aggregate(env, by_day=False)
    return {"aggregate": bare, "seconds": clock(lambda: judge(env))}


def judge(env: Any) -> None:
    """Run the whole night of a company, the month measured already."""
    env["client.profile"]._judge_company(env.company)
    env.cr.commit()
    env.invalidate_all()


def get_today(env: Any) -> dt.date:
    today: dt.date = env["client.profile"]._get_today(env.company)
    return today


def set_today(env: Any, today: dt.date) -> None:
    """Let the evaluation take another day for today, in this process alone."""
    env.registry["client.profile"]._get_today = lambda _profiles, _company: today


def loop(env: Any, limit: int) -> float:
    """Read the purchases of each client and work out a few of his numbers.

    :return: seconds for one client
    """
    clients = env["res.partner"].search([("sync_source", "=", SOURCE)], limit=limit)
    Profile, Purchase = env["client.profile"], env["client.purchase"]
    begin = time.perf_counter()
    for client in clients:
        bought = Purchase.search([("partner_id", "=", client.id)], order="date")
        rows = bought.read(["date", "amount"])
        days = sorted({row["date"] for row in rows})
        gaps = [(after - day).days for day, after in itertools.pairwise(days)]
        profile = Profile.search([("partner_id", "=", client.id)])
        profile.write(
            {
                "purchase_count": len(days),
                "last_date": days[-1] if days else False,
                "period_days": statistics.mean(gaps) if gaps else 0,
                "turnover": sum(row["amount"] for row in rows),
            }
        )
    env.flush_all()
    seconds = (time.perf_counter() - begin) / len(clients)
    env.cr.rollback()
    return seconds


def vacuum(env: Any) -> None:
    """Do what autovacuum does after a load."""
    connection = env.cr._cnx
    env.cr.commit()
    connection.autocommit = True
    env.cr.execute("VACUUM ANALYZE")
    connection.autocommit = False


def measure(env: Any, options: Figures) -> Figures:
    # the middle of a month: what is measured once a month is measured before
    set_today(env, (get_today(env).replace(day=1) - dt.timedelta(days=15)))
    today = get_today(env)
    make_clients(env, options["clients"])
    loader = Loader(env)
    rows = list(make_rows(options["clients"], options["purchases"], today))
    loader.load(iter(rows), options["created"])
    figures: Figures = dict(loader.figures)
    vacuum(env)
    env["client.risk.month"]._ensure(env.company, today)
    env.cr.commit()
    figures["by_day"] = aggregate(env, by_day=True)
    a_day = len(rows) // DAYS
    figures["nights"] = judge_nights(env, loader, rows[-a_day:])
    vacuum(env)
    figures["loop"] = loop(env, options["looped"])
    return figures


def main(database: str, options: str) -> int:
    odoo.tools.config.parse_config([])
    with open_environment(database) as env:
        print(json.dumps(measure(env, json.loads(options))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
