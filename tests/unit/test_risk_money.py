"""What a client is worth, and when winning back begins."""

import numpy as np
import pytest
from client_risk.tools.history import Events
from client_risk.tools.money import (
    Baskets,
    abc_classes,
    at_stake,
    normal_amount,
    recent_baskets,
    segment_baskets,
    usual_basket,
    worth_winning,
)
from client_risk.tools.segments import average_periods, to_win_back
from hypothesis import given
from hypothesis import strategies as st


def test_basket_is_that_of_the_recent_purchases():
    events = Events.of([(0, day, 1.0 if day < 20 else 100.0) for day in range(50)])
    found = recent_baskets(events, 2)
    assert found.count.tolist() == [31, 0]
    assert found.amount[0] == 30 * 100 + 1


def test_basket_is_drawn_to_the_segment_by_one_purchase():
    baskets = Baskets(np.array([3, 0]), np.array([300.0, 0.0]))
    found = usual_basket(baskets, np.array([20.0, 20.0]))
    assert found.tolist() == [(300 + 20) / 4, 20]


def test_segment_without_purchases_has_the_company_s_basket():
    baskets = Baskets(np.array([2, 1, 0]), np.array([20.0, 40.0, 0.0]))
    found = segment_baskets(baskets, np.array([0, 0, 1]), 2)
    assert found.tolist() == [25, 25]
    nothing = Baskets(np.array([0]), np.array([0.0]))
    assert segment_baskets(nothing, np.array([0]), 1).tolist() == [0]


def test_money_at_stake_is_the_normal_amount_times_the_danger():
    normal = normal_amount(np.array([200.0, 200.0]), np.array([30.0, 30.0]))
    assert normal.tolist() == [600, 600]
    assert at_stake(np.array([0.25, np.nan]), normal).tolist() == [450, 0]
    assert worth_winning(np.array([0.25, np.nan]), np.array([200.0, 9.0])).tolist() == [
        50,
        0,
    ]


def test_abc_shares_out_the_turnover():
    turnover = {1: 800.0, 2: 100.0, 3: 50.0, 4: 50.0, 5: 0.0, 6: -5.0}
    found = abc_classes(turnover)
    assert found == {1: "A", 2: "B", 3: "B", 4: "C", 5: "C", 6: "C"}
    assert abc_classes({}) == {}


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 9).map(float)))
def test_abc_does_not_depend_on_the_order(turnover):
    found = abc_classes(turnover)
    assert found == abc_classes(dict(reversed(turnover.items())))
    ordered = sorted(turnover, key=lambda client: (-turnover[client], client))
    classes = [found[client] for client in ordered]
    assert classes == sorted(classes)


def test_average_client_s_period_is_the_median_of_those_who_came_back():
    period = np.array([10.0] * 20 + [40.0] * 20 + [5000.0])
    count = np.array([3] * 40 + [1])
    segment = np.array([0] * 31 + [1] * 10)
    found = average_periods(period, count, segment, 3)
    assert [one.is_company for one in found] == [False, True, True]
    assert [found[0].median, found[0].clients] == [10, 31]
    assert [found[1].median, found[1].mean, found[1].clients] == [25, 25, 40]
    assert average_periods(period, count * 0, segment, 1) == [None]


def test_regulars_on_schedule_are_greyed_in_the_list():
    silence = np.array([20.0, 40.0, 40.0, np.nan])
    late = np.array([True, True, False, False])
    listed, on_schedule = to_win_back(
        silence, [30.0], np.zeros(4, dtype=np.int64), late
    )
    assert listed.tolist() == [False, True, True, False]
    assert on_schedule.tolist() == [False, False, True, False]


@pytest.mark.parametrize(("limit", "listed"), [(30.0, False), (29.9, True)])
def test_limit_itself_is_no_silence(limit, listed):
    found = to_win_back(np.array([30.0]), [limit], np.array([0]), np.array([True]))
    assert found[0][0] == listed
