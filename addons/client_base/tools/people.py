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
    known = find_person(current, person)
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


def add_person(current: Cell, merge: Merge) -> Cell:
    """Return the people as they are once a merge that says "take" is written.

    A new person has no id yet.
    """
    new = merge.cell.raw
    contacts = {kind: [point[1] for point in new[kind]] for kind in ("phone", "email")}
    if "id" not in new:
        person = {"id": 0, "name": new["name"], "function": new["function"], **contacts}
        return replace(current, raw=[*(current.raw or []), person])
    return replace(
        current,
        raw=[
            _complete(old, new, contacts) if old["id"] == new["id"] else old
            for old in current.raw
        ],
    )


def _complete(
    old: Mapping[str, Any], new: Mapping[str, Any], contacts: Mapping[str, list[str]]
) -> dict[str, Any]:
    added = {kind: [*old[kind], *contacts[kind]] for kind in contacts}
    return {**old, "function": new.get("function") or old["function"], **added}


def find_person(current: Cell, person: Mapping[str, Any]) -> Any:
    """Return the one of the people of the card that is meant, None for nobody.

    :param current: as for ``merge_people``
    :param person: dict of name, phone and email, as ``rows.parse_person`` makes it
    """
    return next((old for old in current.raw or () if _is_same(old, person)), None)


def _is_same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """People of one client are the same by name, or by a number when nameless."""
    if new["name"] and names.name_key(old["name"]) == names.name_key(new["name"]):
        return True
    return not old["name"] and any(
        point[1] in old[kind] for kind in ("phone", "email") for point in new[kind]
    )
