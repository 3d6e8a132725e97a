"""What clients bought, by item: columns, one row for each day of a client's item."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

from .arrays import Floats, Ints
from .business_time import MIN_GAP, BusinessTime
from .history import net_events
from .lines import MIN_GAPS, REGULAR_PERIODS, Line, due_lines, lost_lines
from .suggestions import Suggestion

MAX_OWN_LINES = 3
# What nobody has bought for a year is out of the range.
OFFERED_DAYS = 365
ITEM_BITS = 32
ITEM_MASK = (1 << ITEM_BITS) - 1


@dataclass(frozen=True, slots=True)
class Goods:
    """Ids of clients and items, ordinal days, amounts; sorted by client, item, day."""

    client: Ints
    item: Ints
    day: Ints
    amount: Floats

    def key(self) -> Ints:
        """Return one number for each row's client and item, in order."""
        return (self.client << ITEM_BITS) | self.item

    def of(self, rows: slice | Ints | list[int]) -> "Goods":
        """Return some of the rows."""
        return Goods(
            self.client[rows], self.item[rows], self.day[rows], self.amount[rows]
        )


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line that the client himself is due to buy, or has left off.

    ``suggestion.confidence``: the share of his purchases that had it.
    """

    suggestion: Suggestion
    is_lost: bool
    amount: float
    count: int
    period: float
    last: int
    late: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """What is known of a client: his own period in business days, his P_buy(90)."""

    period: float
    chance: float


def net_goods(client: Ints, item: Ints, day: Ints, amount: Floats) -> Goods:
    """Take returns off and add up days; rows may come in any order.

    :param amount: below zero for what came back
    """
    pairs, row = np.unique((client << ITEM_BITS) | item, return_inverse=True)
    events = net_events(row.astype(np.int64), day, amount)
    key = pairs[events.client]
    return Goods(key >> ITEM_BITS, key & ITEM_MASK, events.day, events.amount)


def owned_items(goods: Goods) -> dict[int, list[int]]:
    """Return the items of each client."""
    pairs = np.unique(goods.key())
    owned: dict[int, list[int]] = defaultdict(list)
    clients, items = (pairs >> ITEM_BITS).tolist(), (pairs & ITEM_MASK).tolist()
    for client, item in zip(clients, items, strict=True):
        owned[client].append(item)
    return dict(owned)


def typical_amounts(goods: Goods) -> dict[int, float]:
    """Return what an item is bought for: the median client's mean of a day."""
    if not len(goods.day):
        return {}
    pairs, row = np.unique(goods.key(), return_inverse=True)
    mean = np.bincount(row, goods.amount) / np.bincount(row)
    item = pairs & ITEM_MASK
    order = np.lexsort((mean, item))
    item, mean = item[order], mean[order]
    ids, begin, count = np.unique(item, return_index=True, return_counts=True)
    low, high = mean[begin + (count - 1) // 2], mean[begin + count // 2]
    return dict(zip(ids.tolist(), ((low + high) / 2).tolist(), strict=True))


def item_facts(goods: Goods) -> dict[int, tuple[int, int]]:
    """Return of each item how many clients bought it, and the last day."""
    if not len(goods.day):
        return {}
    ids, row = np.unique(goods.item, return_inverse=True)
    owners = np.unique(goods.key()) & ITEM_MASK
    counts = np.bincount(np.searchsorted(ids, owners), minlength=len(ids))
    last = np.zeros(len(ids), dtype=np.int64)
    np.maximum.at(last, row, goods.day)
    facts = zip(counts.tolist(), last.tolist(), strict=True)
    return dict(zip(ids.tolist(), facts, strict=True))


def bought_since(goods: Goods, client: Ints, item: Ints, since: Ints) -> Ints:
    """Return the row of the first day, from ``since`` on, of each item; -1 for none."""
    if not len(goods.day):
        return np.full(len(client), -1, dtype=np.int64)
    pairs, row = np.unique(goods.key(), return_inverse=True)
    wanted = (client << ITEM_BITS) | item
    place = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    days = int(dt.date.max.toordinal()) + 1
    first = np.searchsorted(row * days + goods.day, place * days + since)
    inside = np.minimum(first, len(row) - 1)
    found = (pairs[place] == wanted) & (first < len(row)) & (row[inside] == place)
    return np.where(found, inside, -1).astype(np.int64)


def own_lines(
    goods: Goods,
    buyers: Mapping[int, Buyer],
    ruler: BusinessTime,
    today: int,
    offered: Collection[int],
    left_out: Collection[tuple[int, int]] = (),
) -> list[OwnLine]:
    """Find what each client should need now, and what he has left off.

    :param today: an ordinal
    :return: by client at most 3 lines that are due and 3 that are lost, the largest
        expected sum first
    """
    now = float(ruler.at(np.array([today]))[0])
    position = ruler.at(goods.day)
    told: dict[int, dict[int, slice]] = defaultdict(dict)
    for rows in _silent_lines(goods, position, now):
        client, item = int(goods.client[rows.start]), int(goods.item[rows.start])
        if item in offered and (client, item) not in left_out:
            told[client][item] = rows
    histories = _describe_clients(goods, position)
    found = []
    for client, lines in told.items():
        buyer, (purchases, last) = buyers.get(client), histories[client]
        if buyer and buyer.period > 0:
            judged = _judge_lines(lines, position, buyer.period, last, now)
            made = [
                _make_line(goods.of(lines[line.item]), line, purchases, buyer, late)
                for line, late in judged
            ]
            found += _rank(made)
    return found


def _describe_clients(goods: Goods, position: Floats) -> dict[int, tuple[int, float]]:
    """Return how many purchases each client made, and when he made the last."""
    days = np.unique((goods.client << ITEM_BITS) | goods.day) >> ITEM_BITS
    ids, count = np.unique(days, return_counts=True)
    last = np.full(len(ids), -np.inf)
    np.maximum.at(last, np.searchsorted(ids, goods.client), position)
    described = zip(count.tolist(), last.tolist(), strict=True)
    return dict(zip(ids.tolist(), described, strict=True))


def _silent_lines(goods: Goods, position: Floats, now: float) -> list[slice]:
    """Return the rows of each line that has been silent for a period of its own.

    Only such a line can be due or lost; few are, and a line of fewer days never is.
    """
    _pairs, begin, row, count = np.unique(
        goods.key(), return_index=True, return_inverse=True, return_counts=True
    )
    is_gap = np.diff(row, prepend=-1) == 0
    gaps = np.maximum(np.diff(position, prepend=0.0), MIN_GAP)
    logs = np.bincount(row, np.where(is_gap, np.log(gaps), 0.0), len(begin))
    period = np.exp(logs / np.maximum(count - 1, 1))
    silent = now - position[begin + count - 1]
    kept = (count >= min(MIN_GAPS, REGULAR_PERIODS)) & (silent >= period * (1 - 1e-9))
    ends = (begin + count)[kept].tolist()
    return list(map(slice, begin[kept].tolist(), ends))


def _judge_lines(
    rows: Mapping[int, slice],
    position: Floats,
    period: float,
    last: float,
    now: float,
) -> list[tuple[Line, float | None]]:
    """Return the lines of one client that are due, with days late, or lost: None."""
    lines = [Line(item, tuple(position[part].tolist())) for item, part in rows.items()]
    due = dict(due_lines(lines, now))
    lost = set(lost_lines(lines, period, last, now))
    known = due.keys() | lost
    return [(line, due.get(line.item)) for line in lines if line.item in known]


def _make_line(
    own: Goods, line: Line, purchases: int, buyer: Buyer, late: float | None
) -> OwnLine:
    """Describe a line; ``late`` is None for one that is lost."""
    share = len(own.day) / purchases
    amount = median(own.amount.tolist())
    expected = share * amount * buyer.chance
    return OwnLine(
        Suggestion(int(own.client[0]), line.item, None, share, expected),
        is_lost=late is None,
        amount=amount,
        count=len(own.day),
        period=line.period,
        last=int(own.day[-1]),
        late=round(late or 0.0),
    )


def _rank(lines: list[OwnLine]) -> list[OwnLine]:
    """Keep three that are due and three that are lost, of one client."""
    lines.sort(key=lambda one: (-one.suggestion.expected, one.suggestion.item))
    due = [one for one in lines if not one.is_lost][:MAX_OWN_LINES]
    return due + [one for one in lines if one.is_lost][:MAX_OWN_LINES]
