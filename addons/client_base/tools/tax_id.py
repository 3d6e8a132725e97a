"""Tax numbers of firms and people: ЄДРПОУ, РНОКПП, ИНН, УНП, VAT."""

import re
import unicodedata

from .phones import repair_excel_number

# Shorter strings of digits are a remark or a row number, not a tax number.
_MIN_DIGITS = 4
# Fewer digits after two letters are the series and number of a passport, which some
# people have instead of a tax number: there the letters are part of the identity.
_MIN_DIGITS_AFTER_PREFIX = 8
_LABEL = re.compile(
    r"(?:код|єдрпоу|едрпоу|окпо|інн|ипн|інн|инн|іпн|рнокпп|рнокп|унп|бин|иин|vat|tin"
    r"|nip|tax\s*id|за|по|№|no)(?!\w)[\s.:№/]*",
    re.IGNORECASE,
)
# "7701234567 / 770101001": the second number (КПП) names a branch, not the firm.
_WITH_BRANCH_CODE = re.compile(r"(\d{10})\s*[/\\,; ]\s*(?:кпп\W*)?\d{9}", re.IGNORECASE)
_CYRILLIC_LOOKALIKES = str.maketrans("АВЕІКМНОРСТХ", "ABEIKMHOPCTX")
_COUNTRY_PREFIX = re.compile(r"[A-Z]{2}(?=\d+$)")


def normalize_tax_id(text: str) -> str:
    """Return the digits and capital letters of a tax number, zeros kept.

    A country prefix is kept as typed: ``UA12345678``; compare by ``tax_id_key``.

    :return: ``""`` for placeholders (zeros, one repeated digit, "нет") and remarks
    """
    if text.isascii() and text.isdigit():
        value = text
    else:
        value = _extract(text)
    digits = [char for char in value if char.isdigit()]
    if len(digits) < _MIN_DIGITS or len(set(digits)) == 1:
        return ""
    return value


def tax_id_key(text: str) -> str:
    """Return what two spellings of one tax number have in common.

    The country prefix goes when at least eight digits follow it, so that a passport
    number keeps its series, and so do leading zeros, which Excel loses.
    """
    value = normalize_tax_id(text)
    prefix = _COUNTRY_PREFIX.match(value)
    if prefix and len(value) - prefix.end() >= _MIN_DIGITS_AFTER_PREFIX:
        value = value[prefix.end() :]
    return value.lstrip("0")


def _extract(text: str) -> str:
    """Return the tax number in ``text``; ``""`` when it is a sentence."""
    text = unicodedata.normalize("NFKC", repair_excel_number(text)).strip()
    while found := _LABEL.match(text):
        text = text[found.end() :].lstrip(" /\\.:")
    with_branch = _WITH_BRANCH_CODE.fullmatch(text)
    if with_branch:
        return with_branch[1]
    value = "".join(filter(str.isalnum, text.upper().translate(_CYRILLIC_LOOKALIKES)))
    letters = sum(char.isalpha() for char in value)
    if not value.isascii() or letters * 2 > len(value):
        return ""
    return value
