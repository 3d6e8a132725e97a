"""Find the cards of a base that one card, or a few rows of a file, may be.

The base keeps the normal form and the keys of each card (``keys.stored_keys``), and of
the last scan ``Weights`` and ``Frequencies``. A score is the very same as in a scan.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .cards import NormalCard
from .comparison import Comparer
from .evidence import Pair
from .keys import key_cap
from .scan import describe_scores, score_pairs
from .table import Frequencies, Table
from .weights import Weights

# Cards that are compared with one at most; those that share most keys first.
MAX_CANDIDATES = 100


def choose_candidates(holders: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the ids of the cards worth comparing, those that share most keys first.

    :param holders: stored key -> ids of the cards that have it; of a key that more than
        ``keys.key_cap(key)`` cards have, one more than that is enough
    """
    shared = Counter(
        card_id
        for key, cards in holders.items()
        if len(cards) <= key_cap(key)
        for card_id in cards
    )
    ranked = sorted(shared, key=lambda card_id: (-shared[card_id], card_id))
    return ranked[:MAX_CANDIDATES]


def score_card(
    card: NormalCard,
    candidates: Iterable[NormalCard],
    weights: Weights,
    frequencies: Frequencies,
) -> list[Pair]:
    """Compare a card with others; return the pairs from ``DOUBTFUL`` on, best first.

    :param card: its id is none of the candidates'; 0 for a card not yet created
    """
    others = [other for other in candidates if other.id != card.id]
    links = [(card.id, other.id) for other in others]
    return score_links([card, *others], links, weights, frequencies)


def score_links(
    cards: Iterable[NormalCard],
    links: Iterable[tuple[int, int]],
    weights: Weights,
    frequencies: Frequencies,
) -> list[Pair]:
    """Compare given pairs of cards; return those from ``DOUBTFUL`` on, best first.

    :param cards: all cards of the links; rows of a file have negative ids
    :param links: pairs of their ids
    """
    table = Table(cards)
    row_of = {card_id: row for row, card_id in enumerate(table.ids.tolist())}
    codes = {
        min(row_of[left], row_of[right]) * table.size + max(row_of[left], row_of[right])
        for left, right in links
        if left != right
    }
    if not codes:
        return []
    pairs = np.array(sorted(codes), np.int64)
    comparer = Comparer(table, frequencies)
    return describe_scores(table, score_pairs(comparer, pairs, table.size, weights))
