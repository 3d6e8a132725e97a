from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools.working_time import Shift, WorkingTime, merge, week_type

KYIV = "Europe/Kyiv"
OFFICE = [Shift(day, *hours) for day in range(5) for hours in ((9, 13), (14, 18))]
ALWAYS = [Shift(day, 0, 24) for day in range(7)]
HOUR = 3600


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "seconds", "end"),
    [
        ("2026-11-18 08:00", HOUR, "2026-11-18 09:00"),
        ("2026-11-18 10:30", HOUR, "2026-11-18 12:30"),  # over lunch
        ("2026-11-18 15:00", HOUR, "2026-11-18 16:00"),  # to the end of the day
        ("2026-11-18 15:00:01", HOUR, "2026-11-19 07:00:01"),
        ("2026-11-18 16:00", 0, "2026-11-19 07:00"),
        ("2026-11-21 12:00", HOUR, "2026-11-23 08:00"),  # a Saturday
        ("2026-03-27 15:30", HOUR, "2026-03-30 06:30"),  # summer time begins
        ("2026-10-23 14:30", HOUR, "2026-10-26 07:30"),  # and ends
    ],
)
def test_plan(start, seconds, end):
    times = WorkingTime(OFFICE, KYIV)
    assert times.plan(at(start), seconds) == at(end)
    assert times.count(at(start), at(end)) == seconds


def test_a_night_has_23_or_25_hours():
    times = WorkingTime([Shift(6, 0, 24)], KYIV)
    assert times.count(at("2026-03-28 00:00"), at("2026-03-31 00:00")) == 23 * HOUR
    assert times.count(at("2026-10-24 00:00"), at("2026-10-27 00:00")) == 25 * HOUR


def test_an_hour_that_does_not_exist_is_no_work():
    times = WorkingTime([Shift(6, 3, 4)], KYIV)
    assert times.count(at("2026-03-28 00:00"), at("2026-03-30 00:00")) == 0
    assert times.plan(at("2026-03-28 00:00"), 60) == at("2026-04-05 00:01")


def test_nobody_ever_works():
    for shifts in ([], [Shift(0, 9, 9)], [Shift(0, 18, 9)]):
        times = WorkingTime(shifts, KYIV)
        assert not times
        assert times.plan(at("2026-11-18 08:00"), 60) is None
        assert times.count(at("2026-11-18 08:00"), at("2027-11-18 08:00")) == 0


def test_days_off_without_end_end_the_search():
    forever = [(at("2026-01-01 00:00"), at("2099-01-01 00:00"))]
    times = WorkingTime(OFFICE, KYIV, forever)
    assert times.plan(at("2026-11-18 08:00"), 60) is None


def test_a_day_off_until_its_last_second_is_a_whole_day():
    off = [(at("2026-11-17 22:00"), at("2026-11-18 21:59:59"))]
    times = WorkingTime(ALWAYS, KYIV, off)
    assert times.plan(at("2026-11-17 21:59:59"), 2) == at("2026-11-18 22:00:01")


def test_part_of_a_shift_off():
    off = [(at("2026-11-18 08:00"), at("2026-11-18 09:00"))]
    times = WorkingTime(OFFICE, KYIV, off)
    assert times.plan(at("2026-11-18 07:30"), HOUR) == at("2026-11-18 09:30")


def test_two_weeks_take_turns():
    day = at("2026-11-16 00:00").date()
    times = WorkingTime([Shift(0, 9, 10, week_type(day))], "UTC")
    assert times.plan(at("2026-11-16 09:00"), 2 * HOUR) == at("2026-11-30 10:00")


def test_shifts_that_overlap_count_once():
    times = WorkingTime([Shift(2, 9, 13), Shift(2, 12, 15)], "UTC")
    assert times.count(at("2026-11-18 00:00"), at("2026-11-19 00:00")) == 6 * HOUR


def test_merge():
    one, two, three, four = (at(f"2026-01-0{day} 00:00") for day in (1, 2, 3, 4))
    assert merge([(three, four), (one, two), (two, three)]) == [(one, four)]
    assert merge([(two, one), (one, one)]) == []


moments = st.datetimes(at("2025-01-01 00:00"), at("2027-12-31 00:00")).map(
    lambda moment: moment.replace(microsecond=0)
)
spans = st.tuples(moments, st.integers(0, 20 * 24 * HOUR)).map(
    lambda pair: (pair[0], pair[0] + timedelta(seconds=pair[1]))
)
shifts = st.builds(
    Shift,
    st.integers(0, 6),
    st.integers(0, 95).map(lambda quarter: quarter / 4),
    st.integers(0, 96).map(lambda quarter: quarter / 4),
    st.sampled_from((None, 0, 1)),
)


@given(
    st.lists(shifts, max_size=8),
    st.lists(spans, max_size=4),
    moments,
    st.integers(1, 100 * HOUR),
    st.sampled_from((KYIV, "UTC", "America/New_York", "Asia/Kathmandu")),
)
def test_what_is_planned_is_counted(week, days_off, start, seconds, zone):
    times = WorkingTime(week, zone, days_off)
    end = times.plan(start, seconds)
    if end is None:
        return
    assert end >= start + timedelta(seconds=seconds)
    assert times.count(start, end) == seconds
    assert times.count(start, end - timedelta(seconds=1)) == seconds - 1


@given(st.lists(shifts, max_size=8), st.lists(spans, max_size=4), moments, spans)
def test_lengths_add_up(week, days_off, middle, span):
    times = WorkingTime(week, KYIV, days_off)
    begin, end = span
    middle = min(max(middle, begin), end)
    total = times.count(begin, end)
    assert total == times.count(begin, middle) + times.count(middle, end)
