"""Labelled cards, and how well clusters of them fit the labels.

A file is CSV, also gzipped: id, ent (the true client), kind and grp (who is related to
whom), file (where the cards of a set come from, if from several files), and the columns
of a card. The labels are never shown to a matcher.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, str]
Link = tuple[int, int, float]


def read_rows(path: Path) -> list[Row]:
    """Read a file of labelled cards."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def country_of(rows: Sequence[Row]) -> str:
    """Return the country that most cards name, Ukraine if none does."""
    named = Counter(filter(None, (row.get("country") for row in rows)))
    return max(sorted(named), key=named.__getitem__, default="UA")


def one_of_each(rows: Sequence[Row]) -> list[Row]:
    """Return the first card of each client: a base without duplicates."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["ent"], row)
    return list(first.values())


def judge(rows: Sequence[Row], clusters: Iterable[Sequence[int]]) -> dict[str, Any]:
    """Return precision, recall and F1 of the pairs that the clusters put together.

    ``f1_across`` is of the pairs of cards from two files, F1 where there is but one.
    """
    labels = {int(row["id"]): (row["ent"], row.get("file", "")) for row in rows}
    actual = _count_pairs(list(labels.values()))
    proposed = right = proposed_across = right_across = 0
    for cluster in clusters:
        of_cluster = _count_pairs([labels[card_id] for card_id in cluster])
        pairs = len(cluster) * (len(cluster) - 1) // 2
        proposed += pairs
        right += of_cluster.same
        proposed_across += pairs - of_cluster.of_file
        right_across += of_cluster.same - of_cluster.same_of_file
    figures = _fit(proposed, right, actual.same)
    if len({file for _, file in labels.values()}) == 1:
        return figures | {"f1_across": figures["f1"]}
    across = _fit(proposed_across, right_across, actual.same - actual.same_of_file)
    return figures | {"f1_across": across["f1"]}


class _Pairs(NamedTuple):
    """Numbers of pairs: of one client, from one file, and both."""

    same: int
    of_file: int
    same_of_file: int


def _count_pairs(labels: Sequence[tuple[str, str]]) -> _Pairs:
    clients, files = Counter(x for x, _ in labels), Counter(x for _, x in labels)
    return _Pairs(*(_within(count) for count in (clients, files, Counter(labels))))


def _within(count: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in count.values())


def _fit(proposed: int, right: int, actual: int) -> dict[str, float]:
    precision, recall = right / max(proposed, 1), right / max(actual, 1)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
    }


def hard_negatives(
    rows: Sequence[Row], clusters: Iterable[Sequence[int]]
) -> dict[str, tuple[int, int]]:
    """Return for each kind of related cards how many pairs were merged, of how many."""
    together = {card: at for at, cards in enumerate(clusters) for card in cards}
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.get("grp"):
            groups.setdefault(row["grp"], []).append(row)
    merged: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for group in groups.values():
        for left, right in combinations(group, 2):
            if left["ent"] == right["ent"]:
                continue
            kind = "household" if "household" in (left["kind"], right["kind"]) else ""
            kind = kind or "/".join(sorted((left["kind"], right["kind"])))
            total[kind] += 1
            ours, theirs = (together.get(int(row["id"])) for row in (left, right))
            merged[kind] += ours is not None and ours == theirs
    return {kind: (merged[kind], count) for kind, count in sorted(total.items())}


def precision_from(rows: Sequence[Row], links: Iterable[Link], bits: float) -> float:
    """Return the share of true pairs among those of at least so many bits."""
    truth = {int(row["id"]): row["ent"] for row in rows}
    right = [
        truth[left] == truth[other] for left, other, score in links if score >= bits
    ]
    return sum(right) / max(len(right), 1)


def best_closure(
    rows: Sequence[Row], links: Sequence[Link], thresholds: Sequence[float]
) -> dict[str, Any]:
    """Return the best fit that any threshold gives, with plain transitive closure.

    An oracle: only somebody who knows the labels can choose that threshold.
    """
    found = []
    for threshold in thresholds:
        clusters = _close(pair for pair in links if pair[2] >= threshold)
        found.append(judge(rows, clusters) | {"threshold": threshold})
    return max(found, key=lambda figures: float(figures["f1_across"]))


def _close(links: Iterable[Link]) -> Iterator[list[int]]:
    parent: dict[int, int] = {}

    def root(card: int) -> int:
        while parent.setdefault(card, card) != card:
            parent[card] = parent[parent[card]]
            card = parent[card]
        return card

    for left, right, _ in links:
        parent[root(left)] = root(right)
    clusters: dict[int, list[int]] = {}
    for card in list(parent):
        clusters.setdefault(root(card), []).append(card)
    yield from clusters.values()
