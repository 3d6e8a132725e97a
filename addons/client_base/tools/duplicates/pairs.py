"""Which cards of a base are worth comparing."""

from itertools import product
from typing import Final

import numpy as np

from .hashing import sorted_distinct
from .keys import CAPS, WINDOWS, blocking_keys, kind_of
from .table import Codes, Column, Flags, Floats, Frequencies, Ints, Table

# Pairs that lack so many bits of the prior odds, at the very best, are not compared.
SLACK: Final = 4.0
_CHUNK: Final = 50_000
# What a near miss of all other words can be worth, of what they weigh.
_NEAR_MISS: Final = 0.85
_SAME_HOUSE: Final = 6.0
_NEAR_STREET: Final = 5.0
_SAME_NAME: Final = 6.0
_MAX_PLACE: Final = 10.0


def candidate_pairs(table: Table, shown: Flags | None = None) -> Ints:
    """Return the pairs that share a key as ``left * size + right``, sorted, distinct.

    :param shown: the rows that take part, all by default
    """
    keys, rows = blocking_keys(table)
    if shown is not None:
        keys, rows = keys[shown[rows]], rows[shown[rows]]
    if not len(keys):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[starts, len(keys)])
    kinds = kind_of(keys[starts])
    reach = np.where(sizes <= CAPS[kinds], sizes, WINDOWS[kinds] + 1)
    place = np.arange(len(keys)) - np.repeat(starts, sizes)
    left = np.minimum(np.repeat(sizes, sizes) - place, np.repeat(reach, sizes))
    found = []
    at = np.flatnonzero(left > 1)
    step = 1
    while len(at):
        first, second = rows[at], rows[at + step]
        kept = first != second
        found.append(first[kept] * table.size + second[kept])
        step += 1
        at = at[left[at] > step]
    return sorted_distinct(np.concatenate(found or [np.zeros(0, np.int64)]))


def information(frequencies: Frequencies, name: str, column: Column) -> Floats:
    """Return the bits that agreement on each value is worth: log2(N / others)."""
    bits = np.log2(max(frequencies.size, 1) / frequencies.of_column(name, column))
    bits[0] = 0
    return np.asarray(bits.clip(0), dtype=np.float64)


def token_weights(table: Table, frequencies: Frequencies) -> Floats:
    """Return the bits of each word of a name, at least half a bit."""
    others = frequencies.of_column("token", table.token)
    bits = np.log2((frequencies.size + 1) / others).clip(0.5)
    bits[0] = 0
    return np.asarray(bits, dtype=np.float64)


class Prefilter:
    """Drops the pairs that stay below the prior odds even if all else nearly agreed."""

    def __init__(self, table: Table, frequencies: Frequencies) -> None:
        self._table = table
        # (words, cards), so that a place in the name is one row of numbers
        self._skeletons = np.ascontiguousarray(table.skeleton.codes.T)
        self._word_bits = token_weights(table, frequencies)[table.token.codes.T]
        self._bits = {
            name: information(frequencies, name, column)
            for name, column in table.counted.items()
        }
        for name in ("city", "zip"):
            self._bits[name] = self._bits[name].clip(0, _MAX_PLACE)

    def keep(self, pairs: Ints, needed: float) -> Ints:
        """Return the pairs that may reach ``needed`` bits."""
        kept = []
        for start in range(0, len(pairs), _CHUNK):
            part = pairs[start : start + _CHUNK]
            left, right = np.divmod(part, self._table.size)
            best = self._names(left, right) + self._contacts(left, right)
            best += self._places(left, right)
            kept.append(part[best + SLACK >= needed])
        return np.concatenate(kept) if kept else pairs

    def _names(self, left: Ints, right: Ints) -> Floats:
        """Return the bits of equal words, and the most that the others can add."""
        table = self._table
        ours, theirs = self._skeletons[:, left], self._skeletons[:, right]
        in_ours, in_theirs = np.zeros((2, *ours.shape), np.bool_)
        for at, to in product(range(len(ours)), repeat=2):
            equal = (ours[at] == theirs[to]) & (ours[at] > 0)
            in_ours[at] |= equal
            in_theirs[to] |= equal
        our_bits, their_bits = self._word_bits[:, left], self._word_bits[:, right]
        exact = _lesser(our_bits * in_ours, their_bits * in_theirs)
        near = _lesser(our_bits * ~in_ours, their_bits * ~in_theirs)
        joined = table.joined.codes
        is_same = (joined[left] == joined[right]) & (joined[left] > 0)
        return np.asarray(exact + _NEAR_MISS * near + _SAME_NAME * is_same)

    def _contacts(self, left: Ints, right: Ints) -> Floats:
        total = np.zeros(len(left))
        for name in ("phone", "email", "tax_id", "birthdate"):
            codes = self._table.counted[name].codes
            codes = codes if codes.ndim == 2 else codes[:, None]
            for ours in codes.T:
                for theirs in codes.T:
                    same = _same(ours, theirs, left, right)
                    total += np.where(same, self._bits[name][ours[left]], 0)
        return total

    def _places(self, left: Ints, right: Ints) -> Floats:
        table = self._table
        total = np.zeros(len(left))
        for name in ("city", "zip"):
            codes = table.counted[name].codes
            same = _same(codes, codes, left, right)
            total += np.where(same, self._bits[name][codes[left]], 0)
        house = _same(table.house.codes, table.house.codes, left, right)
        street = table.street.codes
        same = _same(street, street, left, right)
        street_bits = np.where(house, _NEAR_STREET, 0)
        return np.asarray(
            total
            + np.where(house, _SAME_HOUSE, 0)
            + np.where(same, self._bits["street"][street[left]], street_bits)
        )


def _lesser(ours: Floats, theirs: Floats) -> Floats:
    return np.asarray(np.minimum(ours.sum(0), theirs.sum(0)))


def _same(ours: Codes, theirs: Codes, left: Ints, right: Ints) -> Flags:
    return np.asarray((ours[left] == theirs[right]) & (ours[left] > 0))
