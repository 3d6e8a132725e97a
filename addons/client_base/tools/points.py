"""Several contact points in one text, whatever their kind."""

import re

from rapidfuzz.distance import OSA

from .contact import (
    ContactValue,
    normalize_messenger,
    split_emails,
    split_phones,
)

MIN_LOCAL_DIGITS = 6
SLIP_DISTANCE = 1  # one digit or letter wrong, missing, doubled or swapped


def split_values(
    kind: str, text: str, country: str = ""
) -> tuple[list[ContactValue], str]:
    """Take the contact points of one cell apart.

    :param kind: one of ``contact.KINDS``
    :param country: ISO code of the country that local phone numbers belong to
    :return: the points in order, each once, and the text that is none
    """
    if kind == "phone":
        return split_phones(text, country)
    if kind == "email":
        return split_emails(text)
    found: dict[str, ContactValue] = {}
    rest = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        normal = normalize_messenger(kind, part, country)
        if normal:
            found.setdefault(normal, ContactValue(kind, part, normal))  # type: ignore[arg-type]
        else:
            rest.append(part)
    return list(found.values()), ", ".join(rest)


def normal_forms(kind: str, text: str, country: str = "") -> list[str]:
    """Return the normal form of every contact point in ``text``."""
    return [item.normalized for item in split_values(kind, text, country)[0]]


def is_slip(old: str, new: str) -> bool:
    """Tell whether two normal forms differ by one slip of the finger."""
    return 0 < OSA.distance(old, new, score_cutoff=SLIP_DISTANCE) <= SLIP_DISTANCE


def is_local_form(text: str | None, normal: str | None) -> bool:
    """Tell whether ``normal`` is the number ``text``, written with its country.

    So a local number keeps its meaning when its owner moves to another country.
    """
    digits = re.sub(r"\D", "", text or "").lstrip("0")
    return len(digits) >= MIN_LOCAL_DIGITS and (normal or "").endswith(digits)
