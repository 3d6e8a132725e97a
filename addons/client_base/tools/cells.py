"""What a cell of a file means on the card, kind by kind.

A kind reads the text of a cell (``parse``), shows the value of a card in the same form
(``show``) and decides what a cell does to the card (``merge``). Cells are compared by
``canon``, so that "+380 50 123-45-67" and "0501234567" are one phone, and a file that
was exported and not touched changes nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from . import contact, names, points, tax_id
from .merge_values import merge_cell
from .sheet_base import clean_text

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d")
YES_WORDS = frozenset({"1", "+", "x", "х", "v", "yes", "y", "true", "так", "да", "є"})
NO_WORDS = frozenset({"0", "-", "no", "n", "false", "ні", "нет", "немає"})
SEPARATOR = ", "
TAG_SEPARATOR = re.compile(r"([,;\n])")
MIN_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as people read it, as it is compared, as it is written.

    ``raw`` is plain JSON. ``rest`` is the part of the text that was not understood.
    ``is_untouched`` when the text is the very one that was exported for the card.
    """

    text: str = ""
    canon: str = ""
    raw: Any = None
    rest: str = ""
    is_untouched: bool = False

    def dump(self) -> str | list[Any]:
        """Give what ``load`` takes, for a JSON column: plain text as it is."""
        if self.text == self.canon == self.raw and not self.is_untouched:
            return self.text
        flags = [True] if self.is_untouched else []
        return [self.text, self.canon, self.raw, *flags]

    @classmethod
    def load(cls, data: str | list[Any]) -> "Cell":
        """Rebuild a cell from ``dump``."""
        if isinstance(data, str):
            return cls(data, data, data)
        text, canon, raw, *flags = data
        return cls(text, canon, raw, is_untouched=bool(flags))


@dataclass(frozen=True, slots=True)
class Merge:
    """What a cell does: outcome "same", "take", "keep" or "conflict", and the value."""

    outcome: str
    cell: Cell


def squeeze(text: str) -> str:
    """Reduce every run of blanks to one, lines included."""
    return " ".join(text.split())


class Kind:
    """One line of text; the base of the other kinds."""

    def parse(self, text: str) -> Cell:
        """Read the text of a cell."""
        value = squeeze(text)
        return Cell(value, value, value)

    def show(self, raw: Any) -> Cell:
        """Write the value of a card."""
        return self.parse(raw or "")

    def is_read_back(self, cell: Cell) -> bool:
        """Whether the text of a shown value means that value wherever it is read."""
        back = self.parse(clean_text(cell.text))
        return back.canon == cell.canon and not back.rest

    def merge(
        self, base: str | None, current: Cell, incoming: Cell, *, clear_empty: bool
    ) -> Merge:
        """Decide what ``incoming`` does to ``current``.

        :param base: digest of what stood there when the file was exported, None when
            the file does not say
        """
        if incoming.is_untouched:
            return Merge("keep", current)
        merged = merge_cell(
            base, current.canon, incoming.canon, clear_empty=clear_empty
        )
        if merged.outcome == "take" and base is None:
            return self._merge_unmarked(current, incoming)
        return Merge(merged.outcome, current if merged.outcome == "same" else incoming)

    def _merge_unmarked(self, current: Cell, incoming: Cell) -> Merge:
        """Decide for a file that does not know what stood there before."""
        return Merge("take", incoming)


class NameKind(Kind):
    """The name of a client: with or without its legal form it is the same name."""

    def _merge_unmarked(self, current: Cell, incoming: Cell) -> Merge:
        old, new = names.parse_name(current.text), names.parse_name(incoming.text)
        if old.core == new.core and old.legal_form != new.legal_form:
            return Merge("same", current)
        return Merge("take", incoming)


class NoteKind(Kind):
    """Free text of several lines. A strange file adds to it and never replaces it."""

    def parse(self, text: str) -> Cell:
        lines = (squeeze(line) for line in text.splitlines())
        value = "\n".join(line for line in lines if line)
        return Cell(value, squeeze(value), value)

    def _merge_unmarked(self, current: Cell, incoming: Cell) -> Merge:
        present = set(current.text.splitlines())
        new = [line for line in incoming.text.splitlines() if line not in present]
        if not new:
            return Merge("same", current)
        return Merge("take", self.parse("\n".join([current.text, *new])))


class WebsiteKind(Kind):
    """An address on the web; the scheme and a closing slash do not matter."""

    def parse(self, text: str) -> Cell:
        value = squeeze(text)
        canon = re.sub(r"^(https?://)?(www\.)?|/+$", "", value.lower())
        return Cell(value, canon, value)


class TaxIdKind(Kind):
    """A tax number; leading zeros and a country prefix do not matter."""

    def parse(self, text: str) -> Cell:
        value = tax_id.normalize_tax_id(text)
        if not value:
            return Cell(rest=squeeze(text))
        return Cell(value, tax_id.tax_id_key(value), value)

    def show(self, raw: Any) -> Cell:
        value = raw or ""
        return Cell(value, tax_id.tax_id_key(value) or value, value)


class DateKind(Kind):
    """A day, written the way of the country or of the standard."""

    def parse(self, text: str) -> Cell:
        value = squeeze(text)
        day = value.split("T")[0].split(" ")[0]
        for form in DATE_FORMATS:
            try:
                iso = datetime.strptime(day, form).date().isoformat()
            except ValueError:
                continue
            return Cell(iso, iso, iso)
        return Cell(rest=value)

    def show(self, raw: Any) -> Cell:
        iso = raw.isoformat() if isinstance(raw, date) else raw or ""
        return Cell(iso, iso, iso)


class BooleanKind(Kind):
    """Yes or no."""

    def __init__(self, yes: str, no: str) -> None:
        """Take the words for yes and no in the language of the reader."""
        self._cells = (Cell(no, "0", False), Cell(yes, "1", True))

    def parse(self, text: str) -> Cell:
        word = squeeze(text).lower()
        no, yes = self._cells
        if word in YES_WORDS or word == yes.text.lower():
            return yes
        if word in NO_WORDS or word == no.text.lower():
            return no
        return Cell(rest=squeeze(text))

    def show(self, raw: Any) -> Cell:
        return self._cells[bool(raw)]

    def is_read_back(self, cell: Cell) -> bool:
        """The reader may know the words of another language only."""
        return False


class ChoiceKind(Kind):
    """One of known values: a selection or a record, found by any of its names."""

    def __init__(
        self,
        labels: Mapping[Any, str],
        spellings: Mapping[str, Any],
        *,
        can_create: bool = False,
    ) -> None:
        """
        :param labels: value -> name in the reader's language
        :param spellings: name in lower case, in any language -> value; None when
            several have this name, and nobody can say which is meant
        :param can_create: a new name becomes a new value when the file is applied
        """
        self._labels = dict(labels)
        self._spellings = dict(spellings)
        self._can_create = can_create

    def parse(self, text: str) -> Cell:
        name = squeeze(text)
        value = self._spellings.get(name.lower())
        if value is not None:
            return self._show_one(value)
        if name and self._can_create and name.lower() not in self._spellings:
            return self._show_one({"new": name})
        return Cell(rest=name)

    def show(self, raw: Any) -> Cell:
        return self._show_one(raw)

    def is_read_back(self, cell: Cell) -> bool:
        """A name may mean nothing to the reader, or another record meanwhile."""
        return not cell.text

    def knows(self, raw: Any) -> bool:
        """Whether ``raw`` is one of the values."""
        return raw in self._labels

    def learn(self, labels: Mapping[Any, str], spellings: Mapping[str, Any]) -> None:
        """Take more values in: there are too many records to know all of them."""
        self._labels.update(labels)
        self._spellings = {**spellings, **self._spellings}

    def _show_one(self, raw: Any) -> Cell:
        if not raw:
            return Cell()
        if isinstance(raw, dict):
            return Cell(raw["new"], f"+{raw['new'].lower()}", raw)
        unknown = raw if isinstance(raw, str) else ""  # a number says nothing
        return Cell(self._labels.get(raw, unknown), str(raw), raw)


class TagsKind(ChoiceKind):
    """Several of known values, with commas. A strange file adds tags only."""

    def __init__(
        self,
        labels: Mapping[Any, str],
        spellings: Mapping[str, Any],
        *,
        can_create: bool = False,
    ) -> None:
        """See ``ChoiceKind``."""
        super().__init__(labels, spellings, can_create=can_create)
        self._counted: Mapping[str, Any] = {}
        self._most_separators = 0

    def _count_separators(self) -> int:
        """:return: the most separators that stand in one name"""
        if self._counted is not self._spellings:
            self._counted = self._spellings
            self._most_separators = max(
                (len(TAG_SEPARATOR.findall(name)) for name in self._spellings),
                default=0,
            )
        return self._most_separators

    def parse(self, text: str) -> Cell:
        parts = [part for part in self._split(text) if part.strip()]
        return self._join([super(TagsKind, self).parse(part) for part in parts])

    def _split(self, text: str) -> Iterator[str]:
        """Part the names; a known one with a comma in it stays whole."""
        parts = TAG_SEPARATOR.split(text)  # every other one is a separator
        most, start = self._count_separators(), 0
        while start < len(parts):
            end = start + 1 + 2 * most
            while end > start + 1 and not self._is_known("".join(parts[start:end])):
                end -= 2
            yield "".join(parts[start:end])
            start = end + 1

    def _is_known(self, name: str) -> bool:
        return squeeze(name).lower() in self._spellings

    def show(self, raw: Any) -> Cell:
        return self._join([self._show_one(value) for value in raw or ()])

    def _join(self, found: Sequence[Cell]) -> Cell:
        unique = {cell.canon: cell for cell in found if cell.canon}
        ordered = [unique[canon] for canon in sorted(unique)]
        return Cell(
            SEPARATOR.join(cell.text for cell in ordered),
            " ".join(cell.canon for cell in ordered),
            [cell.raw for cell in ordered],
            SEPARATOR.join(cell.rest for cell in found if cell.rest),
        )

    def _merge_unmarked(self, current: Cell, incoming: Cell) -> Merge:
        present = current.raw or []
        added = [raw for raw in incoming.raw if raw not in present]
        if not added:
            return Merge("same", current)
        return Merge("take", self.show([*present, *added]))


class PointsKind(Kind):
    """Several phones, e-mails or messengers. A strange file adds to them only.

    ``raw`` is a list of [value, normal form, note].
    """

    def __init__(self, kind: str, country: str = "") -> None:
        """:param country: ISO code of the country whose local numbers are written"""
        self._kind = kind
        self._country = country

    def parse(self, text: str) -> Cell:
        found, rest = points.split_values(self._kind, text, self._country)
        raw = [[item.value, item.normalized, item.note] for item in found]
        rest = squeeze(rest)
        if self._is_attempt(rest):
            raw.append([rest, "", ""])
            rest = ""
        # phones come formatted already, and formatting is what takes time here
        return self._join(raw, is_tidy=self._kind == "phone", rest=rest)

    def show(self, raw: Any) -> Cell:
        return self._join(raw)

    def _join(self, raw: Any, *, is_tidy: bool = False, rest: str = "") -> Cell:
        unique = {
            point[1] or point[0]: list(point)
            for point in raw or ()
            if point[1] or self._is_attempt(point[0])
        }
        return Cell(
            SEPARATOR.join(
                self._write(*point, is_tidy=is_tidy) for point in unique.values()
            ),
            " ".join(unique),
            list(unique.values()),
            rest,
        )

    @staticmethod
    def _write(value: str, normal: str, note: str, *, is_tidy: bool) -> str:
        """A phone reads the same in every country."""
        is_phone = normal.startswith("+") and not is_tidy
        text = contact.format_phone(normal) if is_phone else value
        return f"{text} ({note})" if note else text

    def is_read_back(self, cell: Cell) -> bool:
        """What is no number here may be one by the rules of another country."""
        is_clear = all(normal and not note for _value, normal, note in cell.raw or ())
        return is_clear and super().is_read_back(cell)

    def _is_attempt(self, text: str) -> bool:
        """A number with a digit too few is kept beside the others, to be mended."""
        if self._kind == "email":
            return "@" in text
        return sum(map(str.isdigit, text)) >= MIN_DIGITS

    def _merge_unmarked(self, current: Cell, incoming: Cell) -> Merge:
        known = {point[1] or point[0] for point in current.raw or ()}
        added = [point for point in incoming.raw if (point[1] or point[0]) not in known]
        if not added:
            return Merge("same", current)
        return Merge("take", self.show([*(current.raw or []), *added]))
