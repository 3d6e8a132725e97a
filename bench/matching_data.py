"""Labelled cards, and how well clusters of them fit the labels.

A file is CSV, also gzipped: id, ent (the true client), kind and grp (who is related to
whom), and the columns of a card. The labels are never shown to a matcher.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

Row = dict[str, str]
Link = tuple[int, int, float]


def read_rows(path: Path) -> list[Row]:
    """Read a file of labelled cards."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def judge(rows: Sequence[Row], clusters: Iterable[Sequence[int]]) -> dict[str, Any]:
    """Return precision, recall and F1 of the pairs that the clusters put together."""
    truth = {int(row["id"]): row["ent"] for row in rows}
    actual = sum(n * (n - 1) // 2 for n in Counter(truth.values()).values())
    proposed = right = 0
    for cluster in clusters:
        proposed += len(cluster) * (len(cluster) - 1) // 2
        count = Counter(truth[card_id] for card_id in cluster)
        right += sum(n * (n - 1) // 2 for n in count.values())
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
    """Return the best F1 that any threshold gives, with plain transitive closure.

    An oracle: only somebody who knows the labels can choose that threshold.
    """
    found = []
    for threshold in thresholds:
        clusters = _close(pair for pair in links if pair[2] >= threshold)
        found.append(judge(rows, clusters) | {"threshold": threshold})
    return max(found, key=lambda figures: float(figures["f1"]))


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
