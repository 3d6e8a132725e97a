from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from client_base.tools import absence
from hypothesis import given
from hypothesis import strategies as st

KYIV = ZoneInfo("Europe/Kyiv")
PEOPLE = st.integers(min_value=1, max_value=6)
LINKS = st.dictionaries(PEOPLE, PEOPLE)


def at(hour: int, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour)


@pytest.mark.parametrize(
    ("absences", "away"),
    [
        ([], False),
        ([(at(7), at(16))], True),
        ([(at(7), at(11))], False),
        ([(at(12), at(23))], False),
        ([(at(11), at(16))], True),
        ([(at(7), at(10)), (at(13), at(16))], True),
        ([(at(7), at(10)), (at(7), at(10))], False),
        ([(at(7), at(10)), (at(8), at(11))], False),
        ([(at(1, 1), at(1, 9))], True),
        ([(at(20), at(23))], False),
    ],
)
def test_half_of_the_day_is_away(
    absences: list[tuple[datetime, datetime]], away: bool
) -> None:
    assert absence.covers_day((at(7), at(16)), absences) is away


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2026, 3, 27), 7),
        (date(2026, 3, 29), 6),  # the clocks go forward at three in the morning
        (date(2026, 10, 25), 7),
        (date(2026, 7, 1), 6),
    ],
)
def test_working_day_begins_by_the_clock_on_the_wall(day: date, utc_hour: int) -> None:
    begin, end = absence.working_span(day, (9.0, 18.0), KYIV)
    assert (begin.hour, (end - begin).total_seconds()) == (utc_hour, 9 * 3600)


def test_day_is_that_of_the_place() -> None:
    moment = datetime(2026, 3, 1, 22, 30)
    assert absence.local_date(moment, KYIV) == date(2026, 3, 2)
    assert absence.local_date(moment, ZoneInfo("America/New_York")) == date(2026, 3, 1)


@given(user=PEOPLE, present=st.sets(PEOPLE), deputies=LINKS, heads=LINKS)
def test_somebody_always_acts(
    user: int, present: set[int], deputies: dict[int, int], heads: dict[int, int]
) -> None:
    chosen = absence.choose_acting(
        user, present=present, active=present, deputies=deputies, heads=heads
    )
    reachable = {user, *deputies.values(), *heads.values()}
    assert chosen in reachable
    if user in present:
        assert chosen == user
    elif deputies.get(user) in present:
        assert chosen == deputies[user]
