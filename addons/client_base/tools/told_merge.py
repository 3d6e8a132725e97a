"""What another system tells, beside what it told before and what the card says now.

What a person has changed here since stays; what has changed there is written; what both
have changed, differently, stays too, and is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .cells import Cell, Kind, PointsKind
from .merge_values import digest


@dataclass(slots=True)
class ToldMerge:
    """What is written, by code, and the codes of what both sides have changed."""

    values: dict[str, Cell] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def merge_told(
    kinds: Mapping[str, Kind],
    before: Mapping[str, str],
    current: Mapping[str, Cell],
    told: Mapping[str, Cell],
) -> ToldMerge:
    """Decide what the values of a client do to his card.

    :param before: code -> canonical text of what was told last
    """
    result = ToldMerge()
    for code, cell in told.items():
        kind = kinds[code]
        old = current.get(code, Cell())
        if isinstance(kind, PointsKind):
            merged = merge_points(kind, before.get(code, ""), old, cell)
            if merged.canon != old.canon:
                result.values[code] = merged
            continue
        base = digest(before[code]) if code in before else None
        merge = kind.merge(base, old, cell, clear_empty=True)
        if merge.outcome == "take":
            result.values[code] = merge.cell
        elif merge.outcome == "conflict":
            result.kept.append(code)
    return result


def merge_points(kind: PointsKind, before: str, current: Cell, told: Cell) -> Cell:
    """Add the numbers that are new there, take away those that are gone there.

    The order of the card stays, so that its first number stays the first, unless the
    first one is gone.

    :param before: canonical text of what was told last
    """
    new = {point[1] or point[0]: point for point in told.raw or ()}
    gone = set(before.split()) - set(new)
    stays = {
        point[1] or point[0]: point
        for point in current.raw or ()
        if (point[1] or point[0]) not in gone
    }
    known = set(before.split())
    added = {
        key: point
        for key, point in new.items()
        # one that was told before and is not here was taken away by a person
        if key not in stays and key not in known
    }
    return kind.show([*stays.values(), *added.values()])
