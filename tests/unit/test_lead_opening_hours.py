from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools.opening_hours import Opening, summarize
from lead_capture.tools.working_time import Shift

SHIFTS = st.lists(
    st.builds(
        Shift,
        weekday=st.integers(0, 6),
        begin=st.integers(0, 11).map(float),
        end=st.integers(12, 24).map(float),
        week=st.sampled_from([None, 0, 1]),
    )
)


def test_days_alike_are_one_without_the_break():
    week = [Shift(day, 9, 13) for day in range(5)]
    week += [Shift(day, 14, 18) for day in range(5)]
    assert summarize(week) == [Opening(0, 4, 540, 1080)]


def test_other_hours_and_gaps_part_days():
    shifts = [Shift(0, 9, 18), Shift(1, 9, 18), Shift(2, 9, 17.5), Shift(5, 9, 17.5)]
    assert summarize(shifts) == [
        Opening(0, 1, 540, 1080),
        Opening(2, 2, 540, 1050),
        Opening(5, 5, 540, 1050),
    ]


def test_no_hours():
    assert summarize([]) == []


@given(SHIFTS)
def test_every_day_of_work_is_told_once_whatever_the_order(shifts):
    found = summarize(shifts)
    days = [day for one in found for day in range(one.first, one.last + 1)]
    assert days == sorted({shift.weekday for shift in shifts})
    assert summarize(reversed(shifts)) == found
