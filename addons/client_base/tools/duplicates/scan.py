"""Find the duplicates of a whole base."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from .cards import NormalCard
from .clusters import Apart, Link, join_pairs
from .collector import paused_collector
from .comparison import Compared, Comparer
from .evidence import Pair, find_relations
from .hashing import sample, sorted_distinct
from .name_levels import Levels
from .pairs import Prefilter, candidate_pairs
from .table import Flags, Floats, Frequencies, Ints, Table
from .weights import Bits, Weights, chance_bits, field_bits, learn, score_bits

# Bits from which on nobody need look twice, a pair is sure enough to be ticked for
# merging, is shown as a duplicate, and from which down it is not even doubtful.
CERTAIN: Final = 6.0
PROBABLE: Final = 3.0
PROPOSED: Final = 0.0
DOUBTFUL: Final = -4.0
_CHUNK: Final = 50_000
_LEARN_PAIRS: Final = 100_000
_CHANCE_PAIRS: Final = 20_000
_SEEDS: Final = (1, 2, 3)
# Cards of the very same content from which on one stands for all.
_MANY_COPIES: Final = 5
# The share of the cards that have a duplicate, as far as the filter before comparing
# is concerned.
_DUPLICATES_AT_MOST: Final = 0.3


class Found(NamedTuple):
    """What a scan has found.

    ``pairs`` are those from ``DOUBTFUL`` on, best first; ``clusters`` hold card ids.
    ``weights`` and ``frequencies`` are what one card is compared with later.
    """

    pairs: list[Pair]
    clusters: list[list[int]]
    weights: Weights
    frequencies: Frequencies


class Scores(NamedTuple):
    """Pairs of rows with their scores; ``levels`` and ``bits`` are (fields, pairs).

    ``dropped`` are the pairs below ``DOUBTFUL``, (2, pairs).
    """

    left: Ints
    right: Ints
    score: Floats
    related: Floats
    levels: Levels
    bits: Bits
    dropped: Ints


def find_duplicates(
    cards: Iterable[NormalCard],
    *,
    weights: Weights | None = None,
    apart: Apart | None = None,
) -> Found:
    """Compare the cards of a base with one another; their order does not matter.

    :param cards: normal forms with distinct ids
    :param weights: what an earlier scan has learnt, to score by it again
    :param apart: tells which two cards, the lower id first, are known to be two
        clients; such pairs are left out and never share a cluster
    """
    with paused_collector():
        return _find(cards, weights, apart)


def _find(
    cards: Iterable[NormalCard], weights: Weights | None, apart: Apart | None
) -> Found:
    table = Table(cards)
    frequencies = Frequencies.of(table)
    comparer = Comparer(table, frequencies)
    pairs = _plausible_pairs(table, frequencies)
    if weights is None:
        total = _all_pairs(table.size)
        weights, scores = learn_and_score(table, comparer, pairs, total)
    else:
        scores = score_pairs(comparer, pairs, table.size, weights)
    described = describe_scores(table, scores)
    links = [(pair.left, pair.right, pair.score) for pair in described]
    clusters = join_pairs(links + _contradictions(table, scores), apart=apart)
    if apart:
        described = [pair for pair in described if not apart(pair.left, pair.right)]
    return Found(described, clusters, weights, frequencies)


def learn_and_score(
    table: Table, comparer: Comparer, pairs: Ints, total: float
) -> tuple[Weights, Scores]:
    """Learn from pairs of rows, or an even sample of them, and score all by that.

    :param total: number of all pairs that ``pairs`` were chosen from
    """
    is_learnt = np.ones(len(pairs), np.bool_)
    if len(pairs) > _LEARN_PAIRS:
        is_learnt[:] = False
        is_learnt[sample(len(pairs), _LEARN_PAIRS, _SEEDS[0])] = True
    size = max(table.size, 1)
    left, right = np.divmod(pairs[is_learnt], size)
    compared = comparer.compare(left, right)
    share = len(left) / max(len(pairs), 1) or 1.0
    chance = _compare_chance(table, comparer)
    weights = learn(compared, chance, max(total * share, 1.0))
    # what was learnt from is compared already
    learnt = _score(compared, left, right, weights)
    others = score_pairs(comparer, pairs[~is_learnt], size, weights)
    return weights, _join([learnt, others])


def _compare_chance(table: Table, comparer: Comparer) -> Compared:
    """Compare pairs drawn at random."""
    left = sample(table.size, _CHANCE_PAIRS, _SEEDS[1])
    right = sample(table.size, _CHANCE_PAIRS, _SEEDS[2])
    apart = left != right
    return comparer.compare(left[apart], right[apart])


def score_pairs(comparer: Comparer, pairs: Ints, size: int, weights: Weights) -> Scores:
    """Score pairs of rows, chunk by chunk; keep those from ``DOUBTFUL`` on."""
    parts = []
    for start in range(0, max(len(pairs), 1), _CHUNK):
        left, right = np.divmod(pairs[start : start + _CHUNK], max(size, 1))
        parts.append(_score(comparer.compare(left, right), left, right, weights))
    return _join(parts)


def _join(parts: list[Scores]) -> Scores:
    """Return the pairs of all parts together."""
    return Scores(
        left=np.concatenate([part.left for part in parts]),
        right=np.concatenate([part.right for part in parts]),
        score=np.concatenate([part.score for part in parts]),
        related=np.concatenate([part.related for part in parts]),
        levels=np.concatenate([part.levels for part in parts], axis=1),
        bits=Bits(
            np.concatenate([part.bits.same for part in parts], axis=1),
            np.concatenate([part.bits.related for part in parts], axis=1),
        ),
        dropped=np.concatenate([part.dropped for part in parts], axis=1),
    )


def describe_scores(table: Table, scores: Scores) -> list[Pair]:
    """Return the pairs with their evidence, best first, then by ids."""
    firm = table.is_company
    relations = find_relations(scores.levels, firm[scores.left] != firm[scores.right])
    ours, theirs = table.ids[scores.left], table.ids[scores.right]
    left, right = np.minimum(ours, theirs), np.maximum(ours, theirs)
    score = scores.score.round(4)
    columns = (
        *(left.tolist(), right.tolist(), score.tolist()),
        *(scores.related.round(4).tolist(), relations),
        *(_rows(scores.levels), _rows(scores.bits.same.round(2))),
        _rows(scores.bits.related.round(2)),
    )
    pairs = list(map(Pair, *columns))
    return [pairs[at] for at in np.lexsort((right, left, -score)).tolist()]


def _rows(columns: npt.NDArray[Any]) -> Iterator[tuple[Any, ...]]:
    """Return what is told of each pair; ``columns`` are (fields, pairs)."""
    return map(tuple, columns.T.tolist())


def _contradictions(table: Table, scores: Scores) -> list[Link]:
    """Return the dropped pairs of cards that other pairs may put into one cluster."""
    is_proposed = scores.score >= PROPOSED
    linked = np.zeros(table.size, np.bool_)
    linked[scores.left[is_proposed]] = True
    linked[scores.right[is_proposed]] = True
    left, right = scores.dropped
    both = linked[left] & linked[right]
    ids = zip(table.ids[left[both]], table.ids[right[both]], strict=True)
    return [(int(one), int(other), DOUBTFUL) for one, other in ids]


def _score(compared: Compared, left: Ints, right: Ints, weights: Weights) -> Scores:
    """Score pairs that have been compared; keep those from ``DOUBTFUL`` on."""
    bits = field_bits(compared, weights, chance_bits(compared, weights.unrelated))
    score, related = score_bits(bits, weights)
    kept = score >= DOUBTFUL
    return Scores(
        *(left[kept], right[kept], score[kept], related[kept]),
        compared.levels[:, kept],
        Bits(bits.same[:, kept], bits.related[:, kept]),
        np.stack([left[~kept], right[~kept]]),
    )


def _all_pairs(size: int) -> float:
    return max(size * (size - 1) / 2, 1.0)


def _plausible_pairs(table: Table, frequencies: Frequencies) -> Ints:
    """Return the pairs worth comparing.

    Of many cards with the very same content the first stands for all: each of the
    others is compared with that one only.
    """
    first, is_copy = _copies(table)
    pairs = candidate_pairs(table, ~is_copy)
    copies = np.flatnonzero(is_copy)
    of_copies = first[copies] * table.size + copies
    pairs = sorted_distinct(np.concatenate([pairs, of_copies]))
    expected = max(_DUPLICATES_AT_MOST * table.size, 1.0)
    needed = float(np.log2(_all_pairs(table.size)) - np.log2(expected))
    return Prefilter(table, frequencies).keep(pairs, needed)


def _copies(table: Table) -> tuple[Ints, Flags]:
    """Return the first row with the same content, and which rows it stands for."""
    starts = np.flatnonzero(~table.same_as_before)
    sizes = np.diff(np.r_[starts, table.size])
    first = np.repeat(starts, sizes)
    return first, table.same_as_before & np.repeat(sizes >= _MANY_COPIES, sizes)
