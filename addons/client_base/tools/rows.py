"""From the cells of one row of a file to what it says of one client."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import address, merge_values, names, points
from .cells import SEPARATOR, Cell, Kind, NoteKind, squeeze
from .contact import format_phone
from .sheet_base import clean_text, fit_text

# Columns that say which client is meant, and nothing of him.
IDENTITY_CODES = frozenset({"client_id", "version_mark", "sync_key"})
# Columns that together describe one person who works for the client.
PERSON_CODES = {
    "contact_name": "name",
    "contact_function": "function",
    "contact_phone": "phone",
    "contact_email": "email",
}
TEXT_MARK = ".text"
MAX_ID = 2**31 - 1
MAX_ID_DIGITS = 20  # with leading zeros
POINT_CODES = ("phone", "email", "telegram", "viber", "whatsapp")
# The parts of an address that a column "address" is taken apart into.
ADDRESS_CODES = ("zip", "city", "street")


# "Всього: 12", "Разом клієнтів", "Total".
TOTAL = re.compile(
    r"(?:общ(?:ий|ее) |grand )?"
    r"(?:всего|итог|итого|усього|всього|разом|загалом|підсумок|total|totals|subtotal)"
    r"(?: (?:по |за )?(?:клиент|клієнт|контрагент|запис|рядк|строк|client|customer"
    r"|partner|record|row)\w*)?[ :.=–—-]*[\d .,]*"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its place from 0, the header as it stands, its code."""

    position: int
    header: str
    code: str


@dataclass(slots=True)
class ParsedRow:
    """What a row says. ``client_id`` is -1 when the cell holds something else."""

    client_id: int = 0
    client_text: str = ""
    mark: str = ""
    sync_key: str = ""
    values: dict[str, Cell] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name to show, or the best there is instead of one."""
        for code in ("name", "contact", "email", "phone", *POINT_CODES):
            if code in self.values and self.values[code].text:
                return self.values[code].text.split(", ")[0]
        return ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left by which a client could be made."""
        return not self.name

    @property
    def is_total(self) -> bool:
        """Whether it sums up the rows above, as the last line of a report does."""
        has_name_only = self.values.keys() == {"name"} and not self.sync_key
        return has_name_only and bool(TOTAL.fullmatch(self.name.lower()))


def value_codes(columns: Iterable[Column]) -> set[str]:
    """Return the codes that rows with these columns can have values of."""
    codes = {column.code for column in columns} | {"comment"}  # what is left over
    if "address" in codes:
        codes.update(ADDRESS_CODES)
    return codes


def parse_row(
    columns: Sequence[Column],
    cells: Sequence[str],
    kinds: Mapping[str, Kind],
    country: str = "",
) -> ParsedRow:
    """Read one row.

    What a column does not understand is kept: it goes to the client's notes under the
    header of its column, and ``notes`` tells about it.

    :param kinds: the kind of each code that stands on the card
    :param country: ISO code of the country whose local phone numbers are written
    """
    row = ParsedRow()
    texts = [
        (column, cells[column.position])
        for column in columns
        if column.position < len(cells) and cells[column.position].strip()
    ]
    person: dict[str, str] = {}
    for column, text in texts:
        if column.code in IDENTITY_CODES:
            _read_identity(row, column.code, text)
        elif column.code in PERSON_CODES:
            person[PERSON_CODES[column.code]] = squeeze(text)
    untouched = _find_untouched(row, texts)
    _read_values(row, texts, kinds, untouched)
    if any(PERSON_CODES[code] in person for code in PERSON_CODES.keys() - untouched):
        row.values["contact"] = parse_person(person, country)
    return row


def _read_values(
    row: ParsedRow,
    texts: Sequence[tuple[Column, str]],
    kinds: Mapping[str, Kind],
    untouched: Container[str],
) -> None:
    rests: list[tuple[str, str]] = []
    for column, text in texts:
        if column.code == "address":
            _read_address(row, text)
        elif column.code in kinds:
            cell = kinds[column.code].parse(text)
            if column.code in untouched:
                row.values[column.code] = replace(cell, is_untouched=True)
                continue
            _add(row, column.code, cell, kinds)
            if cell.rest:
                rests.append((column.header, cell.rest))
    keep_rests(row, rests, kinds)


def make_mark(values: Mapping[str, Cell], kinds: Mapping[str, Kind]) -> str:
    """Write the version mark of a card: what each cell of the export means.

    A text may mean something else when it comes back: a manager who has left, a number
    by the rules of another country. So the text of such a cell is marked as well. A
    note that is not read back as it was is marked by its text alone, since then what
    comes is added to it and nothing is replaced.

    :param values: of the card; and ``contact`` with all people, marked by their texts
    """
    cells = {code: cell for code, cell in values.items() if code in kinds}
    texts = {code: cell.canon for code, cell in cells.items()}
    if "contact" in values:
        for code, text in person_texts(values["contact"].raw).items():
            texts[f"{code}{TEXT_MARK}"] = squeeze(text)
    for code, cell in cells.items():
        text = fit_text(cell.text)
        is_cut = text != clean_text(cell.text)
        if not text or (not is_cut and kinds[code].is_read_back(cell)):
            continue
        texts[f"{code}{TEXT_MARK}"] = squeeze(text)
        if is_cut or isinstance(kinds[code], NoteKind):
            del texts[code]
    return merge_values.make_mark(texts)


def _find_untouched(row: ParsedRow, texts: Sequence[tuple[Column, str]]) -> set[str]:
    """:return: codes of the cells whose text is marked and still the same"""
    if row.client_id <= 0:
        return set()  # whoever takes the id away wants a new card like the old one
    marked = merge_values.read_mark(row.mark)
    joined: dict[str, str] = {}
    for column, text in texts:
        joined[column.code] = f"{joined.get(column.code, '')} {text}"
    return {
        code
        for code, text in joined.items()
        if marked.get(code + TEXT_MARK) == merge_values.digest(squeeze(text))
    }


def person_texts(people: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Write the first of the people who work for the client.

    :param people: dicts as ``people.merge_people`` takes them
    :return: code of the column -> text, without those that are empty
    """
    if not people:
        return {}
    first = people[0]
    texts = {
        "contact_name": first["name"],
        "contact_function": first["function"],
        "contact_phone": SEPARATOR.join(
            map(format_phone, filter(None, first["phone"]))
        ),
        "contact_email": SEPARATOR.join(filter(None, first["email"])),
    }
    return {code: fit_text(text) for code, text in texts.items() if text.strip()}


def parse_person(person: Mapping[str, str], country: str = "") -> Cell:
    """Describe somebody who works for the client.

    :param person: texts under name, function, phone and email
    """
    contacts = {
        kind: [
            [item.value, item.normalized, item.note]
            for item in points.split_values(kind, person.get(kind, ""), country)[0]
        ]
        for kind in ("phone", "email")
    }
    name = person.get("name") or person.get("email") or person.get("phone") or ""
    raw = {"name": name, "function": person.get("function", ""), **contacts}
    return Cell(name, names.name_key(name), raw)


def _read_identity(row: ParsedRow, code: str, text: str) -> None:
    value = squeeze(text)
    if code == "sync_key":
        row.sync_key = value
    elif code == "version_mark":
        row.mark = value
    else:
        row.client_text = value
        is_id = value.isascii() and value.isdigit() and len(value) <= MAX_ID_DIGITS
        row.client_id = int(value) if is_id and int(value) <= MAX_ID else -1


def _read_address(row: ParsedRow, text: str) -> None:
    """Fill the parts of the address that have no column of their own."""
    parts = address.split_address(text)
    for code in ADDRESS_CODES:
        value = squeeze(getattr(parts, code))
        if value and code not in row.values:
            row.values[code] = Cell(value, value, value)


def _add(row: ParsedRow, code: str, cell: Cell, kinds: Mapping[str, Kind]) -> None:
    """Put a value in; several columns of phones, tags or notes add up."""
    if not cell.canon:
        return
    present = row.values.get(code)
    is_note = isinstance(kinds[code], NoteKind)
    is_list = is_note or code in (*POINT_CODES, "tags")
    if present is None or present.is_untouched or not is_list:
        row.values[code] = cell
    elif is_note:
        row.values[code] = kinds[code].parse(f"{present.text}\n{cell.text}")
    else:
        row.values[code] = kinds[code].show([*present.raw, *cell.raw])


def keep_rests(
    row: ParsedRow, rests: Sequence[tuple[str, str]], kinds: Mapping[str, Kind]
) -> None:
    """Put what has no place on the card into its notes.

    :param rests: header of the column and text
    """
    lines = [f"{header}: {rest}" for header, rest in rests]
    row.notes += lines
    if lines and "comment" in kinds:
        _add(row, "comment", kinds["comment"].parse("\n".join(lines)), kinds)


def dump_values(values: Mapping[str, Cell]) -> dict[str, Any]:
    """Give the values as plain JSON."""
    return {code: cell.dump() for code, cell in values.items()}


def load_values(data: Mapping[str, Any]) -> dict[str, Cell]:
    """Rebuild the values from ``dump_values``."""
    return {code: Cell.load(item) for code, item in data.items()}
