"""The replay of a company's own history, and the measures it uses."""

import datetime as dt
import math

import numpy as np
import pytest
from client_risk.tools import replay
from client_risk.tools.business_time import make_ruler
from client_risk.tools.policy import Policy
from client_risk.tools.quality import auc, calibration_error, log_loss
from hypothesis import given
from hypothesis import strategies as st
from risk_data import FIRST, NOW, RULER, START, every, make_company, make_events

CLIENTS = 250
EVENTS, SEGMENT = make_company(CLIENTS)
DAYS = [NOW - 90 - 30 * number for number in range(7, -1, -1)]


@pytest.fixture(scope="module")
def found():
    return replay.run(EVENTS, SEGMENT, 2, DAYS, RULER, managers=3)


def test_every_client_is_counted_at_every_month_s_end(found):
    assert sum(score.named for score in found.scores) == CLIENTS * len(DAYS)


def test_alarm_is_right_more_often_than_calm(found):
    scores = {score.name: score for score in found.scores}
    assert found.risk.precision > 2 * scores["stable"].precision
    assert scores["lost"].precision > 0.9
    assert 0 < found.waiting_share < 1
    assert found.risk.warning_days > 0
    assert scores["stable"].warning_days is None


def test_later_purchases_do_not_change_an_earlier_verdict():
    day = DAYS[3]
    known = EVENTS.until(day)
    for events in (EVENTS, known):
        stages = list(replay.play(events, SEGMENT, 2, [day], RULER))
        assert (stages[0].verdicts.last <= day).all()
    full, cut = (
        next(replay.play(events, SEGMENT, 2, [day], RULER))
        for events in (EVENTS, known)
    )
    assert full.verdicts.status.tolist() == cut.verdicts.status.tolist()


def test_stricter_threshold_alarms_more(found):
    strict = replay.run(
        EVENTS, SEGMENT, 2, DAYS, RULER, 3, Policy(late_survival=0.4, grace_days=0)
    )
    assert strict.risk.named > found.risk.named
    assert strict.risk.recall > found.risk.recall


def test_alerts_are_shared_by_the_managers(found):
    more = replay.run(EVENTS, SEGMENT, 2, DAYS, RULER, managers=6)
    assert found.alerts_per_week == pytest.approx(2 * more.alerts_per_week)
    assert replay.run(EVENTS, SEGMENT, 2, DAYS, RULER, managers=0).alerts_per_week == 0


def test_client_who_stops_is_an_alarm_that_was_right():
    days = [day + number % 2 * 5 for number, day in enumerate(every(20, 50))]
    regular = dict.fromkeys(range(60), days)
    stopped = dict.fromkeys(range(60, 70), days[:10])
    events = make_events(regular | stopped)
    segment = np.zeros(70, dtype=np.int64)
    days = [START + day for day in (205, 212, 213)]
    result = replay.run(events, segment, 1, days, RULER, managers=1)
    assert [result.risk.named, result.risk.right] == [20, 20]
    assert [result.risk.precision, result.risk.recall] == [1.0, 20 / 30]
    assert result.risk.stopped == 30
    assert result.alerts_per_week == pytest.approx(10 / (8 / 7))


def test_days_judged_once_have_no_alerts_and_no_waiting():
    result = replay.run(EVENTS, SEGMENT, 2, DAYS[:1], RULER, managers=3)
    assert [result.alerts_per_week, result.waiting_share] == [0, 0]


# === SEVERAL POLICIES AT ONCE ===

STRICT = Policy(late_survival=0.4, grace_days=0)
PAST = replay.Past(EVENTS, SEGMENT, 2, DAYS, [RULER] * len(DAYS))


def test_policies_side_by_side_find_what_each_finds_alone(found):
    both = replay.run_all(PAST, 3, [Policy(), STRICT])
    alone = replay.run(EVENTS, SEGMENT, 2, DAYS, RULER, 3, STRICT)
    assert both == [found, alone]
    assert found != alone


def test_policy_may_be_a_column_of_thresholds(found):
    none = np.zeros(CLIENTS, dtype=np.int64)
    mixed = Policy.of([Policy(), STRICT], none)
    half = Policy.of([Policy(), STRICT], np.arange(CLIENTS) % 2)
    same, between = replay.run_all(PAST, 3, [mixed, half])
    strict = replay.run_all(PAST, 3, [STRICT])[0]
    assert same == found
    assert found.risk.named < between.risk.named < strict.risk.named


def test_each_day_done_is_told():
    told = []
    replay.run_all(PAST, 3, [Policy()], told.append)
    assert told == list(range(1, len(DAYS) + 1))


def test_each_day_has_the_business_time_of_its_own():
    closed = make_ruler(
        FIRST, dt.date(2027, 12, 31), [FIRST + dt.timedelta(n) for n in range(900)]
    )
    mixed = replay.Past(EVENTS, SEGMENT, 2, DAYS[:2], [RULER, closed])
    first, second = (one.clients for one in replay.measure(mixed))
    plain = replay.Past(EVENTS, SEGMENT, 2, DAYS[:2], [RULER] * 2)
    expected, other = (one.clients for one in replay.measure(plain))
    silence = first.histories.silence
    np.testing.assert_array_equal(silence, expected.histories.silence)
    assert (second.histories.silence != other.histories.silence).any()


def test_longer_horizon_leaves_fewer_who_stopped():
    def count(horizon):
        past = replay.Past(EVENTS, SEGMENT, 2, DAYS[:1], [RULER], horizon)
        return next(replay.measure(past)).stopped.sum()

    assert count(30) > count(90) > count(180)


def ordinal(text):
    return dt.date.fromisoformat(text).toordinal()


def test_month_ends_are_the_latest_that_are_decided():
    last = ordinal("2026-03-31")
    found = replay.month_ends(ordinal("2020-01-01"), last, 3, 90)
    assert [dt.date.fromordinal(day).isoformat() for day in found] == [
        "2025-10-31",
        "2025-11-30",
        "2025-12-31",
    ]
    later = replay.month_ends(ordinal("2020-01-01"), last - 1, 3, 90)
    assert later[-1] == ordinal("2025-11-30")


def test_short_history_has_fewer_month_ends_or_none():
    last = ordinal("2026-03-31")
    first = ordinal("2025-12-31") - replay.WARM_UP_DAYS
    assert replay.month_ends(first, last, 12, 90) == [ordinal("2025-12-31")]
    assert replay.month_ends(first + 1, last, 12, 90) == []


def test_company_without_days_has_empty_scores():
    past = replay.Past(EVENTS, SEGMENT, 2, [], [])
    (empty,) = replay.run_all(past, 3, [Policy()])
    assert (empty.scores, empty.risk.named, empty.waiting_share) == ([], 0, 0.0)


# === STEADINESS ===


def test_daily_verdicts_are_not_taken_back():
    days = list(range(NOW - 120, NOW - 60))
    left = {}
    before, flips = None, 0
    for stage in replay.play(EVENTS, SEGMENT, 2, days, RULER):
        now = stage.verdicts
        for client in range(CLIENTS if before is not None else 0):
            if before.last[client] != now.last[client]:
                left = {key: day for key, day in left.items() if key[0] != client}
            elif before.status[client] != now.status[client]:
                flips += stage.day - left.get((client, now.status[client]), 0) <= 14
                left[client, before.status[client]] = stage.day
        before = now
    assert flips * 365 / len(days) / CLIENTS < 0.3


# === MEASURES ===

SCORED = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40)


@given(SCORED)
def test_auc_is_the_share_of_pairs_in_order(rows):
    yes = [score for score, happened in rows if happened]
    no = [score for score, happened in rows if not happened]
    found = auc(
        np.array([float(score) for score, _happened in rows]),
        np.array([happened for _score, happened in rows]),
    )
    if yes and no:
        won = sum((a > b) + (a == b) / 2 for a in yes for b in no)
        assert found == pytest.approx(won / len(yes) / len(no))
    else:
        assert math.isnan(found)


def test_calibration_error_is_the_mean_distance():
    probability = np.array([0.15, 0.15, 1.0, 1.0])
    happened = np.array([False, False, True, False])
    found = calibration_error(probability, happened)
    assert found == pytest.approx((2 * 0.15 + 2 * 0.5) / 4)


def test_log_loss_stays_finite_when_certainty_was_wrong():
    found = log_loss(np.array([0.0]), np.array([True]), np.array([1.0]))
    assert found == pytest.approx(-math.log(1e-4))
    even = log_loss(np.array([0.5, 0.9]), np.array([True, True]), np.array([1.0, 0.0]))
    assert even == pytest.approx(math.log(2))
