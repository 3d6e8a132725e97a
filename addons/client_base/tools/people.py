"""What a person named in a file does to the people of a client."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import names
from .cells import Cell, Merge


def merge_people(current: Cell, incoming: Cell) -> Merge:
    """Decide what a person named in a file does to the people of the card.

    :param current: ``raw`` is a list of dicts with id, name, function, and the normal
        forms under phone and email
    :param incoming: ``raw`` as ``rows.parse_person`` makes it
    :return: the value's ``raw`` holds what is new, and the id of the person it is
        added to, when the card knows him
    """
    person = incoming.raw
    known = next((old for old in current.raw or () if _is_same(old, person)), None)
    if known is None:
        return Merge("take", incoming)
    new: dict[str, Any] = {
        kind: [point for point in person[kind] if point[1] not in known[kind]]
        for kind in ("phone", "email")
    }
    if person["function"] and not known["function"]:
        new["function"] = person["function"]
    if not any(new.values()):
        return Merge("same", current)
    return Merge("take", replace(incoming, raw={"id": known["id"], **new}))


def _is_same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """People of one client are the same by name, or by a number when nameless."""
    if new["name"] and names.name_key(old["name"]) == names.name_key(new["name"]):
        return True
    return not old["name"] and any(
        point[1] in old[kind] for kind in ("phone", "email") for point in new[kind]
    )
