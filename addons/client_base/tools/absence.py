"""Who is away on a day, and who acts for him."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

USUAL_HOURS = (9.0, 18.0)  # of a day without working hours
AWAY_SHARE = 0.5  # an absence of half of the working day counts as a day away

UTC = ZoneInfo("UTC")

Span = tuple[datetime, datetime]


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """:param moment: naive, UTC, as Odoo stores it"""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


def working_span(day: date, hours: Sequence[float], zone: ZoneInfo) -> Span:
    """Say when a working day begins and ends.

    :param hours: begin and end, hours since midnight on the clock of ``zone``
    :return: naive moments, UTC; right on the days the clocks are changed too
    """
    begin, end = (
        datetime.combine(day, time(), zone) + timedelta(hours=hour) for hour in hours
    )
    return begin.astimezone(UTC).replace(tzinfo=None), end.astimezone(UTC).replace(
        tzinfo=None
    )


def covers_day(span: Span, absences: Iterable[Span]) -> bool:
    """Say whether absences take at least half of a working day.

    Absences that overlap count once, so that two records of one leave are one leave.
    """
    begin, end = span
    away = timedelta()
    covered = begin
    for left, right in sorted(absences):
        left, right = max(left, covered), min(right, end)
        if right > left:
            away += right - left
            covered = right
    return end > begin and away >= (end - begin) * AWAY_SHARE


def choose_acting(
    user: int,
    *,
    present: Collection[int],
    active: Collection[int],
    deputies: Mapping[int, int],
    heads: Mapping[int, int],
) -> int:
    """Choose who acts for ``user``: the nearest person who is there.

    He himself, his deputy, the deputy's deputy and so on, then his head and the head's
    deputies. When nobody is there, the work waits for his head, or for himself.
    """
    for candidate in _walk(user, deputies, heads):
        if candidate in present:
            return candidate
    for head in _chain(user, heads):
        if head != user and head in active:
            return head
    return user


def _walk(
    user: int, deputies: Mapping[int, int], heads: Mapping[int, int]
) -> Iterator[int]:
    for head in _chain(user, heads):
        yield from _chain(head, deputies)


def _chain(user: int, following: Mapping[int, int]) -> Iterator[int]:
    """Follow a chain to its end, or to where it bites its own tail."""
    met: set[int] = set()
    current: int | None = user
    while current and current not in met:
        met.add(current)
        yield current
        current = following.get(current)
