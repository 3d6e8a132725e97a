"""What is written of cards whose forms are made anew."""

import numpy as np
from client_base.tools.duplicates.cards import Card, NormalCard, Normalizer
from client_base.tools.duplicates.changes import (
    Stored,
    make_mark,
    prepare_change,
    to_card,
)
from client_base.tools.duplicates.keys import stored_keys
from duplicate_cards import cards
from hypothesis import given

SAID = [7, "ТОВ Вектор", True, ["044 123 45 67"], None, "", "", "Київ", "", "", 0]


def mark_of(card: Card) -> str:
    return make_mark(Normalizer().normalize(card).to_text().encode())


def test_what_a_card_does_not_say_is_empty():
    card = to_card(SAID)
    assert (card.id, card.phones, card.emails) == (7, ("044 123 45 67",), ())
    assert (card.city, card.parent_id) == ("Київ", 0)


def test_local_phones_are_of_the_country_of_the_card_else_of_the_company():
    stale = [[*SAID, "", "5:a"], [8, *SAID[1:], "PL", "5:b"]]
    normalizers: dict[str, Normalizer] = {}
    _change, forms = prepare_change(stale, {}, normalizers, "UA")
    assert forms[0].phones == ("+380441234567",)
    assert forms[1].phones != forms[0].phones
    assert set(normalizers) == {"UA", "PL"}


def test_change_holds_all_that_is_written():
    former = {9: Stored("4:z", "mark", np.array([1, 2]))}
    change, forms = prepare_change([[*SAID, "UA", "5:a"]], former, {}, "UA")
    assert (change.former, change.stamps) == (former, {7: "5:a"})
    assert [(key, 7) for key in change.keys[7].tolist()] == stored_keys(forms)
    [row] = change.rows
    for value in (b"5:a", forms[0].to_text().encode(), change.keys[7].tobytes()):
        assert len(value).to_bytes(4, "big") + value in row


def test_nothing_is_nothing():
    change, forms = prepare_change([], {}, {}, "UA")
    assert (change.stamps, change.keys, change.rows, forms) == ({}, {}, [], [])


@given(cards(1), cards(2))
def test_mark_is_of_what_is_compared(one: Card, other: Card):
    forms = [Normalizer().normalize(card) for card in (one, other)]
    compared = [NormalCard(0, 0, *form[2:]) for form in forms]
    assert (mark_of(one) == mark_of(other)) == (compared[0] == compared[1])
