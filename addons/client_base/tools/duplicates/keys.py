"""What a card is looked up by: 64-bit keys that two spellings of one client share.

A key is a stable hash whose lowest four bits are its kind. Which kinds there are was
measured on 100,000 generated cards with known truth, by the pairs that no other kind
finds; tokens that many cards hold and mailboxes of offices find nothing.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from .cards import NormalCard
from .hashing import (
    Hashes,
    hash_shortened,
    hash_texts,
    mix,
    pair_hashes,
    sorted_distinct,
)
from .mail_forms import is_role
from .name_forms import MAX_TOKENS
from .table import Fields, Flags, Ints, KeyTable

_KIND_BITS: Final = np.uint64(15)
_MIN_LETTERS_OF_RARE: Final = 3
_MIN_LETTERS_OF_TYPO: Final = 4
_MIN_LETTERS_OF_JOINED: Final = 6
_MIN_LETTERS_OF_MAILBOX: Final = 6
# A typo is looked for in the first letters of a word.
_TYPO_LETTERS: Final = 10
_MAX_NEIGHBOURS: Final = 2


class KeyKind(NamedTuple):
    """How a kind of key is used.

    All cards of a block of at most ``cap`` are compared with one another; in a larger
    one each with ``window`` next ones in the order of names.
    """

    name: str
    cap: int
    window: int


KINDS: Final = (
    KeyKind("phone", 60, 3),
    KeyKind("email", 60, 3),
    KeyKind("tax_id", 60, 3),
    KeyKind("mailbox", 12, 3),
    KeyKind("two_words", 60, 3),
    KeyKind("rare_word", 8, 0),
    KeyKind("word_city", 12, 3),
    KeyKind("word_street", 12, 3),
    KeyKind("word_zip", 12, 3),
    KeyKind("word_birthdate", 12, 3),
    KeyKind("address", 12, 3),
    KeyKind("house_zip", 12, 0),
    KeyKind("birthdate", 12, 0),
    KeyKind("typo", 12, 0),
    KeyKind("joined", 12, 3),
)
_NUMBERS: Final = {kind.name: np.uint64(number) for number, kind in enumerate(KINDS)}
CAPS: Final = np.array([kind.cap for kind in KINDS] + [0])
WINDOWS: Final = np.array([kind.window for kind in KINDS] + [0])

# Keys and the rows that have them.
_Found = tuple[Hashes, Ints]


def kind_of(keys: Hashes) -> Ints:
    """Return the place in ``KINDS`` of each key."""
    return (keys & _KIND_BITS).astype(np.int64)


def stored_keys(cards: Iterable[NormalCard]) -> list[tuple[int, int]]:
    """Return ``(key, card id)`` for a table of keys, keys as signed 64-bit numbers.

    Sorted and distinct. The same for a card alone and among others.
    """
    held = keys_by_card(cards)
    return sorted((key, card_id) for card_id in held for key in held[card_id].tolist())


def keys_by_card(cards: Iterable[NormalCard]) -> dict[int, Ints]:
    """Return the keys of each card, sorted and distinct, as signed 64-bit numbers."""
    table = KeyTable(Fields(cards))
    if not table.size:
        return {}
    hashes, rows = blocking_keys(table)
    keys = hashes.view(np.int64)
    order = np.lexsort((keys, rows))
    starts = np.searchsorted(rows[order], np.arange(1, table.size))
    return dict(zip(table.ids.tolist(), np.split(keys[order], starts), strict=True))


def key_cap(key: int) -> int:
    """Return how many cards may share a stored key for it to be looked up."""
    return int(CAPS[key & int(_KIND_BITS)])


def blocking_keys(table: KeyTable) -> _Found:
    """Return the keys of all rows and the row of each, sorted by key, then row."""
    found = list(_all_keys(table))
    keys = np.concatenate([keys for keys, _ in found])
    rows = np.concatenate([rows for _, rows in found])
    # numbers are sorted by twice as fast as places, and by two keys not at all
    order = np.argsort(keys)
    keys = keys[order]
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    size = max(table.size, 1)
    codes = sorted_distinct((np.cumsum(is_first) - 1) * size + rows[order])
    block, row = np.divmod(codes, size)
    return keys[is_first][block], row


def _all_keys(table: KeyTable) -> Iterator[_Found]:
    yield from _contact_keys(table)
    words = table.skeleton.hashes("word")
    distinct = table.is_given
    yield from _name_keys(table, words)
    yield from _word_and_place(table, words, distinct)
    yield from _place_keys(table)
    yield _typo_keys(table)


def _kind(name: str, hashes: Hashes, rows: Ints) -> _Found:
    """Return the hashes as keys of a kind."""
    return (mix(hashes) & ~_KIND_BITS) | _NUMBERS[name], rows


def _contact_keys(table: KeyTable) -> Iterator[_Found]:
    for name, column in (("phone", table.phone), ("email", table.email)):
        rows, places = np.nonzero(column.codes)
        yield _kind(name, column.hashes(name)[column.codes[rows, places]], rows)
    rows = np.flatnonzero(table.tax_id.codes)
    yield _kind("tax_id", table.tax_id.hashes("tax")[table.tax_id.codes[rows]], rows)
    telling = np.array(
        [
            len(x) >= _MIN_LETTERS_OF_MAILBOX and not is_role(x)
            for x in table.mailbox.values
        ]
    )
    rows, places = np.nonzero(telling[table.mailbox.codes])
    codes = table.mailbox.codes[rows, places]
    yield _kind("mailbox", table.mailbox.hashes("mailbox")[codes], rows)


def _name_keys(table: KeyTable, words: Hashes) -> Iterator[_Found]:
    codes = table.skeleton.codes
    for left, right in combinations(range(MAX_TOKENS), 2):
        rows = np.flatnonzero((codes[:, left] > 0) & (codes[:, right] > 0))
        first, second = words[codes[rows, left]], words[codes[rows, right]]
        both = pair_hashes(np.minimum(first, second), np.maximum(first, second))
        yield _kind("two_words", both, rows)
    telling = np.array([len(x) >= _MIN_LETTERS_OF_RARE for x in table.skeleton.values])
    rows, places = np.nonzero(telling[codes])
    yield _kind("rare_word", words[codes[rows, places]], rows)
    long = np.array([len(x) >= _MIN_LETTERS_OF_JOINED for x in table.joined.values])
    rows = np.flatnonzero(long[table.joined.codes])
    starts = table.joined_skeleton.map(x[:6] for x in table.joined_skeleton.values)
    yield _kind("joined", starts.hashes("joined")[starts.codes[rows]], rows)


def _word_and_place(
    table: KeyTable, words: Hashes, is_given: Flags
) -> Iterator[_Found]:
    telling = (table.token.codes > 0) & ~is_given[table.token.codes]
    for name, column in (
        ("city", table.city),
        ("street", table.street),
        ("zip", table.zip),
        ("birthdate", table.birthdate),
    ):
        rows, places = np.nonzero(telling & (column.codes > 0)[:, None])
        word = words[table.skeleton.codes[rows, places]]
        other = column.hashes(name)[column.codes[rows]]
        yield _kind(f"word_{name}", pair_hashes(word, other), rows)


def _place_keys(table: KeyTable) -> Iterator[_Found]:
    has_house = table.house.codes > 0
    houses = table.house.hashes("house")
    for name, column in (("address", table.street), ("house_zip", table.zip)):
        rows = np.flatnonzero(has_house & (column.codes > 0))
        place = column.hashes(name)[column.codes[rows]]
        yield _kind(name, pair_hashes(place, houses[table.house.codes[rows]]), rows)
    rows = np.flatnonzero(table.birthdate.codes)
    dates = table.birthdate.hashes("birthdate")
    yield _kind("birthdate", dates[table.birthdate.codes[rows]], rows)


def _typo_keys(table: KeyTable) -> _Found:
    """Return the longest word with each one letter left out, beside another initial.

    Two words that differ in one letter share such a form. The initial of another word,
    else the town, keeps the blocks small.
    """
    main = _longest_words(table)
    rows = np.flatnonzero(main >= 0)
    codes = table.token.codes[rows, main[rows]]
    distinct, inverse = np.unique(codes, return_inverse=True)
    hashes, lengths = _shortened([table.token.values[code] for code in distinct])
    starts = np.cumsum(lengths) - lengths
    beside_rows, beside = _beside(table, rows, main)
    place = inverse[np.searchsorted(rows, beside_rows)]
    count = lengths[place]
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    word = hashes[np.repeat(starts[place], count) + offset]
    return _kind(
        "typo",
        pair_hashes(word, np.repeat(beside, count)),
        np.repeat(beside_rows, count),
    )


def _longest_words(table: KeyTable) -> Ints:
    """Return the place of the longest word that is no given name; -1 for none."""
    lengths = np.array([len(text) for text in table.token.values])
    lengths[table.is_given | table.is_number] = 0
    length = lengths[table.token.codes]
    place: Ints = length.argmax(1)
    place[length.max(1) < _MIN_LETTERS_OF_TYPO] = -1
    return place


def _shortened(words: list[str]) -> tuple[Hashes, Ints]:
    """Return the hashes of words as they are and shortened, and how many each has."""
    whole = hash_texts(words, "typo")
    shorter, owner = hash_shortened(words, _TYPO_LETTERS, "typo")
    every = np.concatenate([np.arange(len(words)), owner])
    order = np.argsort(every, kind="stable")
    lengths = np.bincount(every, minlength=len(words))
    return np.concatenate([whole, shorter])[order], lengths


def _beside(table: KeyTable, rows: Ints, main: Ints) -> tuple[Ints, Hashes]:
    """Return rows, with the hash of what stands beside the longest word of each.

    The initials of other words, in the order of the alphabet; without any the first
    initial there is, else the town.
    """
    letters = table.token.map(text[:1] for text in table.token.values)
    order = np.argsort(np.array(letters.values), kind="stable")
    rank = np.argsort(order)
    none = len(order)
    ranks = rank[letters.codes[rows]]
    ranks[table.token.codes[rows] == 0] = none
    ranks[np.arange(len(rows)), main[rows]] = none
    ranks.sort(axis=1)
    ranks[:, 1:][ranks[:, 1:] == ranks[:, :-1]] = none
    ranks.sort(axis=1)
    chosen = ranks[:, :_MAX_NEIGHBOURS]
    at, to = np.nonzero(chosen < none)
    lonely = rows[chosen[:, 0] == none]
    hashes = letters.hashes("beside")[order]
    return (
        np.concatenate([rows[at], lonely]),
        np.concatenate([hashes[chosen[at, to]], _beside_lonely(table, lonely)]),
    )


def _beside_lonely(table: KeyTable, rows: Ints) -> Hashes:
    """Return the hashes of the first initials of rows, else of their towns."""
    initials = table.initials.map(text[:1] for text in table.initials.values)
    codes = initials.codes[rows]
    towns = table.city.hashes("beside town")[table.city.codes[rows]]
    return np.where(codes > 0, initials.hashes("beside")[codes], towns)
