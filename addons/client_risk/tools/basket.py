"""What one client usually buys, and what he has left off, for whoever calls him."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .lines import Line, lost_lines

# An item is usual when it is on so large a share of the purchases, twice at least.
USUAL_SHARE = 0.3
USUAL_COUNT = 2
MAX_ITEMS = 4
# In so few categories a client is told apart by products.
NARROW = 3


@dataclass(frozen=True, slots=True)
class Bought:
    """One line of a purchase: on an ordinal ``day``, ``position`` in business time."""

    day: int
    position: float
    category: str
    product: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is bought: on ``count`` days, the last one being the ordinal ``last``."""

    name: str
    count: int
    last: int


@dataclass(frozen=True, slots=True)
class Basket:
    """``usual`` items, the most frequent first, and ``lost`` ones; ``count`` days."""

    usual: tuple[Item, ...]
    lost: tuple[Item, ...]
    count: int


def describe(bought: Sequence[Bought], period: float, now: float) -> Basket:
    """Sum up the purchases of one client.

    :param period: his own period in business days, 0 when it is not known
    :param now: position of today in business time
    """
    days: dict[str, dict[int, float]] = defaultdict(dict)
    by_product = len({one.category for one in bought if one.category}) < NARROW
    for one in bought:
        names = (
            (one.product, one.category) if by_product else (one.category, one.product)
        )
        name = names[0] or names[1]
        if name:
            days[name][one.day] = one.position
    count = len({one.day for one in bought})
    items = [Item(name, len(on), max(on)) for name, on in sorted(days.items())]
    items.sort(key=lambda item: -item.count)
    lost = _lost(items, days, period, now) if bought and period > 0 else set()
    least = max(USUAL_COUNT, USUAL_SHARE * count)
    usual = [item for item in items if item.count >= least and item.name not in lost]
    return Basket(
        tuple(usual[:MAX_ITEMS]),
        tuple([item for item in items if item.name in lost][:MAX_ITEMS]),
        count,
    )


def _lost(
    items: Sequence[Item],
    days: dict[str, dict[int, float]],
    period: float,
    now: float,
) -> set[str]:
    """Return the names of what was bought regularly and is not any more."""
    lines = [
        Line(place, tuple(sorted(days[item.name].values())))
        for place, item in enumerate(items)
    ]
    last = max(line.days[-1] for line in lines) if lines else now
    return {items[place].name for place in lost_lines(lines, period, last, now)}
