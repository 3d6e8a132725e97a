"""What the benchmark of the form measures, with both databases in one process.

    python form_jobs.py BARE OURS ROUNDS

The last line printed is JSON: median seconds and number of queries of each database.
"""

import json
import logging
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import odoo
from odoo.modules.registry import Registry

CARD = {
    "name": "Вербиченко Трейд",
    "is_company": True,
    "phone": "+380 67 123 45 67",
    "email": "verba@example.com",
    "street": "вул. Садова, 1",
    "city": "Полтава",
    "vat": "12345678",
}
PEOPLE = ("Олена", "Марко", "Ганна")
WARM_UP = 5

Figures = dict[str, Any]


class Database:
    """One database in which the form of the same client is opened."""

    def __init__(self, name: str) -> None:
        self.registry = Registry(name)
        self.seconds: list[float] = []
        self.parts: dict[str, list[float]] = {"views": [], "card": []}
        self.queries = 0
        with self.environment() as env:
            self.view_id = env.ref("base.view_partner_form").id
            self.card_id = make_card(env)

    @contextmanager
    def environment(self) -> Iterator[Any]:
        """Yield the environment of the administrator, as of one request."""
        with self.registry.cursor() as cursor:
            root = odoo.api.Environment(cursor, odoo.SUPERUSER_ID, {})
            user = root.ref("base.user_admin")
            yield root(user=user.id, context=dict(user.context_get()))

    def open_form(self, *, counts: bool) -> None:
        """Ask for what the web client asks for: the views, and the card by them."""
        with self.environment() as env:
            partners = env["res.partner"]
            env.user.has_group("base.group_user")  # every request has asked by now
            before = env.cr.sql_log_count
            start = time.perf_counter()
            answer = partners.get_views([[self.view_id, "form"]], {"toolbar": True})
            between = time.perf_counter()
            spec = partners._get_fields_spec(answer["views"]["form"])
            reading = time.perf_counter()
            partners.browse(self.card_id).web_read(spec)
            end = time.perf_counter()
            if counts:
                self.parts["views"].append(between - start)
                self.parts["card"].append(end - reading)
                self.seconds.append(between - start + end - reading)
                self.queries = env.cr.sql_log_count - before

    def figures(self) -> Figures:
        """Return the medians."""
        return {
            "seconds": statistics.median(self.seconds),
            "views": statistics.median(self.parts["views"]),
            "card": statistics.median(self.parts["card"]),
            "queries": self.queries,
        }


def make_card(env: Any) -> int:
    """Make a client with people; with a type and its rules where there are types."""
    values = dict(CARD)
    if "client.type" in env:
        values["client_type_id"] = make_type(env).id
    card = env["res.partner"].create(values)
    env["res.partner"].create(
        [{"name": name, "parent_id": card.id, "type": "contact"} for name in PEOPLE]
    )
    return int(card.id)


def make_type(env: Any) -> Any:
    """Make a type with all kinds of rules, instructions and own fields."""
    rules = {
        "phone": "required",
        "vat": "required",
        "city": "required",
        "website": "hidden",
        "client_properties": "recommended",
    }
    get_field = env["ir.model.fields"]._get
    return env["client.type"].create(
        {
            "name": "Shop of the benchmark",
            "entry_policy": "block",
            "properties_definition": [
                {"name": "area", "string": "Area", "type": "integer"},
                {"name": "hours", "string": "Open", "type": "char"},
            ],
            "field_ids": [
                odoo.fields.Command.create(
                    {
                        "field_id": get_field("res.partner", name).id,
                        "requirement": requirement,
                        "instruction": f"What to ask about {name}.",
                    }
                )
                for name, requirement in rules.items()
            ],
        }
    )


def main(bare: str, ours: str, rounds: int) -> None:
    databases = {"bare": Database(bare), "ours": Database(ours)}
    for number in range(rounds + WARM_UP):
        for database in databases.values():
            database.open_form(counts=number >= WARM_UP)
    print(json.dumps({name: found.figures() for name, found in databases.items()}))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    odoo.tools.config.parse_config(["--log-level=error"])
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
