"""Find the cards of a base that one card, or a few rows of a file, may be.

The base keeps the normal form and the keys of each card (``keys.stored_keys``), and of
the last scan ``Weights`` and ``Frequencies``. By the weights as they are a score is the
very same as in the scan; ``Weights.at_entry`` fits what comes in at the door.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from .cards import NormalCard
from .collector import paused_collector
from .comparison import Comparer
from .evidence import Pair
from .keys import key_cap, stored_keys
from .scan import describe_scores, learn_and_score, score_pairs
from .table import Frequencies, Ints, Table
from .weights import Weights

# Cards that are compared with one at most; those that share most keys first.
MAX_CANDIDATES: Final = 100
# A match is sure from so many bits on when the second best card is so many behind.
# Half a bit less than what is ticked for merging: on three labelled files that finds
# one more known row in a hundred; one row in a thousand is still written wrongly.
SURE: Final = 2.5
LEAD: Final = 1.5


@dataclass(frozen=True, slots=True)
class Choice:
    """Which card a new one is: ``sure``, only likely (``doubtful``), or ``none``."""

    kind: Literal["sure", "doubtful", "none"]
    best: Pair | None = None

    def other(self, card_id: int) -> int:
        """Return the id of the card that is not ``card_id``, 0 for none."""
        if self.best is None:
            return 0
        return self.best.right if self.best.left == card_id else self.best.left


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


def choose_match(pairs: Sequence[Pair]) -> Choice:
    """Return which card is meant, given the pairs of one card, best first.

    Sure is a pair from ``SURE`` on whose lead over the next is at least ``LEAD``.
    """
    if not pairs:
        return Choice("none")
    best, *others = pairs
    leads = not others or best.score - others[0].score >= LEAD
    is_sure = best.score >= SURE and leads
    return Choice("sure" if is_sure else "doubtful", best)


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


def find_for_rows(
    rows: Sequence[NormalCard],
    cards: Sequence[NormalCard],
    frequencies: Frequencies,
    weights: Weights | None = None,
) -> dict[int, list[Pair]]:
    """Compare each row of a file with the cards that share a key with it.

    :param rows: their ids are none of the cards', negative ones for example
    :param weights: by default learnt from the rows themselves, which takes some hundred
        of them; for fewer rows those of the last scan, ``at_entry``
    :return: id of the row -> its pairs from ``DOUBTFUL`` on, best first
    """
    with paused_collector():
        links = _links_by_key(rows, cards)
    found: dict[int, list[Pair]] = {row.id: [] for row in rows}
    if not links:
        return found
    table, pairs = _rows_of_links([*rows, *cards], links)
    comparer = Comparer(table, frequencies)
    if weights is None:
        total = float(len(rows) * len(cards))
        _weights, scores = learn_and_score(table, comparer, pairs, total)
    else:
        scores = score_pairs(comparer, pairs, table.size, weights)
    for pair in describe_scores(table, scores):
        found[pair.left if pair.left in found else pair.right].append(pair)
    return found


def score_links(
    cards: Iterable[NormalCard],
    links: Iterable[tuple[int, int]],
    weights: Weights,
    frequencies: Frequencies,
) -> list[Pair]:
    """Compare given pairs of cards; return those from ``DOUBTFUL`` on, best first.

    :param cards: all cards of the links, with distinct ids
    :param links: pairs of their ids
    """
    wanted = [(left, right) for left, right in links if left != right]
    if not wanted:
        return []
    table, pairs = _rows_of_links(cards, wanted)
    comparer = Comparer(table, frequencies)
    return describe_scores(table, score_pairs(comparer, pairs, table.size, weights))


def _links_by_key(
    rows: Sequence[NormalCard], cards: Sequence[NormalCard]
) -> list[tuple[int, int]]:
    """Return ids of rows and cards that share a key."""
    holders: dict[int, list[int]] = {}
    for key, card_id in stored_keys(cards):
        holders.setdefault(key, []).append(card_id)
    keys_of: dict[int, list[int]] = {}
    for key, row_id in stored_keys(rows):
        if key in holders:
            keys_of.setdefault(row_id, []).append(key)
    return [
        (row_id, card_id)
        for row_id, keys in keys_of.items()
        for card_id in choose_candidates({key: holders[key] for key in keys})
    ]


def _rows_of_links(
    cards: Iterable[NormalCard], links: Sequence[tuple[int, int]]
) -> tuple[Table, Ints]:
    """Return the table of the cards in the links, and the links as its rows."""
    used = {card_id for link in links for card_id in link}
    table = Table(card for card in cards if card.id in used)
    row_of = {card_id: row for row, card_id in enumerate(table.ids.tolist())}
    codes = {
        min(row_of[left], row_of[right]) * table.size + max(row_of[left], row_of[right])
        for left, right in links
    }
    return table, np.array(sorted(codes), np.int64)
