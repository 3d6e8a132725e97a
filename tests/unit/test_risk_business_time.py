"""Closed days and seasons: silence is measured by what could have been bought."""

import datetime as dt

import numpy as np
import pytest
from client_risk.tools.business_time import (
    MAX_INDEX,
    MIN_INDEX,
    calendar_time,
    make_ruler,
    yearly_index,
)
from hypothesis import given
from hypothesis import strategies as st

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
SUNDAYS = [FIRST + dt.timedelta(days=day) for day in range(6, 731, 7)]
OPEN = calendar_time(FIRST, LAST)
WEEK = make_ruler(FIRST, LAST, SUNDAYS)


def ordinals(*days):
    return np.array([day.toordinal() for day in days])


def test_company_that_never_closes_counts_calendar_days():
    start = ordinals(FIRST)
    assert OPEN.gap(start, start + 17)[0] == pytest.approx(17)
    assert OPEN.after(start, np.array([30.4]))[0] == start[0] + 30
    assert OPEN.exceeded(start, np.array([30.0]))[0] == start[0] + 31


def test_year_has_as_many_business_days_as_days():
    days = WEEK.gap(ordinals(FIRST), ordinals(LAST))
    assert days[0] == pytest.approx(730, abs=1)


def test_forecast_never_falls_on_a_closed_day():
    starts = ordinals(*(FIRST + dt.timedelta(days=day) for day in range(20)))
    found = WEEK.after(starts, np.full(20, 9.3))
    assert not [day for day in found if dt.date.fromordinal(day) in SUNDAYS]


def test_purchases_on_closed_days_are_half_a_day_apart():
    saturday = ordinals(dt.date(2024, 1, 6))
    assert WEEK.gap(saturday, saturday + 1)[0] == 0.5


def test_days_outside_the_ruler_count_fully():
    end = ordinals(LAST)
    assert WEEK.gap(end, end + 40)[0] == pytest.approx(40)
    assert WEEK.after(end, np.array([12.0]))[0] == end[0] + 12
    assert WEEK.exceeded(end, np.array([12.0]))[0] == end[0] + 13
    assert WEEK.gap(ordinals(FIRST) - 10, ordinals(FIRST))[0] == pytest.approx(10)


@given(st.integers(0, 700), st.floats(0, 400))
def test_silence_is_exceeded_on_the_first_such_day(offset, days):
    start = ordinals(FIRST + dt.timedelta(days=offset))
    day = WEEK.exceeded(start, np.array([days]))
    position = WEEK.at(start)[0] + days
    assert WEEK.at(day)[0] > position >= WEEK.at(day - 1)[0]


def test_season_stretches_and_shrinks_the_days():
    index = np.where(np.arange(365) < 182, 2.0, 0.5)
    ruler = make_ruler(dt.date(2025, 1, 1), dt.date(2025, 12, 31), (), index)
    winter = ruler.gap(ordinals(dt.date(2025, 1, 1)), ordinals(dt.date(2025, 1, 11)))
    summer = ruler.gap(ordinals(dt.date(2025, 8, 1)), ordinals(dt.date(2025, 8, 11)))
    assert winter[0] / summer[0] == pytest.approx(4)


def test_index_needs_two_full_years():
    today = dt.date(2026, 1, 1)
    days = [today - dt.timedelta(days=day) for day in range(1, 730)]
    assert yearly_index(days, today) is None
    assert yearly_index([*days, today - dt.timedelta(days=731)], today) is not None
    assert yearly_index([], today) is None


def test_even_sales_make_an_even_index():
    today = dt.date(2026, 1, 1)
    days = [today - dt.timedelta(days=day) for day in range(1, 800)]
    assert yearly_index(days, today) == pytest.approx(np.ones(365), rel=0.01)


def test_growth_between_the_years_is_no_season():
    today = dt.date(2026, 1, 1)
    days = [today - dt.timedelta(days=day) for day in range(1, 800)]
    days += [today - dt.timedelta(days=day) for day in range(1, 366)] * 5
    assert yearly_index(days, today) == pytest.approx(np.ones(365), rel=0.02)


def test_season_is_found_and_bounded():
    today = dt.date(2026, 1, 1)
    days = [dt.date(2024, 6, 1) + dt.timedelta(days=day % 30) for day in range(900)]
    days += [dt.date(2025, 6, 1) + dt.timedelta(days=day % 30) for day in range(900)]
    index = yearly_index([dt.date(2023, 12, 1), *days], today)
    june = dt.date(2025, 6, 15).timetuple().tm_yday - 1
    assert index[june] == MAX_INDEX
    assert index[0] == MIN_INDEX


def test_closed_days_do_not_make_a_low_season():
    today = dt.date(2026, 1, 1)
    closed = [today - dt.timedelta(days=day) for day in range(1, 800) if day % 7 == 0]
    days = [today - dt.timedelta(days=day) for day in range(1, 800) if day % 7]
    assert yearly_index(days, today, closed) == pytest.approx(np.ones(365), rel=0.02)


def test_order_of_purchases_does_not_matter():
    today = dt.date(2026, 1, 1)
    days = [today - dt.timedelta(days=day**2 % 800) for day in range(200)]
    found = yearly_index(days, today)
    assert found.tolist() == yearly_index(sorted(days), today).tolist()
