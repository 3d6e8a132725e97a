"""What the parts of the document tools share: errors, limits, the look of values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from .sheet_base import Limits, clean_text

MAX_OUTPUT: Final = 16 * 2**20
"""How many characters one part of a finished document may have."""
MAX_PART: Final = 4 * 2**20
"""How many bytes of XML one part of a template may have."""
MAX_TAGS: Final = 2_000
MAX_TAG_CHARS: Final = 500
MAX_LOOPS: Final = 2
MAX_ITEMS: Final = 500
"""How many items of a list a document takes."""
_MAX_PATTERN: Final = 40
_MAX_NAME: Final = 120

FILE_LIMITS: Final = Limits(
    max_bytes=10 * 2**20, max_unpacked=64 * 2**20, max_entries=2_000
)

# A plain value, a group of values, or a list of groups.
Value = str | int | float | bool | date | None
Values = Mapping[str, "Value | Values | Sequence[Values]"]

_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|\s]+')
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_NOT_WORD: Final = re.compile(r"\W+")


class DocumentError(ValueError):
    """A template that is refused, or cannot be filled.

    :ivar code: why, for the caller to put into words: ``too_big`` (``limit``, bytes),
        ``wrong_type``, ``macros``, ``external``, ``damaged``, ``bomb``,
        ``encrypted``, ``unclosed`` (``text``), ``syntax`` (``text``),
        ``not_allowed`` (``text``), ``unknown`` (``names``), ``structure``,
        ``too_long`` (the finished document).
    :ivar params: the texts and numbers that belong to the code.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Style:
    """How values are written in the language of a document.

    ``date_format`` is a pattern or a word of CLDR: ``dd.MM.yyyy``, ``long``.
    """

    locale: str = "en"
    date_format: str = "long"
    yes: str = "yes"
    no: str = "no"

    def put(self, value: object) -> str:
        """Put a value into words; what is empty or no plain value gives ``""``."""
        if isinstance(value, bool):
            return self.yes if value else self.no
        if isinstance(value, date):
            return self.put_date(value)
        if isinstance(value, int | float):
            return str(format_decimal(value, locale=self._get_locale()))
        return clean_text(value) if isinstance(value, str) else ""

    def put_date(self, value: object, pattern: str = "") -> str:
        """Write a date by a pattern such as ``d MMMM y``; other values stay."""
        if not isinstance(value, date):
            return self.put(value)
        wanted = pattern[:_MAX_PATTERN] or self.date_format
        try:
            return str(format_date(value, wanted, self._get_locale()))
        except (ValueError, KeyError, AttributeError):
            return value.isoformat()

    def _get_locale(self) -> Locale:
        try:
            return Locale.parse(self.locale)
        except (ValueError, UnknownLocaleError):
            return Locale("en")


def identifier(label: str) -> str:
    """Make a name that can be typed after a dot out of a label, ``""`` if none.

    >>> identifier("Shoe size, EU")
    'shoe_size_eu'
    """
    name = _NOT_WORD.sub("_", label.strip().lower()).strip("_")
    if name[:1].isdigit():
        name = f"n_{name}"
    return name if name.isidentifier() else ""


def file_name(text: str, extension: str = "docx") -> str:
    """Make a name that every system keeps as a file, never empty."""
    stem = _FORBIDDEN.sub(" ", clean_text(text)).strip(" .")[:_MAX_NAME].strip(" .")
    if not stem or _RESERVED.match(stem):
        stem = f"document {stem}".strip()
    return f"{stem}.{extension}"
