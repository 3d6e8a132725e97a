"""The scan of a base, the look-up of one card, and what both say."""

import gc
import random
from dataclasses import replace

import pytest
from client_base.tools.duplicates.cards import Card
from client_base.tools.duplicates.clusters import join_pairs
from client_base.tools.duplicates.evidence import Pair, probability
from client_base.tools.duplicates.lookup import (
    Choice,
    choose_match,
    find_for_rows,
    score_card,
    score_links,
)
from client_base.tools.duplicates.scan import CERTAIN, PROPOSED, Found, find_duplicates
from client_base.tools.duplicates.table import Frequencies, Table
from client_base.tools.duplicates.weights import Weights
from duplicate_cards import base, cards, firm, normalized, person, respelt
from hypothesis import given, settings
from hypothesis import strategies as st

PAIRS_OF_BASE = 1e7
NOTHING_COUNTED = Frequencies.from_bytes(
    (5000).to_bytes(8, "little") + (0).to_bytes(8, "little")
)


@pytest.fixture(scope="module")
def found() -> Found:
    return find_duplicates(normalized(base()))


def score(one: Card, other: Card) -> Pair | None:
    """Return the pair as the defaults see it in a base of 5,000 cards."""
    ours, theirs = normalized([one, other])
    weights = Weights.default(PAIRS_OF_BASE)
    pairs = score_card(ours, [theirs], weights, NOTHING_COUNTED)
    return pairs[0] if pairs else None


def test_respelt_cards_are_found_and_no_others(found: Found):
    proposed = {(pair.left, pair.right) for pair in found.pairs if pair.score >= 0}
    assert proposed == {(at, 10_000 + at) for at in range(1, 61)}
    assert found.clusters == [[at, 10_000 + at] for at in range(1, 61)]


def test_base_without_duplicates_proposes_nothing():
    result = find_duplicates(normalized(base(doubled=0)))
    assert [pair for pair in result.pairs if pair.score >= PROPOSED] == []
    assert result.clusters == []


def test_two_firms_in_one_office_are_not_certain():
    names = ("ТОВ Обрій", "ТОВ Світанок", "ТОВ Маяк", "ТОВ Горизонт", "ТОВ Калина")
    offices = []
    for at, name in enumerate(names):
        one = replace(firm(400 + at), id=5000 + 2 * at, tax_id="", street="Садова 5")
        offices += [one, replace(one, id=one.id + 1, name=name)]
    result = find_duplicates(normalized(base() + offices))
    of_offices = {pair: pair.score for pair in result.pairs if pair.left >= 5000}
    assert len(of_offices) == len(names)
    assert max(of_offices.values()) < CERTAIN


@pytest.mark.parametrize("size", [0, 1, 2])
def test_smallest_bases(size: int):
    result = find_duplicates(normalized(base(size, 0)))
    assert result.clusters == []


def test_order_of_input_never_matters(found: Found):
    shuffled = normalized(base())
    random.Random(5).shuffle(shuffled)
    again = find_duplicates(shuffled)
    assert again.pairs == found.pairs
    assert again.clusters == found.clusters
    assert again.weights.to_json() == found.weights.to_json()
    assert again.frequencies.to_bytes() == found.frequencies.to_bytes()


def test_another_base_in_the_same_process_changes_nothing(found: Found):
    find_duplicates(normalized([firm(at) for at in range(90)]))
    assert find_duplicates(normalized(base())).pairs == found.pairs


def told(result: Found) -> tuple[str, bytes]:
    """Return all that a scan has found, letter by letter."""
    text = f"{result.pairs} {result.clusters} {result.weights.to_json()}"
    return text, result.frequencies.to_bytes()


_BASES = st.integers(2, 9).flatmap(
    lambda size: st.tuples(*(cards(number) for number in range(1, size + 1)))
)


@given(st.data(), _BASES)
@settings(max_examples=30, deadline=None)
def test_order_of_any_cards_never_matters(data: st.DataObject, typed: list[Card]):
    forms = normalized([*base(40, 10), *(replace(x, id=x.id + 500) for x in typed)])
    shuffled = data.draw(st.permutations(forms))
    assert told(find_duplicates(shuffled)) == told(find_duplicates(forms))


@given(_BASES, _BASES)
@settings(max_examples=30, deadline=None)
def test_no_base_leaves_a_trace_in_the_next(one: list[Card], other: list[Card]):
    forms = normalized(list(one))
    before = told(find_duplicates(forms))
    find_duplicates(normalized(list(other)))
    assert told(find_duplicates(normalized(list(one)))) == before


def test_pausing_the_collector_leaves_it_as_it_was():
    find_duplicates(normalized(base(5, 0)))
    assert gc.isenabled()
    gc.disable()
    try:
        find_duplicates(normalized(base(5, 0)))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_one_card_scores_as_in_the_scan(found: Found):
    forms = {form.id: form for form in normalized(base())}
    for pair in found.pairs:
        card, other = forms[pair.left], forms[pair.right]
        alone = score_card(card, [other], found.weights, found.frequencies)
        assert alone == [pair]


def test_rows_of_a_file_are_scored_at_once(found: Found):
    forms = normalized([replace(person(4), id=-1), person(4), person(8)])
    pairs = score_links(forms, [(-1, 5), (-1, 9)], found.weights, found.frequencies)
    assert [(pair.left, pair.right) for pair in pairs] == [(-1, 5)]
    assert pairs[0].score > 3


def test_rows_of_a_file_find_their_cards(found: Found):
    known = [replace(respelt(person(at), 0), id=-at) for at in (1, 4, 7)]
    stranger = replace(person(2), id=-99, name="Ґудзь Еміль", phones=(), emails=())
    base_forms = normalized(base(doubled=0))
    weights = found.weights.at_entry(len(base_forms))
    rows = normalized([*known, stranger])
    answers = find_for_rows(rows, base_forms, found.frequencies, weights)
    choices = {row.id: choose_match(answers[row.id]) for row in rows}
    assert {at: choices[-at].other(-at) for at in (1, 4, 7)} == {1: 2, 4: 5, 7: 8}
    assert {choices[-at].kind for at in (1, 4, 7)} == {"sure"}
    assert choices[-99].kind == "none"


def test_rows_of_a_large_file_teach_the_weights():
    rows = normalized([replace(respelt(person(at), 0), id=-at) for at in range(1, 90)])
    cards_of_base = normalized([person(at) for at in range(150)])
    counted = Frequencies.of(Table(cards_of_base))
    answers = find_for_rows(rows, cards_of_base, counted)
    chosen = {row: choose_match(pairs) for row, pairs in answers.items()}
    assert {choice.kind for choice in chosen.values()} == {"sure"}
    assert all(choice.other(row) == 1 - row for row, choice in chosen.items())
    assert find_for_rows(rows, [], counted) == {row.id: [] for row in rows}


def test_two_cards_that_fit_alike_are_not_sure(found: Found):
    row = normalized([replace(person(1), id=-1)])[0]
    twins = normalized([person(1), respelt(person(1), 900)])
    pairs = score_card(row, twins, found.weights, found.frequencies)
    assert [choose_match(pairs).kind, choose_match(pairs[:1]).kind] == [
        "doubtful",
        "sure",
    ]
    assert choose_match([]) == Choice("none")
    assert choose_match([]).other(1) == 0


def test_what_comes_in_is_judged_apart_from_duplicates_within(found: Found):
    clean = find_duplicates(normalized(base(doubled=0)))
    assert clean.weights.same_prior < found.weights.same_prior
    entry = {w.at_entry(1000).same_prior for w in (clean.weights, found.weights)}
    assert len(entry) == 1


def test_card_without_parent_is_no_child_of_the_card_being_entered():
    ours, theirs = normalized([replace(person(1), id=0), respelt(person(1), 900)])
    weights = Weights.default(PAIRS_OF_BASE)
    (pair,) = score_card(ours, [theirs], weights, NOTHING_COUNTED)
    assert pair.relation != "family"
    assert pair.score > 0


def test_mother_and_son_with_initials_are_not_one():
    home = {"phones": ("0671234567",), "street": "Садова 5 кв 7"}
    son = score(Card(1, "Петров Олег", **home), Card(2, "Петрова О. І.", **home))
    same = score(Card(1, "Петров Олег", **home), Card(2, "Петров О. І.", **home))
    assert same is not None
    assert same.score > 3
    assert son is None or son.score < same.score - 5


def test_mailbox_made_from_a_name_says_little():
    def with_mail(domain: str) -> float:
        pair = score(
            Card(1, "Мороз Іван", emails=(f"ivan.moroz@{domain}",)),
            Card(2, "Мороз Іван", emails=(f"ivan.morozz@{domain}",)),
        )
        assert pair is not None
        return next(item.same for item in pair.evidence if item.field == "email")

    assert with_mail("ukr.net") < 9.5


def test_weights_survive_json(found: Found):
    assert Weights.from_json(found.weights.to_json()) == found.weights


def test_weights_of_an_earlier_scan_give_its_scores(found: Found):
    again = find_duplicates(normalized(base()), weights=found.weights)
    assert again.pairs == found.pairs


@given(cards(1), cards(2))
@settings(max_examples=60, deadline=None)
def test_score_is_symmetric(one: Card, other: Card):
    ours, theirs = normalized([one, other])
    weights = replace(Weights.default(4.0))
    there = score_card(ours, [theirs], weights, NOTHING_COUNTED)
    back = score_card(theirs, [ours], weights, NOTHING_COUNTED)
    assert there == back


@given(cards(1), cards(2))
@settings(max_examples=40, deadline=None)
def test_ids_play_no_part_in_the_score(one: Card, other: Card):
    one, other = replace(one, parent_id=0), replace(other, parent_id=0)
    ours = score(one, other)
    theirs = score(replace(one, id=2), replace(other, id=1))
    assert (ours and ours.score) == (theirs and theirs.score)


def test_evidence_adds_up_to_the_score():
    pair = score(person(1), respelt(person(1), 900))
    assert pair is not None
    weights = Weights.default(PAIRS_OF_BASE)
    total = weights.same_prior + sum(item.same for item in pair.evidence)
    assert pair.score <= total + 0.1
    levels = {item.field: item.level for item in pair.evidence}
    assert levels["phone"] == levels["name"] == "same"
    assert all(item.same > 0 for item in pair.evidence if item.field == "phone")


HOME = {"phones": ("0671234567",), "street": "Садова 5 кв 7", "city": "Київ"}
OFFICE = {"phones": ("0441234567",), "emails": ("info@vektor.ua",)}


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (
            Card(1, "Мороз Іван", **HOME),
            Card(2, "Мороз Ольга", **HOME),
            "household",
        ),
        (
            Card(1, "ТОВ Вектор", is_company=True, **OFFICE),
            Card(2, "ТОВ Вектор (Львів)", is_company=True, **OFFICE),
            "branch",
        ),
        (
            Card(1, "ТОВ Вектор", is_company=True, **OFFICE),
            Card(2, "Вектор Мороз", parent_id=1, **OFFICE),
            "family",
        ),
    ],
)
def test_related_cards_are_no_duplicates(one: Card, other: Card, relation: str):
    pair = score(one, other)
    assert pair is None or (pair.score < 0 and pair.relation == relation)
    assert pair is None or pair.related_score > pair.score


def test_card_of_a_firm_is_not_its_own_person():
    free = score(person(1), respelt(person(1), 900))
    tied = score(person(1), replace(respelt(person(1), 900), parent_id=2))
    assert free is not None
    assert tied is not None
    assert tied.score < free.score
    assert tied.relation == "family"


def test_many_equal_cards_without_contacts_are_not_compared_in_all_pairs():
    crowd = [Card(10_000 + at, "Роздрібний покупець") for at in range(400)]
    result = find_duplicates(normalized(base() + crowd))
    of_crowd = [pair for pair in result.pairs if pair.left >= 10_000]
    assert len(of_crowd) < 400
    proposed = [pair for pair in result.pairs if pair.score >= 0]
    assert len(proposed) == 60


def test_frequent_value_is_worth_less():
    rare = score(person(1), replace(person(1), id=900, name="Мороз Ян"))
    shared = [replace(person(at), phones=person(1).phones) for at in range(40)]
    base_of_shared = find_duplicates(normalized(shared))
    forms = normalized([person(1), replace(person(1), id=900, name="Мороз Ян")])
    weights = Weights.default(PAIRS_OF_BASE)
    frequent = score_card(forms[0], forms[1:], weights, base_of_shared.frequencies)
    assert rare is not None
    assert not frequent or frequent[0].score < rare.score


# === CLUSTERS ===


def test_card_that_contradicts_the_others_stays_out():
    links = [(1, 2, 9.0), (2, 3, 1.0), (1, 3, -4.0)]
    assert join_pairs(links) == [[1, 2]]


def test_card_that_fits_most_of_the_others_joins():
    links = [(1, 2, 9.0), (2, 3, 6.0), (1, 3, -0.5)]
    assert join_pairs(links) == [[1, 2, 3]]


def test_clusters_do_not_grow_without_end():
    links = [(left, left + 1, 9.0) for left in range(100)]
    assert max(map(len, join_pairs(links, max_size=4))) == 4


def test_clusters_do_not_depend_on_the_order_of_links():
    links = [(1, 2, 5.0), (3, 4, 5.0), (2, 3, 5.0), (4, 5, 2.0)]
    assert join_pairs(links) == join_pairs(links[::-1])


def test_probability_of_even_odds_is_a_half():
    assert probability(0) == pytest.approx(0.5)
    assert probability(3) == pytest.approx(8 / 9)
    assert 0 < probability(-1000) < probability(1000) <= 1
