"""Write sheets that hold text only, so that no cell is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter  # type: ignore[import-not-found, import-untyped, unused-ignore]
import xlwt  # type: ignore[import-not-found, import-untyped, unused-ignore]

from .sheet_base import MAX_TEXT, SheetError, clean_text, is_too_long
from .sheet_csv import guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_XLSX_ROWS, _XLSX_COLUMNS = 1_048_576, 16_384
_XLS_ROWS, _XLS_COLUMNS = 65_536, 256
_XLS_WIDTH: Final = 256  # units of a character's width
_DEFAULT_WIDTH: Final = 18
_FLUSH_ROWS: Final = 1_000
_BAD_IN_TITLE: Final = re.compile(r"[\[\]:*?/\\]")


def write_xlsx(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    widths: Sequence[int] | None = None,
) -> bytes:
    """Write a workbook of one sheet: bold frozen header, filter, cells of text.

    Texts are cleaned as the reader does it.

    :param widths: of the columns, in characters; 18 for those not told.
    :raise SheetError: ``too_many_rows``, ``too_many_columns``, ``cell_too_long``.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = _add_xlsx_sheet(book, title, _column_widths(header, widths))
    bold = book.add_format({"bold": True})
    last = 0
    for last, cells in _limited(header, rows, _XLSX_ROWS, _XLSX_COLUMNS):
        for column, text in enumerate(cells):
            if text:
                sheet.write_string(last, column, text, None if last else bold)
    if header:
        sheet.autofilter(0, 0, last, len(header) - 1)
    book.close()
    return target.getvalue()


def _add_xlsx_sheet(book: Any, title: str, widths: Iterable[int]) -> Any:
    """Add a sheet whose first row stays in sight."""
    sheet = book.add_worksheet(_sheet_title(title))
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    return sheet


def write_xls(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    widths: Sequence[int] | None = None,
) -> bytes:
    """Write a workbook for Excel 97-2003: at most 65,535 rows under the header.

    See :func:`write_xlsx`.
    """
    book: Any = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(_sheet_title(title))
    sheet.set_panes_frozen(True)
    sheet.set_horz_split_pos(1)
    plain, bold = xlwt.easyxf(), xlwt.easyxf("font: bold on")
    for column, width in enumerate(_column_widths(header, widths)):
        sheet.col(column).width = _XLS_WIDTH * min(width, 255)
    for row, cells in _limited(header, rows, _XLS_ROWS, _XLS_COLUMNS):
        for column, text in enumerate(cells):
            if text:
                sheet.write(row, column, text, plain if row else bold)
        if row % _FLUSH_ROWS == _FLUSH_ROWS - 1:
            sheet.flush_row_data()
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write UTF-8 with its mark, separated by ``;``, as Excel opens it by itself.

    A cell that would be run as a formula gets an apostrophe, which the reader
    takes off again.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    for _row, cells in _limited(header, rows, _XLSX_ROWS, _XLSX_COLUMNS):
        writer.writerow([guard(text) for text in cells])
    return target.getvalue().encode("utf-8-sig")


def _limited(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    max_rows: int,
    max_columns: int,
) -> Iterator[tuple[int, list[str]]]:
    """Number and clean the header and the rows; refuse what does not fit."""
    for row, cells in enumerate(chain([header], rows)):
        if row >= max_rows:
            raise SheetError("too_many_rows", limit=max_rows - 1)
        if len(cells) > max_columns:
            raise SheetError("too_many_columns", limit=max_columns)
        texts = [clean_text(cell) for cell in cells]
        if any(map(is_too_long, texts)):
            raise SheetError("cell_too_long", row=row + 1, limit=MAX_TEXT)
        yield row, texts


def _column_widths(
    header: Sequence[str], widths: Sequence[int] | None
) -> Iterator[int]:
    told = list(widths or ())
    for column in range(len(header)):
        yield told[column] if column < len(told) else _DEFAULT_WIDTH


def _sheet_title(title: str) -> str:
    """Make a title that Excel accepts: 31 characters, some not allowed."""
    return _BAD_IN_TITLE.sub(" ", clean_text(title))[:31].strip(" '") or "Sheet1"
