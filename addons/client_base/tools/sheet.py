"""Safe readers and writers for .xls, .xlsx and delimited text.

Whatever the file, :func:`open_sheet` ends in a table or in a :class:`SheetError`,
within seconds and in bounded memory. All cells are text:

* numbers without exponent and ``.0``, dates as ``YYYY-MM-DD`` (with the time when
  there is one), truth values as ``TRUE`` / ``FALSE``, errors as ``""``;
* outer blanks, control characters and lone surrogates are gone, lines inside stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .sheet_base import Limits, SheetError, clean_text, fit_text
from .sheet_csv import read_csv
from .sheet_table import Sheet, find_table
from .sheet_write import write_csv, write_xls, write_xlsx
from .sheet_xls import BIFF_MAGICS, OLE_MAGIC, read_xls
from .sheet_xlsx import read_xlsx
from .sheet_zip import Container

if TYPE_CHECKING:
    from .sheet_base import Tab

__all__ = [
    "Limits",
    "Sheet",
    "SheetError",
    "clean_text",
    "fit_text",
    "open_sheet",
    "write_csv",
    "write_xls",
    "write_xlsx",
]

_ZIP_MAGIC: Final = b"PK"
_OTHER_MAGICS: Final = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"{\\rtf", "word"),
)
_OTHER_ZIPS: Final = (
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "word"),
    ("ppt/presentation.xml", "presentation"),
    ("Index/Document.iwa", "numbers"),
)
_HTML_STARTS: Final = (
    b"<!doctype html",
    b"<html",
    b"<table",
    b"<head",
    b"<meta",
    b"mime-version:",  # a page saved by Excel as one file
)


def open_sheet(
    data: bytes, filename: str = "", *, limits: Limits | None = None, sheet: str = ""
) -> Sheet:
    """Open the table of a file.

    The content decides what the file is; a name ending in ``.csv`` and the like
    only keeps a text that begins like another format from being refused.

    :param sheet: the sheet to read; else the first one with a table is taken,
        visible ones first.
    :raise SheetError: with the reason as its code.
    """
    limits = limits or Limits()
    if not data.strip(b"\0 \r\n\t"):
        raise SheetError("empty")
    if len(data) > limits.max_bytes:
        raise SheetError("too_big", limit=limits.max_bytes)
    tabs = _read_tabs(data, filename, limits)
    if sheet:
        tabs = [_named_tab(tabs, sheet)]
    return _first_table(sorted(tabs, key=lambda tab: tab.hidden), limits)


def _read_tabs(data: bytes, filename: str, limits: Limits) -> list[Tab]:
    if data.startswith(_ZIP_MAGIC) and not _is_text_name(filename):
        return _read_zip(data, limits)
    if data.startswith(OLE_MAGIC) or data[:2] in BIFF_MAGICS:
        return read_xls(data, limits)
    found = _other_format(data)
    if found:
        raise SheetError("wrong_type", found=found)
    return read_csv(data, limits)


def _is_text_name(filename: str) -> bool:
    return filename.casefold().endswith((".csv", ".tsv", ".txt"))


def _read_zip(data: bytes, limits: Limits) -> list[Tab]:
    container = Container(data, limits)
    mimetype = container.read_small("mimetype")
    if b"opendocument" in mimetype:
        raise SheetError("wrong_type", found="ods")
    for part, found in _OTHER_ZIPS:
        if part in container:
            raise SheetError("wrong_type", found=found)
    if "[Content_Types].xml" not in container:
        raise SheetError("wrong_type", found="archive")
    return read_xlsx(container, limits)


def _other_format(data: bytes) -> str:
    """:return: a name for what the data is, when that is no table of ours."""
    for magic, found in _OTHER_MAGICS:
        if data.startswith(magic):
            return found
    head = data[:4096].replace(b"\0", b"").lower()
    head = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    if head.startswith(_HTML_STARTS):
        return "html"
    if head.startswith((b"<?xml", b"<workbook", b"<ss:")):
        if b"schemas-microsoft-com:office:spreadsheet" in head:
            return "xml_spreadsheet"
        return "html" if b"<html" in head else "xml"
    return ""


def _named_tab(tabs: list[Tab], name: str) -> Tab:
    for tab in tabs:
        if tab.name == name:
            return tab
    raise SheetError("no_sheet", sheet=name, sheets=[tab.name for tab in tabs])


def _first_table(tabs: list[Tab], limits: Limits) -> Sheet:
    """:raise SheetError: ``no_header`` when any sheet has content, else ``no_rows``."""
    missing = "no_rows"
    for tab in tabs:
        found = find_table(tab, limits)
        if isinstance(found, Sheet):
            return found
        if missing == "no_rows":
            missing = found
    raise SheetError(missing)
