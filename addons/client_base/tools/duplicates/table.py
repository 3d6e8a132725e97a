"""Normal forms of many cards as columns of numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..alphabet import VOWELS
from ..given_names import GIVEN_KEYS
from .cards import NormalCard
from .hashing import Hashes, hash_texts
from .mail_forms import FREE_DOMAINS
from .name_forms import MAX_TOKENS

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# What a name says a card is.
PERSON, ENTREPRENEUR, FIRM = 0, 1, 2
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
        known: dict[str, int] = {"": 0}
        codes = [known.setdefault(text, len(known)) for text in texts]
        return cls(np.array(codes, np.int32), list(known))

    @classmethod
    def of_many(cls, rows: Sequence[tuple[str, ...]], width: int) -> "Column":
        """Return the column of at most ``width`` values a card."""
        known: dict[str, int] = {"": 0}
        codes = np.zeros((len(rows), width), np.int32)
        for index, row in enumerate(rows):
            for place, text in enumerate(row[:width]):
                codes[index, place] = known.setdefault(text, len(known))
        return cls(codes, list(known))

    def hashes(self, salt: str) -> Hashes:
        """Return one stable hash for each distinct value; ``salt`` names the column."""
        return hash_texts(f"{salt}:{text}" for text in self.values)

    def map(self, texts: Iterable[str]) -> "Column":
        """Return a column of other values, one for each distinct value of this."""
        other = Column.of(texts)
        return Column(other.codes[self.codes], other.values)


class Table:
    """The columns of cards sorted by content, so that their order never matters.

    ``ids`` holds the id of each row; ``same_as_before`` tells the rows whose content is
    that of the row before.
    """

    def __init__(self, cards: Iterable[NormalCard]) -> None:
        keyed = sorted((card.content, card.id, card) for card in cards)
        rows = [card for _, _, card in keyed]
        names = [card.name for card in rows]
        self.size = len(rows)
        self.ids = _ints(card.id for card in rows)
        self.parents = _ints(card.parent_id for card in rows)
        self.same_as_before = _flags(
            index > 0 and keyed[index - 1][0] == key[0]
            for index, key in enumerate(keyed)
        )
        self._read_names(names)
        self.is_company = _flags(card.is_company for card in rows)
        self._read_contacts(rows)
        places = Column.of(
            [card.city for card in rows] + [name.place for name in names]
        )
        self.city = Column(places.codes[: self.size], places.values)
        self.place = Column(places.codes[self.size :], places.values)
        self.street = Column.of(card.street for card in rows)
        self.street_joined = Column.of(card.street_joined for card in rows)
        self.house = Column.of(card.house for card in rows)
        self.flat = Column.of(card.flat for card in rows)
        self.zip = Column.of(card.zip for card in rows)
        self.birthdate = Column.of(card.birthdate for card in rows)

    def _read_names(self, names: Sequence[Any]) -> None:
        self.token = Column.of_many([name.tokens for name in names], MAX_TOKENS)
        self.plain = Column.of_many([name.plain for name in names], MAX_TOKENS)
        self.token_count = (self.token.codes > 0).sum(1)
        self.skeleton = self.token.map(map(_skeleton, self.token.values))
        self.is_given = _flags(text in GIVEN_KEYS for text in self.token.values)
        self.is_number = _flags(text[:1].isdigit() for text in self.token.values)
        self.joined = Column.of(name.joined for name in names)
        self.joined_skeleton = self.joined.map(map(_skeleton, self.joined.values))
        self.patronymic = Column.of(name.patronymic for name in names)
        self.initials = Column.of(name.initials for name in names)
        self.legal_form = Column.of(name.legal_form for name in names)
        self.branch = Column.of(name.branch or name.place for name in names)
        self.numbers = Column.of(
            " ".join(sorted(token for token in name.tokens if token.isdigit()))
            for name in names
        )
        kinds = [_KINDS.get(text, FIRM) for text in self.legal_form.values]
        self.kind = np.array(kinds, np.int8)[self.legal_form.codes]
        self.gender = Column.of(name.gender for name in names)

    def _read_contacts(self, rows: Sequence[NormalCard]) -> None:
        width = max([len(card.phones) for card in rows], default=0)
        self.phone = Column.of_many([card.phones for card in rows], max(width, 1))
        width = max([len(card.emails) for card in rows], default=0)
        self.email = Column.of_many([card.emails for card in rows], max(width, 1))
        parts = [text.partition("@") for text in self.email.values]
        self.mailbox = self.email.map(local for local, _, _ in parts)
        self.domain = self.email.map(domain for _, _, domain in parts)
        self.is_free = _flags(
            not text or text in FREE_DOMAINS for text in self.domain.values
        )
        self.tax_id = Column.of(card.tax_id for card in rows)

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
            texts = [f"{name}:{column.values[code]}" for code in frequent]
            hashes.append(hash_texts(texts))
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


def _skeleton(text: str) -> str:
    """Return the consonants of a folded word, and its first letter."""
    return text[:1] + text[1:].translate(VOWELS)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def _flags(values: Iterable[bool]) -> Flags:
    return np.fromiter(values, np.bool_)
