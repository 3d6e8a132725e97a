"""What the readers and writers of sheets share: errors, limits, cell text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = tuple[int, list[str]]

MAX_CELL_CHARS: Final = 131_072
"""The longest cell that is read; Excel itself stops at 32,767 characters."""
MAX_TEXT: Final = 32_767
"""How many UTF-16 units Excel keeps in a cell."""
_CUT_MARK: Final = " […]"

# Control characters, lone surrogates, noncharacters and the invisible marks that
# come along with numbers copied from messengers. TAB, LF and CR are treated apart.
_JUNK: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_LINE_END: Final = re.compile(r"\r\n?")

_EPOCH_1900: Final = datetime(1899, 12, 30)
_EPOCH_1904: Final = datetime(1904, 1, 1)
_LAST_SERIAL: Final = 2_958_466  # 9999-12-31 is day 2,958,465


class SheetError(ValueError):
    """A file that is refused.

    :ivar code: why, for the caller to put into words: ``empty``, ``too_big``,
        ``wrong_type`` (``found``), ``encrypted``, ``bomb``, ``external``,
        ``damaged``, ``no_sheet`` (``sheet``, ``sheets``), ``no_header``,
        ``no_rows``, ``too_many_rows`` (``limit``), ``too_many_columns``
        (``limit``), ``cell_too_long`` (``row``, ``limit``).
    :ivar params: the numbers and names that belong to the code.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} ({told})" if told else self.code


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold. Sizes are bytes."""

    max_rows: int = 100_000
    max_columns: int = 200
    max_bytes: int = 50 * 2**20
    max_unpacked: int = 512 * 2**20
    max_entries: int = 10_000
    max_ratio: int = 200
    max_strings: int = 128 * 2**20  # the shared strings of a workbook, as UTF-8
    max_cells: int = 2_500_000  # of an .xls file, which is held in memory whole


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet of a workbook before its table was found.

    ``read`` starts over at each call and gives the rows that are not empty, each
    with its number as Excel shows it and its cells without trailing empty ones.
    """

    name: str
    read: Callable[[], Iterator[Row]]
    hidden: bool = False


def clean_text(text: str) -> str:
    """Strip what no cell means: outer blanks, NUL, surrogates, control characters.

    Lines inside stay, ended by LF; a TAB becomes a space.
    """
    if text.isprintable():
        return text.strip()
    text = _LINE_END.sub("\n", text).replace("\t", " ")
    return _JUNK.sub("", text).strip()


def is_too_long(text: str) -> bool:
    """Whether Excel would not keep the whole text in one cell."""
    if len(text) * 2 <= MAX_TEXT:
        return False
    return len(text.encode("utf-16-le")) > MAX_TEXT * 2


def fit_text(text: str) -> str:
    """Clean a text, and cut it to what a cell holds: ``[…]`` says that more was there.

    :return: equal to ``clean_text(text)`` when nothing had to be cut
    """
    text = clean_text(text)
    if not is_too_long(text):
        return text
    units = text.encode("utf-16-le")[: (MAX_TEXT - len(_CUT_MARK)) * 2]
    return units.decode("utf-16-le", "ignore").rstrip() + _CUT_MARK


def number_text(value: float) -> str:
    """Write a number the way a person would: no exponent, no ``.0``.

    Fractions keep the 15 digits that Excel keeps; NaN and infinity give ``""``.
    """
    if not isfinite(value):
        return ""
    if value == int(value):
        return str(int(value))
    return format(Decimal(format(value, ".15g")), "f")


def date_text(serial: float, *, date1904: bool = False) -> str:
    """Turn Excel's day count into ``YYYY-MM-DD``, with the time when there is one.

    A time of day alone gives ``HH:MM:SS``; what is no date stays a number.
    """
    if not 0 <= serial < _LAST_SERIAL:
        return number_text(serial)
    if not date1904 and 0 < serial < 60:
        serial += serial >= 1  # Excel believes in 1900-02-29
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    moment = epoch + timedelta(seconds=round(serial * 86_400))
    if serial < 1:
        return moment.strftime("%H:%M:%S")
    if moment.hour or moment.minute or moment.second:
        return moment.isoformat(" ", "seconds")
    return moment.date().isoformat()


def bool_text(value: bool) -> str:
    """:return: ``TRUE`` or ``FALSE``, as Excel shows them."""
    return "TRUE" if value else "FALSE"


def trim(cells: list[str]) -> list[str]:
    """Drop the empty cells at the end, in place."""
    while cells and not cells[-1]:
        cells.pop()
    return cells
