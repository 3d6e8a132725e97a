"""Texts with values in braces, such as ``{name}``: nothing but these names."""

import re
from collections.abc import Collection, Mapping

BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_names(text: str, known: Collection[str]) -> list[str]:
    """:return: what stands in braces and is none of ``known``, in order of the text"""
    names = (found.strip() for found in BRACES.findall(text))
    return list(dict.fromkeys(name for name in names if name not in known))


def has_stray_brace(text: str) -> bool:
    """Say whether a brace is left that opens or closes nothing."""
    return bool(set("{}") & set(BRACES.sub("", text)))


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Put the values in the place of their names; a value is never read as a text.

    A name without a value stays as it is.
    """
    return BRACES.sub(
        lambda found: values.get(found[1].strip(), found[0]),
        text,
    )
