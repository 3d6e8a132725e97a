"""Business time: days weigh by how much can be sold on them.

A fortnight of holidays is not a fortnight of silence. Each day has a weight: next to
nothing when the company is closed, more in high season when two years of history tell.
The weights of a year have the mean 1, so that a period stays comparable with the
calendar.

The database keeps ``positions`` as a table (day, position), so that SQL and Python
measure by the same ruler.
"""

import calendar
import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .arrays import Floats, Ints

CLOSED_WEIGHT = 0.02
# Half a day: events are known by day. It also keeps ln() of a gap within bounds.
MIN_GAP = 0.5
YEAR = 365
# What an index of the year needs, and how far it may go.
MIN_YEARS = 2
MIN_INDEX, MAX_INDEX = 0.1, 4.0
# Days on each side over which the index is smoothed: four weeks and a day.
SMOOTHING = 14
FEBRUARY_28 = 58  # day of the year, from 0


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """A ruler: ``position[i]`` is the business time at the end of day ``first`` + i.

    ``first`` is an ordinal (``date.toordinal``). Days outside are measured at weight 1.
    """

    first: int
    position: Floats
    is_open: tuple[bool, ...]

    def at(self, days: Ints) -> Floats:
        """Return the position of each ordinal day."""
        offset = np.asarray(days, dtype=np.int64) - self.first
        last = len(self.position) - 1
        inside = np.clip(offset, 0, last)
        return self.position[inside] + (offset - inside)

    def gap(self, earlier: Ints, later: Ints) -> Floats:
        """Return the business days between two purchases, at least half a day."""
        return np.maximum(self.at(later) - self.at(earlier), MIN_GAP)

    def silence(self, last: Ints, today: int) -> Floats:
        """Return e, the business days since the last purchase plus half a day."""
        return np.maximum(self.at(np.array([today])) - self.at(last), 0.0) + MIN_GAP

    def after(self, start: Ints, days: Floats) -> Ints:
        """Return the open day nearest to ``days`` business days after ``start``.

        Of two equally near the later; a closed day gives way to the next open one.
        """
        target = self.at(start) + days
        right = self._search(target, "left")
        left_is_nearer = target - self.at(right - 1) < self.at(right) - target
        return self._open_from(np.where(left_is_nearer, right - 1, right))

    def exceeded(self, start: Ints, days: Floats) -> Ints:
        """Return the first day on which more than ``days`` have passed since then."""
        return self._search(self.at(start) + days, "right")

    def _search(self, target: Floats, side: Literal["left", "right"]) -> Ints:
        """Return the first day at (left) or after (right) a position."""
        found = np.searchsorted(self.position, target, side=side)
        beyond = target - self.position[-1]
        further = np.floor(beyond) + 1 if side == "right" else np.ceil(beyond)
        size = len(self.position)
        offset = np.where(found >= size, size - 1 + np.maximum(further, 1), found)
        days: Ints = self.first + offset.astype(np.int64)
        return days

    def _open_from(self, days: Ints) -> Ints:
        """Move each day to the next one on which the company is open."""
        size = len(self.is_open)
        opens = np.where(self.is_open, np.arange(size), size)
        following = np.minimum.accumulate(opens[::-1])[::-1]
        offset = days - self.first
        inside = (offset >= 0) & (offset < size)
        moved = following[np.clip(offset, 0, size - 1)]
        found: Ints = np.where(inside, self.first + moved, days)
        return found


def make_ruler(
    first: dt.date,
    last: dt.date,
    closed: Collection[dt.date] = (),
    index: Floats | None = None,
) -> BusinessTime:
    """Build the business time of a company from ``first`` to ``last``.

    :param closed: days without business; they weigh .02
    :param index: activity by day of the year (365 numbers), see ``yearly_index``
    """
    start, days = first.toordinal(), (last - first).days + 1
    is_open = np.ones(days, dtype=bool)
    shut = [day.toordinal() - start for day in closed if first <= day <= last]
    is_open[shut] = False
    weights = np.where(is_open, 1.0, CLOSED_WEIGHT)
    if index is not None:
        weights = weights * index[_days_of_year(start, days)]
    weights = weights / weights.mean()
    return BusinessTime(start, np.cumsum(weights), tuple(is_open.tolist()))


def calendar_time(first: dt.date, last: dt.date) -> BusinessTime:
    """Return the ruler of a company that never closes."""
    return make_ruler(first, last)


def yearly_index(
    days: Iterable[dt.date],
    today: dt.date,
    closed: Collection[dt.date] = (),
) -> Floats | None:
    """Measure how busy each day of the year is against the mean of its year.

    Each of the last two years before ``today`` counts the same, however much the
    company grew. Purchases per open day within two weeks around the day, between .1 and
    4.

    :param days: the days of all purchases, one for each; any order
    :return: 365 numbers by day of the year (29 February is 28), None without two years
    """
    ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
    return activity_index(ordinals, today.toordinal(), closed)


def activity_index(
    days: Ints, today: int, closed: Collection[dt.date] = ()
) -> Floats | None:
    """Measure the same as ``yearly_index``, of days and today as ordinals."""
    start = today - MIN_YEARS * YEAR
    if not len(days) or days.min() > start:
        return None
    ordinals = days[days >= start]
    shut = np.array(sorted(day.toordinal() for day in closed), dtype=np.int64)
    sums = []
    for year in range(MIN_YEARS):
        since = start + year * YEAR
        sold = _by_day_of_year(ordinals, since)
        opened = _by_day_of_year(
            np.setdiff1d(np.arange(since, since + YEAR), shut), since
        )
        level = _around(sold) / np.maximum(_around(opened), 1.0)
        if not level.mean():
            return None
        sums.append(level / level.mean())
    mean_level = sum(sums[1:], sums[0]) / MIN_YEARS
    index: Floats = np.clip(mean_level, MIN_INDEX, MAX_INDEX)
    return index


def _by_day_of_year(ordinals: Ints, since: int) -> Floats:
    """Count the days of the year from ``since`` on by their day of the year."""
    within = ordinals[(ordinals >= since) & (ordinals < since + YEAR)]
    numbers = _days_of_year(since, YEAR)[within - since]
    return np.bincount(numbers, minlength=YEAR).astype(np.float64)


def _days_of_year(start: int, days: int) -> Ints:
    """Return 0 .. 364 for each of ``days`` days; 29 February counts as 28."""
    numbers = []
    for ordinal in range(start, start + days):
        day = dt.date.fromordinal(ordinal)
        number = day.timetuple().tm_yday - 1
        numbers.append(number - (calendar.isleap(day.year) and number > FEBRUARY_28))
    return np.array(numbers, dtype=np.int64)


def _around(counts: Floats) -> Floats:
    """Sum each day of the year with those around it; the year is a circle."""
    circle = np.concatenate([counts[-SMOOTHING:], counts, counts[:SMOOTHING]])
    return np.convolve(circle, np.ones(2 * SMOOTHING + 1), mode="valid")
