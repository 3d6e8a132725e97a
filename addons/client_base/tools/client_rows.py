"""Clients as another system tells them: a row is checked and brought into one form.

What a row leaves out it does not know; what it says to be empty it knows to be empty.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .told import MAX_TEXT, RowError, clean_text, read_text, read_version

MAX_LIST = 50  # phones, e-mails or people of one client
MAX_NOTE = 20_000
# Field of a row -> code of the column of a file that means the same.
TEXTS = {
    "name": "name",
    "tax_id": "tax_id",
    "street": "street",
    "city": "city",
    "zip": "zip",
    "country": "country",
    "comment": "comment",
}
LISTS = {"phones": "phone", "emails": "email"}


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """Somebody who works for the client; ``key`` is empty when he has none."""

    key: str
    name: str
    function: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldClient:
    """One client of another system.

    ``texts`` holds what was told, by the code of the column in files, the items of a
    list joined with a comma. ``is_company`` is None when nothing was told of it.
    ``version`` and ``digest`` are those of ``told.Told``.
    """

    key: str
    version: Decimal | None
    digest: str
    texts: dict[str, str]
    is_company: bool | None
    people: tuple[ToldPerson, ...]


def parse(row: object) -> ToldClient:
    """Check one row.

    :raise RowError: malformed, missing, too_long, bad_version, bad_list
    """
    if not isinstance(row, Mapping):
        raise RowError("malformed")
    texts = _read_texts(row)
    if not texts.get("name"):
        raise RowError("missing", "name")
    is_company = _read_flag(row, "is_company")
    people = tuple(map(_read_person, _read_items(row, "contacts")))
    return ToldClient(
        key=read_text(row, "key", required=True),
        version=read_version(row.get("version")),
        digest=_digest([texts, is_company, people]),
        texts=texts,
        is_company=is_company,
        people=people,
    )


def _read_texts(row: Mapping[str, Any]) -> dict[str, str]:
    texts = {}
    for field, code in TEXTS.items():
        if row.get(field) is not None:
            limit = MAX_NOTE if code == "comment" else MAX_TEXT
            texts[code] = read_text(row, field, limit=limit)
    for field, code in LISTS.items():
        if row.get(field) is not None:
            texts[code] = ", ".join(_read_values(row, field))
    return texts


def _read_values(row: Mapping[str, Any], field: str) -> tuple[str, ...]:
    values = (read_text({field: item}, field) for item in _read_items(row, field))
    return tuple(filter(None, values))


def _read_items(row: Mapping[str, Any], field: str) -> list[Any]:
    value = row.get(field)
    if value is None or value is False or value == "":
        return []
    if not isinstance(value, list | tuple) or len(value) > MAX_LIST:
        raise RowError("bad_list", field, value)
    return list(value)


def _read_flag(row: Mapping[str, Any], field: str) -> bool | None:
    value = row.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, bool) and value not in (0, 1):
        raise RowError("malformed", field, value)
    return bool(value)


def _read_person(person: object) -> ToldPerson:
    if not isinstance(person, Mapping):
        raise RowError("bad_list", "contacts", person)
    return ToldPerson(
        key=read_text(person, "key"),
        name=read_text(person, "name"),
        function=read_text(person, "function"),
        phones=_read_values(person, "phones"),
        emails=_read_values(person, "emails"),
    )


def _digest(content: object) -> str:
    """Return a mark of the content, the same for equal content on any machine."""

    def plain(value: object) -> object:
        if isinstance(value, ToldPerson):
            names = ("key", "name", "function", "phones", "emails")
            return [getattr(value, name) for name in names]
        return clean_text(str(value))

    text = json.dumps(content, default=plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
