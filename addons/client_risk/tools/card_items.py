"""What a client buys, as his card shows it: products or categories, and what he left.

Days are ordinals; whether a line is left off is measured in business time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .business_time import BusinessTime
from .lines import collect, lost_lines

MAX_ITEMS = 8
# What was left off is worth a line of its own, however little it was.
MAX_LEFT_OFF = 4


@dataclass(frozen=True, slots=True)
class Bought:
    """A day's purchase of one product; ``amount`` is below zero for what came back."""

    product: str
    category: str
    day: int
    amount: float


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the card; ``count`` days on which it was bought, ``last`` the latest.

    ``share``: of all that the client bought, from 0 to 1.
    """

    name: str
    detail: str
    amount: float
    share: float
    count: int
    last: int
    is_left_off: bool


def by_product(bought: Bought) -> tuple[str, str]:
    """Return name and detail of the line that a purchase belongs to."""
    return bought.product or bought.category, bought.category if bought.product else ""


def by_category(bought: Bought) -> tuple[str, str]:
    """Return the category alone; what has none is not listed."""
    return bought.category, ""


def list_items(
    bought: Iterable[Bought],
    level: Callable[[Bought], tuple[str, str]],
    ruler: BusinessTime,
    period: float,
    today: int,
) -> list[Item]:
    """Return the lines of a client by amount, the largest first, and those left off.

    :param period: the client's own period in business days, 0 when he has none: then
        nothing is called left off
    """
    rows: dict[tuple[str, str], list[Bought]] = defaultdict(list)
    for one in bought:
        if level(one)[0]:
            rows[level(one)].append(one)
    names = sorted(rows)
    left_off = _left_off([rows[name] for name in names], ruler, period, today)
    whole = sum(max(one.amount, 0.0) for found in rows.values() for one in found)
    items = [
        _make(name, rows[name], whole, number in left_off)
        for number, name in enumerate(names)
    ]
    items = [item for item in items if item.count]
    items.sort(key=lambda item: (-item.amount, item.name, item.detail))
    rest = [item for item in items[MAX_ITEMS:] if item.is_left_off]
    return items[:MAX_ITEMS] + rest[:MAX_LEFT_OFF]


def _make(
    name: tuple[str, str], found: list[Bought], whole: float, is_left_off: bool
) -> Item:
    days = {one.day for one in found if one.amount > 0}
    amount = sum(one.amount for one in found)
    return Item(
        name=name[0],
        detail=name[1],
        amount=amount,
        share=max(amount, 0.0) / whole if whole else 0.0,
        count=len(days),
        last=max(days, default=0),
        is_left_off=is_left_off,
    )


def _left_off(
    rows: list[list[Bought]], ruler: BusinessTime, period: float, today: int
) -> set[int]:
    """Return the numbers of the lines that the client bought regularly and left."""
    pairs = [
        (number, one.day)
        for number, found in enumerate(rows)
        for one in found
        if one.amount > 0
    ]
    if period <= 0 or not pairs:
        return set()
    days = np.array([day for _number, day in pairs] + [today], dtype=np.int64)
    *positions, now = ruler.at(days).tolist()
    lines = collect(
        (number, position)
        for (number, _day), position in zip(pairs, positions, strict=True)
    )
    return set(lost_lines(lines, period, max(positions), now))
