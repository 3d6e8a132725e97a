"""Read delimited text: the encoding and the separator are found in the content."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from .sheet_base import Row, SheetError, Tab, clean_text, trim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .sheet_base import Limits

FORMULA_STARTS: Final = "=+-@\t\r"
"""What makes a spreadsheet program take a cell of a csv file for a formula."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES: Final = ("cp1251", "koi8-u", "cp866", "cp1252")
_CHUNK: Final = 2**16
_SAMPLE_CHARS: Final = 2**16
_MAX_LINE: Final = 2**21
_MAX_RECORD: Final = 2**22
_SEPARATORS: Final = ";,\t|"
_SEP_LINE: Final = re.compile(r'"?sep=([^\r\n])"?\s*', re.IGNORECASE)
_GUARDED: Final = re.compile(r"'['=+\-@\t\r]")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_CYRILLIC: Final = re.compile("[А-Яа-яЁёІіЇїЄєҐґ]+")
_CASED: Final = re.compile("[А-ЯЁІЇЄҐA-Z]?[а-яёіїєґa-zß-ÿ]+|[А-ЯЁІЇЄҐA-Z]+")
# The ten letters that make up two thirds of a Russian or Ukrainian text.
_FREQUENT: Final = frozenset("оеаинтсрвліОЕАИНТСРВЛІ")


def read_csv(data: bytes, limits: Limits) -> list[Tab]:
    """:raise SheetError: ``wrong_type`` when the bytes are no text."""
    encoding = find_encoding(data)
    sample = _head(data, encoding)
    separator = find_separator(sample)
    skip = 1 if _SEP_LINE.match(sample) else 0

    def read() -> Iterator[Row]:
        return _read_rows(_Lines(data, encoding, skip), separator, limits)

    return [Tab(name="", read=read)]


def unguard(text: str) -> str:
    """Take off the apostrophe that :func:`guard` put in front."""
    return text[1:] if _GUARDED.match(text) else text


def guard(text: str) -> str:
    """Put an apostrophe before what a spreadsheet program would run as a formula.

    A text that begins with an apostrophe gets one more, so that
    :func:`unguard` gives back exactly what went in.
    """
    return f"'{text}" if text and text[0] in FORMULA_STARTS + "'" else text


def find_encoding(data: bytes) -> str:
    """Name the encoding: by its mark, else UTF-8, UTF-16, else a code page.

    :raise SheetError: ``wrong_type`` when the bytes are no text in any of them.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    head = data[:_CHUNK]
    if b"\0" in head:
        return _find_utf16(head)
    if _is_binary(head):
        raise SheetError("wrong_type", found="binary")
    if _is_utf8(data):
        return "utf-8"
    return _find_code_page(data)


def find_separator(sample: str) -> str:
    """Choose the separator that splits the lines into the same number of cells."""
    told = _SEP_LINE.match(sample)
    if told:
        return told[1]
    best, best_score = ";", 0.0
    for separator in _SEPARATORS:
        score = _separator_score(sample, separator)
        if score > best_score:
            best, best_score = separator, score
    return best


def _separator_score(sample: str, separator: str) -> float:
    """:return: share of the rows of the usual width, weighted by that width."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    try:
        widths = [len(row) for row in islice(reader, 200) if row]
    except csv.Error:
        return 0.0
    split = Counter(width for width in widths if width > 1)
    if not split:
        return 0.0
    width, count = max(split.items(), key=lambda item: (item[1], item[0]))
    return count / len(widths) * (1 + min(width, 20) / 40)


def _find_utf16(head: bytes) -> str:
    """Tell UTF-16 without a mark by the place of its zero bytes."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 10 * even and odd * 20 > len(head):
        return "utf-16-le"
    if even > 10 * odd and even * 20 > len(head):
        return "utf-16-be"
    raise SheetError("wrong_type", found="binary")


def _is_binary(head: bytes) -> bool:
    control = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\f\x1a")
    return control * 100 > len(head)


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _find_code_page(data: bytes) -> str:
    lines = (line for line in io.BytesIO(data) if not line.isascii())
    sample = b"\n".join(line[:2000] for line in islice(lines, 300))
    scores = [
        (_code_page_score(sample.decode(page, "replace")), -place)
        for place, page in enumerate(_CODE_PAGES)
    ]
    return _CODE_PAGES[-max(scores)[1]]


def _code_page_score(text: str) -> float:
    """Judge a decoding by its words: one alphabet, usual case, frequent letters."""
    score = 0.0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        cyrillic = "".join(_CYRILLIC.findall(word))
        if (cyrillic and len(cyrillic) < len(word)) or not _CASED.fullmatch(word):
            score -= len(word)
        elif cyrillic:
            score += sum(1.0 for letter in cyrillic if letter in _FREQUENT)
        else:
            score += sum(0.5 for letter in word if letter.isascii())
    return score


def _head(data: bytes, encoding: str) -> str:
    with _open_text(data, encoding) as stream:
        return stream.read(_SAMPLE_CHARS).replace("\0", "")


def _open_text(data: bytes, encoding: str) -> io.TextIOWrapper:
    raw = io.BytesIO(data)
    return io.TextIOWrapper(raw, encoding, errors="replace", newline="")


class _Lines:
    """The lines of a file, counted, so that no record grows without end.

    An open quote would make the csv reader take the rest of the file for one cell.
    """

    def __init__(self, data: bytes, encoding: str, skip: int) -> None:
        self._stream = _open_text(data, encoding)
        self.pending = 0
        for _ in range(skip):
            self._stream.readline(_MAX_LINE)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_MAX_LINE)
        if not line:
            raise StopIteration
        self.pending += len(line)
        if len(line) == _MAX_LINE or self.pending > _MAX_RECORD:
            raise SheetError("damaged")
        return line.replace("\0", "")


def _read_rows(lines: _Lines, separator: str, limits: Limits) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator)
    try:
        for number, record in enumerate(reader, start=1):
            lines.pending = 0
            cells = trim([clean_text(unguard(cell)) for cell in record])
            if len(cells) > limits.max_columns:
                raise SheetError("too_many_columns", limit=limits.max_columns)
            if cells:
                yield number, cells
    except csv.Error as error:
        raise SheetError("damaged") from error
