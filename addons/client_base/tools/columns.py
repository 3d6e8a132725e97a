"""Which column of a file means what: by its header, else by its values."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .column_fields import FIELDS, ROW_NUMBER_NAMES, Field
from .column_values import value_scores
from .property_columns import label_key, read_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FIELDS", "Field", "guess_columns", "header_signature", "normalize_header"]

IGNORED: Final = ""
"""The code of a column that is not imported."""

_LABEL: Final = 3.0
_EXACT: Final = 1.0
_PARTLY: Final = 0.6
_WEAK: Final = 0.65  # a weak name counts so much of a clear one
_BY_VALUES: Final = 0.55
_SUPPORT: Final = 0.3  # what agreeing values add to a name
_LEAST: Final = 0.4
_CLEAR: Final = 0.66  # from here on a name is a clear one

_NOT_WORD: Final = re.compile(r"[^\w№]+|_")
_APOSTROPHES: Final = re.compile("['`\u2019\u02bc\u2018]")
_EMAIL: Final = re.compile(r"\be mail\b")
_COUNTED: Final = re.compile(r"\s*\(\d+\)$")
# Letters that look alike are typed for one another: "E-mаil", "1С".
_LOOKALIKES: Final = str.maketrans("аеёосхріїукмтвн", "aeeocxpiiykmtbh")
_MIN_STEM: Final = 4
_MAX_ENDING: Final = 3


@dataclass(frozen=True, slots=True)
class _Name:
    """One way to call a field."""

    code: str
    key: str
    tokens: tuple[str, ...]
    weight: float
    is_whole: bool  # the header may say nothing else


@dataclass(frozen=True, slots=True)
class _Guess:
    """That a column means a field; ``order`` decides between equals."""

    score: float
    column: int
    order: int
    code: str


def normalize_header(text: str) -> str:
    """Reduce a header to what counts: words in lower case, look-alikes made one."""
    text = unicodedata.normalize("NFC", _COUNTED.sub("", text)).casefold()
    text = _APOSTROPHES.sub("", text).translate(_LOOKALIKES)
    text = _NOT_WORD.sub(" ", text.replace("№", " № "))
    return _EMAIL.sub("email", " ".join(text.split()))


def header_signature(header: Sequence[str]) -> str:
    """Name a layout of columns: equal for files with the same columns in order.

    :return: 64 hexadecimal digits
    """
    keys = "\n".join(normalize_header(label) for label in header)
    return hashlib.sha256(keys.encode()).hexdigest()


def guess_columns(
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    *,
    labels: Mapping[str, str] | None = None,
) -> list[str]:
    """Say what each column means.

    A field that a client has once is given to the column that fits it best; phones,
    e-mails, notes and the like may have several columns.

    :param samples: some rows of cells, to judge the values by
    :param labels: the exact headers of our own export, in any language, and their
        codes; they come before everything else
    :return: one code of :data:`FIELDS` or of a property per column, ``""`` for no code
    """
    own = {label_key(label): code for label, code in (labels or {}).items()}
    counting = {
        column for column, label in enumerate(header) if _counts_rows(label, own)
    }
    guesses: list[_Guess] = []
    for column, label in enumerate(header):
        values = [row[column] for row in samples if column < len(row) and row[column]]
        scores = _column_scores(label, values, own, counts_rows=column in counting)
        guesses += [
            _Guess(score, column, _ORDER.get(code, len(_ORDER)), code)
            for code, score in scores.items()
            if score >= _LEAST
        ]
    return _refine(_assign(guesses, len(header)))


def _counts_rows(label: str, own: Mapping[str, str]) -> bool:
    return label_key(label) not in own and normalize_header(label) in _ROW_NUMBERS


def _column_scores(
    label: str, values: Sequence[str], own: Mapping[str, str], *, counts_rows: bool
) -> dict[str, float]:
    """:return: how well each code fits one column"""
    code = own.get(label_key(label)) or own.get(label_key(_COUNTED.sub("", label)))
    if code and (code in _ORDER or read_code(code)):
        return {code: _LABEL}
    by_value = value_scores(values)
    if counts_rows:
        # "Номер" over telephone numbers is no row number
        return {"phone": _BY_VALUES} if by_value.get("phone", 0) > 0.8 else {}
    scores = _name_scores(normalize_header(label))
    named = bool(scores)
    for code, share in by_value.items():
        meanings = [item for item in (code, _OF_PERSON.get(code)) if item in scores]
        for meaning in meanings:
            scores[meaning] += _SUPPORT * share
        if not meanings and (not named or code in _CERTAIN):
            scores[code] = _BY_VALUES * share
    return {
        code: score
        for code, score in scores.items()
        if not values or not _is_denied(code, score, by_value)
    }


def _is_denied(code: str, score: float, by_value: Mapping[str, float]) -> bool:
    """Whether the values speak against a phone or an e-mail: others, or no such."""
    kind = code.removeprefix("contact_")
    if kind not in ("phone", "email") or kind in by_value:
        return False
    rival = "email" if kind == "phone" else "phone"
    return by_value.get(rival, 0) > 0.8 or score < _CLEAR


def _name_scores(key: str) -> dict[str, float]:
    """:return: for each code its best name in the header"""
    scores: dict[str, float] = {}
    tokens = key.split()
    for name in _NAMES:
        score = name.weight * _likeness(key, tokens, name)
        if score > scores.get(name.code, 0):
            scores[name.code] = score
    return scores


def _likeness(key: str, tokens: Sequence[str], name: _Name) -> float:
    if key == name.key:
        return _EXACT
    if name.is_whole or not _contains(tokens, name.tokens):
        return 0.0
    return _PARTLY + (0.95 - _PARTLY) * min(1.0, len(name.key) / len(key))


def _contains(tokens: Sequence[str], wanted: Sequence[str]) -> bool:
    """Look for all words of a name, in any order, endings aside."""
    free = list(tokens)
    for word in wanted:
        found = next((token for token in free if _is_form(token, word)), None)
        if found is None:
            return False
        free.remove(found)
    return True


def _is_form(token: str, word: str) -> bool:
    """Whether two words differ by their endings only: телефоны, телефона."""
    if token == word:
        return True
    stem = max(_MIN_STEM, len(word) - 2)
    if len(word) < _MIN_STEM or abs(len(token) - len(word)) > _MAX_ENDING:
        return False
    if not word.isalpha():
        return False  # "street2" is not "street"
    return token[:stem] == word[:stem]


def _assign(guesses: list[_Guess], width: int) -> list[str]:
    """Give out the codes, best guess first."""
    codes = [IGNORED] * width
    used: set[str] = set()
    guesses.sort(key=lambda guess: (-guess.score, guess.column, guess.order))
    for guess in guesses:
        if codes[guess.column] or guess.code in used:
            continue
        codes[guess.column] = guess.code
        if guess.code not in _REPEATS:
            used.add(guess.code)
    return codes


def _refine(codes: list[str]) -> list[str]:
    """Read the columns together: alone, a contact person is the client himself."""
    if "contact_name" not in codes:
        return codes
    if not {"name", "client_id", "sync_key"} & set(codes):
        return ["name" if code == "contact_name" else code for code in codes]
    if "contact_function" not in codes:
        return ["contact_function" if code == "function" else code for code in codes]
    return codes


def _all_names() -> Iterator[_Name]:
    for item in FIELDS:
        for names, weight in ((item.names, 1.0), (item.weak, _WEAK)):
            for name in names:
                key = normalize_header(name)
                tokens = tuple(key.split())
                yield _Name(item.code, key, tokens, weight, name.startswith("="))


_NAMES: Final = tuple(_all_names())
_ORDER: Final = {item.code: order for order, item in enumerate(FIELDS)}
_REPEATS: Final = frozenset(item.code for item in FIELDS if item.repeats)
_ROW_NUMBERS: Final = frozenset(normalize_header(name) for name in ROW_NUMBER_NAMES)
# What a contact person has as well as the client.
_OF_PERSON: Final = {"phone": "contact_phone", "email": "contact_email"}
# Values that speak for themselves, whatever the header says.
_CERTAIN: Final = frozenset({"email", "website", "phone"})
