"""What a comparison of two cards can say, field by field.

Level 0 of every field is "one of the two does not know": no evidence.
"""

from enum import IntEnum
from typing import Final


class Name(IntEnum):
    """Names: how many of the words have a counterpart, and which do not."""

    UNKNOWN = 0
    SAME = 1  # all words
    MISSPELT = 2  # all words, or the whole without blanks, but for typos
    PART = 3  # all words of the shorter one, two or more
    PART_MISSPELT = 4
    ONE_WORD = 5  # both are the same single word
    ONE_OF_SEVERAL = 6  # one is a single word of the other
    INITIALS = 7  # the surname, and initials that agree
    ONLY_GIVEN = 8
    BOTH_HAVE_MORE = 9  # something agrees, and both have words of their own
    NOTHING = 10
    WEAK = 11  # agree, with one word that is hardly alike
    FIRMS_HAVE_MORE = 12
    FIRMS_NOTHING = 13
    ALMOST = 14  # one word on each side, of one root


class Given(IntEnum):
    """Given names the dictionary knows."""

    UNKNOWN = 0
    SAME = 1
    DIFFERENT = 2


class Alike(IntEnum):
    """Values that are equal, a slip apart, or different."""

    UNKNOWN = 0
    SAME = 1
    SLIP = 2
    DIFFERENT = 3
    TWO_SLIPS = 4  # birthdates only


class Mail(IntEnum):
    """E-mail addresses, the best two of all."""

    UNKNOWN = 0
    SAME = 1
    SAME_MAILBOX = 2  # at another domain
    SLIP = 3
    SAME_FIRM = 4  # one domain that is not a public one
    DIFFERENT = 5


class Address(IntEnum):
    """Street, house and flat."""

    UNKNOWN = 0
    SAME_FLAT = 1
    SAME_HOUSE = 2
    OTHER_FLAT = 3
    SAME_STREET = 4  # the house is not known
    OTHER_HOUSE = 5
    DIFFERENT = 6


class Place(IntEnum):
    """Postal code, else town."""

    UNKNOWN = 0
    SAME_ZIP = 1
    SAME_CITY = 2
    DIFFERENT = 3


class Branch(IntEnum):
    """Marks of a part of a firm."""

    UNKNOWN = 0
    SAME = 1
    ONE_IS_PART = 2
    TWO_PARTS = 3
    OWN_CITY = 4  # the mark is only the town that the card is in
    NONE = 5  # neither is marked, and the names agree


class Kind(IntEnum):
    """Person, entrepreneur or firm, as the legal form says."""

    UNKNOWN = 0
    SAME = 1
    DIFFERENT = 2
    FIRM_AND_ENTREPRENEUR = 3


class Family(IntEnum):
    """How the base itself ties the two."""

    UNKNOWN = 0
    PARENT_AND_CHILD = 1


class Two(IntEnum):
    """Legal forms, numbers in names, genders: equal or not."""

    UNKNOWN = 0
    SAME = 1
    DIFFERENT = 2


FIELDS: Final[dict[str, type[IntEnum]]] = {
    "name": Name,
    "given": Given,
    "patronymic": Alike,
    "phone": Alike,
    "email": Mail,
    "tax_id": Alike,
    "address": Address,
    "place": Place,
    "birthdate": Alike,
    "legal_form": Two,
    "branch": Branch,
    "number": Two,
    "gender": Two,
    "kind": Kind,
    "family": Family,
}
