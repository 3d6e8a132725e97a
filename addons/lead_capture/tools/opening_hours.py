"""Working hours as a client reads them: "Monday to Friday, 9 to 18", not by shifts."""

from collections.abc import Iterable
from dataclasses import dataclass

from .working_time import Shift


@dataclass(frozen=True, slots=True)
class Opening:
    """The days of the week from ``first`` to ``last`` (0 is Monday), open alike.

    ``begin`` and ``end`` are minutes since midnight.
    """

    first: int
    last: int
    begin: int
    end: int


def summarize(shifts: Iterable[Shift]) -> list[Opening]:
    """Return when somebody is there, days that follow and are alike as one.

    Breaks are left out: whoever waits for an answer need not know when we eat. Of two
    alternating weeks every hour counts that is worked in either.
    """
    days: dict[int, tuple[int, int]] = {}
    for shift in shifts:
        begin, end = round(shift.begin * 60), round(shift.end * 60)
        known = days.get(shift.weekday, (begin, end))
        days[shift.weekday] = min(known[0], begin), max(known[1], end)
    openings: list[Opening] = []
    for day, (begin, end) in sorted(days.items()):
        before = openings[-1] if openings else None
        if before and (before.last, before.begin, before.end) == (day - 1, begin, end):
            openings[-1] = Opening(before.first, day, begin, end)
        else:
            openings.append(Opening(day, day, begin, end))
    return openings
