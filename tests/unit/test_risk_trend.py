"""More or less than before, beyond chance."""

import math

import numpy as np
import pytest
from client_risk.tools.history import Events
from client_risk.tools.trend import (
    TrendPriors,
    add_up,
    cap_amount,
    is_established,
    measure,
    measure_segment,
    window_days,
)
from risk_data import NOW

ONE = np.array([0])
PLAIN = TrendPriors()


def make_windows(before, now, prior=PLAIN, age=200):
    """One client: amounts of the older window and of the last one, a week apart."""
    rows = [(0, NOW - 7 * number, amount) for number, amount in enumerate(now)]
    rows += [(0, NOW - 90 - 7 * number, amount) for number, amount in enumerate(before)]
    rows.append((0, NOW - age, 1.0))
    return add_up(Events.of(rows), ONE, [prior], NOW)


def test_window_is_three_periods_of_the_segment():
    assert [window_days(period) for period in (7, 30, 30.1, 100)] == [90, 90, 91, 300]


def test_windows_meet_without_a_gap():
    rows = [(0, NOW - day, 1.0) for day in (0, 89, 90, 179, 180)]
    found = add_up(Events.of(rows), ONE, [TrendPriors()], NOW)
    assert [found.count1[0], found.count2[0]] == [2, 2]
    assert found.age[0] == 180


def test_trend_is_measured_in_standard_deviations():
    prior = TrendPriors(growth=1.5, cushion=10.0)
    found = measure(make_windows([100, 120], [50, 40, 30], prior), [prior])
    squares = 50**2 + 40**2 + 30**2 + 1.5**2 * (100**2 + 120**2)
    assert found.z[0] == pytest.approx((120 - 1.5 * 220) / math.sqrt(squares))
    assert found.ratio[0] == pytest.approx((120 + 10) / (1.5 * 220 + 10))


def test_one_large_purchase_does_not_make_a_trend():
    steady = measure(make_windows([100] * 8, [140] * 8), [TrendPriors()])
    lucky = measure(make_windows([100] * 8, [100] * 7 + [420]), [TrendPriors()])
    assert steady.ratio[0] == lucky.ratio[0]
    assert lucky.z[0] < steady.z[0]


def test_large_amounts_count_as_the_cap():
    found = make_windows([], [5000], TrendPriors(cap=100.0))
    assert [found.amount2[0], found.squares2[0]] == [100, 10_000]


def test_cap_is_the_99th_percentile():
    assert cap_amount(list(range(101))) == 99
    assert cap_amount([]) == math.inf


@pytest.mark.parametrize(
    ("before", "now", "age", "is_judged"),
    [
        ([100] * 2, [10] * 2, 150, True),
        ([100] * 2, [10] * 2, 149, False),  # five thirds of a window
        ([100] * 2, [10], 200, False),  # only three purchases within the windows
    ],
)
def test_who_is_too_new_has_no_trend(before, now, age, is_judged):
    windows = make_windows(before, now, age=age)
    assert (measure(windows, [TrendPriors()]).z[0] != 0) == is_judged


def test_growth_is_that_of_the_established_clients_of_the_segment():
    rows = [(0, NOW - 170, 100.0), (0, NOW - 10, 300.0), (1, NOW - 10, 999.0)]
    rows += [(2, NOW - 170, 70.0), (2, NOW - 10, 7.0)]
    windows = add_up(Events.of(rows), np.array([0, 0, 1]), [TrendPriors()] * 2, NOW)
    established = is_established(windows, [TrendPriors()] * 2)
    found = measure_segment(windows, TrendPriors(), 0, established)
    assert found.growth == pytest.approx(3)
    assert found.cushion == pytest.approx((100 + 300) / 2 / 4)
    assert measure_segment(windows, TrendPriors(), 0, ~established).growth == 1


def test_parts_of_a_trend_are_told_apart():
    rarer = measure(make_windows([100] * 8, [100] * 2), [TrendPriors()])
    assert rarer.frequency[0] == pytest.approx(3 / 9)
    assert rarer.basket[0] == pytest.approx(1)
    smaller = measure(make_windows([100] * 8, [20] * 8), [TrendPriors()])
    assert smaller.frequency[0] == 1
    assert smaller.basket[0] < 0.5


def test_client_without_purchases_has_no_trend():
    windows = add_up(Events.of([]), ONE, [TrendPriors()], NOW)
    found = measure(windows, [TrendPriors()])
    assert [found.z[0], found.ratio[0], found.basket[0]] == [0, 1, 1]
