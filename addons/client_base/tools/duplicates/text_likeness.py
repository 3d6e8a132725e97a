"""Likeness of many pairs of texts, every distinct pair compared once."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from .hashing import Hashes, Letters
from .table import Codes, Flags, Floats, Ints

# Threads that compare texts; the result is the same for any number.
WORKERS: Final = 2
# Fewer pairs than this are not worth the threads.
_MIN_FOR_WORKERS: Final = 2000
# Letters are told apart by their numbers modulo this: one bit each.
_LETTER_BITS: Final = 61

Likeness = npt.NDArray[np.float32]


class Texts:
    """Distinct texts that are compared with one another, by their places.

    Most pairs are unlike: their lengths, and the letters that only one of them has,
    tell it at a hundredth of the price.
    """

    def __init__(self, values: Sequence[str]) -> None:
        self._texts = values

    @cached_property
    def _values(self) -> npt.NDArray[np.object_]:
        return np.array(self._texts, object)

    @cached_property
    def _lengths(self) -> Ints:
        return np.fromiter(map(len, self._texts), np.int64, len(self._texts))

    @cached_property
    def _letters(self) -> Hashes:
        """The letters that each text has, one bit each."""
        letters = Letters.of(self._texts)
        bits = np.uint64(1) << (letters.values % np.uint64(_LETTER_BITS))
        found = np.zeros(len(self._texts), np.uint64)
        full = letters.lengths > 0
        if full.any():
            found[full] = np.bitwise_or.reduceat(bits, letters.starts[full])
        return found

    def near(self, left: Codes | Ints, right: Codes | Ints, cutoff: float) -> Likeness:
        """Return 1 less the share of letters to edit; 0 below ``cutoff``.

        An edit is a letter more or less, another one, or two that change places.
        """
        longer = np.maximum(self._lengths[left], self._lengths[right])
        most: Floats = (1 - cutoff) * longer.astype(np.float64)
        # one edit takes one letter away and brings another at most
        asked = self._may_be(left, right, most, 2 * most)
        return self._score(left, right, asked, OSA.normalized_similarity, cutoff)

    def common(
        self, left: Codes | Ints, right: Codes | Ints, cutoff: float
    ) -> Likeness:
        """Return the share of letters the two have in common in one order.

        :return: 0 below ``cutoff``
        """
        both = self._lengths[left] + self._lengths[right]
        most: Floats = (1 - cutoff) * both.astype(np.float64)
        asked = self._may_be(left, right, most, most)
        return self._score(left, right, asked, Indel.normalized_similarity, cutoff)

    def edits(self, left: Codes | Ints, right: Codes | Ints, most: int) -> Likeness:
        """Return how many edits lie between the texts; ``most`` + 1 for more."""
        return self.score(left, right, OSA.distance, most)

    def score(
        self,
        left: Codes | Ints,
        right: Codes | Ints,
        scorer: Callable[..., Any],
        cutoff: float,
    ) -> Likeness:
        """Return what ``scorer``, which is symmetric, says of each pair.

        :param cutoff: passed on as ``score_cutoff``
        """
        if not len(left):
            return np.zeros(0, np.float32)
        low = np.minimum(left, right).astype(np.int64)
        code = low * len(self._values) + np.maximum(left, right)
        distinct, inverse = np.unique(code, return_inverse=True)
        first, second = np.divmod(distinct, len(self._values))
        scores = process.cpdist(
            self._values[first].tolist(),
            self._values[second].tolist(),
            scorer=scorer,
            score_cutoff=cutoff,
            dtype=np.float32,
            workers=WORKERS if len(distinct) >= _MIN_FOR_WORKERS else 1,
        )
        return np.asarray(scores, dtype=np.float32)[inverse]

    def _may_be(
        self, left: Codes | Ints, right: Codes | Ints, longer: Floats, other: Floats
    ) -> Flags:
        """Tell which texts differ little in length and in the letters they have."""
        length = np.abs(self._lengths[left] - self._lengths[right])
        unlike = np.bitwise_count(self._letters[left] ^ self._letters[right])
        # a hair more than the limit: what is asked for nothing changes nothing
        return np.asarray((length <= longer + 0.01) & (unlike <= other + 0.01))

    def _score(
        self,
        left: Codes | Ints,
        right: Codes | Ints,
        asked: Flags,
        scorer: Callable[..., Any],
        cutoff: float,
    ) -> Likeness:
        found = np.zeros(len(left), np.float32)
        if not asked.any():
            return found
        found[asked] = self.score(left[asked], right[asked], scorer, cutoff)
        return found
