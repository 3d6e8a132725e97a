"""Cells that hold several values: who owns the words between them.

"тел. +38 (050) 123-45-67 (Иван), 067 765 43 21, звонить утром" holds two phones, a
note that belongs to the first and a remark that belongs to neither.
"""

import re
from collections.abc import Iterable, Sequence

_BREAK = re.compile(r"[,;|/\\\n]")
_CONJUNCTION = re.compile(
    r"(?<!\w)(?:и|й|і|та|або|или|либо|and|or|und)(?!\w)", re.IGNORECASE
)
_PHONE_OR_FAX = re.compile(
    r"(?<!\w)т(?:ел)?\.?\s*/\s*ф(?:акс)?\b\.?|\bтел(?:ефон)?[\s\-]+факс\b\.?"
    r"|\btel\.?\s*/\s*fax\b\.?",
    re.IGNORECASE,
)
# Words that only say what the column says already.
_LABEL = re.compile(
    r"(?:(?:т|тел|телеф|телефоны?|моб|мобильный|мобільний|м|конт|контактный|контактний"
    r"|номер|phones?|tel|ph|mob|mobile|cell|e-?mail|мейл|мэйл|имейл|почта|пошта|эл"
    r"|ел|электронная|електронна|адрес|адреса|mailto)(?!\w)|№)[\s.:№]*",
    re.IGNORECASE,
)
_EDGE = " \t\r\n\u00a0.,:;|/\\-\u2013\u2014<>\"'+=*"


def is_separator(text: str, *, with_labels: bool = False) -> bool:
    """Tell whether ``text`` between two values only separates them.

    :param with_labels: words that name the column or a fax say nothing either
    """
    if with_labels:
        parts = _split(text)
        return len(parts) > 1 and all(
            tidy_note(part) in ("", "факс", "fax") for part in parts
        )
    return bool(text) and not _CONJUNCTION.sub("", text).strip(" \t\u00a0,;|/\\&\n")


def tidy_note(text: str) -> str:
    """Return the words of ``text`` without labels, brackets and loose punctuation."""
    note = " ".join(text.split()).strip(_EDGE)
    while found := _LABEL.match(note):
        note = note[found.end() :].strip(_EDGE)
    if note.startswith("(") and note.endswith(")"):
        note = tidy_note(note[1:-1])
    if "(" not in note or ")" not in note:
        note = note.strip("()" + _EDGE)
    return note


def join_notes(notes: Iterable[str]) -> str:
    """Join the notes that say something, each once."""
    return ", ".join(dict.fromkeys(filter(None, notes)))


def share_out(texts: Sequence[str]) -> tuple[list[str], str]:
    """Give the texts around ``n`` values to the values.

    :param texts: the text before the first value, between each two, after the last:
        ``n + 1`` of them
    :return: a note for each value, and what belongs to none
    """
    notes: list[list[str]] = [[] for _ in texts[1:]]
    left_over: list[str] = []
    pieces = [_split(text) for text in texts]
    labels_first = bool(tidy_note(pieces[0][-1]))
    for index, parts in enumerate(pieces):
        before, after = _ends(parts, labels_first=labels_first)
        if index == 0:
            before, after = [], parts[-1:]
        elif index == len(notes):
            before, after = parts[:1], []
        if before:
            notes[index - 1].append(tidy_note(before[0]))
        if after:
            notes[index].append(tidy_note(after[0]))
        rest = parts[len(before) : len(parts) - len(after)]
        left_over += [tidy_note(part) for part in rest]
    return [join_notes(note) for note in notes], "; ".join(filter(None, left_over))


def _ends(parts: list[str], *, labels_first: bool) -> tuple[list[str], list[str]]:
    """Return what belongs to the value before and to the one after a text."""
    if len(parts) > 1:
        return parts[:1], parts[-1:]
    if labels_first or parts[0].rstrip().endswith(":"):
        return [], parts
    return parts, []


def _split(text: str) -> list[str]:
    """Split at separators outside brackets; at least one part."""
    text = _PHONE_OR_FAX.sub(" факс ", text)
    text = _CONJUNCTION.sub(",", text)
    parts, start, depth = [], 0, 0
    for index, char in enumerate(text):
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif depth == 0 and _BREAK.match(char):
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]
