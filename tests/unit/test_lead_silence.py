"""When is a channel silent?"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools import silence

NOW = datetime(2026, 3, 18, 15, 0)  # a Wednesday
SINCE = NOW - timedelta(weeks=8)


def make_counts(until, *, per_hour=2, hours=range(9, 18), days=range(5)):
    counts, hour = {}, SINCE
    while hour < until:
        if hour.weekday() in days and hour.hour in hours:
            counts[hour] = per_hour
        hour += timedelta(hours=1)
    return counts


def judge(counts, now=NOW, **options):
    return silence.judge(counts, now, since=SINCE, **options)


def test_busy_channel_is_silent_after_hours_in_the_day():
    counts = make_counts(NOW - timedelta(hours=5))
    found = judge(counts)
    assert found is not None
    assert found.hours == 6
    assert found.expected == pytest.approx(9, abs=1)


def test_night_and_weekend_are_no_silence():
    counts = make_counts(datetime(2026, 3, 18, 18))
    assert judge(counts, datetime(2026, 3, 19, 9, 30)) is None
    friday = make_counts(datetime(2026, 3, 20, 18))
    assert judge(friday, datetime(2026, 3, 23, 9, 30)) is None


def test_closed_days_are_no_silence():
    counts = make_counts(datetime(2026, 3, 17, 18))
    assert judge(counts) is not None
    assert judge(counts, closed={NOW.date()}) is None


def test_quiet_channel_waits_longer():
    hours = {SINCE + timedelta(days=2 * n, hours=-5): 1 for n in range(27)}
    last = max(hours)
    assert judge(hours, last + timedelta(days=4)) is None
    assert judge(hours, last + timedelta(days=20)) is not None


def test_few_requests_say_nothing_without_a_told_volume():
    assert judge({}) is None
    assert judge({SINCE: 1}) is None
    assert judge({}, told_per_day=10) is not None


def test_told_volume_counts_working_days_only():
    last = datetime(2026, 3, 20, 17)
    assert judge({last: 1}, datetime(2026, 3, 22, 20), told_per_day=20) is None
    assert judge({last: 1}, datetime(2026, 3, 23, 13), told_per_day=20) is not None


@given(
    st.dictionaries(
        st.integers(0, 8 * 168 - 1), st.integers(1, 9), min_size=0, max_size=200
    ),
    st.integers(0, 72),
)
def test_silence_once_begun_lasts_until_a_request(found, more):
    counts = {SINCE + timedelta(hours=hour): count for hour, count in found.items()}
    now = SINCE + timedelta(weeks=8)
    if judge(counts, now) is None:
        return
    counts[now] = 1
    assert judge(counts, now) is None


@given(st.dictionaries(st.integers(0, 1343), st.integers(1, 9), max_size=50))
def test_order_does_not_matter(found):
    counts = {SINCE + timedelta(hours=hour): count for hour, count in found.items()}
    backwards = dict(reversed(list(counts.items())))
    assert judge(counts) == judge(backwards)
