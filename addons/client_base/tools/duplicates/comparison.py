"""Compare many pairs of cards field by field."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from .hashing import Letters
from .levels import FIELDS, Address, Alike, Branch, Family, Kind, Mail, Name, Place, Two
from .name_levels import Levels, NameComparer
from .pairs import information
from .table import ENTREPRENEUR, FIRM, Column, Flags, Floats, Frequencies, Ints, Table
from .text_likeness import Texts

_STREET_LIKENESS: Final = 0.84
# What ``token_set_ratio`` must say at least to matter.
_WORD_SET_LEAST: Final = 85.0
_CITY_LIKENESS: Final = 0.85
_MAILBOX_LIKENESS: Final = 0.84
_MIN_SAME_MAILBOX: Final = 6
_MIN_SLIP_MAILBOX: Final = 5
# Digits of a phone that are compared: without the country.
_PHONE_DIGITS: Final = 9
_MAX_STREET_BITS: Final = 14.0


class Compared(NamedTuple):
    """What a chunk of pairs says.

    ``levels`` is (fields, pairs) in the order of ``FIELDS``; ``bits`` holds for some
    fields what the value that agrees is worth, log2(N / other holders).
    """

    levels: Levels
    bits: dict[str, Floats]


class Comparer:
    """Compares the cards of one table; made once, used for all chunks of pairs.

    :param frequencies: of the whole base, also when the table is a part of it
    """

    def __init__(self, table: Table, frequencies: Frequencies) -> None:
        self._table = table
        self._names = NameComparer(table, frequencies)
        self._bits = {
            name: information(frequencies, name, column)
            for name, column in table.counted.items()
            if name != "token"
        }
        phones = [text[-_PHONE_DIGITS:] for text in table.phone.values]
        self._short_phones = Texts(phones)
        self._digit_counts = _count_digits(phones)
        self._exact_texts = {
            name: Texts(table.counted[name].values) for name in ("tax_id", "birthdate")
        }
        self._mailboxes = Texts(table.mailbox.values)
        self._streets = Texts(table.street.values)
        self._joined_streets = Texts(table.street_joined.values)
        self._cities = Texts(table.city.values)
        lengths = [len(text) for text in table.mailbox.values]
        self._mailbox_length = np.array(lengths)

    def compare(self, left: Ints, right: Ints) -> Compared:
        """Compare rows of the table with one another."""
        low, high = np.minimum(left, right), np.maximum(left, right)
        names = self._names.compare(low, high)
        phone, phone_bits = self._phones(low, high)
        email, email_bits = self._emails(low, high)
        tax_id, tax_bits = self._exact("tax_id", low, high)
        address, address_bits = self._addresses(low, high)
        place, place_bits = self._place(low, high)
        birthdate, birth_bits = self._exact("birthdate", low, high)
        levels = {
            "name": names.level,
            "given": names.given,
            "patronymic": names.patronymic,
            "phone": phone,
            "email": email,
            "tax_id": tax_id,
            "address": address,
            "place": place,
            "birthdate": birthdate,
            "legal_form": _equal(self._table.legal_form, low, high),
            "branch": self._branches(low, high, names.level),
            "number": self._numbers(low, high),
            "gender": _equal(self._table.gender, low, high),
            "kind": self._kinds(low, high),
            "family": self._families(low, high),
        }
        bits = {
            "name": names.bits, "phone": phone_bits, "email": email_bits,
            "tax_id": tax_bits, "address": address_bits,
            "place": place_bits, "birthdate": birth_bits,
        }  # fmt: skip
        return Compared(np.stack([levels[name] for name in FIELDS]), bits)

    # === CONTACTS ===

    def _phones(self, left: Ints, right: Ints) -> tuple[Levels, Floats]:
        codes = self._table.phone.codes
        ours, theirs = codes[left], codes[right]
        both = (ours > 0).any(1) & (theirs > 0).any(1)
        level = np.where(both, Alike.DIFFERENT, Alike.UNKNOWN).astype(np.int8)
        same, bits = _shared(ours, theirs, self._bits["phone"])
        level[same] = Alike.SAME
        near = np.flatnonzero(both & ~same)
        for our in ours[near].T:
            for their in theirs[near].T:
                known = np.flatnonzero((our > 0) & (their > 0))
                known = known[self._may_be_slip(our[known], their[known])]
                edits = self._short_phones.edits(our[known], their[known], 1)
                level[near[known[edits <= 1]]] = Alike.SLIP
        return level, bits

    def _may_be_slip(self, ours: Ints, theirs: Ints) -> Flags:
        """Tell which phones have nearly the same digits, in any order.

        One edit changes how often two digits occur, by one each, at most.
        """
        counts = self._digit_counts
        return np.asarray(np.abs(counts[ours] - counts[theirs]).sum(1) <= 2)

    def _emails(self, left: Ints, right: Ints) -> tuple[Levels, Floats]:
        codes = self._table.email.codes
        ours, theirs = codes[left], codes[right]
        both = (ours > 0).any(1) & (theirs > 0).any(1)
        level = np.where(both, Mail.DIFFERENT, Mail.UNKNOWN).astype(np.int8)
        same, bits = _shared(ours, theirs, self._bits["email"])
        near = np.flatnonzero(both & ~same)
        width = codes.shape[1]
        for at in range(width):
            for to in range(width):
                known = near[(ours[near, at] > 0) & (theirs[near, to] > 0)]
                found = self._compare_mailboxes(left[known], at, right[known], to)
                level[known] = np.minimum(level[known], found)
        level[same] = Mail.SAME
        return level, bits

    def _compare_mailboxes(self, left: Ints, at: int, right: Ints, to: int) -> Levels:
        """Compare addresses that are not equal."""
        table = self._table
        ours, theirs = table.mailbox.codes[left, at], table.mailbox.codes[right, to]
        domain = table.domain.codes[left, at]
        same_domain = domain == table.domain.codes[right, to]
        length = np.minimum(self._mailbox_length[ours], self._mailbox_length[theirs])
        firm = same_domain & ~table.is_free[domain]
        level = np.where(firm, Mail.SAME_FIRM, Mail.DIFFERENT)
        near = np.flatnonzero(same_domain & (length >= _MIN_SLIP_MAILBOX))
        score = self._mailboxes.near(ours[near], theirs[near], _MAILBOX_LIKENESS)
        level[near[score > 0]] = Mail.SLIP
        level[(ours == theirs) & (length >= _MIN_SAME_MAILBOX)] = Mail.SAME_MAILBOX
        return level.astype(np.int8)

    def _exact(self, name: str, left: Ints, right: Ints) -> tuple[Levels, Floats]:
        """Compare tax numbers or birthdates."""
        column = self._table.counted[name]
        ours, theirs = column.codes[left], column.codes[right]
        level = np.zeros(len(left), np.int8)
        both = np.flatnonzero((ours > 0) & (theirs > 0))
        level[both] = Alike.DIFFERENT
        distance = self._exact_texts[name].edits(ours[both], theirs[both], 2)
        if name == "birthdate":
            level[both[distance == 2]] = Alike.TWO_SLIPS
        level[both[distance <= 1]] = Alike.SLIP
        same = (ours == theirs) & (ours > 0)
        level[same] = Alike.SAME
        return level, np.where(same, self._bits[name][ours], 0)

    # === PLACES ===

    def _addresses(self, left: Ints, right: Ints) -> tuple[Levels, Floats]:
        table = self._table
        ours, theirs = table.street.codes[left], table.street.codes[right]
        both = (ours > 0) & (theirs > 0)
        alike = both & (ours == theirs)
        other = np.flatnonzero(both & ~alike)
        alike[other] = (
            self._street_likeness(left[other], right[other]) >= _STREET_LIKENESS
        )
        house, no_house = _agreement(table.house, left, right)
        flat, no_flat = _agreement(table.flat, left, right)
        level = np.where(both, Address.DIFFERENT, Address.UNKNOWN).astype(np.int8)
        level[alike] = Address.OTHER_HOUSE
        level[alike & no_house] = Address.SAME_STREET
        at_house = alike & house
        level[at_house] = Address.OTHER_FLAT
        level[at_house & no_flat] = Address.SAME_HOUSE
        level[at_house & flat] = Address.SAME_FLAT
        bits = self._bits["street"]
        worth = np.maximum(bits[ours], bits[theirs]).clip(0, _MAX_STREET_BITS)
        return level, np.where(alike, worth, 0)

    def _street_likeness(self, left: Ints, right: Ints) -> npt.NDArray[np.float32]:
        table = self._table
        ours, theirs = table.street.codes[left], table.street.codes[right]
        words = self._streets.score(ours, theirs, fuzz.token_set_ratio, _WORD_SET_LEAST)
        sorted_words = self._streets.common(ours, theirs, _STREET_LIKENESS)
        joined = table.street_joined.codes
        whole = self._joined_streets.common(
            joined[left], joined[right], _STREET_LIKENESS
        )
        best = np.maximum(np.maximum(words * np.float32(0.0098), sorted_words), whole)
        return np.asarray(best, dtype=np.float32)

    def _place(self, left: Ints, right: Ints) -> tuple[Levels, Floats]:
        city = self._table.city
        ours, theirs = city.codes[left], city.codes[right]
        both = (ours > 0) & (theirs > 0)
        same = both & (ours == theirs)
        other = np.flatnonzero(both & ~same)
        same[other] = (
            self._cities.common(ours[other], theirs[other], _CITY_LIKENESS) > 0
        )
        zips, no_zip = _agreement(self._table.zip, left, right)
        level = np.where(both | ~no_zip, Place.DIFFERENT, Place.UNKNOWN).astype(np.int8)
        level[same] = Place.SAME_CITY
        level[zips] = Place.SAME_ZIP
        city_bits = np.where(same, self._bits["city"][ours], 0)
        zip_bits = self._bits["zip"][self._table.zip.codes[left]]
        return level, np.where(zips, zip_bits, city_bits)

    # === WHAT ONLY TELLS THE SAME FROM THE RELATED ===

    def _branches(self, left: Ints, right: Ints, names: Levels) -> Levels:
        table = self._table
        ours, theirs = table.branch.codes[left], table.branch.codes[right]
        level = np.zeros(len(left), np.int8)
        level[(ours > 0) ^ (theirs > 0)] = Branch.ONE_IS_PART
        level[(ours > 0) & (theirs > 0)] = Branch.TWO_PARTS
        level[(ours > 0) & (ours == theirs)] = Branch.SAME
        place, city = table.place.codes, table.city.codes
        own = (place[left] > 0) & (place[left] == city[right])
        own |= (place[right] > 0) & (place[right] == city[left])
        level[(level == Branch.ONE_IS_PART) & own] = Branch.OWN_CITY
        agree = (names >= Name.SAME) & (names <= Name.INITIALS)
        level[(level == Branch.UNKNOWN) & agree] = Branch.NONE
        return level

    def _numbers(self, left: Ints, right: Ints) -> Levels:
        codes = self._table.numbers.codes
        level = np.where(codes[left] == codes[right], Two.SAME, Two.DIFFERENT)
        level[(codes[left] == 0) & (codes[right] == 0)] = Two.UNKNOWN
        return level.astype(np.int8)

    def _kinds(self, left: Ints, right: Ints) -> Levels:
        ours, theirs = self._table.kind[left], self._table.kind[right]
        level = np.where(ours == theirs, Kind.SAME, Kind.DIFFERENT)
        low, high = np.minimum(ours, theirs), np.maximum(ours, theirs)
        level[(low == ENTREPRENEUR) & (high == FIRM)] = Kind.FIRM_AND_ENTREPRENEUR
        return level.astype(np.int8)

    def _families(self, left: Ints, right: Ints) -> Levels:
        ids, parents = self._table.ids, self._table.parents
        tied = (parents[left] > 0) & (parents[left] == ids[right])
        tied |= (parents[right] > 0) & (parents[right] == ids[left])
        return np.where(tied, Family.PARENT_AND_CHILD, Family.UNKNOWN).astype(np.int8)


def _shared(
    ours: npt.NDArray[np.int32], theirs: npt.NDArray[np.int32], bits: Floats
) -> tuple[Flags, Floats]:
    """Tell which pairs have a value in common, and what the rarest such is worth."""
    best = np.full(len(ours), -1.0)
    for our in ours.T:
        for their in theirs.T:
            same = (our == their) & (our > 0)
            best = np.where(same, np.maximum(best, bits[our]), best)
    return best >= 0, best.clip(0)


def _count_digits(texts: list[str]) -> npt.NDArray[np.int8]:
    """Return how often each digit occurs in each text; (texts, 10)."""
    letters = Letters.of(texts)
    owner = np.repeat(np.arange(len(texts)), letters.lengths)
    digit = letters.values.astype(np.int64) - ord("0")
    known = (digit >= 0) & (digit < 10)
    codes = owner[known] * 10 + digit[known]
    count = np.bincount(codes, minlength=10 * len(texts))
    return count.reshape(len(texts), 10).astype(np.int8)


def _equal(column: Column, left: Ints, right: Ints) -> Levels:
    same, unknown = _agreement(column, left, right)
    level = np.where(same, Two.SAME, Two.DIFFERENT)
    return np.where(unknown, Two.UNKNOWN, level).astype(np.int8)


def _agreement(column: Column, left: Ints, right: Ints) -> tuple[Flags, Flags]:
    """Tell which pairs have one value, and which lack one."""
    ours, theirs = column.codes[left], column.codes[right]
    unknown = (ours == 0) | (theirs == 0)
    return (ours == theirs) & ~unknown, unknown
