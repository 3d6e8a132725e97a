"""Cards that are one client, put together with care.

Pairs are joined best first. A card that fits one member and contradicts the others
stays out: transitive closure would chain namesakes together.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Final

# What an unseen pair says, and how far one pair can outweigh the others; bits.
_UNSEEN: Final = -1.0
_MOST: Final = 8.0
_LEAST: Final = -4.0
MAX_CLUSTER: Final = 25

# Two cards and the score of the pair in bits.
Link = tuple[int, int, float]
# Tells of two cards whether they are known to be two clients.
Apart = Callable[[int, int], bool]


def join_pairs(
    links: Sequence[Link],
    *,
    threshold: float = 0.0,
    max_size: int = MAX_CLUSTER,
    apart: Apart | None = None,
) -> list[list[int]]:
    """Return clusters of cards, each sorted, in the order of their first card.

    :param links: pairs with their scores, also those below the threshold: they speak
        against joining the clusters of the two cards
    :param apart: cards that never come into one cluster, whatever speaks for it
    """
    scores = {_ordered(left, right): score for left, right, score in links}
    ranked = sorted(
        (pair for pair, score in scores.items() if score >= threshold),
        key=lambda pair: (-scores[pair], pair),
    )
    cluster: dict[int, list[int]] = {}
    for left, right in ranked:
        ours = cluster.setdefault(left, [left])
        theirs = cluster.setdefault(right, [right])
        if ours is theirs or len(ours) + len(theirs) > max_size:
            continue
        if _evidence(ours, theirs, scores) < 0:
            continue
        if apart and any(apart(*_ordered(*two)) for two in product(ours, theirs)):
            continue
        ours += theirs
        cluster.update(dict.fromkeys(theirs, ours))
    distinct = {tuple(sorted(cards)) for cards in cluster.values() if len(cards) > 1}
    return [list(cards) for cards in sorted(distinct)]


def _evidence(
    ours: list[int], theirs: list[int], scores: dict[tuple[int, int], float]
) -> float:
    """Return the sum of what all pairs between two clusters say."""
    return sum(
        min(max(scores.get(_ordered(left, right), _UNSEEN), _LEAST), _MOST)
        for left, right in product(ours, theirs)
    )


def _ordered(left: int, right: int) -> tuple[int, int]:
    return (left, right) if left < right else (right, left)
