"""Why two cards may be one client, as data that a sentence can be made of."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from .levels import FIELDS, Address, Alike, Branch, Family, Given, Mail, Two

Relation = Literal["", "family", "branch", "household", "colleague", "person", "brand"]

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
    """

    left: int
    right: int
    score: float
    related_score: float
    relation: Relation
    evidence: tuple[Evidence, ...]

    @property
    def probability(self) -> float:
        """The probability that the two are one client, 0 to 1."""
        return probability(self.score)


def probability(bits: float) -> float:
    """Return the probability that log2 odds stand for."""
    return float(1 / (1 + np.exp2(-min(max(bits, -60.0), 60.0))))


def describe(
    ids: tuple[int, int],
    score: float,
    related: float,
    levels: Sequence[int],
    bits: Iterable[tuple[float, float]],
    *,
    one_is_firm: bool,
) -> Pair:
    """Return a scored pair with what each known field says.

    :param levels: of each field in the order of ``FIELDS``
    :param bits: of each field for one client and for related ones
    :param one_is_firm: whether one card is a firm's and the other a person's
    """
    evidence = [
        Evidence(name, _LEVELS[name][level], same, of_related)
        for name, level, (same, of_related) in zip(_NAMES, levels, bits, strict=True)
        if level
    ]
    relation = _relation(levels, one_is_firm=one_is_firm)
    return Pair(min(ids), max(ids), score, related, relation, tuple(evidence))


def _relation(levels: Sequence[int], *, one_is_firm: bool) -> Relation:
    """Return what the two are if they are not one client."""
    of = dict(zip(_NAMES, levels, strict=True))
    if of["family"] == Family.PARENT_AND_CHILD:
        return "family"
    if of["branch"] in (Branch.ONE_IS_PART, Branch.TWO_PARTS):
        return "branch"
    if one_is_firm:
        return "person" if _shares_contact(of) else ""
    if (
        of["given"] == Given.DIFFERENT
        or of["patronymic"] == Alike.DIFFERENT
        or of["gender"] == Two.DIFFERENT
    ):
        at_home = of["address"] in (Address.SAME_FLAT, Address.SAME_HOUSE)
        if of["email"] == Mail.SAME_FIRM:
            return "colleague"
        return "household" if at_home or _shares_contact(of) else ""
    return "brand" if of["tax_id"] == Alike.DIFFERENT else ""


def _shares_contact(of: dict[str, int]) -> bool:
    return of["phone"] == Alike.SAME or of["email"] in (Mail.SAME, Mail.SAME_FIRM)
