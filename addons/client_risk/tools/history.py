"""From purchases to the few numbers that the rule needs of each client."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Flags, Floats, Ints, positions, sum_by
from .business_time import BusinessTime

# A rhythm is that of the last two years, of eight gaps at least and thirty at most.
LOOK_BACK_DAYS = 730
MIN_GAPS = 8
MAX_GAPS = 30
# The database adds up decimals; floats must not leave a trace of what was returned.
AMOUNT_DIGITS = 6
# More than the ordinal of any day: client * DAYS + day sorts by both.
DAYS = 4_000_000


@dataclass(frozen=True, slots=True)
class Purchase:
    """A document of a client: ``client`` is a number from 0, ``amount`` untaxed.

    In company currency, below zero for a return; ``returns_day``: the day of the
    purchase that a return takes back, when that is known.
    """

    client: int
    day: dt.date
    amount: float
    returns_day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Events:
    """Purchase days, one row each, by client and day.

    ``day`` is an ordinal (``date.toordinal``), ``amount`` what was bought that day.
    """

    client: Ints
    day: Ints
    amount: Floats

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, float]]) -> "Events":
        """Make columns of (client, ordinal day, amount)."""
        client, day, amount = zip(*sorted(rows), strict=True) if rows else ((), (), ())
        return cls(
            np.array(client, dtype=np.int64),
            np.array(day, dtype=np.int64),
            np.array(amount, dtype=np.float64),
        )

    def until(self, day: int) -> "Events":
        """Return the events that were known at the end of ``day``."""
        known = self.day <= day
        return Events(self.client[known], self.day[known], self.amount[known])


@dataclass(frozen=True, slots=True)
class Histories:
    """What the rule needs to know of clients' purchases: one row a client.

    ``count`` purchase days, of which ``gaps`` gaps tell the rhythm (the look-back may
    leave some out), with the sum of their logarithms and of the squares of these;
    ``silence`` days since the last one plus half a day, nan without a purchase;
    ``segment`` is the row of the client's priors.
    """

    count: Ints
    gaps: Floats
    log_sum: Floats
    log_squares: Floats
    silence: Floats
    segment: Ints

    def rows(self, chosen: Ints) -> "Histories":
        """Return some of the rows."""
        return Histories(
            self.count[chosen],
            self.gaps[chosen],
            self.log_sum[chosen],
            self.log_squares[chosen],
            self.silence[chosen],
            self.segment[chosen],
        )


def to_events(purchases: Iterable[Purchase], merge_within: int = 0) -> Events:
    """Make one event of what a client bought on one day, returns taken off.

    A return is taken off the day it names, else off the latest day before it whose
    amount covers it, else off the latest day before it. A day on which nothing is left
    is no event; so are documents of no amount.

    :param merge_within: events so many days apart are one, on the first of these days;
        for segments whose period is over 14 days. 0: none
    """
    days: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    returns: dict[int, list[tuple[int, float, int | None]]] = defaultdict(list)
    for item in purchases:
        if item.amount > 0:
            days[item.client][item.day.toordinal()].append(item.amount)
        elif item.amount < 0:
            named = item.returns_day.toordinal() if item.returns_day else None
            returns[item.client].append((item.day.toordinal(), item.amount, named))
    rows = []
    for client, amounts in days.items():
        bought = {day: _sum_sorted(parts) for day, parts in amounts.items()}
        net = _take_off(bought, returns.get(client, []))
        rows += [(client, *event) for event in _merge(net, merge_within)]
    return Events.of(rows)


def net_events(client: Ints, day: Ints, amount: Floats) -> Events:
    """Make events of documents in columns: one row a document.

    The same as ``to_events`` of them, to 1e-9, in any order of the rows.

    :param client: from 0
    :param amount: below zero for a return
    """
    order = np.argsort(client * DAYS + day)
    client, day, amount = client[order], day[order], amount[order]
    is_back = amount < 0
    back = (client[is_back], day[is_back], amount[is_back])
    bought = _sum_days(client[~is_back], day[~is_back], amount[~is_back])
    target = _find_returned(bought, *back)
    placed = target >= 0
    taken = np.bincount(
        target[placed], back[2][placed], minlength=len(bought.client)
    ).astype(np.float64)
    left = np.round(bought.amount + taken, AMOUNT_DIGITS)
    kept = left > 0
    return Events(bought.client[kept], bought.day[kept], left[kept])


def _sum_days(client: Ints, day: Ints, amount: Floats) -> Events:
    """Add up the documents of a day; the rows are sorted by client and day."""
    if not len(client):
        return Events.of([])
    is_first = np.ones(len(client), dtype=bool)
    is_first[1:] = (np.diff(client) != 0) | (np.diff(day) != 0)
    begin = np.flatnonzero(is_first)
    sums: Floats = np.add.reduceat(amount, begin).astype(np.float64)
    return Events(client[begin], day[begin], sums.round(AMOUNT_DIGITS))


def _find_returned(bought: Events, client: Ints, day: Ints, amount: Floats) -> Ints:
    """Return the row of the purchase day that each return belongs to, -1 for none.

    The latest day before it that covers it, else the latest before it: all returns step
    back together, a day at a time, until each has found its own.
    """
    place = np.searchsorted(
        bought.client * DAYS + bought.day, client * DAYS + day, side="right"
    )
    latest = place.astype(np.int64) - 1
    latest[~_is_of(bought, latest, client)] = -1
    target, step = latest.copy(), latest.copy()
    waiting = np.flatnonzero(latest >= 0)
    while len(waiting):
        row = step[waiting]
        covers = bought.amount[row] >= -amount[waiting]
        target[waiting[covers]] = row[covers]
        waiting = waiting[~covers]
        step[waiting] -= 1
        waiting = waiting[_is_of(bought, step[waiting], client[waiting])]
    return target


def _is_of(events: Events, rows: Ints, client: Ints) -> Flags:
    """Tell which rows exist and are of the clients."""
    inside = rows >= 0
    found = np.zeros(len(rows), dtype=bool)
    found[inside] = events.client[rows[inside]] == client[inside]
    return found


def _sum_sorted(parts: list[float]) -> float:
    """Add up amounts: in any order the same, and what is taken back whole leaves 0."""
    return round(math.fsum(parts), AMOUNT_DIGITS)


def _take_off(
    bought: dict[int, float], returns: list[tuple[int, float, int | None]]
) -> list[tuple[int, float]]:
    """Take returns off the days they belong to; the days left, in order.

    Where a return belongs is decided by what was bought alone, so that the order of
    several returns does not matter.
    """
    ordered = sorted(bought)
    taken: dict[int, list[float]] = defaultdict(list)
    for day, amount, named in returns:
        known = [named] if named in bought else [d for d in ordered if d <= day]
        covering = [d for d in known if d is not None and bought[d] >= -amount]
        target = (covering or known)[-1:]
        if target and target[0] is not None:
            taken[target[0]].append(amount)
    net = [(day, _sum_sorted([bought[day], *taken[day]])) for day in ordered]
    return [(day, amount) for day, amount in net if amount > 0]


def _merge(events: list[tuple[int, float]], within: int) -> list[tuple[int, float]]:
    """Join events that follow each other within so many days."""
    merged: list[tuple[int, float]] = []
    previous = None
    for day, amount in events:
        if previous is not None and day - previous <= within:
            merged[-1] = (merged[-1][0], merged[-1][1] + amount)
        else:
            merged.append((day, amount))
        previous = day
    return merged


def summarize(
    events: Events, segment: Sequence[int] | Ints, today: int, ruler: BusinessTime
) -> Histories:
    """Measure the history of each client by what was known on ``today``.

    :param events: of clients 0 .. ``len(segment)`` - 1
    :param today: an ordinal; later events do not count
    """
    events = events.until(today)
    size = len(segment)
    begin, count = positions(events.client, size)
    logs, client, _gap = gaps_that_count(events, size, ruler)
    silence = np.full(size, np.nan)
    bought = count > 0
    last = events.day[(begin + count - 1)[bought]]
    silence[bought] = ruler.silence(last, today)
    return Histories(
        count=count,
        gaps=np.bincount(client, minlength=size).astype(np.float64),
        log_sum=sum_by(client, logs, size),
        log_squares=sum_by(client, logs**2, size),
        silence=silence,
        segment=np.asarray(segment, dtype=np.int64),
    )


def gaps_that_count(
    events: Events, size: int, ruler: BusinessTime
) -> tuple[Floats, Ints, Ints]:
    """Return the gaps that tell the rhythm: logarithms, clients, rows where they end.

    Of the two years up to the client's last purchase, not up to today: silence must not
    change a rhythm. At least the last 8 of a client, at most the last 30.
    """
    ends = np.flatnonzero(np.diff(events.client, prepend=-1) == 0)
    client = events.client[ends]
    begin, count = positions(events.client, size)
    from_end = (begin + count)[client] - ends
    last = events.day[(begin + count - 1)[client]]
    recent = events.day[ends - 1] >= last - LOOK_BACK_DAYS
    kept = (from_end <= MAX_GAPS) & (recent | (from_end <= MIN_GAPS))
    ends, client = ends[kept], client[kept]
    logs = np.log(ruler.gap(events.day[ends - 1], events.day[ends]))
    return logs, client, ends
