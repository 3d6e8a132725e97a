"""Find the table in a sheet: its header row under title lines, its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from .sheet_base import Row, SheetError, trim

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .sheet_base import Limits, Tab

SAMPLE_ROWS: Final = 60
_MAX_LABEL: Final = 120  # a longer cell is a remark, not the name of a column

_NUMBER: Final = re.compile(r"[\d\s.,:/%()+-]*\d[\d\s.,:/%()+-]*")
_VALUE: Final = re.compile(
    r"""
    \S+@\S+\.\S+              # an e-mail address
    | (?:https?://|www\.)\S+  # an address in the web
    | [\s()+./-]*(?:\d[\s()+./-]*){9,}  # a telephone or a tax number
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass
class Sheet:
    """A table as it was found in a file.

    ``rows`` can be walked once: the row number as Excel shows it and its cells, at
    least as many as ``header`` has (more only when a cell beyond is filled). Rows
    without any content are left out. Walking may raise :class:`SheetError`, when
    the file turns out damaged or too long further down.
    """

    name: str
    header: list[str]
    header_row: int
    rows: Iterator[Row]


def find_table(tab: Tab, limits: Limits) -> Sheet | str:
    """Look for the table of one sheet.

    :return: the table, or why there is none: ``no_header`` or ``no_rows``.
    :raise SheetError: ``too_many_columns``, or what reading the file raises.
    """
    rows = tab.read()
    sample = list(islice(rows, SAMPLE_ROWS))
    if not sample:
        return "no_rows"
    place = _find_header([cells for _number, cells in sample])
    if place is None:
        return "no_header"
    if place + 1 >= len(sample):
        return "no_rows"
    first, last = _column_span([cells for _number, cells in sample[place:]])
    if last > limits.max_columns:
        raise SheetError("too_many_columns", limit=limits.max_columns)
    header_row, labels = sample[place]
    body = _skip_column_numbers(sample[place + 1 :])
    if not body:
        return "no_rows"
    header = unique_labels(labels[first:last], first, last)
    return Sheet(
        name=tab.name,
        header=header,
        header_row=header_row,
        rows=_table_rows(chain(body, rows), first, len(header), limits),
    )


def unique_labels(labels: Sequence[str], first: int, last: int) -> list[str]:
    """Name each of the columns ``first`` to ``last`` (from 0, end excluded).

    An unnamed one is called after its place in the sheet, a repeated one counted.
    """
    names: list[str] = []
    taken: set[str] = set()
    for offset in range(last - first):
        label = " ".join(labels[offset].split()) if offset < len(labels) else ""
        label = label or f"Column {first + offset + 1}"
        name, count = label, 1
        while name in taken:
            count += 1
            name = f"{label} ({count})"
        taken.add(name)
        names.append(name)
    return names


def _find_header(sample: Sequence[Sequence[str]]) -> int | None:
    """:return: the place of the first row that names columns, if there is one."""
    for place, cells in enumerate(sample):
        below = [_count_filled(row) for row in sample[place + 1 :]]
        width = max(below, default=0)
        if _count_filled(cells) * 2 <= width:
            continue  # a title, a period, the name of the firm
        if _holds_values(cells):
            return None  # the clients begin at once
        if _names_columns(cells):
            return place
    return None


def _count_filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _holds_values(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    numbers = sum(1 for cell in filled if _NUMBER.fullmatch(cell))
    return numbers * 4 > len(filled) or any(_VALUE.fullmatch(cell) for cell in filled)


def _names_columns(cells: Sequence[str]) -> bool:
    filled = [cell.casefold() for cell in cells if cell]
    if any(len(cell) > _MAX_LABEL for cell in filled):
        return False
    return len(set(filled)) * 2 > len(filled)


def _column_span(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """:return: the first filled column of the table and the one after its last."""
    first = min(
        next((place for place, cell in enumerate(row) if cell), len(row))
        for row in rows
    )
    return first, max(len(row) for row in rows)


def _skip_column_numbers(body: list[Row]) -> list[Row]:
    """Leave out the row "1 2 3 ..." that printed forms have under the header."""
    filled = [cell for cell in body[0][1] if cell]
    counted = [str(place + 1) for place in range(len(filled))]
    return body[1:] if len(filled) > 2 and filled == counted else body


def _table_rows(
    rows: Iterator[Row], first: int, width: int, limits: Limits
) -> Iterator[Row]:
    count = 0
    for number, cells in rows:
        values = trim(cells[first:])
        if not values:
            continue
        count += 1
        if count > limits.max_rows:
            raise SheetError("too_many_rows", limit=limits.max_rows)
        if len(values) + first > limits.max_columns:
            raise SheetError("too_many_columns", limit=limits.max_columns)
        values.extend([""] * (width - len(values)))
        yield number, values
