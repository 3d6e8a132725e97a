"""What the benchmark of scanning measures, in a process of its own with Odoo in it.

    python scan_jobs.py DATABASE FILE CARDS

Puts cards into a database of its own by SQL. Then the bare algorithm takes them from
memory, and Odoo from its tables: forms, keys, comparing and storing what is found. Then
single cards are looked up. The last line that is printed is JSON.
"""

import json
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
    forms = env["client.duplicate.form"]
    rows = env.execute_query(forms._select_cards())
    return [forms._to_card(*said) for *said, _country, _stamp in rows]


def run_bare(cards: list[Any]) -> Figures:
    """Scan cards that are in memory."""
    # where the addons are is known once Odoo has read its options
    from odoo.addons.client_base.tools.duplicates.cards import Normalizer
    from odoo.addons.client_base.tools.duplicates.scan import find_duplicates

    begin = time.perf_counter()
    normalizer = Normalizer(COUNTRY)
    found = find_duplicates([normalizer.normalize(card) for card in cards])
    return {
        "seconds": time.perf_counter() - begin,
        "pairs": len(found.pairs),
        "clusters": len(found.clusters),
    }


def run_odoo(env: Any) -> Figures:
    """Scan the partners, committing as the scheduled action does."""
    env.registry.clear_cache()
    begin = time.perf_counter()
    prepared = []

    def commit_part(part: float) -> None:
        env.cr.commit()
        prepared.append((part, time.perf_counter() - begin))

    scan = env["client.duplicate.scan"].create({})
    scan._run(commit_part)
    env.cr.commit()
    return {
        "seconds": time.perf_counter() - begin,
        "prepared": prepared[-1][1],
        "pairs": env["client.duplicate"].search_count([]),
        "clusters": scan.cluster_count,
    }


def look_up(env: Any, cards: list[Any]) -> Figures:
    """Look single cards up as a form does while they are typed, in milliseconds."""
    lookup, company = env["client.duplicate.lookup"], env.company
    step = max(len(cards) // (LOOK_UPS + WARM_UP), 1)
    spent = []
    for card in map(as_new, cards[::step][: LOOK_UPS + WARM_UP]):
        begin = time.perf_counter()
        lookup._find_alike(card, company, COUNTRY)
        spent.append(1000 * (time.perf_counter() - begin))
    spent = spent[WARM_UP:]
    batch = [as_new(card, -at) for at, card in enumerate(cards[:ROWS], 1)]
    begin = time.perf_counter()
    lookup._find_alike_of_many(batch, company, COUNTRY)
    return {
        "median": median(spent),
        "p95": quantiles(spent, n=20)[-1],
        "most": max(spent),
        "row": 1000 * (time.perf_counter() - begin) / len(batch),
    }


def as_new(card: Any, card_id: int = 0) -> Any:
    """Return a card as if it were about to be made."""
    return type(card)(
        card_id,
        *(getattr(card, name) for name in card.__slots__ if name != "id"),
    )


def measure(env: Any, rows: list[Row]) -> Figures:
    make_data(env, rows)
    cards = read_cards(env)
    return {
        "cards": len(cards),
        "bare": run_bare(cards),
        "odoo": run_odoo(env),
        "again": run_odoo(env),
        "look_up": look_up(env, cards),
    }


@contextmanager
def open_environment(database: str) -> Iterator[Any]:
    with Registry(database).cursor() as cursor:
        yield odoo.api.Environment(cursor, odoo.SUPERUSER_ID, {})


def main(database: str, path: str, cards: str) -> int:
    odoo.tools.config.parse_config([])
    rows = read_rows(Path(path))[: int(cards)]
    with open_environment(database) as env:
        print(json.dumps(measure(env, rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
