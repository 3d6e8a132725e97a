"""Read .xlsx and .xlsm piece by piece.

Not through a library: those build each row, the styles and the shared strings as
objects, so that a file of 2 MB with one long row takes 600 MB. Here a row ends at
the first cell too many, the strings lie in one block, and parts that hold no cells
(styling, drawings, links to other files, macros) are not opened at all.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .sheet_base import (
    MAX_CELL_CHARS,
    Row,
    SheetError,
    Tab,
    bool_text,
    clean_text,
    date_text,
    number_text,
    trim,
)
from .sheet_zip import Attributes, Container, XmlStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .sheet_base import Limits

_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_MAX_STRINGS: Final = 4_000_000
_MAX_STYLES: Final = 65_536
_MAX_TABS: Final = 1_000

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMAT_NOISE: Final = re.compile(
    r'"[^"]*"|\\.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE
)
_BUILTIN_DATES: Final = frozenset(
    (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
)
_DATE: Final = -1  # how a style shows a number; above 0: with so many digits


@dataclass
class _Workbook:
    """What the cells need to be understood."""

    part: str
    sheets: list[Attributes] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)
    date1904: bool = False


def read_xlsx(container: Container, limits: Limits) -> list[Tab]:
    """:raise SheetError: ``damaged``, ``bomb``, ``external`` or ``encrypted``."""
    book = _read_workbook(container)
    strings = _Strings(container, book.kinds["sharedStrings"], limits)
    tabs = []
    for sheet in book.sheets:
        part = book.targets.get(_relation_id(sheet), "")
        if part in container:
            tabs.append(
                Tab(
                    name=clean_text(sheet.get("name", "")),
                    read=_reader(container, part, book, strings, limits),
                    hidden=sheet.get("state", "visible") != "visible",
                )
            )
    if not tabs:
        raise SheetError("damaged")
    return tabs


def _reader(
    container: Container, part: str, book: _Workbook, strings: _Strings, limits: Limits
) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        cells = _Cells(book, strings.load(), limits)
        return cells.walk(container.stream(part))

    return read


def _relation_id(sheet: Attributes) -> str:
    return next((value for name, value in sheet.items() if name.endswith(":id")), "")


def _read_workbook(container: Container) -> _Workbook:
    _targets, kinds = _read_relations(container, "_rels/.rels", "")
    book = _Workbook(part=kinds.get("officeDocument", "xl/workbook.xml"))
    folder, _slash, name = book.part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    book.targets, kinds = _read_relations(container, relations, folder)
    # some programs forget to say where these two are
    usual = {kind: f"{folder}/{kind}.xml" for kind in ("sharedStrings", "styles")}
    book.kinds = usual | kinds

    def properties(attributes: Attributes) -> None:
        book.date1904 = attributes.get("date1904") in ("1", "true")

    def sheet(attributes: Attributes) -> None:
        if len(book.sheets) < _MAX_TABS:
            book.sheets.append(attributes)

    walk = XmlStream({"sheet": sheet, "workbookPr": properties})
    walk.run(container.stream(book.part))
    if book.kinds["styles"] in container:
        book.styles = _read_styles(container, book.kinds["styles"])
    return book


def _read_relations(
    container: Container, part: str, folder: str
) -> tuple[dict[str, str], dict[str, str]]:
    """:return: the parts that one part points to: by id, and by kind."""
    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}

    def relationship(attributes: Attributes) -> None:
        if attributes.get("TargetMode") == "External":
            return
        if len(targets) > _MAX_TABS:
            raise SheetError("damaged")
        target = _resolve(folder, attributes.get("Target", ""))
        targets[attributes.get("Id", "")] = target
        kinds[attributes.get("Type", "").rpartition("/")[2]] = target

    if part in container:
        XmlStream({"Relationship": relationship}).run(container.stream(part))
    return targets, kinds


def _resolve(folder: str, target: str) -> str:
    """Apply a relative path to the folder of the part that names it."""
    target = target.replace("\\", "/")
    steps = [] if target.startswith("/") else folder.split("/")
    for step in target.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(step for step in steps if step)


def _read_styles(container: Container, part: str) -> list[int]:
    """:return: for each cell style how it shows a number: date, digits or 0."""
    formats: dict[str, str] = {}
    styles: list[int] = []
    inside = False

    def number_format(attributes: Attributes) -> None:
        if len(formats) < _MAX_STYLES:
            code = attributes.get("formatCode", "")
            formats[attributes.get("numFmtId", "")] = code[:255]

    def cell_styles(_attributes: Attributes) -> None:
        nonlocal inside
        inside = True

    def style(attributes: Attributes) -> None:
        if inside and len(styles) < _MAX_STYLES:
            styles.append(_format_kind(attributes.get("numFmtId", "0"), formats))

    def end() -> None:
        nonlocal inside
        inside = False

    starts = {"numFmt": number_format, "cellXfs": cell_styles, "xf": style}
    XmlStream(starts, {"cellXfs": end}).run(container.stream(part))
    return styles


def _format_kind(number: str, formats: dict[str, str]) -> int:
    if number not in formats:
        known = number.isascii() and number.isdigit() and len(number) < 4
        return _DATE if known and int(number) in _BUILTIN_DATES else 0
    code = _FORMAT_NOISE.sub("", formats[number].partition(";")[0]).strip()
    if code and not code.strip("0"):
        return len(code)  # "00000000": leading zeros are part of the number
    return _DATE if set("dmyhs") & set(code.casefold()) else 0


class _Strings:
    """The shared strings in one block of UTF-8, read when first needed."""

    def __init__(self, container: Container, part: str, limits: Limits) -> None:
        self._container, self._part, self._limits = container, part, limits
        self._block = bytearray()
        self._ends = array("Q", [0])
        self._reading = False
        self._phonetic = False
        self._loaded = False

    def load(self) -> _Strings:
        """:raise SheetError: ``too_big`` beyond the limit of strings."""
        if not self._loaded and self._part in self._container:
            starts = {"t": self._start_text, "rPh": self._start_phonetic}
            ends = {
                "t": self._end_text,
                "rPh": self._end_phonetic,
                "si": self._end_string,
            }
            walk = XmlStream(starts, ends, self._on_text)
            walk.run(self._container.stream(self._part))
        self._loaded = True
        return self

    def get(self, place: str) -> str:
        """:raise SheetError: ``damaged`` when there is no such string."""
        index = int(place)
        if not 0 <= index < len(self._ends) - 1:
            raise SheetError("damaged")
        return self._block[self._ends[index] : self._ends[index + 1]].decode()

    def _start_text(self, _attributes: Attributes) -> None:
        self._reading = not self._phonetic

    def _end_text(self) -> None:
        self._reading = False

    def _start_phonetic(self, _attributes: Attributes) -> None:
        self._phonetic = True

    def _end_phonetic(self) -> None:
        self._phonetic = False

    def _on_text(self, text: str) -> None:
        if self._reading:
            self._block += text.encode("utf-8", "replace")

    def _end_string(self) -> None:
        self._ends.append(len(self._block))
        if len(self._ends) > _MAX_STRINGS:
            raise SheetError("too_big", limit=_MAX_STRINGS)
        if len(self._block) > self._limits.max_strings:
            raise SheetError("too_big", limit=self._limits.max_strings)


class _Cells:
    """The rows of one sheet, as its XML passes by."""

    def __init__(self, book: _Workbook, strings: _Strings, limits: Limits) -> None:
        self._book, self._strings, self._limits = book, strings, limits
        self._columns: dict[str, int] = {}
        self._done: list[Row] = []
        self._number = 0
        self._row: list[str] = []
        self._column = 0
        self._kind = ""
        self._style = 0
        self._value: list[str] = []
        self._length = 0
        self._reading = False
        self._phonetic = False

    def walk(self, chunks: Iterator[bytes]) -> Iterator[Row]:
        """Give the rows that are not empty."""
        starts = {
            "row": self._start_row,
            "c": self._start_cell,
            "v": self._start_value,
            "t": self._start_value,
            "rPh": self._start_phonetic,
        }
        ends = {
            "row": self._end_row,
            "c": self._end_cell,
            "v": self._end_value,
            "t": self._end_value,
        }
        stream = XmlStream(starts, ends, self._on_text)
        for _ in stream.feed(chunks):
            if self._done:
                yield from self._done
                self._done.clear()

    def _start_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        self._number = int(number) if number else self._number + 1
        if not 0 < self._number <= _LAST_ROW:
            raise SheetError("damaged")
        self._row = []
        self._column = 0

    def _start_cell(self, attributes: Attributes) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        self._column = self._column_of(letters) if letters else self._column + 1
        if self._column > _LAST_COLUMN:
            raise SheetError("damaged")
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._value.clear()
        self._length = 0
        self._phonetic = False

    def _start_value(self, _attributes: Attributes) -> None:
        self._reading = not self._phonetic

    def _end_value(self) -> None:
        self._reading = False

    def _start_phonetic(self, _attributes: Attributes) -> None:
        self._phonetic = True

    def _on_text(self, text: str) -> None:
        if self._reading:
            self._length += len(text)
            if self._length > MAX_CELL_CHARS:
                raise SheetError(
                    "cell_too_long", row=self._number, limit=MAX_CELL_CHARS
                )
            self._value.append(text)

    def _end_row(self) -> None:
        if self._row and trim(self._row):
            self._done.append((self._number, self._row))
            self._row = []

    def _end_cell(self) -> None:
        if not self._value:
            return
        text = self._cell_text("".join(self._value))
        if not text:
            return
        if self._column > self._limits.max_columns:
            raise SheetError("too_many_columns", limit=self._limits.max_columns)
        missing = self._column - len(self._row)
        if missing > 0:
            self._row.extend([""] * missing)
        self._row[self._column - 1] = text

    def _cell_text(self, value: str) -> str:
        kind = self._kind
        if kind == "s":
            return _unescape(self._strings.get(value))
        if kind in ("str", "inlineStr"):
            return _unescape(value)
        if kind == "n":
            return self._number_text(value.strip())
        if kind == "b":
            return bool_text(value.strip() in ("1", "true"))
        if kind == "d":
            return clean_text(value.replace("T", " ").removesuffix(" 00:00:00"))
        return ""  # an error such as #N/A

    def _number_text(self, value: str) -> str:
        styles = self._book.styles
        shown = styles[self._style] if 0 <= self._style < len(styles) else 0
        if shown == 0 and len(value) < 16 and value.isascii() and value.isdigit():
            return value
        number = float(value) if value else float("nan")
        if shown == _DATE:
            return date_text(number, date1904=self._book.date1904)
        return number_text(number).zfill(shown) if number >= 0 else number_text(number)

    def _column_of(self, letters: str) -> int:
        """:return: 1 for ``A``, 16,384 for ``XFD``."""
        column = self._columns.get(letters)
        if column is None:
            if len(letters) > 3 or not (letters.isascii() and letters.isalpha()):
                raise SheetError("damaged")
            column = 0
            for letter in letters.upper():
                column = column * 26 + ord(letter) - 64
            self._columns[letters] = column
        return column


def _unescape(text: str) -> str:
    """Undo Excel's ``_x000D_`` and clean."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return clean_text(text)
