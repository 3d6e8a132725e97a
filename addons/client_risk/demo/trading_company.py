"""A trading company that never was: about 300 clients and two years of documents.

Made of a fixed seed and of the day it is made on: the same day, the same company. Each
client behaves in one of several ways, so that every status has its clients.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import trading_words as words

SEED = 1991
DAYS = 760
# How much is built in each month, January first.
SEASON = (0.55, 0.6, 0.85, 1.15, 1.3, 1.3, 1.2, 1.2, 1.25, 1.15, 0.85, 0.6)

# Key, product, category, price.
PRODUCTS = (
    ("P-1", "Facade paint, 10 l", "Paints", 1500),
    ("P-2", "Interior paint, 10 l", "Paints", 1150),
    ("P-3", "Wood varnish, 2.5 l", "Paints", 820),
    ("P-4", "Primer, 10 l", "Paints", 460),
    ("G-1", "Tile adhesive, 25 kg", "Dry mixes", 235),
    ("G-2", "Gypsum plaster, 30 kg", "Dry mixes", 265),
    ("G-3", "Screed, 25 kg", "Dry mixes", 190),
    ("G-4", "Facade putty, 20 kg", "Dry mixes", 410),
    ("B-1", "Brush 50 mm", "Tools", 150),
    ("B-2", "Roller 240 mm", "Tools", 210),
    ("B-3", "Trowel", "Tools", 340),
    ("B-4", "Bucket, 20 l", "Tools", 130),
    ("F-1", "Wood screws, 1 kg", "Fasteners", 180),
    ("F-2", "Wall plugs, 500 pcs", "Fasteners", 260),
    ("F-3", "Anchors M10, 50 pcs", "Fasteners", 690),
    ("I-1", "Mineral wool, pack", "Insulation", 980),
    ("I-2", "Foam board, pack", "Insulation", 760),
    ("I-3", "Vapour barrier, 75 m2", "Insulation", 1240),
    ("E-1", "Cable 3x2.5, 100 m", "Electrical", 4200),
    ("E-2", "Sockets, 10 pcs", "Electrical", 1150),
    ("E-3", "Circuit breaker 16 A", "Electrical", 240),
    ("E-4", "LED panel 36 W", "Electrical", 520),
    ("W-1", "PPR pipe 20 mm, 40 m", "Plumbing", 880),
    ("W-2", "Ball valve 1/2", "Plumbing", 210),
    ("W-3", "Siphon", "Plumbing", 290),
)
# What one craft buys: the first categories nearly always, the others sometimes.
CRAFTS = (
    ("Paints", "Tools", "Dry mixes"),
    ("Dry mixes", "Tools", "Fasteners", "Insulation"),
    ("Insulation", "Fasteners", "Dry mixes"),
    ("Electrical", "Fasteners", "Tools"),
    ("Plumbing", "Fasteners", "Tools"),
    ("Paints", "Plumbing", "Electrical", "Tools", "Dry mixes"),
)
PERIODS = (9, 14, 18, 24, 30, 30, 42, 60)
# How many clients behave how.
BEHAVIOURS = {
    "steady": 104,
    "growing": 18,
    "shrinking": 18,
    "line_lost": 10,
    "late": 22,
    "silent": 30,
    "fresh": 12,
    "once": 16,
    "twice": 9,
    "twice_silent": 8,
    "project": 6,
    "planned": 14,
    "forgotten": 20,
}
# Share of the clients each manager has; the first has far too many.
MANAGERS = (100, 64, 52, 38, 33)
DEBTORS = 14
# Clients that client_base brings, and how they behave here.
FORMER = {
    "budmaister": "late",
    "teplodim": "steady",
    "sonechko": "growing",
    "kvitka": "steady",
    "lypa": "shrinking",
    "granit": "steady",
    "chaika": "once",
    "storinka": "silent",
}


@dataclass(slots=True)
class Client:
    """One client: the words of the card, and how he buys."""

    number: int
    behaviour: str
    key: str
    name: str
    legal_form: str
    type: str
    city: str
    street: str
    person: str
    post: str
    manager: int
    period: int
    basket: float
    craft: tuple[str, ...]
    pays_after: int
    is_debtor: bool = False
    days: list[int] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """A number of nobody: 555 is no exchange."""
        return f"+380 67 555 {30 + self.number // 100} {self.number % 100:02d}"

    @property
    def email(self) -> str:
        """An address of nobody."""
        return f"client{self.number:03d}@example.com"


def make_clients() -> list[Client]:
    """Return the clients, without days of purchases."""
    rng = random.Random(SEED)
    behaviours = [kind for kind, many in BEHAVIOURS.items() for _one in range(many)]
    rng.shuffle(behaviours)
    names = [f"{one} {other}" for one in words.ADJECTIVES for other in words.NOUNS]
    rng.shuffle(names)
    clients = [
        _make_client(rng, number, behaviour, names[number])
        for number, behaviour in enumerate(behaviours)
    ]
    buyers = [one for one in clients if one.behaviour in ("steady", "late", "growing")]
    for client in rng.sample(buyers, DEBTORS):
        client.is_debtor = True
    return clients


def make_former_clients() -> list[Client]:
    """Return clients whose cards are there: their keys, and how they buy."""
    rng = random.Random(SEED + 2)
    first = sum(BEHAVIOURS.values())
    clients = [
        _make_client(rng, number, behaviour, name)
        for number, (name, behaviour) in enumerate(FORMER.items(), first)
    ]
    for client, name in zip(clients, FORMER, strict=True):
        client.key = f"demo-{name}"
    return clients


def _make_client(rng: random.Random, number: int, behaviour: str, name: str) -> Client:
    craft = rng.choice(CRAFTS)
    kind = rng.choices(("company", "builder", "shop", "person"), (5, 5, 4, 2))[0]
    owner = f"{rng.choice(words.SURNAMES)} {rng.choice(words.FIRST_NAMES)}"
    form = {"company": "ТОВ", "builder": "ПП", "shop": "ФОП", "person": ""}[kind]
    size = {"company": 24_000, "builder": 16_000, "shop": 9_000, "person": 4_500}[kind]
    return Client(
        number=number,
        behaviour=behaviour,
        key=f"demo-{number:03d}",
        name=owner if kind == "person" else name,
        legal_form=form,
        type=kind,
        city=rng.choice(words.CITIES),
        street=f"{rng.choice(words.STREETS)}, {rng.randint(1, 90)}",
        person=f"{rng.choice(words.SURNAMES)} {rng.choice(words.FIRST_NAMES)}",
        post=rng.choice(words.POSTS),
        manager=rng.choices(range(len(MANAGERS)), MANAGERS)[0],
        period=rng.choice(PERIODS),
        basket=size * rng.lognormvariate(0, 0.5),
        craft=tuple(one for one in craft if one == craft[0] or rng.random() < 0.75),
        pays_after=rng.choice((3, 7, 14, 14, 21, 30)),
    )


def make_documents(clients: list[Client], today: dt.date) -> list[dict[str, Any]]:
    """Return what the accounting system tells, in order of days: rows for ``upsert``.

    Sets the days of each client's purchases, counted back from ``today``.
    """
    rng = random.Random(SEED + 1)
    rows: list[dict[str, Any]] = []
    for client in clients:
        client.days = sorted(_days(rng, client, today), reverse=True)
        rows += _documents(rng, client, today)
    rows.sort(key=lambda row: (row["date"], row["key"]))
    prefix = {"shipment": "ВН", "return": "ПВ", "payment": "ПЛ"}
    for number, row in enumerate(rows, 1):
        row["number"] = f"{prefix[row['kind']]}-{number:05d}"
    return rows


def _days(rng: random.Random, client: Client, today: dt.date) -> set[int]:
    """Return how many days ago the client bought."""
    few = {
        "planned": [],
        "forgotten": [],
        "fresh": [rng.randint(0, 14)],
        "once": [rng.randint(90, 420)],
        "twice": [rng.randint(1, 12), rng.randint(25, 45)],
        "twice_silent": [rng.randint(46, 54), rng.randint(78, 88)],
    }
    ago = (
        few[client.behaviour]
        if client.behaviour in few
        else list(_regular_days(rng, client, today))
    )
    return {_to_workday(day, today) for day in ago}


def _regular_days(rng: random.Random, client: Client, today: dt.date) -> Iterator[int]:
    """Go back from the last purchase, a period at a time."""
    period = client.period
    spread = 0.7 if client.behaviour == "project" else 0.28
    first = DAYS if rng.random() < 0.7 else rng.randint(max(200, 8 * period), DAYS)
    ago = float(_silence(rng, client))
    first = max(first, int(ago) + 6 * period)
    while ago < first:
        yield int(ago)
        season = SEASON[(today - dt.timedelta(days=int(ago))).month - 1]
        pace = _pace(client, ago)
        ago += max(1.0, period * rng.lognormvariate(0, spread) / season**0.5 / pace)


def _silence(rng: random.Random, client: Client) -> int:
    """Return how many days ago the client bought last."""
    period = client.period
    if client.behaviour == "late":
        return int(period * rng.uniform(1.5, 2.0)) + 5 + 10 * (period < 14)
    if client.behaviour == "silent":
        return min(int(period * rng.uniform(5, 9)) + 100, DAYS - 7 * period)
    return int(period * rng.uniform(0.05, 0.75))


def _pace(client: Client, ago: float) -> float:
    """Return how much faster than usual the client bought then."""
    if ago > max(100, 3 * client.period):
        return 1.0
    return {"growing": 1.35, "shrinking": 0.72}.get(client.behaviour, 1.0)


def _to_workday(ago: int, today: dt.date) -> int:
    """Move a weekend to the Friday before."""
    weekday = (today - dt.timedelta(days=ago)).weekday()
    return ago + max(0, weekday - 4)


def _documents(
    rng: random.Random, client: Client, today: dt.date
) -> Iterator[dict[str, Any]]:
    for number, ago in enumerate(client.days):
        day = today - dt.timedelta(days=ago)
        lines = list(_lines(rng, client, ago, day))
        shipment = _row(client, "shipment", number, day, lines)
        due = day + dt.timedelta(days=client.pays_after)
        yield {**shipment, "due_date": due.isoformat()}
        if ago > 3 and rng.random() < 0.04:
            back = day + dt.timedelta(days=rng.randint(1, 3))
            yield _row(client, "return", number, back, [_part(rng, lines[0])])
        unpaid = client.is_debtor and number >= len(client.days) - 2
        late = rng.randint(0, 6)
        if ago > client.pays_after + late and not unpaid:
            paid = day + dt.timedelta(days=client.pays_after + late)
            yield {**_row(client, "payment", number, paid, lines), "lines": []}


def _row(
    client: Client, kind: str, number: int, day: dt.date, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "key": f"{client.key}-{kind}-{number:03d}",
        "partner_key": client.key,
        "date": day.isoformat(),
        "kind": kind,
        "amount": sum(line["amount"] for line in lines),
        "version": 1,
        "lines": lines,
    }


def _lines(
    rng: random.Random, client: Client, ago: int, day: dt.date
) -> Iterator[dict[str, Any]]:
    """Share the basket of the day out among products of the client's craft."""
    basket = client.basket * SEASON[day.month - 1] * rng.lognormvariate(0, 0.25)
    basket *= _appetite(client, ago)
    craft = client.craft
    if client.behaviour == "line_lost" and len(craft) > 1 and ago < 4 * client.period:
        craft = craft[1:]
    wanted = [one for one in craft if rng.random() < 0.8] or [craft[0]]
    for category in wanted:
        choice = [one for one in PRODUCTS if one[2] == category]
        key, product, _category, price = choice[
            (client.number + (0 if rng.random() < 0.7 else 1)) % len(choice)
        ]
        quantity = max(1, round(basket / len(wanted) / price))
        yield {
            "product_key": key,
            "product": product,
            "category": category,
            "quantity": quantity,
            "amount": quantity * price,
        }


def _appetite(client: Client, ago: int) -> float:
    """Return how much more than usual the client took then."""
    if ago > max(100, 3 * client.period):
        return 1.0
    return {"growing": 2.4, "shrinking": 0.35}.get(client.behaviour, 1.0)


def _part(rng: random.Random, line: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a line, as it comes back."""
    quantity = max(1, round(line["quantity"] * rng.uniform(0.1, 0.4)))
    price = line["amount"] / line["quantity"]
    return {**line, "quantity": quantity, "amount": round(quantity * price, 2)}
