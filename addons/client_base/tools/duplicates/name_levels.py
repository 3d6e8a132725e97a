"""Compare the names of many pairs of cards at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count, product
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..given_names import GIVEN_INITIALS
from .levels import Alike, Given, Name
from .pairs import token_weights
from .table import FIRM, Flags, Floats, Frequencies, Ints, Table
from .text_likeness import Likeness, Texts

Levels = npt.NDArray[np.int8]

# Two words are one misspelt word from here on.
WORD_LIKENESS: Final = 0.64
# Two given names of the dictionary are one only when they are nearly equal.
_GIVEN_LIKENESS: Final = 0.93
# A word that agrees less than this is weak evidence.
_WEAK: Final = 0.79
# Words with no counterpart that may still be of one root.
_ALMOST: Final = 0.45
# Whole names without blanks: one misspelt name from here on.
_JOINED_LIKENESS: Final = 0.88
_MIN_JOINED_SKELETON: Final = 5
_PATRONYMIC_LIKENESS: Final = 0.88
_EXACT: Final = 0.999
# Initials of a name that are compared.
_INITIALS: Final = 2
# Bits that initials add when they agree, and the share of its bits a whole name keeps
# that agrees without blanks only.
_INITIALS_BITS: Final = 3.0
_JOINED_SHARE: Final = 0.75


class NameComparer:
    """Compares names of one table; made once, used for all chunks of pairs."""

    def __init__(self, table: Table, frequencies: Frequencies) -> None:
        self.table = table
        self.weights = token_weights(table, frequencies)
        longest = max(int(table.token_count.max(initial=1)), 1)
        self.tokens = np.ascontiguousarray(table.token.codes[:, :longest].T)
        self.words = Texts(table.token.values)
        self.plain = Texts(table.plain.values)
        self.joined = Texts(table.joined.values)
        self.patronymics = Texts(table.patronymic.values)
        self.letters = _Letters(table)
        self.long_skeleton = np.array(
            [len(text) >= _MIN_JOINED_SKELETON for text in table.joined_skeleton.values]
        )

    def compare(self, left: Ints, right: Ints) -> "NamePairs":
        """Return what the names of the pairs say."""
        return NamePairs(self, left, right)


class _Letters:
    """First letters as numbers, 0 for none.

    ``of_word`` is (words, letters): a given name has those of all its forms.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        places: defaultdict[str, int] = defaultdict(count(1).__next__)
        self.of_word = _number_letters(
            [sorted(GIVEN_INITIALS.get(x, x[:1])) for x in table.token.values], places
        )
        self._initials = _number_letters(table.initials.values, places, _INITIALS)
        patronymics = [text[:1] for text in table.patronymic.values]
        self._patronymics = _number_letters(patronymics, places)[:, 0]

    def of_row(self, rows: Ints) -> Ints:
        """Return the initials of cards; (cards, 2)."""
        return self._initials[self._table.initials.codes[rows]]

    def fits_patronymic(self, initials: Ints, rows: Ints) -> Flags:
        """Tell whether second initials, if known, are those of the patronymics."""
        patronymic = self._patronymics[self._table.patronymic.codes[rows]]
        second = initials[:, 1]
        return np.asarray(
            (second == 0) | (patronymic == 0) | (second == patronymic), dtype=np.bool_
        )


def _number_letters(
    texts: Sequence[Iterable[str]], places: dict[str, int], least: int = 1
) -> Ints:
    """Return the letters of each text as numbers; (texts, letters of the longest).

    :param places: letter -> its number; makes numbers for new ones
    """
    rows = [[places[letter] for letter in text] for text in texts]
    width = max(map(len, rows), default=0)
    numbers = np.zeros((len(rows), max(width, least)), np.int64)
    for at, row in enumerate(rows):
        numbers[at, : len(row)] = row
    return numbers


class _AlikeWords(NamedTuple):
    """Words of pairs that are alike: by pair, the most alike first.

    ``at`` and ``to`` are the places of the words in the two names.
    """

    pair: Ints
    at: Ints
    to: Ints
    score: Likeness

    def take(self, kept: Flags) -> "_AlikeWords":
        """Return some of the words."""
        pair, at, to, score = self
        return _AlikeWords(pair[kept], at[kept], to[kept], score[kept])


class NamePairs:
    """The names of pairs beside each other.

    ``level`` is a ``Name``, ``given`` a ``Given``, ``patronymic`` an ``Alike``;
    ``bits`` is what the words that agree are worth.
    """

    def __init__(self, comparer: NameComparer, left: Ints, right: Ints) -> None:
        self._comparer = comparer
        self._table = comparer.table
        self._left, self._right = left, right
        # (words, pairs), so that a place in the name is one row of numbers
        tokens = comparer.tokens
        self._ours, self._theirs = tokens[:, left], tokens[:, right]
        self._our_bits = comparer.weights[self._ours]
        self._their_bits = comparer.weights[self._theirs]
        size = len(left)
        self._worst = np.ones(size, np.float32)
        self._almost = np.zeros(size, np.float32)
        self._match_equal()
        self._align(self._alike_words())
        self._rest_ours = (self._ours > 0) & ~self._in_ours
        self._rest_theirs = (self._theirs > 0) & ~self._in_theirs
        self._read_initials()
        self.level = self._find_level()
        self.given = self._compare_given()
        self.patronymic = self._compare_patronymics()

    def _match_equal(self) -> None:
        """Give each word its equal: there is one at most, words being distinct."""
        self._in_ours = np.zeros(self._ours.shape, np.bool_)
        self._in_theirs = np.zeros(self._ours.shape, np.bool_)
        for at, to in product(range(len(self._ours)), repeat=2):
            equal = (self._ours[at] == self._theirs[to]) & (self._ours[at] > 0)
            self._in_ours[at] |= equal
            self._in_theirs[to] |= equal
        self._matches = self._in_ours.sum(0, dtype=np.int8)
        self.bits: Floats = (self._our_bits * self._in_ours).sum(0)

    def _alike_words(self) -> _AlikeWords:
        """Return the words that may be one misspelt word; remember near misses."""
        pair, at, to = self._open_words()
        score = self._compare_words(pair, at, to)
        is_alike = score >= WORD_LIKENESS
        np.maximum.at(self._almost, pair[~is_alike], score[~is_alike])
        kept = np.flatnonzero(is_alike)
        order = np.lexsort((to[kept], at[kept], -score[kept], pair[kept]))
        kept = kept[order]
        return _AlikeWords(pair[kept], at[kept], to[kept], score[kept])

    def _open_words(self) -> tuple[Ints, Ints, Ints]:
        """Return pair, place and place of the words that have no equal."""
        open_ours = (self._ours > 0) & ~self._in_ours
        open_theirs = (self._theirs > 0) & ~self._in_theirs
        places = list(product(range(len(self._ours)), repeat=2))
        found = [np.flatnonzero(open_ours[at] & open_theirs[to]) for at, to in places]
        counts = [len(pairs) for pairs in found]
        at, to = (np.repeat(side, counts) for side in zip(*places, strict=True))
        return np.concatenate(found), at, to

    def _compare_words(self, pair: Ints, at: Ints, to: Ints) -> Likeness:
        """Compare folded and plain forms; the better one counts."""
        table = self._table
        first, second = self._ours[at, pair], self._theirs[to, pair]
        plain = table.plain.codes
        score = np.maximum(
            self._comparer.words.near(first, second, _ALMOST),
            self._comparer.plain.near(
                plain[self._left[pair], at], plain[self._right[pair], to], _ALMOST
            ),
        )
        two_given = table.is_given[first] & table.is_given[second]
        score = np.where(two_given & (score < _GIVEN_LIKENESS), score * 0.6, score)
        number = table.is_number[first] | table.is_number[second]
        return np.where(number, 0, score).astype(np.float32)

    def _align(self, words: _AlikeWords) -> None:
        """Give each word its best counterpart, the most alike first."""
        while len(words.pair):
            is_first = np.ones(len(words.pair), np.bool_)
            np.not_equal(words.pair[1:], words.pair[:-1], out=is_first[1:])
            self._match(words.take(is_first))
            taken = self._in_ours[words.at, words.pair]
            taken |= self._in_theirs[words.to, words.pair]
            words = words.take(~taken)

    def _match(self, words: _AlikeWords) -> None:
        """Count one word of each pair as agreeing; a misspelt one is worth less."""
        pair, at, to, score = words
        bits = np.minimum(self._our_bits[at, pair], self._their_bits[to, pair])
        share = np.clip((score - 0.45) / 0.5, 0, 0.85)
        self.bits[pair] += np.where(score >= _EXACT, bits, bits * share)
        self._matches[pair] += 1
        self._worst[pair] = np.minimum(self._worst[pair], score)
        self._in_ours[at, pair] = True
        self._in_theirs[to, pair] = True

    # === INITIALS ===

    def _read_initials(self) -> None:
        """Let initials stand for the words without a counterpart on the other side."""
        size = len(self._left)
        self._count_ours = self._rest_ours.sum(0)
        self._count_theirs = self._rest_theirs.sum(0)
        self._fit = np.zeros(size, np.bool_)
        self._misfit = np.zeros(size, np.bool_)
        codes = self._table.initials.codes
        ours, theirs = codes[self._left] > 0, codes[self._right] > 0
        words = self._table.token_count
        full = (words[self._left] > 1) & (words[self._right] > 1)
        self._both_middle = ours & theirs & full
        settled = full & (self._count_ours == 0) & (self._count_theirs == 0)
        asked = (ours | theirs) & ~self._both_middle & ~settled
        self._judge_two(np.flatnonzero(asked & ours & theirs))
        self._judge_one(
            np.flatnonzero(asked & ~theirs), self._left, self._right,
            self._theirs, self._rest_theirs, self._count_theirs,
        )  # fmt: skip
        self._judge_one(
            np.flatnonzero(asked & ~ours), self._right, self._left,
            self._ours, self._rest_ours, self._count_ours,
        )  # fmt: skip

    def _judge_two(self, pair: Ints) -> None:
        """Compare initials with initials."""
        letters = self._comparer.letters
        ours, theirs = (
            letters.of_row(side[pair]) for side in (self._left, self._right)
        )
        fit = ((ours == theirs) | (ours == 0) | (theirs == 0)).all(1)
        self._fit[pair], self._misfit[pair] = fit, ~fit

    def _judge_one(
        self,
        pair: Ints,
        rows: Ints,
        others: Ints,
        words: npt.NDArray[np.int32],
        rest: Flags,
        counts: Ints,
    ) -> None:
        """Compare initials with the words of the other card that have no counterpart.

        :param rows: the cards with initials
        :param words: those of ``others``, (words, pairs); of them ``rest`` are left
        :param counts: how many are left of each pair; changed
        """
        letters = self._comparer.letters
        initials, left_over = letters.of_row(rows[pair]), rest[:, pair]
        asked = left_over.any(0)
        same = letters.of_word[words[:, pair]] == initials[:, :1]
        found = (same.any(2) & left_over).any(0)
        counts[pair] -= found
        fit = found & letters.fits_patronymic(initials, others[pair])
        self._fit[pair], self._misfit[pair] = asked & fit, asked & ~fit

    # === LEVELS ===

    def _find_level(self) -> Levels:
        """Return the level of each name; later rules outrank the earlier ones."""
        level = self._by_counterparts()
        misspelt = self._apply_joined(level)
        plain = (level >= Name.SAME) & (level <= Name.ONE_OF_SEVERAL)
        level[plain & (self._worst < _WEAK) & ~misspelt] = Name.WEAK
        level[self._misfit & (level < Name.ONLY_GIVEN)] = Name.BOTH_HAVE_MORE
        self._apply_firms(level)
        fit = self._fit & (level <= Name.ONE_OF_SEVERAL)
        exact = self._worst[fit] >= _EXACT
        level[fit] = np.where(exact, Name.INITIALS, Name.PART_MISSPELT)
        self.bits += np.where(self._fit, _INITIALS_BITS, 0)
        tokens = self._table.token_count
        level[(tokens[self._left] == 0) | (tokens[self._right] == 0)] = Name.UNKNOWN
        says_nothing = np.isin(level, (Name.UNKNOWN, Name.NOTHING, Name.FIRMS_NOTHING))
        self.bits = np.where(says_nothing, 0, self.bits.clip(1))
        return level

    def _joined_likeness(self, level: Levels) -> Likeness:
        """Return how alike the whole names are, 0 where that cannot matter."""
        column = self._table.joined
        likeness = np.zeros(len(level), np.float32)
        asked = np.flatnonzero(level >= Name.ONE_OF_SEVERAL)
        ours, theirs = column.codes[self._left[asked]], column.codes[self._right[asked]]
        likeness[asked] = self._comparer.joined.common(ours, theirs, _JOINED_LIKENESS)
        return likeness

    def _by_counterparts(self) -> Levels:
        """Return the level by how many words have a counterpart."""
        rest_ours, rest_theirs = self._count_ours > 0, self._count_theirs > 0
        matches, exact = self._matches, self._worst >= _EXACT
        level = np.full(len(matches), Name.BOTH_HAVE_MORE, np.int8)
        level[self._only_given()] = Name.ONLY_GIVEN
        level[matches == 0] = Name.NOTHING
        part = rest_ours ^ rest_theirs
        level[part & (matches == 1)] = Name.ONE_OF_SEVERAL
        level[part & (matches >= 2)] = Name.PART_MISSPELT
        level[part & (matches >= 2) & exact] = Name.PART
        full = ~rest_ours & ~rest_theirs
        level[full & (matches >= 1)] = Name.MISSPELT
        level[full & (matches >= 2) & exact] = Name.SAME
        level[full & (matches == 1) & exact] = Name.ONE_WORD
        return level

    def _only_given(self) -> Flags:
        given = self._table.is_given[self._ours] & self._in_ours
        return np.asarray(given.any(0) & (given.sum(0) == self._matches))

    def _apply_joined(self, level: Levels) -> Flags:
        """Raise the names that agree as a whole: other blanks, swapped typos."""
        table = self._table
        likeness = self._joined_likeness(level)
        skeleton = table.joined_skeleton.codes
        ours, theirs = skeleton[self._left], skeleton[self._right]
        same = (ours == theirs) & self._comparer.long_skeleton[ours]
        has_words = (self._ours[0] > 0) & (self._theirs[0] > 0)
        alike = (likeness >= _JOINED_LIKENESS) | same
        alike &= (level >= Name.ONE_OF_SEVERAL) & has_words
        level[alike] = Name.MISSPELT
        equal = table.joined.codes[self._left] == table.joined.codes[self._right]
        level[equal & alike] = Name.SAME
        whole = np.minimum(self._our_bits.sum(0), self._their_bits.sum(0))
        worth = _JOINED_SHARE * whole * np.maximum(likeness, 0.9)
        self.bits = np.where(alike, np.maximum(self.bits, worth), self.bits)
        return np.asarray(alike)

    def _apply_firms(self, level: Levels) -> None:
        """Tell firms, whose words are often common ones, from people."""
        is_firm = self._table.kind == FIRM
        firms = is_firm[self._left] & is_firm[self._right]
        more = level == Name.BOTH_HAVE_MORE
        single = (self._count_ours == 1) & (self._count_theirs == 1) & ~self._misfit
        almost = more & single & (self._almost >= _ALMOST) & ~firms
        level[almost] = Name.ALMOST
        level[(more | (level == Name.ONLY_GIVEN)) & firms] = Name.FIRMS_HAVE_MORE
        level[(level == Name.NOTHING) & firms] = Name.FIRMS_NOTHING

    def _compare_given(self) -> Levels:
        given = self._table.is_given
        ours, theirs = given[self._ours], given[self._theirs]
        same = (ours & self._in_ours).any(0) | (theirs & self._in_theirs).any(0)
        both = ours.any(0) & theirs.any(0)
        found = np.where(same, Given.SAME, Given.DIFFERENT)
        return np.where(both, found, Given.UNKNOWN).astype(np.int8)

    def _compare_patronymics(self) -> Levels:
        """Compare patronymics, else the initials beside two full names."""
        column = self._table.patronymic
        ours, theirs = column.codes[self._left], column.codes[self._right]
        level = np.zeros(len(ours), np.int8)
        both = np.flatnonzero((ours > 0) & (theirs > 0))
        patronymics = self._comparer.patronymics
        score = patronymics.near(ours[both], theirs[both], _PATRONYMIC_LIKENESS)
        slip = np.where(score > 0, Alike.SLIP, Alike.DIFFERENT)
        level[both] = np.where(ours[both] == theirs[both], Alike.SAME, slip)
        column = self._table.initials
        letters = np.array([text[:1] for text in column.values])[column.codes]
        same = letters[self._left] == letters[self._right]
        middle = self._both_middle & (level == Alike.UNKNOWN)
        level[middle] = np.where(same, Alike.SLIP, Alike.DIFFERENT)[middle]
        return level
