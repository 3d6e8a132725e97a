"""What the benchmark of scanning measures: each job in a process of its own, with Odoo.

    python scan_jobs.py fill DATABASE FILE CARDS    puts cards in, by SQL
    python scan_jobs.py bare DATABASE               the algorithm takes them from memory
    python scan_jobs.py odoo DATABASE               Odoo takes them from its tables

Odoo makes forms and keys, compares, and stores what it finds; once more when nothing
has changed; then single cards are looked up. The last line that a job prints is JSON.
Seconds of a machine that others use say little, so CPU is told as well: of the process
and, where the server is on this machine, of its part of the database.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from matching_data import Row, read_rows

import odoo
from odoo.modules.registry import Registry

Figures = dict[str, Any]

LOOK_UPS = 300
WARM_UP = 20
ROWS = 1000
COUNTRY = "UA"
CARDS = """
    INSERT INTO res_partner
         SELECT made.*
           FROM res_partner AS seed,
                JSONB_TO_RECORDSET(%(cards)s::jsonb) AS card (
                    id int, name text, is_company bool, vat text, street text,
                    city text, zip text, birthdate text),
                LATERAL JSONB_POPULATE_RECORD(
                    seed,
                    TO_JSONB(card) || JSONB_BUILD_OBJECT(
                        'commercial_partner_id', card.id,
                        'complete_name', card.name
                    )
                ) AS made
          WHERE seed.id = %(seed)s
"""
POINTS = """
    INSERT INTO client_contact_point (
                partner_id, client_id, kind, value, sequence, state,
                create_uid, write_uid, create_date, write_date
              )
         SELECT id, id, kind, value, 10, 'unknown', 1, 1, NOW(), NOW()
           FROM JSONB_TO_RECORDSET(%(points)s::jsonb) AS point (
                id int, kind text, value text)
"""


def make_data(env: Any, rows: list[Row]) -> None:
    """Put the cards in; what the template holds besides is compared as well."""
    country = env["res.country"].search([("code", "=", COUNTRY)])
    seed = env["res.partner"].create({"name": "Seed", "country_id": country.id})
    env.flush_all()
    cards, points = [], []
    for card_id, row in enumerate(rows, seed.id + 1):
        cards.append(
            {
                "id": card_id,
                "name": row["name"],
                "is_company": row.get("is_company") == "1",
                "vat": row.get("vat") or None,
                "street": row.get("street") or None,
                "city": row.get("city") or None,
                "zip": row.get("zip") or None,
                "birthdate": row.get("extra") or None,
            }
        )
        for column, kind in (("phone",) * 2, ("phone2", "phone"), ("email",) * 2):
            if row.get(column):
                points.append({"id": card_id, "kind": kind, "value": row[column]})
    env.cr.execute(CARDS, {"cards": json.dumps(cards), "seed": seed.id})
    env.cr.execute(POINTS, {"points": json.dumps(points)})
    env.cr.execute(
        "SELECT SETVAL('res_partner_id_seq', (SELECT MAX(id) FROM res_partner))"
    )
    seed.unlink()
    env.cr.execute(
        "DELETE FROM client_duplicate; DELETE FROM client_duplicate_scan;"
        "DELETE FROM client_duplicate_key; DELETE FROM client_duplicate_form"
    )
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()


def read_cards(env: Any) -> list[Any]:
    """Return what the cards say, as Odoo itself hands it to the algorithm."""
    # where the addons are is known once Odoo has read its options
    from odoo.addons.client_base.tools.duplicates.changes import to_card

    forms = env["client.duplicate.form"]
    rows = env.execute_query(forms._select_cards())
    return [to_card(said) for *said, _country, _stamp in rows]


class Meter:
    """Counts seconds, and CPU seconds of this process and of the database for it."""

    def __init__(self, env: Any) -> None:
        self._pid = env.cr.connection.info.backend_pid
        self._start = self._read()

    def _read(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), self._database()

    def _database(self) -> float:
        try:
            text = Path(f"/proc/{self._pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return 0.0
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def figures(self) -> Figures:
        """Return what was spent since the meter was made, and the peak of memory."""
        names = ("seconds", "cpu", "database_cpu")
        spent = zip(names, self._start, self._read(), strict=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {name: end - begin for name, begin, end in spent} | {"peak_mb": peak}


def fill(env: Any, path: str, count: str) -> Figures:
    """Put the cards of a file into the database."""
    rows = read_rows(Path(path))[: int(count)]
    make_data(env, rows)
    return {"rows": len(rows)}


def bare(env: Any) -> Figures:
    """Scan cards that are in memory."""
    # where the addons are is known once Odoo has read its options
    from odoo.addons.client_base.tools.duplicates.cards import Normalizer
    from odoo.addons.client_base.tools.duplicates.scan import find_duplicates

    cards = read_cards(env)
    meter = Meter(env)
    normalizer = Normalizer(COUNTRY)
    found = find_duplicates([normalizer.normalize(card) for card in cards])
    return meter.figures() | {
        "cards": len(cards),
        "pairs": len(found.pairs),
        "clusters": len(found.clusters),
    }


def in_odoo(env: Any) -> Figures:
    """Scan the base, scan it again, and look cards up."""
    first, again = run_odoo(env), run_odoo(env)
    return {"odoo": first, "again": again, "look_up": look_up(env, read_cards(env))}


def run_odoo(env: Any) -> Figures:
    """Scan the partners, committing as the scheduled action does."""
    env.registry.clear_cache()
    prepared = []
    meter = Meter(env)

    def commit_part(_part: float) -> None:
        env.cr.commit()
        prepared.append(meter.figures()["seconds"])

    scan = env["client.duplicate.scan"].create({})
    scan._run(commit_part)
    env.cr.commit()
    return meter.figures() | {
        "prepared": prepared[-1],
        "pairs": env["client.duplicate"].search_count([]),
        "clusters": scan.cluster_count,
    }


def look_up(env: Any, cards: list[Any]) -> Figures:
    """Look single cards up as a form does while they are typed, in milliseconds."""
    lookup, company = env["client.duplicate.lookup"], env.company
    step = max(len(cards) // (LOOK_UPS + WARM_UP), 1)
    new = list(map(as_new, cards[::step][: LOOK_UPS + WARM_UP]))
    for card in new[:WARM_UP]:
        lookup._find_alike(card, company, COUNTRY)
    meters = []
    whole = Meter(env)
    for card in new[WARM_UP:]:
        meter = Meter(env)
        lookup._find_alike(card, company, COUNTRY)
        meters.append(meter.figures())
    spent = whole.figures()
    figures = {
        name: of([1000 * one["seconds"] for one in meters])
        for name, of in (("median", median), ("p95", _p95), ("most", max))
    }
    figures["cpu"] = 1000 * (spent["cpu"] + spent["database_cpu"]) / len(meters)
    batch = [as_new(card, -at) for at, card in enumerate(cards[:ROWS], 1)]
    begin = time.perf_counter()
    lookup._find_alike_of_many(batch, company, COUNTRY)
    return figures | {"row": 1000 * (time.perf_counter() - begin) / len(batch)}


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def as_new(card: Any, card_id: int = 0) -> Any:
    """Return a card as if it were about to be made."""
    return type(card)(
        card_id,
        *(getattr(card, name) for name in card.__slots__ if name != "id"),
    )


@contextmanager
def open_environment(database: str) -> Iterator[Any]:
    with Registry(database).cursor() as cursor:
        yield odoo.api.Environment(cursor, odoo.SUPERUSER_ID, {})


def main(job: str, database: str, *rest: str) -> int:
    odoo.tools.config.parse_config([])
    jobs = {"fill": fill, "bare": bare, "odoo": in_odoo}
    with open_environment(database) as env:
        print(json.dumps(jobs[job](env, *rest)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
