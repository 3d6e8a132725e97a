"""What the benchmark of groups measures, in a process of its own with Odoo in it.

    python group_jobs.py DATABASE CLIENTS LOOPED

Makes clients and offers by SQL in a database of its own, then brings 20 groups in line
with their rules three times: empty, unchanged, and after a tenth of the clients was
changed. The same by hand-written SQL on tables of the same shape, and by ``search`` and
``write`` for each client. The last line that is printed is JSON.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import odoo
from odoo.modules.registry import Registry
from odoo.tools import SQL

Rule = tuple[str, str]  # the domain, and the same by hand

OFFERED = "SELECT FROM client_offer o WHERE o.partner_id = p.id AND "
TAGGED = "SELECT FROM res_partner_res_partner_category_rel t WHERE t.partner_id = p.id"
DAY = "CURRENT_DATE - "


def make_rules() -> list[Rule]:
    """Twenty rules over columns, dates, tags and offers."""
    sizes = ("micro", "small", "medium", "large")
    rules = [
        (f"[('company_size', '=', '{size}')]", f"p.company_size = '{size}'")
        for size in sizes
    ]
    rules += [
        (f"[('deal_potential', '=', '{level}')]", f"p.deal_potential = '{level}'")
        for level in ("low", "high")
    ]
    rules += [
        (
            (
                f"[('contract_end_date', '>=', 'today'),"
                f" ('contract_end_date', '<', 'today +{days}d')]"
            ),
            (
                f"p.contract_end_date >= CURRENT_DATE"
                f" AND p.contract_end_date < CURRENT_DATE + {days}"
            ),
        )
        for days in (15, 30, 60, 90)
    ]
    rules += [
        (
            (
                f"[('reviewed_on', '<', 'today -{days}d'),"
                " ('interest_level', '!=', 'cold')]"
            ),
            (
                f"p.reviewed_on < {DAY}{days}"
                " AND (p.interest_level IS NULL OR p.interest_level != 'cold')"
            ),
        )
        for days in (200, 300)
    ]
    rules += [
        (
            f"[('category_id.name', '=', 'Bench {number}')]",
            (
                f"EXISTS ({TAGGED} AND t.category_id IN (SELECT id FROM"
                f" res_partner_category WHERE name->>'en_US' = 'Bench {number}'))"
            ),
        )
        for number in range(2)
    ]
    rules += [
        (
            (
                "[('client_offer_ids', 'any', ["
                "('materials', 'in', ['asked', 'received']),"
                f" ('date', '>=', 'today -{days}d')]), ('client_offer_ids', 'not any',"
                " [('outcome', '=', 'ordered'),"
                f" ('outcome_date', '>=', 'today -{days}d')])]"
            ),
            (
                f"EXISTS ({OFFERED} o.materials IN ('asked', 'received')"
                f" AND o.date >= {DAY}{days}) AND NOT EXISTS ({OFFERED}"
                f" o.outcome = 'ordered' AND o.outcome_date >= {DAY}{days})"
            ),
        )
        for days in (30, 60, 90, 180)
    ]
    rules += [
        ("[('city', '=', 'City 7')]", "p.city = 'City 7'"),
        (
            "['|', ('email', '=', False), ('phone', '=', False)]",
            "p.email IS NULL OR p.phone IS NULL",
        ),
    ]
    return rules


# === DATA ===

# Whatever columns other addons have made: copies of one client made by Odoo.
CLIENTS = """
    INSERT INTO res_partner
         SELECT made.*
           FROM res_partner AS seed,
                GENERATE_SERIES(1, %(clients)s) AS n,
                NEXTVAL('res_partner_id_seq') AS next_id,
                LATERAL JSONB_POPULATE_RECORD(
                    seed,
                    JSONB_BUILD_OBJECT(
                        'id', next_id + n,
                        'commercial_partner_id', next_id + n,
                        'name', 'Bench ' || n,
                        'complete_name', 'Bench ' || n,
                        'city', 'City ' || n %% 40,
                        'email', CASE WHEN n %% 10 > 0 THEN 'b' || n || '@e.co' END,
                        'company_size',
                        (ARRAY['micro', 'small', 'medium', 'large'])[1 + n %% 7],
                        'deal_potential',
                        (ARRAY['low', 'medium', 'high'])[1 + n %% 11],
                        'interest_level', (ARRAY['cold', 'warm', 'hot'])[1 + n %% 5],
                        'contract_end_date',
                        CURRENT_DATE + (n::bigint * 7919 %% 730)::int - 365,
                        'reviewed_on',
                        CURRENT_DATE - (n::bigint * 104729 %% 400)::int
                    )
                ) AS made
          WHERE seed.id = %(seed)s
"""
OFFERS = """
    INSERT INTO client_offer (
                name, partner_id, date, user_id, company_id, currency_id, kind,
                materials, outcome,
                outcome_date, create_uid, write_uid, create_date, write_date
              )
         SELECT 'Catalogue', p.id, CURRENT_DATE - p.id * 31 %% 365, 2, c.id,
                c.currency_id, 'description',
                (ARRAY['asked', 'handed_over', 'received', 'none'])[1 + p.id %% 4],
                CASE WHEN p.id %% 3 = 0 THEN 'ordered' ELSE 'open' END,
                CASE WHEN p.id %% 3 = 0 THEN CURRENT_DATE - p.id * 17 %% 200 END,
                1, 1, NOW(), NOW()
           FROM res_partner p
           JOIN res_company c ON c.id = 1
          WHERE p.name LIKE 'Bench %%' AND p.id %% 2 = 0
"""
TAGS = """
    INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
         SELECT p.id, c.id
           FROM res_partner p
           JOIN res_partner_category c
             ON p.id %% 10 = SPLIT_PART(c.name->>'en_US', ' ', 2)::int
          WHERE p.name LIKE 'Bench %%' AND c.name->>'en_US' LIKE 'Bench %%'
"""
CHANGES = """
    UPDATE res_partner
       SET company_size = (ARRAY['large', 'micro', 'small'])[1 + id %% 3],
           contract_end_date = contract_end_date + 20,
           city = CASE WHEN id %% 4 = 0 THEN 'City 7' ELSE 'City 8' END
     WHERE name LIKE 'Bench %%' AND id %% 10 = 3
"""


def make_data(env: Any, clients: int) -> None:
    env["client.group"].search([]).write({"is_rule_on": False})
    env["res.partner.category"].create([{"name": f"Bench {n}"} for n in range(2)])
    env.flush_all()
    seed = env["res.partner"].create({"name": "Bench", "is_company": True})
    env.flush_all()
    env.cr.execute(CLIENTS, {"clients": clients, "seed": seed.id})
    env.cr.execute(
        "SELECT SETVAL('res_partner_id_seq', (SELECT MAX(id) FROM res_partner))"
    )
    env.cr.execute(OFFERS, ())
    env.cr.execute(TAGS, ())
    env.cr.commit()
    analyze(env)


def analyze(env: Any) -> None:
    env.cr.execute("ANALYZE")
    env.cr.commit()


# === THE THREE WAYS ===


class ByHand:
    """The same rules and the same rows, by SQL that somebody wrote for the purpose."""

    def __init__(self, env: Any, group_ids: list[int]) -> None:
        self._env = env
        self._group_ids = group_ids
        env.cr.execute(
            "CREATE TABLE bench_stay (LIKE client_group_member INCLUDING ALL);"
            "CREATE TABLE bench_link (LIKE client_group_res_partner_rel INCLUDING ALL);"
        )
        targets = {"group_id": "client_group", "partner_id": "res_partner"}
        for table in ("bench_stay", "bench_link"):
            for column, target in targets.items():
                env.cr.execute(
                    SQL(
                        "ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (id)",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        SQL.identifier(target),
                    )
                )
        env.cr.execute("SELECT array_agg(partner_id) FROM res_company")
        self._own = env.cr.fetchone()[0]

    def run(self, rules: list[Rule]) -> int:
        moves = 0
        for group_id, (_domain, condition) in zip(self._group_ids, rules, strict=True):
            self._env.cr.execute(self._sync(group_id, condition))
            moves += self._env.cr.fetchone()[0]
        self._env.cr.commit()
        return moves

    def select(self, rules: list[Rule]) -> int:
        """Only count who fits, and write nothing."""
        found = 0
        for _domain, condition in rules:
            self._env.cr.execute(SQL("SELECT COUNT(*) %s", self._fitting(condition)))
            found += self._env.cr.fetchone()[0]
        return found

    def _fitting(self, condition: str) -> SQL:
        return SQL(
            "FROM res_partner p WHERE (%s) AND p.parent_id IS NULL AND p.partner_share"
            " AND p.active AND p.id != ALL(%s)",
            SQL(condition),  # one of the constants above  # pylint: disable=sql-injection
            self._own,
        )

    def _sync(self, group_id: int, condition: str) -> SQL:
        return SQL(
            """
            WITH wanted AS MATERIALIZED (SELECT p.id %(fitting)s),
                 gone AS (
                     UPDATE bench_stay s
                        SET date_to = CURRENT_DATE, exit_code = 'rule'
                      WHERE s.group_id = %(group)s AND s.date_to IS NULL
                        AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = s.partner_id)
                  RETURNING partner_id
                 ),
                 come AS (
                     INSERT INTO bench_stay (
                                 group_id, partner_id, date_from, origin, is_pinned,
                                 is_excluded, entry_state
                               )
                     SELECT %(group)s, w.id, CURRENT_DATE, 'rule', FALSE, FALSE, 'none'
                       FROM wanted w
                      WHERE NOT EXISTS (
                            SELECT FROM bench_stay s
                             WHERE s.group_id = %(group)s AND s.partner_id = w.id
                               AND s.date_to IS NULL
                            )
                  RETURNING partner_id
                 ),
                 unlinked AS (
                     DELETE FROM bench_link l
                           USING gone
                           WHERE l.group_id = %(group)s
                             AND l.partner_id = gone.partner_id
                 ),
                 linked AS (
                     INSERT INTO bench_link (group_id, partner_id)
                     SELECT %(group)s, partner_id FROM come
                 )
            SELECT (SELECT COUNT(*) FROM come) + (SELECT COUNT(*) FROM gone)
            """,
            fitting=self._fitting(condition),
            group=group_id,
        )


class Ours:
    """Groups with rules, the way the scheduled action brings them in line."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._groups = env["client.group"]

    def make(self, rules: list[Rule]) -> list[int]:
        """:return: ids of the groups"""
        self._groups = self._groups.create(
            [
                {"name": f"Bench {number}", "rule": domain}
                for number, (domain, _condition) in enumerate(rules)
            ]
        )
        self._env.cr.commit()
        return list(self._groups.ids)

    def run(self, _rules: list[Rule]) -> int:
        moves = self._groups.action_recompute()
        self._env.cr.commit()
        self._env.invalidate_all()
        return int(moves["entered"] + moves["left"])


def loop(env: Any, rules: list[Rule], limit: int) -> float:
    """The naive way: search, and write the groups of each client that enters.

    :return: seconds for one client who enters one group
    """
    group = env["client.group"].create({"name": "Bench loop"})
    domain = [("name", "=like", "Bench %"), ("client_group_ids", "!=", False)]
    begin = time.perf_counter()
    clients = env["res.partner"].search(domain, limit=limit)
    for client in clients:
        client.write({"client_group_ids": [odoo.fields.Command.link(group.id)]})
    env.cr.commit()
    return (time.perf_counter() - begin) / len(clients)


# === MEASURING ===


def clock(work: Callable[[list[Rule]], int], rules: list[Rule]) -> dict[str, Any]:
    begin = time.perf_counter()
    count = work(rules)
    return {"seconds": time.perf_counter() - begin, "count": count}


def measure(env: Any, clients: int, looped: int) -> dict[str, Any]:
    make_data(env, clients)
    rules = make_rules()
    ours = Ours(env)
    by_hand = ByHand(env, ours.make(rules))
    figures: dict[str, Any] = {}
    for name in ("empty", "unchanged", "changed"):
        if name == "changed":
            env.cr.execute(CHANGES, ())
            env.cr.commit()
        figures[name] = {
            "hand": clock(by_hand.run, rules),
            "ours": clock(ours.run, rules),
        }
        analyze(env)
    figures["select"] = clock(by_hand.select, rules)
    figures["loop"] = loop(env, rules, looped)
    return figures


@contextmanager
def open_environment(database: str) -> Iterator[Any]:
    with Registry(database).cursor() as cursor:
        yield odoo.api.Environment(cursor, odoo.SUPERUSER_ID, {})


def main(database: str, clients: str, looped: str) -> int:
    odoo.tools.config.parse_config([])
    with open_environment(database) as env:
        print(json.dumps(measure(env, int(clients), int(looped))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
