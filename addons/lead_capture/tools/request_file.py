"""Rows of a file with requests: what its columns mean, and what one row says.

A column without a known meaning is a note, so that nothing of a row gets lost; one that
only counts the rows is left out.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from . import field_map

PREFIX: Final = "req_"
# What a column can mean, in the order in which people are shown it.
TARGETS: Final = (
    "contact_name",
    "company",
    "phone",
    "email",
    "name",
    "description",
    "product",
    "note",
    "region",
    "function",
    "website",
    "tax_id",
    "source",
    "event_key",
)
# Of these a file may have several columns.
REPEATED: Final = ("contact_name", "phone", "email", "description", "product", "note")
WHO: Final = ("contact_name", "company", "phone", "email")
HEADERS: Final[dict[str, str]] = {
    "contact_name": "name | your name | full name | first name | last name | surname"
    " | middle name | contact | contact name | contact person | person | visitor"
    " | visitor name | participant | имя | фио | ф и о | имя и фамилия | имя фамилия"
    " | фамилия | отчество | фамилия имя отчество | контакт | контактное лицо"
    " | посетитель | участник | ім'я | піб | п і б | ім'я та прізвище | прізвище"
    " | ім'я прізвище | прізвище ім'я по батькові | по батькові | контактна особа"
    " | відвідувач | учасник",
    "company": "company | company name | firm | organization | organisation | client"
    " | client name | customer | employer | компания | фирма | организация"
    " | предприятие | название компании | название | клиент | контрагент | заказчик"
    " | покупатель | компанія | фірма | організація | підприємство | назва компанії"
    " | назва | клієнт | замовник | покупець",
    "phone": "phone | phones | phone number | telephone | tel | mobile | mobile phone"
    " | cell phone | телефон | номер телефона | контактный телефон | мобильный"
    " | мобильный телефон | моб телефон | тел | номер телефону | контактний телефон"
    " | мобільний | мобільний телефон | viber | вайбер | whatsapp",
    "email": "email | e mail | email address | mail | почта | электронная почта"
    " | эл почта | имейл | пошта | електронна пошта | ел пошта | імейл",
    "name": "subject | topic | тема | тема заявки | тема запроса | тема запиту",
    "description": "message | comment | comments | description | question | request"
    " | need | needs | text | wishes | заявка | запрос | вопрос | сообщение"
    " | комментарий | комментарии | описание | потребность | что нужно | пожелания"
    " | суть заявки | текст | запит | питання | повідомлення | коментар | коментарі"
    " | опис | потреба | що потрібно | побажання | суть запиту",
    "product": "product | products | item | goods | service | interest"
    " | interested in | товар | товары | продукт | продукция | услуга | интерес"
    " | что интересует | интересует | товари | продукція | послуга | інтерес"
    " | що цікавить | цікавить",
    "note": "note | notes | примечание | заметка | заметки | примітка | примітки"
    " | нотатка | нотатки",
    "region": "city | town | region | город | регион | область | місто | регіон",
    "function": "position | job | job title | job position | role | function"
    " | должность | посада",
    "website": "website | web site | site | web | url | сайт | веб сайт | вебсайт",
    "tax_id": "tax id | vat | vat number | edrpou | инн | едрпоу | код едрпоу | ипн"
    " | єдрпоу | код єдрпоу | іпн",
    "source": "source | lead source | utm source | exhibition | источник | откуда"
    " | откуда узнали | выставка | джерело | звідки | звідки дізналися | виставка",
    "event_key": "request id | request number | request no | lead id | application id"
    " | id заявки | номер заявки | № заявки | код заявки | id запроса"
    " | номер запроса | id запиту | номер запиту | номер анкеты | номер анкети | guid"
    " | uuid | id",
}
# A meaning that clients have in a file -> what it is in a file with requests.
OF_CLIENTS: Final[dict[str, str]] = {
    "name": "contact_name",
    "contact_name": "contact_name",
    "phone": "phone",
    "contact_phone": "phone",
    "viber": "phone",
    "whatsapp": "phone",
    "email": "email",
    "contact_email": "email",
    "comment": "description",
    "city": "region",
    "state": "region",
    "function": "function",
    "contact_function": "function",
    "website": "website",
    "tax_id": "tax_id",
    "source": "source",
}
_KEY_LENGTH: Final = 40
_FILE_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its place from 0, its header, what it means.

    ``target`` is ``""`` when it means nothing; such a cell is kept all the same.
    """

    position: int
    header: str
    target: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one row says: plain values of a lead, and all its cells by their headers."""

    values: dict[str, str]
    cells: dict[str, str]

    @property
    def who(self) -> str:
        """The best there is to call the sender by, else ``""``."""
        return next(filter(None, map(self.values.get, WHO)), "") or ""

    @property
    def digest(self) -> str:
        """What is the same for rows that say the same."""
        told = {name: text for name, text in self.values.items() if name != "event_key"}
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:_KEY_LENGTH]


def guess_targets(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    normalize: Callable[[str], str],
    guess_others: Callable[[Sequence[str], Sequence[Sequence[str]]], Sequence[str]],
    counters: Sequence[str],
) -> list[str]:
    """Say what each column means; ``""`` for one that only counts the rows.

    :param sample: some rows of cells
    :param normalize: brings headers into one form
    :param guess_others: says of the columns left over what they would mean in a file
        with clients, by their headers and values
    :param counters: headers of columns that count rows
    """
    known = {
        normalize(name): target
        for target, names in HEADERS.items()
        for name in names.split("|")
    }
    counting = {normalize(name) for name in counters}
    columns = [[row[place] for row in sample] for place in range(len(header))]
    found: list[str] = []
    for label, cells in zip(header, columns, strict=True):
        target = known.get(normalize(label), "")
        is_count = normalize(label) in counting or target == "event_key"
        if is_count and counts_rows(cells):
            target = "-"
        found.append(_free(target, found))
    rest = [
        "" if target else label for label, target in zip(header, found, strict=True)
    ]
    values = [
        ["" if target else cell for cell, target in zip(row, found, strict=True)]
        for row in sample
    ]
    for place, code in enumerate(guess_others(rest, values)):
        if not found[place] and any(columns[place]):
            found[place] = _choose(OF_CLIENTS.get(code, "note"), found)
    return [target if target in TARGETS else "" for target in found]


def _choose(target: str, found: Sequence[str]) -> str:
    """Return the meaning of a column by its values, when it is still to be had."""
    if target == "contact_name" and target in found:
        target = "company"
    return _free(target, found)


def _free(target: str, found: Sequence[str]) -> str:
    """Return the meaning, or a note when another column has it already."""
    can_be = target in REPEATED or target not in TARGETS or target not in found
    return target if can_be else "note"


def counts_rows(cells: Sequence[str]) -> bool:
    """Tell whether a column says 1, 2, 3 and nothing else: it names no request."""
    told = [cell.strip().rstrip(".") for cell in cells if cell.strip()]
    if not all(text.isascii() and text.isdigit() for text in told):
        return False
    return bool(told) and [int(one) for one in told] == list(range(1, len(told) + 1))


def read_line(columns: Sequence[Column], cells: Sequence[str]) -> Line:
    """Read one row of the file."""
    texts = {
        str(one.position): cells[one.position]
        for one in columns
        if one.position < len(cells) and cells[one.position].strip()
    }
    lines = [
        field_map.MapLine(str(one.position), one.target, one.header)
        for one in columns
        if str(one.position) in texts
    ]
    values = field_map.read(texts, lines, with_common=False).values
    names = [texts[line.path] for line in lines if line.target == "contact_name"]
    if "contact_name" in values:
        # a first name and a surname stand in columns of their own
        values["contact_name"] = field_map.tidy(" ".join(names), "contact_name")
    told: dict[str, str] = {}
    for one in columns:
        text = texts.get(str(one.position), "")
        if text:
            header = one.header or str(one.position + 1)
            told[header] = f"{told[header]}, {text}" if header in told else text
    return Line(values, told)


def make_key(line: Line, file_digest: str) -> str:
    """Name the event of a row that has no name of its own.

    The same row of the same file is the same event, for ever; in another file it may
    be the same person again, a year later.
    """
    return f"row:{line.digest}:{file_digest[:_FILE_LENGTH]}"


def make_payload(line: Line, filename: str, number: int) -> dict[str, Any]:
    """Return what is kept of a row, as ``read_payload`` reads it."""
    return {
        "file_row": {
            "file": filename,
            "row": number,
            "cells": line.cells,
            "values": line.values,
        }
    }


def read_payload(payload: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the plain values of a row that was kept; nothing for another payload.

    Whoever sends by script can send the same: only what a lead may be told is taken.
    """
    row = payload.get("file_row")
    values = row.get("values") if isinstance(row, Mapping) else None
    if not isinstance(values, Mapping):
        return None
    return {
        target: text
        for target in field_map.TARGETS
        if isinstance(values.get(target), str)
        and (text := field_map.tidy(values[target], target))
    }
