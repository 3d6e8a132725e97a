"""Deadlines and lengths of time in working hours, right to the second.

Moments are naive UTC, as Odoo stores them; shifts are on the clock of a place.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
DAY_MINUTES = 24 * 60
HORIZON_DAYS = 3 * 366  # nobody waits longer for a working hour
SECOND = timedelta(seconds=1)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of work on one day of the week.

    ``begin`` and ``end`` are hours since midnight, 24.0 is the midnight after;
    ``week`` is 0 or 1 in a calendar of two weeks, else None.
    """

    weekday: int
    begin: float
    end: float
    week: int | None = None


class WorkingTime:
    """The working hours of a team: its shifts less the days off."""

    def __init__(
        self, shifts: Iterable[Shift], zone: str, days_off: Iterable[Span] = ()
    ) -> None:
        self._zone = ZoneInfo(zone)
        self._shifts = sorted(
            (one for one in shifts if _minutes(one.end) > _minutes(one.begin)),
            key=lambda one: (one.weekday, one.begin, one.end, one.week or 0),
        )
        self._off = merge((begin, _full(end)) for begin, end in days_off)
        self._off_begins = [begin for begin, _end in self._off]
        self._get_day = lru_cache(maxsize=1024)(self._make_day)

    def __bool__(self) -> bool:
        """Say whether there is any work at all."""
        return bool(self._shifts)

    def plan(self, start: datetime, seconds: int) -> datetime | None:
        """Find the moment when so many working seconds have gone by.

        :return: with no seconds the next working moment, ``start`` itself in a shift;
            None when nobody works within the horizon
        """
        if not self._shifts:
            return None
        left = timedelta(seconds=max(seconds, 0))
        day = self._local_day(start)
        for number in range(HORIZON_DAYS):
            for begin, end in self._get_day(day + timedelta(days=number)):
                begin = max(begin, start)
                if begin >= end:
                    continue
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        return None

    def count(self, start: datetime, end: datetime) -> int:
        """:return: the working seconds from ``start`` to ``end``; none backwards"""
        if not self._shifts or end <= start:
            return 0
        total = timedelta()
        day, last = self._local_day(start), self._local_day(end)
        while day <= last:
            for begin, stop in self._get_day(day):
                length = min(stop, end) - max(begin, start)
                total += max(length, timedelta())
            day += timedelta(days=1)
        return int(total.total_seconds())

    def to_local(self, moment: datetime) -> datetime:
        """:return: the moment on the clock of the place"""
        return moment.replace(tzinfo=UTC).astimezone(self._zone)

    def _local_day(self, moment: datetime) -> date:
        return self.to_local(moment).date()

    def _make_day(self, day: date) -> list[Span]:
        """:return: the stretches of work of one day on the clock of the place"""
        week = week_type(day)
        spans = merge(
            (self._to_utc(day, one.begin), self._to_utc(day, one.end))
            for one in self._shifts
            if one.weekday == day.weekday() and one.week in (None, week)
        )
        return [rest for span in spans for rest in self._without_days_off(span)]

    def _to_utc(self, day: date, hour: float) -> datetime:
        """Read the clock of the place; an hour that does not exist is skipped."""
        days, minutes = divmod(_minutes(hour), DAY_MINUTES)
        clock = datetime.combine(day, datetime.min.time(), self._zone)
        clock += timedelta(days=days, minutes=minutes)  # on the wall, not in seconds
        return clock.astimezone(UTC).replace(tzinfo=None)

    def _without_days_off(self, span: Span) -> Iterable[Span]:
        begin, end = span
        first = max(bisect_right(self._off_begins, begin) - 1, 0)
        for away, back in self._off[first:]:
            if away >= end:
                break
            if away > begin:
                yield begin, away
            begin = max(begin, back)
        if begin < end:
            yield begin, end


def week_type(day: date) -> int:
    """:return: which of two alternating weeks, 0 or 1, the way Odoo counts them"""
    return (day.toordinal() - 1) // 7 % 2


def merge(spans: Iterable[Span]) -> Sequence[Span]:
    """:return: the spans in order, those that touch or overlap as one"""
    merged: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


def _minutes(hour: float) -> int:
    """Hours of a calendar are whole minutes; floats only come near them."""
    return min(max(round(hour * 60), 0), DAY_MINUTES)


def _full(end: datetime) -> datetime:
    """Take "until 23:59:59" as the whole second, so that a day off is a whole day."""
    end = end.replace(microsecond=0)
    return end + SECOND if end.second == SECOND.seconds * 59 else end
