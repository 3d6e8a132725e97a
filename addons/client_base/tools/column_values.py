"""What the values of a column look like."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAX_VALUES: Final = 300
_LEAST_SHARE: Final = 0.5

_EMAIL: Final = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]{2,}")
_URL: Final = re.compile(
    r"(?:https?://\S+|www\.\S+"
    r"|(?:[\w-]+\.)+(?:com|net|org|ua|ru|рф|укр|by|kz|eu|pl|info|biz)(?:/\S*)?)",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"\+?[\d\s()./-]{7,25}(?:\s*(?:доб|вн|ext)\.?\s*\d{1,5})?")
_HANDLE: Final = re.compile(r"@\w{4,32}|(?:https?://)?t\.me/\S+", re.IGNORECASE)
_LEGAL_FORM: Final = re.compile(
    r"(?:^|\W)(?:ооо|оао|зао|пао|ао|ип|чп|фоп|тов|пп|прат|пат|тдв|спд|llc|ltd|inc|gmbh)"
    r"(?:\W|$)",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"(?:^|[\s,])(?:ул|вул|просп|пр-т|пр-кт|пер|пров|бульв|бул|шоссе|ш|наб|street|st)"
    r"(?:[\s.,]|$)",
    re.IGNORECASE,
)
_SPLIT: Final = re.compile(r"[,;\n]")

_INN10: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN11: Final = (7, *_INN10)
_INN12: Final = (3, *_INN11)


def value_scores(values: Sequence[str]) -> dict[str, float]:
    """Say for some codes which share of the values, at least half, would suit them."""
    values = values[:_MAX_VALUES]
    if not values:
        return {}
    counts = Counter(code for value in values for code in _codes_of(value))
    return {
        code: count / len(values)
        for code, count in counts.items()
        if count >= _LEAST_SHARE * len(values)
    }


def _codes_of(value: str) -> Iterable[str]:
    """:return: the codes that one value would suit"""
    parts = [part.strip() for part in _SPLIT.split(value) if part.strip()]
    if any(_EMAIL.fullmatch(part) for part in parts):
        return ("email",)
    if _HANDLE.fullmatch(value):
        return ("telegram",)
    if any(_URL.fullmatch(part) for part in parts):
        return ("website",)
    if is_tax_id(value):
        return ("tax_id",)
    if any(_is_phone(part) for part in parts):
        return ("phone",)
    if _ADDRESS.search(value):
        return ("address",)
    return ("name",) if _LEGAL_FORM.search(value) else ()


def _is_phone(text: str) -> bool:
    """Ten to fifteen digits, or fewer when they are written as a number."""
    if not _PHONE.fullmatch(text):
        return False
    digits = sum(1 for char in text if char.isdigit())
    written = any(char in "+()-" for char in text)
    return 10 <= digits <= 15 or (written and 7 <= digits <= 15 and not _is_date(text))


def _is_date(text: str) -> bool:
    return bool(re.match(r"\d{4}-\d\d-\d\d|\d\d-\d\d-\d{2,4}$", text))


def is_tax_id(text: str) -> bool:
    """Whether the check digit is that of an ИНН, a ЄДРПОУ or a РНОКПП."""
    if not (text.isascii() and text.isdigit()):
        return False
    digits = [int(char) for char in text]
    if len(digits) == 8:
        return _is_edrpou(digits)
    if len(digits) == 10:
        return _check(digits, _INN10) == digits[9] or _is_rnokpp(digits)
    if len(digits) == 12:
        first, second = _check(digits, _INN11), _check(digits, _INN12)
        return first == digits[10] and second == digits[11]
    return False


def _check(digits: Sequence[int], weights: Sequence[int]) -> int:
    # the weights are as many as the digits before the check digit
    total = sum(a * b for a, b in zip(digits, weights, strict=False))
    return total % 11 % 10


def _is_rnokpp(digits: Sequence[int]) -> bool:
    return _check(digits, (-1, 5, 7, 9, 4, 6, 10, 5, 7)) == digits[9]


def _is_edrpou(digits: Sequence[int]) -> bool:
    middle = 30_000_000 <= int("".join(map(str, digits))) <= 60_000_000
    weights = (7, 1, 2, 3, 4, 5, 6) if middle else (1, 2, 3, 4, 5, 6, 7)
    total = sum(a * b for a, b in zip(digits, weights, strict=False)) % 11
    if total == 10:
        total = sum(a * (b + 2) for a, b in zip(digits, weights, strict=False)) % 11
    return total % 10 == digits[7]
