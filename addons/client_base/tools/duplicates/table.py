"""Normal forms of many cards as columns of numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from operator import attrgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..alphabet import VOWELS
from ..given_names import GIVEN_KEYS
from .cards import NormalCard
from .hashing import Hashes, hash_texts
from .mail_forms import FREE_DOMAINS
from .name_forms import MAX_TOKENS, NameForm

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# What a name says a card is.
PERSON, ENTREPRENEUR, FIRM = 0, 1, 2
# What a card says, in the order that rows are sorted by.
_CONTENT: Final = (
    *("joined", "tokens", "plain", "patronymic", "initials", "legal_form"),
    *("branch", "place", "phones", "emails", "tax_id", "street", "street_joined"),
    *("house", "flat", "city", "zip", "birthdate", "gender", "is_company"),
)
_KINDS: Final = {"": PERSON, "fop": ENTREPRENEUR}


@dataclass(frozen=True, slots=True)
class Column:
    """One value, or several, of each card as places in a list of distinct values.

    ``codes`` is (cards,) or (cards, width); 0 stands for no value.
    """

    codes: Codes
    values: list[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Column":
        """Return the column of one value a card."""
        known = _no_places()
        codes = np.fromiter(map(known.__getitem__, texts), np.int32)
        return cls(codes, list(known))

    @classmethod
    def of_many(cls, rows: Sequence[tuple[str, ...]], width: int) -> "Column":
        """Return the column of at most ``width`` values a card."""
        known = _no_places()
        texts = chain.from_iterable([row[:width] for row in rows])
        found = np.fromiter(map(known.__getitem__, texts), np.int32)
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        codes = np.zeros((len(rows), width), np.int32)
        codes[np.arange(width) < lengths[:, None]] = found
        return cls(codes, list(known))

    def take(self, rows: Ints) -> "Column":
        """Return the column of some rows, in their order."""
        return Column(self.codes[rows], self.values)

    def hashes(self, salt: str) -> Hashes:
        """Return one stable hash for each distinct value; ``salt`` names the column."""
        return hash_texts(self.values, salt)

    def map(self, texts: Iterable[str]) -> "Column":
        """Return a column of other values, one for each distinct value of this."""
        other = Column.of(texts)
        return Column(other.codes[self.codes], other.values)


class KeyTable:
    """The columns that keys are made of; ``ids`` holds the id of each row."""

    def __init__(self, fields: "Fields") -> None:
        self.size = fields.size
        self.ids = fields.numbers("id")
        self.token = fields.columns("tokens", MAX_TOKENS)
        self.skeleton = self.token.map(map(_skeleton, self.token.values))
        self.is_given = _flags(text in GIVEN_KEYS for text in self.token.values)
        self.is_number = _flags(text[:1].isdigit() for text in self.token.values)
        self.joined = fields.column("joined")
        self.joined_skeleton = self.joined.map(map(_skeleton, self.joined.values))
        self.initials = fields.column("initials")
        self.phone = fields.columns("phones")
        self.email = fields.columns("emails")
        mailboxes = (text.partition("@")[0] for text in self.email.values)
        self.mailbox = self.email.map(mailboxes)
        self.tax_id = fields.column("tax_id")
        self.city = fields.column("city")
        self.zip = fields.column("zip")
        self.street = fields.column("street")
        self.house = fields.column("house")
        self.birthdate = fields.column("birthdate")


class Table(KeyTable):
    """The columns of cards sorted by content, so that their order never matters.

    ``same_as_before`` tells the rows whose content is that of the row before.
    """

    def __init__(self, cards: Iterable[NormalCard]) -> None:
        fields = Fields(cards)
        self.same_as_before = fields.sort()
        super().__init__(fields)
        self.parents = fields.numbers("parent_id")
        self.is_company = fields.numbers("is_company").astype(np.bool_)
        self._read_names(fields)
        self._read_places(fields)
        domains = (text.partition("@")[2] for text in self.email.values)
        self.domain = self.email.map(domains)
        self.is_free = _flags(
            not text or text in FREE_DOMAINS for text in self.domain.values
        )

    def _read_names(self, fields: "Fields") -> None:
        self.plain = fields.columns("plain", MAX_TOKENS)
        self.token_count = (self.token.codes > 0).sum(1)
        self.numbers = self._find_numbers()
        self.patronymic = fields.column("patronymic")
        self.legal_form = fields.column("legal_form")
        kinds = [_KINDS.get(text, FIRM) for text in self.legal_form.values]
        self.kind = np.array(kinds, np.int8)[self.legal_form.codes]
        self.gender = fields.column("gender")

    def _find_numbers(self) -> Column:
        """Return the column of the numbers in each name, in one text."""
        texts = [""] * self.size
        codes, values = self.token.codes, self.token.values
        for row in np.flatnonzero(self.is_number[codes].any(1)).tolist():
            numbers = [values[code] for code in codes[row] if values[code].isdigit()]
            texts[row] = " ".join(sorted(numbers))
        return Column.of(texts)

    def _read_places(self, fields: "Fields") -> None:
        """Read addresses; towns of cards and those in names have one list of values."""
        places = Column.of(fields.of("city") + fields.of("place"))
        self.city = places.take(fields.order)
        self.place = places.take(fields.order + self.size)
        marks = zip(fields.of("branch"), fields.of("place"), strict=True)
        branch = Column.of(mark or place for mark, place in marks)
        self.branch = branch.take(fields.order)
        self.street_joined = fields.column("street_joined")
        self.flat = fields.column("flat")

    @property
    def counted(self) -> dict[str, Column]:
        """The columns whose frequent values say less than the rare ones."""
        return {
            "token": self.token, "phone": self.phone, "email": self.email,
            "tax_id": self.tax_id, "street": self.street, "city": self.city,
            "zip": self.zip, "birthdate": self.birthdate,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How many cards of a base hold each value that more than two hold.

    A value that is not listed is held by two cards at most, which counts the same: the
    frequency is asked without the pair itself. ``hashes`` are sorted.
    """

    size: int
    hashes: Hashes
    counts: Ints

    @classmethod
    def of(cls, table: Table) -> "Frequencies":
        """Count the values of a base."""
        hashes, counts = [], []
        for name, column in table.counted.items():
            count = np.bincount(column.codes.ravel(), minlength=len(column.values))
            count[0] = 0
            frequent = np.flatnonzero(count > 2)
            texts = [column.values[code] for code in frequent]
            hashes.append(hash_texts(texts, name))
            counts.append(count[frequent])
        every, number = np.concatenate(hashes), np.concatenate(counts)
        order = np.argsort(every, kind="stable")
        return cls(table.size, every[order], number[order].astype(np.int64))

    def of_column(self, name: str, column: Column) -> Floats:
        """Return how many other cards hold each distinct value, at least one.

        That is the count without the card itself, so that 1 and 2 are one.
        """
        found = np.ones(len(column.values))
        if not len(self.hashes) or len(column.values) < 2:
            return found
        asked = column.hashes(name)
        places = np.searchsorted(self.hashes, asked).clip(max=len(self.hashes) - 1)
        hit = self.hashes[places] == asked
        found[hit] = self.counts[places[hit]] - 1
        return found

    def to_bytes(self) -> bytes:
        """Return the counts as bytes, for ``from_bytes``; 12 bytes a listed value."""
        head = np.array([self.size, len(self.hashes)], "<u8").tobytes()
        return (
            head
            + self.hashes.astype("<u8").tobytes()
            + (self.counts.astype("<u4").tobytes())
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frequencies":
        """Return what ``to_bytes`` wrote."""
        size, length = (int(x) for x in np.frombuffer(data, "<u8", 2))
        hashes = np.frombuffer(data, "<u8", length, 16).astype(np.uint64)
        counts = np.frombuffer(data, "<u4", length, 16 + 8 * length)
        return cls(size, hashes, counts.astype(np.int64))


class Fields:
    """The fields of cards, and the order that their rows are wanted in.

    They are read in the order that they lie in memory, which is twice as fast.
    """

    def __init__(self, cards: Iterable[NormalCard]) -> None:
        self._cards = list(cards)
        self._names = _each("name", self._cards)
        self._known: dict[str, list[Any]] = {}
        self.size = len(self._cards)
        self.order: Ints = np.arange(self.size)

    def of(self, name: str) -> list[Any]:
        """Return a field of each card, as they came."""
        if name not in self._known:
            of_name = name in NameForm._fields
            self._known[name] = _each(name, self._names if of_name else self._cards)
        return self._known[name]

    def sort(self) -> Flags:
        """Sort by content, then id; tell which rows have that of the row before."""
        content = list(zip(*map(self.of, _CONTENT), strict=True))
        rows = sorted(range(self.size), key=self.of("id").__getitem__)
        rows.sort(key=content.__getitem__)
        self.order = _ints(rows)
        return _flags(
            at > 0 and content[rows[at - 1]] == content[row]
            for at, row in enumerate(rows)
        )

    def column(self, name: str) -> Column:
        """Return the column of a field that holds one text."""
        return Column.of(self.of(name)).take(self.order)

    def columns(self, name: str, width: int = 0) -> Column:
        """Return the column of a field that holds several, all by default."""
        rows = self.of(name)
        width = width or max([len(row) for row in rows], default=0)
        return Column.of_many(rows, max(width, 1)).take(self.order)

    def numbers(self, name: str) -> Ints:
        """Return a field that holds one number."""
        return _ints(self.of(name))[self.order]


def _each(field: str, rows: Iterable[Any]) -> list[Any]:
    """Return one field of each row."""
    return list(map(attrgetter(field), rows))


def _no_places() -> defaultdict[str, int]:
    """Return what gives each new text the next place; the first is that of no text."""
    return defaultdict(count(1).__next__, {"": 0})


def _skeleton(text: str) -> str:
    """Return the consonants of a folded word, and its first letter."""
    return text[:1] + text[1:].translate(VOWELS)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def _flags(values: Iterable[bool]) -> Flags:
    return np.fromiter(values, np.bool_)
