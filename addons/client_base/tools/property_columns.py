"""Columns of files for the extra fields of the types of clients: codes and headers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

_CODE: Final = re.compile(r"prop\.(\d{1,10})\.([a-z0-9_]{1,512})")


@dataclass(frozen=True, slots=True)
class PropertyColumn:
    """One extra field of one type.

    ``definition`` is what Odoo calls the definition of a property: name, type, string
    and what the type needs, such as the options of a selection.
    """

    type_id: int
    type_name: str
    definition: Mapping[str, Any]
    company_id: int = 0

    @property
    def name(self) -> str:
        """The key of the value among the properties of a card."""
        return str(self.definition["name"])

    @property
    def code(self) -> str:
        """The code of the column: ``prop.7.seats``."""
        return make_code(self.type_id, self.name)

    @property
    def label(self) -> str:
        """What people call the field."""
        return " ".join((self.definition.get("string") or self.name).split())

    @property
    def full_label(self) -> str:
        """The field with its type before it."""
        return f"{' '.join(self.type_name.split())}: {self.label}"


def make_code(type_id: int, name: str) -> str:
    """:return: the code of the column of a property"""
    return f"prop.{type_id}.{name}"


def read_code(code: str) -> tuple[int, str] | None:
    """:return: ID of the type and name of the property, None for any other code"""
    found = _CODE.fullmatch(code)
    return (int(found[1]), found[2]) if found else None


def label_key(label: str) -> str:
    """Reduce a header to what it is compared by."""
    return " ".join(label.split()).casefold()


def name_columns(
    columns: Sequence[PropertyColumn], taken: Container[str]
) -> dict[str, str]:
    """Choose a header for each column, so that no two have the same.

    The type stands in it only where several fields have one name.

    :param columns: of all types, in an order that lasts
    :param taken: keys of the headers that mean something else, in any language
    :return: code -> header
    """
    counts = Counter(label_key(column.label) for column in columns)
    headers: dict[str, str] = {}
    used: set[str] = set()
    for column in columns:
        key = label_key(column.label)
        is_clear = counts[key] == 1 and key not in taken
        header = column.label if is_clear else column.full_label
        header = _number(header, used, taken)
        used.add(label_key(header))
        headers[column.code] = header
    return headers


def _number(header: str, used: Container[str], taken: Container[str]) -> str:
    """Tell a header from the ones before it: ``Shop: Hall (2)``."""
    numbered, number = header, 1
    while label_key(numbered) in used or label_key(numbered) in taken:
        number += 1
        numbered = f"{header} ({number})"
    return numbered


def join_languages(found: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Put the headers of several languages together.

    :param found: for each language, code -> header
    :return: header -> code, without a header that means two fields
    """
    codes: dict[str, set[str]] = {}
    headers: dict[str, str] = {}
    for by_code in found:
        for code, header in by_code.items():
            codes.setdefault(label_key(header), set()).add(code)
            headers.setdefault(label_key(header), header)
    return {
        headers[key]: next(iter(meant))
        for key, meant in codes.items()
        if len(meant) == 1
    }
