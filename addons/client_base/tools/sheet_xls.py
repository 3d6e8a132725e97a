"""Read .xls through xlrd, after a look at what it would load into memory."""

from __future__ import annotations

import io
import struct
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import xlrd  # type: ignore[import-not-found, import-untyped, unused-ignore]
from xlrd import compdoc  # type: ignore[import-not-found, import-untyped, unused-ignore]

from .sheet_base import (
    Row,
    SheetError,
    Tab,
    bool_text,
    clean_text,
    date_text,
    number_text,
    trim,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .sheet_base import Limits

OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BIFF_MAGICS: Final = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")

_FILEPASS: Final = 0x2F
_SST: Final = 0xFC
_MULRK: Final = 0xBD
# NUMBER, LABEL, BOOLERR, FORMULA, RK, LABELSST, RSTRING, in all their versions
_CELLS: Final = frozenset(
    (0x03, 0x203, 0x04, 0x204, 0x05, 0x205, 0x06, 0x206, 0x406, 0x27E, 0xFD, 0xD6)
)
_MAX_STRINGS: Final = 2_000_000
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_WORD_DOCUMENT: Final = "WordDocument".encode("utf-16-le")


def read_xls(data: bytes, limits: Limits) -> list[Tab]:
    """:raise SheetError: ``damaged``, ``encrypted``, ``wrong_type`` or ``too_big``."""
    stream = _workbook_stream(data)
    _check_records(stream, limits)
    book = _guarded(
        lambda: xlrd.open_workbook(
            file_contents=stream,
            logfile=io.StringIO(),
            on_demand=True,
            ragged_rows=True,
        )
    )
    return [
        Tab(name=clean_text(name), read=_reader(book, place, limits))
        for place, name in enumerate(book.sheet_names())
    ]


def _guarded(call: Callable[[], Any]) -> Any:
    """Call xlrd; whatever it raises over a broken file is one error to us."""
    try:
        return call()
    except Exception as error:
        if "encrypted" in str(error).lower():
            raise SheetError("encrypted") from error
        raise SheetError("damaged") from error


def _workbook_stream(data: bytes) -> bytes:
    """Take the workbook out of its OLE container, when it is in one."""
    if not data.startswith(OLE_MAGIC):
        return data
    if _ENCRYPTED_PACKAGE in data:
        raise SheetError("encrypted")
    container = _guarded(lambda: compdoc.CompDoc(data, logfile=io.StringIO()))
    for name in ("Workbook", "Book"):
        memory, base, size = _guarded(partial(container.locate_named_stream, name))
        if memory:
            return bytes(memory[base : base + size])
    found = "word" if _WORD_DOCUMENT in data else "ole"
    raise SheetError("wrong_type", found=found)


def _check_records(stream: bytes, limits: Limits) -> None:
    """Count what xlrd would load.

    Blank cells cost nothing (they are skipped), rows at most 65,536 of 256.
    """
    unpack = struct.Struct("<HH").unpack_from
    position, cells, last = 0, 0, len(stream) - 4
    while position <= last:
        code, size = unpack(stream, position)
        position += 4
        if code in _CELLS:
            cells += 1
        elif code == _MULRK:
            cells += size // 6
        elif code == _SST:
            _check_strings(stream[position : position + 8])
        elif code == _FILEPASS:
            raise SheetError("encrypted")
        position += size
    if cells > limits.max_cells:
        raise SheetError("too_big", limit=limits.max_cells)


def _check_strings(head: bytes) -> None:
    if len(head) < 8 or struct.unpack("<II", head)[1] > _MAX_STRINGS:
        raise SheetError("damaged")


def _reader(book: Any, place: int, limits: Limits) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        sheet = _guarded(lambda: book.sheet_by_index(place))
        try:
            for row in range(sheet.nrows):
                cells = _row_cells(sheet, row, book.datemode)
                if len(cells) > limits.max_columns:
                    raise SheetError("too_many_columns", limit=limits.max_columns)
                if cells:
                    yield row + 1, cells
        finally:
            book.unload_sheet(place)

    return read


def _row_cells(sheet: Any, row: int, datemode: int) -> list[str]:
    kinds, values = sheet.row_types(row), sheet.row_values(row)
    return trim(
        [
            _cell_text(kind, value, datemode)
            for kind, value in zip(kinds, values, strict=True)
        ]
    )


def _cell_text(kind: int, value: Any, datemode: int) -> str:
    if kind == xlrd.XL_CELL_TEXT:
        return clean_text(value)
    if kind == xlrd.XL_CELL_NUMBER:
        return number_text(value)
    if kind == xlrd.XL_CELL_DATE:
        return date_text(value, date1904=datemode == 1)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool_text(bool(value))
    return ""
