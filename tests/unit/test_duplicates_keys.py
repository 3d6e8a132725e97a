"""Blocking keys: what a card is looked up by."""

import subprocess
import sys
import zlib

import numpy as np
import pytest
from client_base.tools.duplicates.cards import VERSION, Card, Normalizer
from client_base.tools.duplicates.hashing import (
    hash_shortened,
    hash_texts,
    sample,
    sorted_distinct,
)
from client_base.tools.duplicates.keys import KINDS, key_cap, stored_keys
from client_base.tools.duplicates.lookup import MAX_CANDIDATES, choose_candidates
from client_base.tools.duplicates.pairs import candidate_pairs
from client_base.tools.duplicates.table import Frequencies, Table
from duplicate_cards import base, cards, normalized
from hypothesis import given, settings
from hypothesis import strategies as st


def keys_of(*typed: Card) -> list[set[int]]:
    forms = normalized(list(typed))
    return [{key for key, _ in stored_keys([form])} for form in forms]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Card(1, "А", phones=("0671234567",)), Card(2, "Б", phones=("80671234567",))),
        (Card(1, "А", emails=("a@b.ua",)), Card(2, "Б", emails=("A@B.ua",))),
        (Card(1, "А", tax_id="12345678"), Card(2, "Б", tax_id="UA12345678")),
        (Card(1, "Шевченко Іван"), Card(2, "Иван Шевченко")),
        (Card(1, "Шевченко Іван"), Card(2, "Шевчнко Іван")),
        (Card(1, "Мороз", city="Київ"), Card(2, "Мороз Т.", city="Киев")),
        (Card(1, "А", street="Садова 5"), Card(2, "Б", street="вул. Садова, буд. 5")),
        (Card(1, "Лесо торг плюс"), Card(2, "Лесоторг плюс")),
    ],
)
def test_likely_duplicates_share_a_key(one: Card, other: Card):
    ours, theirs = keys_of(one, other)
    assert ours & theirs


def test_strangers_share_no_key():
    ours, theirs = keys_of(
        Card(1, "Шевченко Іван", phones=("0671234567",), city="Київ"),
        Card(2, "Мороз Ольга", phones=("0507654321",), city="Київ"),
    )
    assert not ours & theirs


@given(cards(1), cards(2))
@settings(max_examples=50)
def test_keys_do_not_depend_on_other_cards(card: Card, other: Card):
    ours, theirs = normalized([card, other])
    together = stored_keys([ours, theirs])
    assert sorted(together) == sorted(stored_keys([ours]) + stored_keys([theirs]))


def test_keys_are_the_same_in_every_process_and_release():
    # Stored beside the cards: a change here asks for another cards.VERSION.
    assert hash_texts(["+380671234567"], "phone").tolist() == [17321495127862166028]
    card = Card(1, "Мороз", phones=("0671234567",), city="Київ")
    digest = zlib.crc32(repr(sorted(keys_of(card)[0])).encode())
    assert (VERSION, digest) == (5, 2869391213)


_MIXED = st.text(alphabet="ab\0яЖ\ud800😀", min_size=1, max_size=14)


@given(st.lists(_MIXED, max_size=8), st.integers(1, 12))
def test_shortened_words_hash_as_if_written_so(texts: list[str], most: int):
    hashes, owner = hash_shortened(texts, most, "typo")
    written = [
        (place, text[:at] + text[at + 1 :])
        for place, text in enumerate(texts)
        for at in range(min(len(text), most))
    ]
    assert owner.tolist() == [place for place, _ in written]
    assert (hashes == hash_texts([text for _, text in written], "typo")).all()


@given(st.lists(st.text(max_size=6), max_size=30))
def test_texts_hash_alike_only_if_equal(texts: list[str]):
    distinct = sorted(set(texts))
    hashes = hash_texts(distinct, "a").tolist()
    assert len(set(hashes)) == len(distinct)
    assert hashes == [int(hash_texts([text], "a")[0]) for text in distinct]
    assert set(hashes).isdisjoint(hash_texts(distinct, "b").tolist())


def test_hashes_of_many_texts_are_those_of_few():
    texts = [str(number) for number in range(120_000)]
    hashes = hash_texts(texts, "a")
    assert len(np.unique(hashes)) == len(texts)
    assert (hashes[99_000:101_000] == hash_texts(texts[99_000:101_000], "a")).all()


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_distinct_numbers_are_in_order(values: list[int]):
    found = sorted_distinct(np.array(values, np.int64))
    assert found.tolist() == sorted(set(values))


def test_keys_fit_a_signed_column():
    keys = [key for key, _ in stored_keys(normalized(base(30, 0)))]
    assert min(keys) >= -(2**63)
    assert max(keys) < 2**63
    assert min(keys) < 0


def test_pairs_of_a_scan_share_a_stored_key():
    forms = normalized(base())
    table = Table(forms)
    holders: dict[int, set[int]] = {}
    for key, card_id in stored_keys(forms):
        holders.setdefault(key, set()).add(card_id)
    together = {
        (left, right) for ids in holders.values() for left in ids for right in ids
    }
    left, right = np.divmod(candidate_pairs(table), table.size)
    pairs = set(zip(table.ids[left].tolist(), table.ids[right].tolist(), strict=True))
    assert len(pairs) >= 60
    assert pairs <= together


def test_frequent_keys_are_not_looked_up():
    phone = next(iter(keys_of(Card(1, "А", phones=("0671234567",)))[0]))
    cap = KINDS[0].cap
    assert key_cap(phone) == cap
    assert choose_candidates({phone: range(cap)}) == list(range(cap))
    assert choose_candidates({phone: range(cap + 1)}) == []


def test_cards_that_share_most_keys_come_first():
    keys = sorted(keys_of(Card(1, "Шевченко Іван Петрович", city="Київ"))[0])
    assert choose_candidates({keys[0]: [5, 6], keys[1]: [6]}) == [6, 5]
    many = {key: range(at * 8, at * 8 + 8) for at, key in enumerate(keys * 30)}
    assert len(choose_candidates(many)) <= MAX_CANDIDATES


def test_frequencies_survive_bytes():
    table = Table(normalized(base()))
    frequencies = Frequencies.of(table)
    again = Frequencies.from_bytes(frequencies.to_bytes())
    assert again.size == frequencies.size == 360
    assert again.hashes.tolist() == frequencies.hashes.tolist()
    assert again.counts.tolist() == frequencies.counts.tolist()


def test_frequent_values_are_counted_without_the_card_itself():
    forms = normalized([Card(at, "Мороз Іван", city="Київ") for at in range(1, 8)])
    table = Table(forms)
    counts = Frequencies.of(table).of_column("city", table.city)
    assert counts.tolist() == [1, 6]


def test_sample_is_even_and_the_same_every_time():
    drawn = sample(100, 10_000, 1)
    assert drawn.tolist() == sample(100, 10_000, 1).tolist()
    assert drawn.tolist() != sample(100, 10_000, 2).tolist()
    assert np.bincount(drawn, minlength=100).min() > 50


def test_empty_and_unknown_cards_have_no_keys():
    assert stored_keys([]) == []
    assert stored_keys([Normalizer().normalize(Card(1, ""))]) == []


def test_neither_python_hashing_nor_an_earlier_base_plays_a_part():
    code = (
        "import os;"
        "from client_base.tools.duplicates.keys import stored_keys;"
        "from client_base.tools.duplicates.scan import find_duplicates;"
        "from duplicate_cards import base, firm, normalized;"
        "other = map(firm, range(90)) if os.environ['PYTHONHASHSEED'] == '2' else ();"
        "find_duplicates(normalized(list(other)));"
        "forms = normalized(base(40, 20));"
        "found = find_duplicates(forms);"
        "print(stored_keys(forms), found.pairs, found.clusters);"
        "print(found.weights.to_json(), found.frequencies.to_bytes())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", f"import conftest;{code}"],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert "[1, 10001]" in outputs.pop()
