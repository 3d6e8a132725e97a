"""Rows of one file that mean the same client."""

from collections.abc import Callable, Hashable, Sequence

from .identity import (
    OTHER_KEY,
    SAME_NAME,
    ClientKey,
    Pair,
    Twin,
    city_key,
    sync_keys_differ,
    tax_ids_differ,
)
from .names import NameParts, parse_name

# A phone that so many clients of one file have is a switchboard, not an identity.
MAX_HOLDERS = 20


def find_twins(keys: Sequence[ClientKey]) -> dict[int, Twin]:
    """Find the rows that mean the same client as an earlier row.

    Rows are twins by the own id, the sync key, the tax id, a contact together with a
    like name, or when nothing at all differs. Rows with different own ids never are.
    Rows with different sync keys are by tax id or contact and name only; their rule
    ends in ``_other_key``, since the accounting system keeps them apart. Rows that have
    nothing but the name in common, and nothing against it, get the rule ``name``: a
    hint, by which they do not become one client.

    :return: index of the row -> the first row that means the client
    """
    finder = _TwinFinder(keys)
    return {
        index: twin
        for index in range(len(keys))
        if (twin := finder.place(index)) is not None
    }


class _TwinFinder:
    """The clients met so far, each known by its first row and all keys of its rows."""

    def __init__(self, keys: Sequence[ClientKey]) -> None:
        self._keys = keys
        self._names: dict[int, NameParts] = {}
        self._first_by_key: dict[Hashable, list[int]] = {}
        self._first_by_name: dict[str, list[int]] = {}

    def place(self, index: int) -> Twin | None:
        """Add a row to the client it belongs to; return the twin when that is known."""
        row = self._keys[index]
        name = parse_name(row.name)
        twin = self._find(row, name)
        first = twin.first_index if twin else index
        self._names.setdefault(first, name)
        for key in (*_exact_keys(row, name), *row.contacts):
            holders = self._first_by_key.setdefault(key, [])
            if first not in holders and len(holders) < MAX_HOLDERS:
                holders.append(first)
        return twin or self._find_namesake(index, name)

    def _find(self, row: ClientKey, name: NameParts) -> Twin | None:
        for key in _exact_keys(row, name):
            rule = key[0]
            is_same = _is_same_firm if rule == "tax_id" else _is_not_excluded
            twin = self._search(row, name, key, rule, is_same)
            if twin:
                return twin
        for contact in row.contacts:
            twin = self._search(row, name, contact, "contact_name", _is_alike)
            if twin:
                return twin
        return None

    def _find_namesake(self, index: int, name: NameParts) -> Twin | None:
        """Look for an earlier client of the very same name, and remember this one."""
        row = self._keys[index]
        namesakes = self._first_by_name.setdefault(name.key, []) if name.key else []
        for first in namesakes:
            if _can_be_one(row, self._keys[first]):
                return Twin(first, SAME_NAME)
        if len(namesakes) < MAX_HOLDERS:
            namesakes.append(index)
        return None

    def _search(
        self,
        row: ClientKey,
        name: NameParts,
        key: Hashable,
        rule: str,
        is_same: Callable[[Pair], bool],
    ) -> Twin | None:
        """Return the first client with ``key`` that ``is_same``."""
        for first in self._first_by_key.get(key, ()):
            other = self._keys[first]
            if _ids_differ(row, other):
                continue
            if not is_same(Pair(row, other, name, self._names[first])):
                continue
            if rule != "id" and sync_keys_differ(row, other):
                return Twin(first, rule.removesuffix("_name") + OTHER_KEY)
            return Twin(first, rule)
        return None


def _exact_keys(row: ClientKey, name: NameParts) -> list[tuple[str, ...]]:
    """Return the keys of a row that name one client, the surest first."""
    keys: list[tuple[str, ...]] = []
    if row.client_id:
        keys.append(("id", str(row.client_id)))
    if row.sync_key:
        keys.append(("sync_key", row.sync_source, row.sync_key))
    if row.tax_id:
        keys.append(("tax_id", row.tax_id))
    else:
        keys += _whole_content(row, name)
    return keys


def _whole_content(row: ClientKey, name: NameParts) -> list[tuple[str, ...]]:
    """Return the key of a row that nothing but its content identifies."""
    if not name.key or row.sync_key:
        return []
    contacts = sorted(row.contacts)
    return [("identical", name.key, row.city.casefold(), *contacts)]


def _ids_differ(left: ClientKey, right: ClientKey) -> bool:
    return bool(
        left.client_id and right.client_id and left.client_id != right.client_id
    )


def _can_be_one(left: ClientKey, right: ClientKey) -> bool:
    """Whether neither an id nor a key nor the city speaks against one client."""
    cities = {city_key(left.city), city_key(right.city)} - {""}
    return not (
        len(cities) > 1
        or _ids_differ(left, right)
        or tax_ids_differ(left, right)
        or sync_keys_differ(left, right)
    )


def _is_not_excluded(pair: Pair) -> bool:
    return True


def _is_same_firm(pair: Pair) -> bool:
    return not (pair.are_parts or pair.are_two_people)


def _is_alike(pair: Pair) -> bool:
    return pair.is_alike and not tax_ids_differ(pair.left, pair.right)
