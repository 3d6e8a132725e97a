"""Names of firms and people: what remains when form, quotes and alphabet are out."""

import re
import unicodedata
from typing import Final, NamedTuple

from .alphabet import APOSTROPHES, fold, spell
from .business_words import BRANCH_KEYS, BUSINESS_KEYS, CANONICAL_WORDS
from .given_names import GIVEN_KEYS, GIVEN_NAMES
from .legal_forms import (
    DOTTED,
    FORMS_ANYWHERE,
    FORMS_AT_EDGE,
    SPELLED_OUT,
    SPELLED_OUT_HINT,
    legal_form_class,
)
from .name_likeness import people_differ, similarity
from .name_parts import NameParts

__all__ = [
    "NameParts",
    "fold",
    "is_company_name",
    "legal_form_class",
    "may_be_person",
    "name_key",
    "parse_name",
    "part_mark",
    "people_differ",
    "place_mark",
    "similarity",
]

_WORD = re.compile(rf"\d+|[^\W\d_]+(?:[{APOSTROPHES}][^\W\d_]+)*")
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
_QUOTE = re.compile(
    rf"[\"«»“”„‟‹›<>]|(?<![^\W\d_])[{APOSTROPHES}]+|[{APOSTROPHES}]+(?![^\W\d_])"
)
_EMPTY_BRACKETS = re.compile(r" ?\(\s*\)")
# "Альфа , Київ", "Альфа, (Київ)", "Альфа, - Київ", where a form stood between.
_LOOSE_COMMA = re.compile(r" ?,(?= [(\-–—])| (,)(?= |$)")
_EDGE = " ,;:/\\|-\u2013\u2014_"
_STOP_WORDS: Final = frozenset({"и", "і", "й", "та", "у", "в", "and", "the", "of"})
_DOMAIN = re.compile(
    r"\w\.(?:ru|ua|com|net|org|biz|by|kz|info|рф|укр)\b", re.IGNORECASE
)
# A few words in brackets or after a dash, at the end.
_INITIAL = re.compile(r"(?<!\w)[^\W\d_]\.")
_NAME_WORDS = rf"(?:[мг]\.\s*)?((?:[^\W\d_]+[ {APOSTROPHES}-]?){{1,4}})"
_PLACE = re.compile(rf"(?<=\S )\({_NAME_WORDS}\)$|\s[-–—]\s{_NAME_WORDS}$")
_IN_QUOTES_OR_BRACKETS = frozenset("\"«»“”„(),'")
_PERSON_FORMS = frozenset({"", "fop", "farm"})


class _Word(NamedTuple):
    start: int
    end: int
    text: str


def parse_name(name: str) -> NameParts:
    """Take a name of a firm or a person apart."""
    text = _normalize(name)
    lowered = text.lower()
    if len(lowered) != len(text):  # the few letters that grow in lower case
        text = lowered
    spans, form = _find_spelled_out(lowered)
    words = [
        _Word(found.start(), found.end(), found[0].translate(_NO_APOSTROPHES))
        for found in _WORD.finditer(lowered)
    ]
    if spans:
        words = [word for word in words if not _is_inside(word, spans)]
    kept, code = _drop_forms(words, spans, lowered)
    content = _fold_words(kept or words, lowered)
    form = form or code
    tokens = tuple(_canonical(token, form) for token, _ in content)
    return NameParts(
        legal_form=form,
        core=_cut(text, spans) or _cut(text, []),
        key=" ".join(sorted(tokens)),
        tokens=tokens,
        plain=" ".join(plain for _, plain in content),
    )


def name_key(name: str) -> str:
    """Return the key that two spellings of one name share."""
    return parse_name(name).key


def is_company_name(name: str) -> bool:
    """Tell whether ``name`` reads like a firm or an entrepreneur, not like a person."""
    parts = parse_name(name)
    if parts.legal_form or _DOMAIN.search(name):
        return True
    if any(char in '"«»“”„&№' for char in name):
        return True
    return any(
        token in BUSINESS_KEYS or (token.isdigit() and len(parts.tokens) > 1)
        for token in parts.tokens
    )


def may_be_person(name: str, parts: NameParts) -> bool:
    """Tell whether a name can be that of a person: nothing of a firm in it."""
    if parts.legal_form not in _PERSON_FORMS or len(parts.tokens) > 4:
        return False
    if not GIVEN_KEYS.isdisjoint(parts.tokens):
        return True
    return len(parts.tokens) > 1 and not (
        _INITIAL.search(parts.core) is None and is_company_name(name)
    )


def part_mark(name: NameParts) -> tuple[str, ...]:
    """Return what tells a branch from its firm: kind and number, place in folded form.

    «Філія №3 ТОВ Альфа», «Альфа (Львів)», «Альфа - Львів»; empty for the firm itself.
    """
    marks = sorted(BRANCH_KEYS.intersection(name.tokens))
    if marks:
        marks += sorted(token for token in name.tokens if token.isdigit())
    return (*marks, fold(place_mark(name)))


def place_mark(name: NameParts) -> str:
    """Return the place a name of a firm ends in: «Альфа (Львів)», «Альфа - Львів»."""
    found = _PLACE.search(name.core)
    if found is None:
        return ""
    place = (found[1] or found[2]).strip()
    is_word = place[0].islower() and not name.core.islower()
    return "" if is_word else place  # «Альфа - комплексное снабжение»


# === PARSING ===


def _normalize(name: str) -> str:
    """Return ``name`` with compatibility forms resolved, the numero sign kept."""
    name = " ".join(name.split())
    if name.isascii():
        return name
    return "№".join(unicodedata.normalize("NFKC", part) for part in name.split("№"))


def _find_spelled_out(lowered: str) -> tuple[list[tuple[int, int]], str]:
    """Return where forms stand in full or with full stops, and the first class."""
    spans: list[tuple[int, int]] = []
    form = ""
    if SPELLED_OUT_HINT.search(lowered):
        for found in SPELLED_OUT.finditer(lowered):
            spans.append(found.span())
            form = form or found.lastgroup or ""
    if "." in lowered:
        for found in DOTTED.finditer(lowered):
            code = FORMS_AT_EDGE.get(re.sub(r"[.\s]", "", found[0]))
            if code:
                spans.append(found.span())
                form = form or code
    return spans, form


def _is_inside(word: _Word, spans: list[tuple[int, int]]) -> bool:
    return any(start <= word.start < end for start, end in spans)


def _drop_forms(
    words: list[_Word], spans: list[tuple[int, int]], lowered: str
) -> tuple[list[_Word], str]:
    """Drop the abbreviated forms, adding their places to ``spans``.

    Those that may be words count at the ends and beside quotes and brackets only.

    :return: the other words and the class of the first form
    """
    start, end = 0, len(words)
    while start < end and words[start].text in FORMS_AT_EDGE:
        start += 1
    while start < end and words[end - 1].text in FORMS_AT_EDGE:
        end -= 1
    kept, form = [], ""
    for index, word in enumerate(words):
        code = FORMS_AT_EDGE.get(word.text)
        if code and (
            not start <= index < end
            or word.text in FORMS_ANYWHERE
            or _is_beside_quote(word, lowered)
        ):
            form = form or code
            spans.append((word.start, word.end))
        else:
            kept.append(word)
    return kept, form


def _is_beside_quote(word: _Word, lowered: str) -> bool:
    before, after = lowered[: word.start].rstrip(), lowered[word.end :].lstrip()
    return not _IN_QUOTES_OR_BRACKETS.isdisjoint((before[-1:], after[:1]))


def _fold_words(words: list[_Word], lowered: str) -> list[tuple[str, str]]:
    """Return folded and plain form of each word, without "and" and the like.

    "И." is an initial. A name of nothing but such words keeps them.
    """
    content = [
        word.text
        for word in words
        if word.text not in _STOP_WORDS or lowered[word.end : word.end + 1] == "."
    ]
    spelled = map(spell, content or [word.text for word in words])
    return [(token, plain or token) for token, plain in spelled if token]


def _canonical(token: str, form: str) -> str:
    """Return one form for the translations of a word, the spellings of a given name."""
    known = CANONICAL_WORDS.get(token)
    if known:
        return known
    if form in _PERSON_FORMS:
        return GIVEN_NAMES.get(token, token)
    return token


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    """Return ``text`` without the spans, quotes and brackets left empty."""
    parts, position = [], 0
    for start, end in sorted(spans):
        parts.append(text[position:start])
        position = max(position, end)
    parts.append(text[position:])
    core = " ".join(_QUOTE.sub(" ", " ".join(parts)).split())
    if spans:
        core = _EMPTY_BRACKETS.sub("", core).removeprefix(".")
        core = _LOOSE_COMMA.sub(r"\1", core)
    return core.strip(_EDGE)
