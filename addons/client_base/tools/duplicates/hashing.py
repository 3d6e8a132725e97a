"""Hashes that stay the same in every process and release."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_STEP = np.uint64(0x9E3779B97F4A7C15)
# Texts that are hashed at once: some megabytes of numbers.
_CHUNK = 50_000


class Letters(NamedTuple):
    """Texts as numbers, one after another; those of a text begin at its ``starts``.

    ``places`` are those of the letters in their texts.
    """

    values: Hashes
    places: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Letters":
        """Return the letters of texts."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        encoded = "".join(texts).encode("utf-32-le", "surrogatepass")
        values = np.frombuffer(encoded, "<u4").astype(np.uint64)
        starts = np.cumsum(lengths) - lengths
        places = np.arange(len(values)) - np.repeat(starts, lengths)
        return cls(values, places, starts, lengths)


def hash_texts(texts: Iterable[str], salt: str) -> Hashes:
    """Return 64 bits for each text: its letters times odd numbers, added up.

    :param salt: what the texts are; the same text of another kind has another hash
    """
    every = list(texts)
    parts = [
        _hash_letters(Letters.of(every[start : start + _CHUNK]), salt)
        for start in range(0, max(len(every), 1), _CHUNK)
    ]
    return np.concatenate(parts)


def hash_shortened(
    texts: Sequence[str], most: int, salt: str
) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Return the hashes of texts with each one letter left out, as ``hash_texts`` does.

    :param texts: none of them empty
    :param most: in how many first letters one is left out
    :return: hashes, text after text, and the place in ``texts`` of each
    """
    letters = Letters.of(texts)
    weights = _weights(letters)
    before = np.cumsum(letters.values * weights[letters.places])
    # a letter behind the one that is left out moves up by one place
    moved = np.where(letters.places > 0, weights[letters.places - 1], np.uint64(0))
    after = np.cumsum(letters.values * moved)
    at = np.flatnonzero(letters.places < most)
    count = np.minimum(letters.lengths, most)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), count)
    head, last = letters.starts[owner], (letters.starts + letters.lengths - 1)[owner]
    zero = np.zeros(1, np.uint64)
    begun = np.concatenate([zero, before])
    sums = begun[at] - begun[head] + after[last] - after[at]
    return _finish(sums, letters.lengths[owner] - 1, salt), owner


def _hash_letters(letters: Letters, salt: str) -> Hashes:
    sums = np.zeros(len(letters.lengths), np.uint64)
    full = letters.lengths > 0
    if full.any():
        terms = letters.values * _weights(letters)[letters.places]
        sums[full] = np.add.reduceat(terms, letters.starts[full])
    return _finish(sums, letters.lengths, salt)


def _weights(letters: Letters) -> Hashes:
    """Return an odd number for each place, of the longest text at least."""
    longest = int(letters.lengths.max(initial=0))
    return _WEIGHTS if longest <= len(_WEIGHTS) else _make_weights(longest)


def _make_weights(count: int) -> Hashes:
    return mix(np.arange(count).astype(np.uint64)) | np.uint64(1)


def _finish(sums: Hashes, lengths: npt.NDArray[np.int64], salt: str) -> Hashes:
    """Return the sums scattered, other ones for each length and each salt."""
    of_salt = np.uint64(crc32(salt.encode()))
    return mix(mix(sums ^ of_salt) ^ lengths.astype(np.uint64))


def mix(values: Hashes) -> Hashes:
    """Return values scattered over 64 bits, by the finalizer of SplitMix64.

    Sebastiano Vigna, 2015; a bijection.
    """
    scattered = values + _STEP
    scattered = (scattered ^ (scattered >> _SHIFTS[0])) * _MULTIPLIERS[0]
    scattered = (scattered ^ (scattered >> _SHIFTS[1])) * _MULTIPLIERS[1]
    return np.asarray(scattered ^ (scattered >> _SHIFTS[2]), dtype=np.uint64)


def pair_hashes(first: Hashes, second: Hashes) -> Hashes:
    """Return one hash for two in this order."""
    return mix(mix(first) ^ second)


def sample(size: int, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Return ``count`` numbers below ``size``, spread evenly, the same every time."""
    steps: Hashes = np.arange(count).astype(np.uint64)
    scattered = mix(mix(np.array([seed], np.uint64)) + steps)
    return (scattered % np.uint64(max(size, 1))).astype(np.int64)


def sorted_distinct(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return distinct numbers in order; of many, faster than ``np.unique``."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]


# The numbers of the first places, which is all for nearly all texts.
_WEIGHTS = _make_weights(256)
