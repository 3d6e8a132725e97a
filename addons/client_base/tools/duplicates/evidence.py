"""Why two cards may be one client, as data that a sentence can be made of."""

from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from .levels import FIELDS, Address, Alike, Branch, Family, Given, Mail, Two

Relation = Literal["", "family", "branch", "household", "colleague", "person", "brand"]
_Levels = npt.NDArray[np.int8]
_Flags = npt.NDArray[np.bool_]

_NAMES: Final = tuple(FIELDS)
_LEVELS: Final = {
    name: {int(level): level.name.lower() for level in levels}
    for name, levels in FIELDS.items()
}


class Evidence(NamedTuple):
    """What one field says of a pair, in bits.

    ``same`` is log2 of how many times as often cards of one client look like this as
    chance pairs do; ``related`` the same of related cards. Plus speaks for it.
    """

    field: str
    level: str
    same: float
    related: float

    @property
    def telling(self) -> float:
        """Bits for one client against two related ones."""
        return self.same - self.related


class Pair(NamedTuple):
    """Two cards that may be one client, ``left`` the lower id.

    ``score`` is log2 of the odds that they are: 0 is even, +3 is 8 to 1. ``relation``
    says what they are if they are not: ``family`` a card and its own parent card,
    ``branch`` parts of one firm, ``household``, ``colleague``, ``person`` a firm and
    one of its people, ``brand`` two firms of one brand; empty when nothing tells.
    ``levels``, ``same`` and ``related`` are of each field in the order of ``FIELDS``:
    what it says and its bits, as ``evidence`` tells them.
    """

    left: int
    right: int
    score: float
    related_score: float
    relation: Relation
    levels: tuple[int, ...]
    same: tuple[float, ...]
    related: tuple[float, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What each field says that both cards know."""
        fields = zip(_NAMES, self.levels, self.same, self.related, strict=True)
        return tuple(
            Evidence(name, _LEVELS[name][level], same, related)
            for name, level, same, related in fields
            if level
        )

    @property
    def probability(self) -> float:
        """The probability that the two are one client, 0 to 1."""
        return probability(self.score)


def probability(bits: float) -> float:
    """Return the probability that log2 odds stand for."""
    return float(1 / (1 + np.exp2(-min(max(bits, -60.0), 60.0))))


def find_relations(levels: _Levels, one_is_firm: _Flags) -> list[Relation]:
    """Return what the two cards of each pair are if they are not one client.

    :param levels: (fields, pairs) in the order of ``FIELDS``
    :param one_is_firm: whether one card is a firm's and the other a person's
    """
    of = dict(zip(_NAMES, levels, strict=True))
    shares_contact = of["phone"] == Alike.SAME
    shares_contact |= np.isin(of["email"], (Mail.SAME, Mail.SAME_FIRM))
    two_people = of["given"] == Given.DIFFERENT
    two_people |= of["patronymic"] == Alike.DIFFERENT
    two_people |= of["gender"] == Two.DIFFERENT
    at_home = np.isin(of["address"], (Address.SAME_FLAT, Address.SAME_HOUSE))
    rules: list[tuple[_Flags, Relation]] = [
        (of["family"] == Family.PARENT_AND_CHILD, "family"),
        (np.isin(of["branch"], (Branch.ONE_IS_PART, Branch.TWO_PARTS)), "branch"),
        (one_is_firm & shares_contact, "person"),
        (one_is_firm, ""),
        (two_people & (of["email"] == Mail.SAME_FIRM), "colleague"),
        (two_people & (at_home | shares_contact), "household"),
        (two_people, ""),
        (of["tax_id"] == Alike.DIFFERENT, "brand"),
    ]
    names: list[Relation] = [*(name for _, name in rules), ""]
    found = np.select([rule for rule, _ in rules], range(len(rules)), len(rules))
    return [names[place] for place in found.tolist()]
