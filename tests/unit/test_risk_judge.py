"""The whole verdict: all at once, one alone, in any order."""

import dataclasses
import math

import numpy as np
import pytest
from client_risk.tools import replay
from client_risk.tools.history import Events
from client_risk.tools.judge import REASONS, explain, judge, reasons
from client_risk.tools.month import Month, last_days, measure_month
from client_risk.tools.priors import Priors
from client_risk.tools.status import Status
from client_risk.tools.trend import TrendPriors
from risk_data import NOW, RULER, START, every, make_company, make_events

SIZE = 250
EVENTS, SEGMENT = make_company(SIZE)
MONTH = measure_month(EVENTS, SEGMENT, 2, NOW, RULER)
# A segment whose clients buy every 24 days, as regularly as is usual.
PLAIN = Month([Priors(math.log(24), 0.3)], [TrendPriors()], np.array([100.0]), RULER)


def columns(item, prefix=""):
    """Yield every column of the verdicts by its name."""
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if dataclasses.is_dataclass(value):
            yield from columns(value, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, value


def judge_all(events, segment, today=NOW, month=MONTH):
    return judge(replay.build_clients(events, segment, today, month), month, today)


def judge_plain(days, silence, **known):
    """Judge one client, so many days after his last purchase."""
    events = make_events({0: days})
    today = START + days[-1] + silence
    clients = replay.build_clients(events, np.array([0]), today, PLAIN)
    clients = dataclasses.replace(clients, **known)
    return judge(clients, PLAIN, today)


def test_one_client_is_judged_as_among_all():
    together = dict(columns(judge_all(EVENTS, SEGMENT)))
    for client in range(0, SIZE, 5):
        rows = EVENTS.client == client
        own = Events(EVENTS.client[rows] * 0, EVENTS.day[rows], EVENTS.amount[rows])
        alone = dict(columns(judge_all(own, SEGMENT[[client]])))
        for name, column in together.items():
            assert alone[name][0] == pytest.approx(
                column[client], rel=1e-12, abs=1e-12, nan_ok=True
            ), name


def test_number_of_a_client_does_not_matter():
    order = np.random.default_rng(3).permutation(SIZE)
    rows = zip(order[EVENTS.client], EVENTS.day, EVENTS.amount, strict=True)
    segment = np.empty_like(SEGMENT)
    segment[order] = SEGMENT
    events = Events.of([(int(c), int(d), float(a)) for c, d, a in rows])
    month = measure_month(events, segment, 2, NOW, RULER)
    assert [prior.a for prior in month.priors] == [prior.a for prior in MONTH.priors]
    left, right = judge_all(EVENTS, SEGMENT), judge_all(events, segment, NOW, month)
    assert right.status[order].tolist() == left.status.tolist()
    assert right.at_stake[order] == pytest.approx(left.at_stake, rel=1e-12)


def test_classes_sum_to_the_number_of_clients():
    events = EVENTS.until(NOW)
    found = judge_all(events, np.append(SEGMENT, [0, 1]))
    assert np.bincount(found.status).sum() == SIZE + 2
    assert (found.status[-2:] == Status.UNTOUCHED).all()
    assert len(np.unique(found.status)) > 4


def test_reason_tells_rhythm_and_silence():
    found = judge_plain(every(24, 14), 45)
    reason = explain(found, 0)
    assert reason.code == "missed_date"
    assert reason.numbers["count"] == 14
    assert reason.numbers["period"] == pytest.approx(24)
    assert reason.numbers["overdue"] == 21
    assert reason.numbers["expected"] == START + 13 * 24 + 24
    assert reason.numbers["from_days"] < 24 < reason.numbers["to_days"]
    assert reason.numbers["silent_share"] == pytest.approx(
        100 * found.rhythm.survival[0]
    )
    assert reason.numbers["periods_silent"] == pytest.approx(45.5 / 24)


def test_no_probability_is_told_of_two_purchases():
    reason = explain(judge_plain(every(24, 2), 5), 0)
    assert reason.code == "developing"
    assert set(reason.numbers) == {"count", "last", "expected", "overdue", "basket"}


def test_prospect_has_no_dates():
    clients = replay.build_clients(Events.of([]), np.array([0]), NOW, PLAIN)
    found = judge(clients, PLAIN, NOW)
    assert explain(found, 0).numbers == {"count": 0}
    assert found.at_stake[0] == found.winning[0] == 0


def test_told_date_is_the_reason_when_it_passed():
    days = every(24, 14)
    told = np.array([START + days[-1] + 60])
    assert explain(judge_plain(days, 45, told=told), 0).code == "stable"
    reason = explain(judge_plain(days, 62, told=told), 0)
    assert reason.code == "missed_told_date"
    assert reason.numbers["overdue"] == 2
    assert explain(judge_plain(days, 60 + 15, told=told), 0).code == "lost"


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ([*every(9, 20), *every(60, 2, 240)], "shrinking_frequency"),
        ([*every(60, 4), *every(8, 12, 220)], "growing_frequency"),
    ],
)
def test_reason_of_a_trend_says_what_changed(days, code):
    found = judge_plain(days, 2)
    reason = explain(found, 0)
    assert reason.code == code
    assert reason.numbers["change"] == pytest.approx(100 * (found.trends.ratio[0] - 1))


def test_forecast_made_at_the_purchase_stays():
    clients = replay.build_clients(EVENTS, SEGMENT, NOW, MONTH)
    first = judge(clients, MONTH, NOW)
    other = dataclasses.replace(
        MONTH,
        priors=[Priors(prior.log_period + 1, 1.0) for prior in MONTH.priors],
    )
    again = judge(dataclasses.replace(clients, frozen=first.frozen), other, NOW)
    assert again.frozen.expected.tolist() == first.frozen.expected.tolist()
    anew = judge(clients, other, NOW)
    assert anew.frozen.expected.tolist() != first.frozen.expected.tolist()


def test_money_at_stake_grows_with_silence():
    days = every(24, 14)
    stakes = [judge_plain(days, silence).at_stake[0] for silence in (1, 20, 40, 90)]
    assert stakes == sorted(stakes)
    assert stakes[-1] < 100 * 90 / 24


def test_last_days_are_those_of_the_last_purchase():
    assert last_days(make_events({0: [3, 9], 2: [5]}), 3).tolist() == [
        START + 9,
        0,
        START + 5,
    ]


def test_reasons_in_a_column_are_those_told_one_by_one():
    found = judge_all(EVENTS, SEGMENT)
    codes = [REASONS[place] for place in reasons(found)]
    assert codes == [explain(found, row).code for row in range(SIZE)]
