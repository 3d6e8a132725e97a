"""Columns of what clients bought, held against plain Python."""

import statistics
from collections import defaultdict

import numpy as np
import pytest
from client_risk.tools.goods import (
    MAX_OWN_LINES,
    Buyer,
    bought_since,
    item_facts,
    net_goods,
    own_lines,
    owned_items,
    typical_amounts,
)
from hypothesis import given
from hypothesis import strategies as st
from risk_data import NOW, RULER, START, every

A, B, C, D = 11, 12, 13, 14
CLIENT = 2**31 - 5  # ids take all of an int4


def make_goods(*rows):
    """Make goods of (client, item, days after the first day, amount)."""
    client, item, day, amount = zip(*rows, strict=True) if rows else ((),) * 4
    return net_goods(
        np.array(client, dtype=np.int64),
        np.array(item, dtype=np.int64),
        np.array(day, dtype=np.int64) + START,
        np.array(amount, dtype=np.float64),
    )


ROWS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(1, 4),
        st.integers(0, 9),
        st.integers(1, 50).map(float),
    ),
    max_size=40,
)


@given(ROWS)
def test_columns_say_what_plain_python_says(rows):
    goods = make_goods(*rows)
    by_pair = defaultdict(lambda: defaultdict(float))
    for client, item, day, amount in rows:
        by_pair[client, item][day] += amount
    owned, means, last = defaultdict(set), defaultdict(list), defaultdict(int)
    for (client, item), days in by_pair.items():
        owned[client].add(item)
        means[item].append(sum(days.values()) / len(days))
        last[item] = max(last[item], START + max(days))
    assert {one: set(items) for one, items in owned_items(goods).items()} == owned
    assert typical_amounts(goods) == pytest.approx(
        {item: statistics.median(some) for item, some in means.items()}
    )
    assert item_facts(goods) == {
        item: (len(some), last[item]) for item, some in means.items()
    }


def test_returned_whole_is_not_owned():
    goods = make_goods((CLIENT, A, 1, 50.0), (CLIENT, A, 2, -50.0), (CLIENT, B, 1, 9.0))
    assert owned_items(goods) == {CLIENT: [B]}


@given(ROWS, ROWS)
def test_first_day_since_is_found(rows, asked):
    goods = make_goods(*rows)
    asked = sorted(asked)
    client, item, since = (
        np.array([row[place] for row in asked], dtype=np.int64) for place in range(3)
    )
    found = bought_since(goods, client, item, since + START).tolist()
    for (one, what, day, _amount), row in zip(asked, found, strict=True):
        days = [d for c, i, d, _a in rows if (c, i) == (one, what) and d >= day]
        if not days:
            assert row == -1
        else:
            assert (goods.client[row], goods.item[row]) == (one, what)
            assert goods.day[row] == START + min(days)


# === OWN LINES ===

TODAY = NOW - START


def ago(days):
    """Return days after the first day, of days before today."""
    return [TODAY - one for one in days]


def find_lines(goods, offered=(A, B, C, D), **values):
    buyers = values.pop("buyers", {CLIENT: Buyer(10.0, 0.5)})
    return own_lines(goods, buyers, RULER, NOW, set(offered), **values)


def test_line_due_again_says_how_often_and_for_how_much():
    goods = make_goods(
        *((CLIENT, A, day, 100.0) for day in ago(every(20, 5, 25))),
        *((CLIENT, B, day, 7.0) for day in ago([5, 15, 35, 55, 75])),
    )
    (line,) = find_lines(goods, offered=(A,))
    assert [line.suggestion.item, line.is_lost, line.count] == [A, False, 5]
    assert line.period == pytest.approx(20)
    assert [line.last, line.late, line.amount] == [NOW - 25, 5, 100.0]
    assert line.suggestion.confidence == pytest.approx(0.5)
    assert line.suggestion.expected == pytest.approx(0.5 * 100 * 0.5)


def test_line_left_off_is_lost():
    goods = make_goods(
        *((CLIENT, A, day, 10.0) for day in ago(every(10, 9, 3))),
        *((CLIENT, B, day, 10.0) for day in ago(every(10, 6, 33))),
    )
    (line,) = find_lines(goods)
    assert [line.suggestion.item, line.is_lost] == [B, True]
    assert line.suggestion.confidence == pytest.approx(6 / 9)


@pytest.mark.parametrize(
    "values",
    [
        {"offered": (B,)},
        {"left_out": {(CLIENT, A)}},
        {"buyers": {}},
        {"buyers": {CLIENT: Buyer(0.0, 0.5)}},
    ],
)
def test_out_of_range_refused_or_unknown_is_left_out(values):
    goods = make_goods(*((CLIENT, A, day, 100.0) for day in ago(every(20, 5, 25))))
    assert find_lines(goods)
    assert not find_lines(goods, **values)


def test_three_lines_that_are_worth_most():
    goods = make_goods(
        *(
            (CLIENT, item, day, 10.0 * item)
            for item in range(1, 6)
            for day in ago(every(20, 5, 25))
        )
    )
    found = find_lines(goods, offered=range(1, 6))
    assert [one.suggestion.item for one in found] == [5, 4, 3]
    assert len(found) == MAX_OWN_LINES


def test_nobody_bought_anything():
    goods = make_goods()
    assert owned_items(goods) == typical_amounts(goods) == item_facts(goods) == {}
    assert find_lines(goods) == []
