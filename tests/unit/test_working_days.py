from datetime import date, timedelta

import pytest
from client_base.tools.working_days import remind_days, usual_days
from hypothesis import given
from hypothesis import strategies as st

MARCH = usual_days(date(2026, 2, 1), date(2026, 4, 30))
DAYS = st.dates(date(2026, 2, 20), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("due", "ahead", "expected"),
    [
        (4, 0, 4),  # a Wednesday
        (4, 1, 3),
        (4, 3, -1),  # over the week-end: Friday, 27 February
        (9, 1, 6),  # Monday: the Friday before
        (8, 0, 6),  # a Sunday is told on Friday
        (8, 1, 6),
        (8, 2, 5),
        (7, 1, 6),
    ],
)
def test_counts_working_days_back(due: int, ahead: int, expected: int) -> None:
    first = date(2026, 3, 1) - timedelta(days=1)
    day = first + timedelta(days=due)
    wanted = first + timedelta(days=expected)
    assert remind_days(MARCH, [day], ahead) == {day: wanted}


def test_holiday_is_no_working_day() -> None:
    holiday = date(2026, 3, 3)
    working = [day for day in MARCH if day != holiday]
    wednesday = date(2026, 3, 4)
    assert remind_days(working, [wednesday], 1) == {wednesday: date(2026, 3, 2)}


def test_unknown_past_is_counted_in_calendar_days() -> None:
    day = date(2026, 3, 4)
    assert remind_days([], [day], 3) == {day: date(2026, 3, 1)}


@given(due=DAYS, ahead=st.integers(min_value=0, max_value=10))
def test_never_a_day_off_and_never_late(due: date, ahead: int) -> None:
    [remind_on] = remind_days(MARCH, [due], ahead).values()
    assert remind_on in MARCH
    assert remind_on <= due - timedelta(days=ahead)
    between = [day for day in MARCH if remind_on <= day < due]
    assert len(between) == ahead or (not ahead and due not in MARCH)
