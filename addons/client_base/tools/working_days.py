"""Counting back in working days."""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from datetime import date, timedelta

WORKING_WEEK = 5  # Monday to Friday, where nobody wrote down the working hours


def usual_days(first: date, last: date) -> list[date]:
    """:return: the days from ``first`` to ``last`` but Saturdays and Sundays"""
    span = (last - first).days + 1
    days = (first + timedelta(days=number) for number in range(span))
    return [day for day in days if day.weekday() < WORKING_WEEK]


def remind_days(
    working: Collection[date], due: Iterable[date], ahead: int
) -> dict[date, date]:
    """Say when to remind of each date, ``ahead`` working days before it.

    A reminder never falls on a day off: with ``ahead`` 0 it is the date itself, or the
    last working day before. Where ``working`` does not reach back far enough, it is as
    many calendar days before the date.

    :param working: the working days of a person, in any order
    """
    ordered = sorted(working)
    found = {}
    for day in due:
        # the number of working days up to the date, without the date itself when it is
        # one of the days to count back from
        until = bisect_right(ordered, day if not ahead else day - timedelta(days=1))
        position = until - max(ahead, 1)
        found[day] = ordered[position] if position >= 0 else day - timedelta(days=ahead)
    return found
