"""Who can buy more, and what; lines that are due or lost."""

import datetime as dt

import pytest
from client_risk.tools.lines import collect, due_lines, lost_lines
from client_risk.tools.suggestions import (
    MAX_SUGGESTIONS,
    Pair,
    Suggestion,
    find_pairs,
    refused_until,
    suggest,
    suggest_by_segment,
)
from risk_data import every

PAINT, BRUSH, WATER, RARE = range(4)


def make_owned(paint=60, both=40, brush=20, others=120, rare=0):
    """A company: who bought paint, brushes, both; water is bought by most."""
    owned = {}
    for number in range(paint + brush + others):
        items = set()
        if number < paint:
            items.add(PAINT)
        if number < both or paint <= number < paint + brush:
            items.add(BRUSH)
        if number % 3:
            items.add(WATER)
        if number < rare:
            items.add(RARE)
        owned[number] = items or {WATER}
    return owned


def test_pair_says_how_many_bought_both():
    pairs = {(pair.item, pair.other): pair for pair in find_pairs(make_owned())}
    assert set(pairs) == {(PAINT, BRUSH), (BRUSH, PAINT)}
    found = pairs[PAINT, BRUSH]
    assert [found.owners, found.both] == [60, 40]
    assert found.confidence == pytest.approx(40 / 60)
    assert found.lift == pytest.approx(40 / 60 / (60 / 200))


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"others": 119}, 0),  # fewer than 200 clients
        ({"both": 19}, 0),  # fewer than 20 own both
        ({"both": 21, "brush": 49}, 0),  # no likelier than by chance
        ({"rare": 19}, 2),
        ({"rare": 20}, 6),
        ({"others": 3920}, 2),  # 1 % of 4000 own both
        ({"others": 3921}, 0),
    ],
)
def test_pair_needs_support_and_lift(changes, count):
    assert len(find_pairs(make_owned(**changes))) == count


def test_what_everybody_buys_is_no_reason():
    owned = make_owned()
    assert not [pair for pair in find_pairs(owned) if pair.item == WATER]


def test_pairs_do_not_depend_on_order_or_repetition():
    owned = make_owned(rare=30)
    other = {client: [*sorted(items), *items] for client, items in owned.items()}
    assert find_pairs(owned) == find_pairs(dict(reversed(other.items())))


def pair(item, other, confidence):
    return Pair(item, other, 100, int(100 * confidence), confidence, 2.0)


def test_best_reason_is_given_and_the_expected_sum():
    pairs = [pair(1, 9, 0.4), pair(2, 9, 0.6), pair(1, 2, 0.9)]
    found = suggest({7: {1, 2}}, pairs, {9: 50.0, 2: 10.0}, {7: 0.5})
    assert found == [Suggestion(7, 9, 2, 0.6, 0.6 * 50 * 0.5)]
    assert suggest({7: {1, 2}}, pairs[::-1], {9: 50.0}, {7: 0.5}) == found


def test_largest_expected_sum_comes_first_and_five_are_enough():
    pairs = [pair(1, item, 0.5) for item in range(2, 10)]
    amounts = {item: 10.0 * (item % 4) for item in range(2, 10)}
    found = suggest({7: {1}}, pairs, amounts, {7: 1.0})
    assert [one.item for one in found] == [3, 7, 2, 6, 5]
    assert len(found) == MAX_SUGGESTIONS


@pytest.mark.parametrize(("amounts", "left_out"), [({}, set()), ({9: 5.0}, {(7, 9)})])
def test_refused_quoted_and_out_of_range_are_left_out(amounts, left_out):
    assert suggest({7: {1}}, [pair(1, 9, 0.9)], amounts, {7: 1.0}, left_out) == []


def test_small_company_suggests_what_the_segment_owns():
    owned = {number: {1, 2} if number < 3 else {1} for number in range(10)}
    segment = dict.fromkeys(range(10), 0)
    amounts, chances = {1: 5.0, 2: 20.0}, {9: 0.5}
    found = suggest_by_segment(owned, segment, amounts, chances)
    assert found == [Suggestion(9, 2, None, 0.3, 0.3 * 20 * 0.5)]
    fewer = {**owned, 2: {1}}
    assert suggest_by_segment(fewer, segment, amounts, chances) == []
    apart = segment | {9: 1}
    assert suggest_by_segment(owned, apart, amounts, chances) == []


def test_refusal_counts_for_half_a_year():
    assert refused_until(dt.date(2026, 1, 1)) == dt.date(2026, 7, 3)


# === LINES ===


def make_lines(**days):
    """Lines of one client; positions in business time by item's name."""
    return collect(
        (ord(name), float(day)) for name, some in days.items() for day in some
    )


def test_line_has_a_period_of_its_own():
    assert make_lines(a=[0, 10, 50])[0].period == pytest.approx(20)
    assert make_lines(a=[0])[0].period == 0
    assert make_lines(a=[5, 5, 5])[0].days == (5.0,)


@pytest.mark.parametrize(
    ("days", "now", "is_lost"),
    [
        (every(10, 5), 61, True),  # missing for two periods, bought in three of six
        (every(10, 5), 60, False),
        (every(10, 5), 81, False),  # by now it is in two of the last six
        ([0, 40], 61, False),
    ],
)
def test_line_is_lost_when_missing_for_two_periods(days, now, is_lost):
    lines = make_lines(a=days, b=every(10, 9))
    assert (ord("a") in lost_lines(lines, 10.0, 80.0, now)) == is_lost


def test_client_who_buys_nothing_has_lost_no_line():
    lines = make_lines(a=every(10, 5))
    assert lost_lines(lines, 10.0, 40.0, 61.0) == []


@pytest.mark.parametrize(
    ("days", "now", "due"),
    [
        (every(10, 4), 39, []),
        (every(10, 4), 45, [5.0]),
        (every(10, 4), 51, []),  # missing for two periods: lost, not due
        (every(10, 3), 35, []),  # two gaps are no rhythm
    ],
)
def test_line_is_due_by_its_own_rhythm(days, now, due):
    found = due_lines(make_lines(a=days), now)
    assert [days for _item, days in found] == pytest.approx(due)


def test_longest_overdue_line_comes_first():
    lines = make_lines(a=every(10, 5, 2), b=every(10, 5), c=every(10, 5))
    assert [chr(item) for item, _days in due_lines(lines, 54)] == ["b", "c", "a"]
