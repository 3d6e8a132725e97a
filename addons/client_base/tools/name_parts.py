"""The parts of a name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart.

    ``legal_form`` is a class ("llc", "fop", ...), ``core`` the name as typed without
    form and quotes, ``tokens`` its folded words in order, ``key`` the same sorted and
    joined (equal keys: the same name), ``plain`` the transliterated words in order.
    """

    legal_form: str
    core: str
    key: str
    tokens: tuple[str, ...]
    plain: str
