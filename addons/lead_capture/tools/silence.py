"""Whether a channel is silent longer than it usually is.

A channel has a rhythm of the week: many requests on Monday mornings, none on Sunday
nights. From its own last weeks comes how many requests each hour of the week usually
brings, and from that how many should have come since the last one. Silence is judged by
that number, not by hours: a night says nothing, a morning says much.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

# So many requests must have been due: by chance alone fewer than one silence in a
# hundred lasts as long.
MIN_EXPECTED: Final = 5.0
# How much longer than a usual long gap a silence must be.
MARGIN: Final = 1.5
# Below them the past says nothing of a rhythm.
MIN_REQUESTS: Final = 20
MIN_DAYS: Final = 14
# How many of the past gaps count as usual: the longest one may have been a breakdown.
USUAL_SHARE: Final = 0.99
_HOUR: Final = timedelta(hours=1)
_HOURS_OF_WEEK: Final = 7 * 24
# When people told how many come on a day, they thought of days like these.
_DAY_HOURS: Final = range(9, 18)


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence that is too long: in whole hours, and how many should have come."""

    hours: int
    expected: float


def judge(
    counts: Mapping[datetime, int],
    now: datetime,
    *,
    since: datetime,
    told_per_day: float = 0.0,
    closed: Collection[date] = frozenset(),
) -> Silence | None:
    """Tell whether it is silent, on the clock of the company.

    :param counts: whole hour -> requests that came in it
    :param since: from when on ``counts`` is complete
    :param told_per_day: how many come on a usual working day, when somebody said it
    :param closed: days on which nobody expects any
    """
    start = _floor(since)
    end = _floor(now)
    known = {hour: count for hour, count in counts.items() if start <= hour <= end}
    rates = _learn_rates(known, start, end, closed) or _spread(told_per_day)
    if not rates:
        return None
    last = max(known, default=start)
    expected = _sum(rates, last + _HOUR, end, closed)
    limit = max(MIN_EXPECTED, MARGIN * _usual_gap(known, rates, closed))
    if expected < limit:
        return None
    return Silence(int((now - last) / _HOUR), expected)


def _learn_rates(
    counts: Mapping[datetime, int],
    start: datetime,
    end: datetime,
    closed: Collection[date],
) -> list[float]:
    """Return the requests of each hour of the week, or nothing when too few came."""
    if sum(counts.values()) < MIN_REQUESTS or (end - start).days < MIN_DAYS:
        return []
    sums = [0.0] * _HOURS_OF_WEEK
    seen = [0] * _HOURS_OF_WEEK
    hour = start
    while hour < end:
        if hour.date() not in closed:
            seen[_slot(hour)] += 1
            sums[_slot(hour)] += counts.get(hour, 0)
        hour += _HOUR
    raw = [total / max(times, 1) for total, times in zip(sums, seen, strict=True)]
    return [
        (raw[slot - 1] + 2 * raw[slot] + raw[(slot + 1) % _HOURS_OF_WEEK]) / 4
        for slot in range(_HOURS_OF_WEEK)
    ]


def _spread(per_day: float) -> list[float]:
    """Return the rates of somebody who expects so many on a working day."""
    if per_day <= 0:
        return []
    rate = per_day / len(_DAY_HOURS)
    return [
        rate if slot // 24 < 5 and slot % 24 in _DAY_HOURS else 0.0
        for slot in range(_HOURS_OF_WEEK)
    ]


def _usual_gap(
    counts: Mapping[datetime, int], rates: list[float], closed: Collection[date]
) -> float:
    """Return how many requests were due in a long, but usual gap of the past."""
    hours = sorted(counts)
    gaps = sorted(
        _sum(rates, left + _HOUR, right, closed) for left, right in pairwise(hours)
    )
    return gaps[int((len(gaps) - 1) * USUAL_SHARE)] if gaps else 0.0


def _sum(
    rates: list[float], start: datetime, end: datetime, closed: Collection[date]
) -> float:
    """Return how many requests are due from one whole hour to another."""
    total, hour = 0.0, start
    while hour < end:
        if hour.date() not in closed:
            total += rates[_slot(hour)]
        hour += _HOUR
    return total


def _slot(hour: datetime) -> int:
    return hour.weekday() * 24 + hour.hour


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
