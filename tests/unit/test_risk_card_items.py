"""The products of a card: what counts, in which order, and what was left off."""

import datetime as dt

import pytest
from client_risk.tools.business_time import calendar_time
from client_risk.tools.card_items import (
    MAX_ITEMS,
    Bought,
    by_category,
    by_product,
    list_items,
)

TODAY = dt.date(2026, 3, 2).toordinal()
RULER = calendar_time(dt.date(2024, 1, 1), dt.date(2026, 12, 31))


def _buy(product, *days_ago, category="Paints", amount=100.0):
    return [Bought(product, category, TODAY - ago, amount) for ago in days_ago]


def _list(bought, level=by_product, period=20.0):
    return list_items(bought, level, RULER, period, TODAY)


def test_largest_amount_comes_first_with_its_share_and_last_day():
    items = _list([*_buy("Brush", 5), *_buy("Paint", 10, 30, 50)])
    assert [item.name for item in items] == ["Paint", "Brush"]
    assert items[0].share == pytest.approx(0.75)
    assert (items[0].count, items[0].last) == (3, TODAY - 10)


def test_what_came_back_is_taken_off_and_is_no_purchase():
    (item,) = _list([*_buy("Paint", 10), *_buy("Paint", 5, amount=-40.0)])
    assert (item.amount, item.count, item.last) == (60.0, 1, TODAY - 10)


def test_only_what_came_back_is_no_line():
    assert _list(_buy("Paint", 5, amount=-40.0)) == []


def test_regular_line_missing_for_two_of_its_periods_is_left_off():
    steady = _buy("Paint", *range(5, 300, 20))
    gone = _buy("Brush", *range(65, 300, 20))
    marks = {item.name: item.is_left_off for item in _list([*steady, *gone])}
    assert marks == {"Paint": False, "Brush": True}


def test_client_without_a_rhythm_has_left_nothing():
    steady = _buy("Paint", *range(5, 300, 20))
    gone = _buy("Brush", *range(65, 300, 20))
    assert not any(item.is_left_off for item in _list([*steady, *gone], period=0.0))


def test_left_off_is_listed_beyond_the_largest():
    many = [one for n in range(MAX_ITEMS) for one in _buy(f"P{n}", *range(5, 300, 20))]
    small = _buy("Brush", *range(65, 300, 20), amount=1.0)
    items = _list([*many, *small])
    assert len(items) == MAX_ITEMS + 1
    assert items[-1].name == "Brush"


def test_categories_add_up_products_and_leave_out_what_has_none():
    bought = [*_buy("A", 5), *_buy("B", 9), *_buy("C", 9, category="")]
    (item,) = _list(bought, level=by_category)
    assert (item.name, item.amount, item.count) == ("Paints", 200.0, 2)


def test_order_of_rows_does_not_matter():
    bought = [*_buy("A", 5, 9), *_buy("B", 9, 5), *_buy("C", 70)]
    assert _list(bought) == _list(bought[::-1])


def test_nothing_bought_is_an_empty_list():
    assert _list([]) == []
