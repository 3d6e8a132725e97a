from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lead_capture.tools.dispatch import (
    Choice,
    Desk,
    Member,
    Share,
    choose_reason,
    mentions,
)

RULE = 1
WEIGHTS = st.lists(st.integers(1, 5), min_size=1, max_size=6)


def make_desk(*capacities: int, barriers: Iterable[int] = ()) -> Desk:
    return Desk(
        Member(number, capacity, "away" if number in barriers else "")
        for number, capacity in enumerate(capacities, 1)
    )


def make_shares(weights: Iterable[float]) -> list[Share]:
    return [Share(number, weight) for number, weight in enumerate(weights, 1)]


def give(desk: Desk, shares: list[Share], count: int) -> list[int | None]:
    return [desk.choose(RULE, shares).member for _number in range(count)]


# --- shares ---


@given(WEIGHTS, st.integers(1, 4))
def test_shares_are_exact_after_each_round(weights: list[int], rounds: int) -> None:
    desk = make_desk(*[0] * len(weights))
    got = Counter(give(desk, make_shares(weights), rounds * sum(weights)))
    assert [got[number] for number in range(1, len(weights) + 1)] == [
        rounds * weight for weight in weights
    ]


def test_turns_alternate_instead_of_coming_in_a_row() -> None:
    desk = make_desk(0, 0)
    assert give(desk, make_shares([2, 1]), 6) == [1, 2, 1, 1, 2, 1]


def test_equal_ones_take_turns_by_id() -> None:
    desk = make_desk(0, 0, 0)
    assert give(desk, make_shares([1, 1, 1]), 6) == [1, 2, 3, 1, 2, 3]


@given(WEIGHTS, st.randoms())
def test_order_of_the_candidates_changes_nothing(weights, random) -> None:
    shares = make_shares(weights)
    shuffled = shares.copy()
    random.shuffle(shuffled)
    desks = [make_desk(*[0] * len(weights)) for _twice in range(2)]
    assert give(desks[0], shares, 20) == give(desks[1], shuffled, 20)


@given(
    WEIGHTS,
    st.lists(st.frozensets(st.integers(1, 6), min_size=1), min_size=1, max_size=300),
)
@settings(max_examples=200)
def test_nobody_is_owed_more_than_a_few_whoever_is_there_when(
    weights: list[int], presence: list[frozenset[int]]
) -> None:
    """The sum of what is owed is nought, and each part of it stays small."""
    shares = make_shares(weights)
    desk = make_desk(*[0] * len(weights))
    for present in presence:
        desk.choose(RULE, shares, fitting=present)
    owed = desk.credits.get(RULE, {}).values()
    assert sum(owed) == pytest.approx(0, abs=1e-5)
    assert all(abs(credit) < max(len(weights), 1) for credit in owed)


@given(
    WEIGHTS,
    st.lists(st.frozensets(st.integers(1, 6), min_size=1), min_size=1, max_size=300),
)
def test_what_was_got_is_the_share_of_what_came_while_one_was_there(
    weights: list[int], presence: list[frozenset[int]]
) -> None:
    shares = make_shares(weights)
    desk = make_desk(*[0] * len(weights))
    due: Counter[int] = Counter()
    got: Counter[int | None] = Counter()
    for present in presence:
        there = [share for share in shares if share.member in present]
        for share in there:
            due[share.member] += share.weight / sum(one.weight for one in there)
        got[desk.choose(RULE, shares, fitting=present).member] += 1
    for share in shares:
        assert abs(due[share.member] - got[share.member]) < len(weights)


# --- after a leave ---


@pytest.mark.parametrize("weights", [[1, 1, 1, 1], [3, 1, 1], [1, 5]])
def test_back_from_two_weeks_of_leave_one_gets_a_share_and_not_all(
    weights: list[int],
) -> None:
    shares = make_shares(weights)
    desk = make_desk(*[0] * len(weights))
    give(desk, shares, 100)
    away = Desk(
        [Member(1, 0, "away"), *(desk.members[one.member] for one in shares[1:])],
        desk.loads,
        desk.credits,
    )
    assert 1 not in give(away, shares, 400)
    back = Desk(desk.members.values(), away.loads, away.credits)
    cycle = sum(weights)
    got = give(back, shares, 5 * cycle)
    assert abs(got.count(1) - 5 * weights[0]) <= 1
    # not in a row either: no longer run than somebody of his weight has anyway
    run = "".join("x" if one == 1 else " " for one in got).split()
    usual = -(-weights[0] // max(cycle - weights[0], 1)) + 1
    assert max(map(len, run)) <= usual


@given(WEIGHTS, st.integers(0, 50), st.integers(0, 200))
def test_leave_neither_adds_to_a_credit_nor_takes_from_it(
    weights: list[int], before: int, during: int
) -> None:
    shares = make_shares(weights)
    desk = make_desk(*[0] * len(weights))
    give(desk, shares, before)
    credit = desk.credits.get(RULE, {}).get(1, 0.0)
    away = make_desk(*[0] * len(weights), barriers=[1])
    away.credits = desk.credits
    give(away, shares, during)
    assert away.credits.get(RULE, {}).get(1, 0.0) == credit


def test_newcomer_gets_a_share_and_not_all() -> None:
    desk = make_desk(0, 0, 0)
    give(desk, make_shares([1, 1]), 101)
    got = give(desk, make_shares([1, 1, 1]), 30)
    assert abs(got.count(3) - 10) <= 1


# --- limits ---


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=1, max_size=6),
    st.integers(0, 60),
)
def test_nobody_is_over_his_limit_and_no_place_stays_free(
    people: list[tuple[int, int]], count: int
) -> None:
    desk = make_desk(*(capacity for _weight, capacity in people))
    shares = make_shares(weight for weight, _capacity in people)
    got = Counter(give(desk, shares, count))
    places = sum(capacity for _weight, capacity in people)
    for number, (_weight, capacity) in enumerate(people, 1):
        assert got[number] <= capacity
    assert got[None] == max(count - places, 0)


def test_what_came_another_way_counts_against_the_limit() -> None:
    desk = make_desk(2, 2)
    desk.add_load(1, 3)
    assert give(desk, make_shares([9, 1]), 3) == [2, 2, None]


def test_full_desk_earns_nothing() -> None:
    desk = make_desk(1, 0)
    shares = make_shares([1, 1])
    assert give(desk, shares, 21).count(1) == 1
    desk.members[1] = Member(1, 0)
    assert give(desk, shares, 10).count(1) in (4, 5)


# --- reasons ---


def test_choice_tells_its_numbers() -> None:
    desk = make_desk(5, 0, 0, barriers=[3])
    desk.add_load(1, 2)
    choice = desk.choose(RULE, make_shares([2, 1, 1]))
    assert choice == Choice(
        1,
        "share",
        {"fit": 3, "free": 2, "weight": 2, "weights": 3, "load": 2, "capacity": 5},
    )


def test_those_who_help_out_get_what_the_others_cannot() -> None:
    desk = make_desk(1, 0)
    shares = [Share(1), Share(2, is_reserve=True)]
    assert [desk.choose(RULE, shares).code for _twice in range(2)] == [
        "share",
        "reserve",
    ]


@pytest.mark.parametrize(
    ("fitting", "code", "numbers"),
    [
        ({1, 2}, "full", {"fit": 2, "full": 1, "away": 1}),
        ({2}, "absent", {"fit": 1, "away": 1}),
        (set(), "nobody", {"fit": 0}),
        ({7}, "nobody", {"fit": 0}),
    ],
)
def test_refusal_tells_who_is_full_and_who_is_not_there(fitting, code, numbers) -> None:
    desk = make_desk(1, 0, 0, barriers=[2])
    desk.add_load(1)
    choice = desk.choose(RULE, make_shares([1, 1, 0]), fitting)
    assert choice == Choice(None, code, numbers)


def test_rule_that_asks_for_people_at_work_waits_for_them() -> None:
    shares = [Share(1, is_off=True), Share(2, is_off=True)]
    choice = make_desk(0, 0, barriers=[2]).choose(RULE, shares)
    assert choice == Choice(None, "absent", {"fit": 2, "off_hours": 1, "away": 1})


def test_weight_of_nothing_gets_nothing() -> None:
    assert make_desk(0).choose(RULE, [Share(1, 0)]).code == "nobody"


def test_the_refusal_that_ends_soonest_is_told() -> None:
    full, absent = Choice(None, "full"), Choice(None, "absent")
    assert choose_reason([Choice(None, "nobody"), absent, full]) == full
    assert choose_reason([]) is None


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Потрібна фарба ФАСАДНА, 20 відер", "фасадн", True),
        ("Need paint", "glue, Paint", True),
        ("Repainting", "paint", False),
        ("two-part glue", "part glue", True),
        ("Need paint", "", False),
        ("Need paint", " ,\n", False),
        ("", "paint", False),
    ],
)
def test_words_are_found_at_the_beginning_of_words(text, words, found) -> None:
    assert mentions(text, words) is found


def test_somebody_in_two_teams_has_one_limit_in_both():
    members = [Member(1, 5, "", 7, 3), Member(2, 5, "", 7, 3), Member(3)]
    desk = Desk(members, {1: 1, 2: 1}, person_loads={7: 2})
    assert desk.choose(RULE, [Share(1)]).numbers["all_load"] == 2
    assert desk.is_full(1)
    assert desk.is_full(2)
    assert not desk.is_full(3)
    assert desk.choose(RULE, [Share(2)]).code == "full"
    assert "all_load" not in desk.choose(RULE, [Share(3)]).numbers


def test_request_of_a_foreign_team_counts_for_the_person():
    desk = Desk([Member(1, 0, "", 7, 1)])
    desk.add_person_load(7)
    assert desk.is_full(1)
