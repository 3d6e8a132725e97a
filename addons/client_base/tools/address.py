"""Take an address in one cell apart, as far as its own marks allow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LETTER: Final = r"[^\W\d_]"
_CAPITAL: Final = "[A-ZА-ЯЁІЇЄҐ]"
_END: Final = r"(?=ул\.|вул\.|[\s,.;)]|$)"
_WORD: Final = rf"{_CAPITAL}(?:{_LETTER}|['’ʼ`-])+?{_END}"
_SHORT: Final = rf"им(?:ени|\.)\s*|{_CAPITAL}\.\s*"  # им. Воровского, Н. Новгород
_PLACE_NAME: Final = rf"(?:{_SHORT})?{_WORD}(?:[ \t]{_WORD}){{0,2}}"

# The first group of marks means a town, the second a smaller place.
_TOWN: Final = "город|гор|г|місто|м|city"
_SETTLEMENT: Final = (
    "пгт|смт|рп|р\\.\\s?п|поселок|посёлок|пос|п|село|с|селище|сел|станица|ст-ца"
    "|хутор|деревня|дер|д|аул"
)
_MARKS: Final = tuple(
    re.compile(rf"(?<![\w.-])(?i:{marks})(?:\s*\.[\s.]*|\s+)(?P<name>{_PLACE_NAME})")
    for marks in (_TOWN, _SETTLEMENT)
)
# "Київ м.", "Москва г": how accounting programs write it, between commas
_MARKS_AFTER: Final = tuple(
    re.compile(
        rf"(?:^|(?<=[,;]))\s*(?P<name>{_PLACE_NAME})\s+(?:{marks})\.?\s*(?=[,;]|$)"
    )
    for marks in (_TOWN, _SETTLEMENT)
)
_CAPITALS: Final = re.compile(
    r"(?:^|(?<=[,;]))\s*(?P<name>Москва|Санкт-Петербург|Київ|Киев|Мінськ|Минск"
    r"|Kyiv|Kiev|Moscow|Minsk)\s*(?=[,;]|$)"
)
_NOT_ZIP: Final = r"(?<![\w№/-])(?<!№ )(?<!тел )(?<!тел\. )"
_ZIP: Final = re.compile(rf"{_NOT_ZIP}\d{{5,6}}(?![\w/-])(?!\.\d)")
_STATE: Final = re.compile(
    r"(?:^|(?<=[,;]))\s*(?P<name>МО|М\.\s?[оО]\.?|АР Крим|АР Крым"
    r"|[^,;\d]*?(?<!\w)(?:обл|область|край|АО|[Рр]есп|[Рр]еспублика)(?!\w)\.?[^,;\d]*?)"
    r"\s*(?=[,;]|$)"
)
_ADJECTIVE: Final = re.compile(r".*(?:ский|цкий|ський|цький|ый|ий|ой|ая|яя|ое|а)")
_ADDRESSES: Final = re.compile(r"[;\n]")
_GAP: Final = re.compile(r"(?:\s*[,.;]){2,}|\s+,")
_EDGE: Final = " \t,;"


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; what has no part of its own is in ``street``."""

    zip: str = ""
    city: str = ""
    street: str = ""
    state: str = ""


def split_address(text: str, *, split_state: bool = False) -> Address:
    """Find the postal code and the town; everything else stays, in its order.

    A town is known by its mark (г., м., місто, пос., с., ...), before the name or,
    between commas, after it; without a mark only a capital is. Of several addresses
    in the text the first one is taken apart, the others follow in ``street``.

    :param split_state: take the region out of ``street`` too
    """
    first, *others = [part for part in _ADDRESSES.split(text) if part.strip(_EDGE)] or [
        ""
    ]
    first, postal_code = _take_zip(first)
    first, city = _take_city(first)
    first, state = _take(first, _STATE.search(first)) if split_state else (first, "")
    street = _tidy(first)
    rest = "; ".join(part for part in (street, *map(_squeeze, others)) if part)
    return Address(zip=postal_code, city=city, street=rest, state=state)


def _take_zip(text: str) -> tuple[str, str]:
    """Take the postal code out: at the start, at the end, else the only one."""
    found = list(_ZIP.finditer(text))
    if not found:
        return text, ""
    first, last = found[0], found[-1]
    if not text[: first.start()].strip(_EDGE):
        return _cut(text, first.start(), first.end()), first[0]
    if len(found) == 1 or not text[last.end() :].strip(" .,;"):
        return _cut(text, last.start(), last.end()), last[0]
    return text, ""


def _take_city(text: str) -> tuple[str, str]:
    for pattern in (
        *(_MARKS[0], _MARKS_AFTER[0], _CAPITALS),
        *(_MARKS[1], _MARKS_AFTER[1]),
    ):
        found = pattern.search(text)
        if found:
            return _take(text, found)
    return text, ""


def _take(text: str, found: re.Match[str] | None) -> tuple[str, str]:
    """:return: the text without what was found, and the name in it"""
    if found is None:
        return text, ""
    name, end = found["name"], found.end()
    words = name.split()
    if len(words) > 1 and _belongs_to_street(words[-1], text[end:]):
        end = found.start("name") + len(name) - len(words[-1])
        words.pop()
    return _cut(text, found.start(), end), " ".join(words)


def _belongs_to_street(word: str, rest: str) -> bool:
    """Москва Ленинский проспект: no comma tells where the town ends."""
    return bool(rest.lstrip(" ")[:1].isalpha() and _ADJECTIVE.fullmatch(word))


def _cut(text: str, start: int, end: int) -> str:
    """Leave a comma where something was taken out."""
    return f"{text[:start]}, {text[end:]}"


def _tidy(text: str) -> str:
    """Reduce the commas that are left around a gap to one."""
    return _squeeze(_GAP.sub(_one_mark, text)).lstrip(". ").strip(_EDGE)


def _one_mark(gap: re.Match[str]) -> str:
    marks = "".join(gap[0].split())
    return ("." if marks[0] == "." else "") + ("," if "," in marks else "")


def _squeeze(text: str) -> str:
    return " ".join(text.split()).strip(_EDGE)
