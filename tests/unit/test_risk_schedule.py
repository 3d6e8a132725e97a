"""Expected and missed dates, and what the client told."""

import numpy as np
import pytest
from client_risk.tools.rhythm import Rhythms, late_after
from client_risk.tools.schedule import (
    NO_DAY,
    Frozen,
    forecast,
    is_due,
    keep,
    kept_promise,
    missed_days,
    plan,
)
from risk_data import RULER, START

ONE = np.array([1.0])
RHYTHM = Rhythms(np.array([30.0]), np.array([4.0]), ONE, ONE)
LAST = np.array([START + 100])
NOBODY = np.array([NO_DAY])


def make_plan(told, day, last=LAST):
    """The schedule of a client on a day: both are days after the purchase."""
    known = np.array([told and START + 100 + told])
    frozen = forecast(last, RHYTHM, RULER)
    missed = missed_days(last, RHYTHM, RULER)
    return plan(frozen, missed, known, START + 100 + day)


def test_forecast_is_a_period_after_the_purchase():
    found = forecast(LAST, RHYTHM, RULER)
    days = [int(one[0]) - START - 100 for one in (found.from_day, found.expected)]
    assert days == [round(30 * 9**-0.25), 30]
    assert found.to_day[0] == START + 100 + round(30 * 9**0.25)


def test_date_is_missed_when_silence_exceeds_the_limit():
    day = int(missed_days(LAST, RHYTHM, RULER)[0]) - START - 100
    limit = late_after(RHYTHM.period, RHYTHM.beta)[0]
    assert day - 1 + 0.5 <= limit < day + 0.5


def test_client_without_purchases_has_no_dates():
    found = make_plan(0, 0, last=NOBODY)
    assert [int(column[0]) for column in (found.expected, found.missed_on)] == [0, 0]
    assert found.overdue[0] == 0
    assert not is_due(found, np.array([False]), START)[0]


def test_forecast_stays_until_the_client_buys():
    before = Frozen(LAST, LAST + 25, LAST + 20, LAST + 33)
    same = keep(before, forecast(LAST, RHYTHM, RULER))
    assert same == before
    bought = forecast(LAST + 20, RHYTHM, RULER)
    assert keep(before, bought).expected[0] == LAST[0] + 50


@pytest.mark.parametrize(
    ("told", "day", "expected", "overdue", "is_told"),
    [
        (0, 40, 30, 10, False),
        (60, 40, 60, 0, True),  # his word counts until it passes,
        (60, 60, 60, 0, True),
        (60, 65, 60, 5, True),  # and is what he is measured by when it is later.
        (20, 10, 20, 0, True),
        (20, 25, 30, 0, False),  # Nobody is late before his rhythm says so.
        (-5, 10, 30, 0, False),  # A day before the purchase is kept or past.
    ],
)
def test_told_date_outranks_the_forecast_until_it_passes(
    told, day, expected, overdue, is_told
):
    found = make_plan(told, day)
    assert found.expected[0] - START - 100 == expected
    assert found.overdue[0] == overdue
    assert found.is_told[0] == is_told
    assert found.is_promised[0] == (day <= told)


def test_nobody_is_late_on_the_day_he_named():
    assert make_plan(200, 150).missed_on[0] == START + 100 + 201
    assert make_plan(20, 10).missed_on[0] == make_plan(0, 10).missed_on[0]


@pytest.mark.parametrize(("day", "due"), [(9, False), (10, True), (29, True)])
def test_client_is_due_a_week_before_his_window(day, due):
    found = make_plan(0, day)
    assert is_due(found, np.array([False]), START + 100 + day)[0] == due
    assert not is_due(found, np.array([True]), START + 100 + day)[0]


@pytest.mark.parametrize(
    ("bought", "kept"), [(None, None), (103, True), (97, True), (104, False)]
)
def test_promise_is_kept_within_three_days(bought, kept):
    assert kept_promise(100, bought) is kept
