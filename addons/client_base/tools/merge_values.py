"""Three-way merge of a client's values: what was exported, what is now, what came.

An export writes a version mark beside each client: digests of the values as they were.
With the mark, a cell that the user did not touch is told from one that he changed, and
a value that changed on our side meanwhile from one that did not. All texts are in a
canonical form that the caller chooses; equal texts mean the same value.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Outcome = Literal["same", "take", "keep", "conflict"]

MARK_VERSION: Final = "1"
_DIGEST_BYTES: Final = 6  # 48 bits: one change in 2.8e14 would not be seen
_MARK: Final = re.compile(r"1(?:;[a-z0-9_.]+=[\w-]{8})*", re.ASCII)
_CODE: Final = re.compile(r"[a-z0-9_.]+")


@dataclass(frozen=True, slots=True)
class CellMerge:
    """What a cell does: ``value`` is what the card holds afterwards.

    ``same``: nothing to do. ``take``: the file's value is written. ``keep``: the file
    only repeats what was exported, our newer value stays. ``conflict``: both sides
    changed it, differently; ours stays until somebody decides.
    """

    outcome: Outcome
    value: str


def digest(value: str) -> str:
    """:return: 8 characters of ``A-Z a-z 0-9 _ -`` that stand for a value"""
    raw = hashlib.blake2b(
        value.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES
    )
    return base64.urlsafe_b64encode(raw.digest()).decode()


def make_mark(values: Mapping[str, str]) -> str:
    """Write the version mark: ``1;city=Ab3dEfgh;name=...``, in order of the codes.

    :param values: code -> canonical text; a code consists of ``a-z 0-9 _ .``
    :raise ValueError: when a code would make the mark unreadable
    """
    for code in values:
        if not _CODE.fullmatch(code):
            raise ValueError(f"not a code: {code!r}")
    parts = (f"{code}={digest(values[code])}" for code in sorted(values))
    return ";".join((MARK_VERSION, *parts))


def read_mark(text: str) -> dict[str, str]:
    """:return: code -> digest, nothing when the mark is absent or damaged"""
    text = "".join(text.split())
    if not _MARK.fullmatch(text):
        return {}
    return dict(part.split("=", 1) for part in text.split(";")[1:])


def merge_cell(
    base: str | None, current: str, incoming: str, *, clear_empty: bool = False
) -> CellMerge:
    """Decide what one cell of a file does to one value.

    :param base: digest of the value when the file was exported; None when unknown
    :param clear_empty: an empty cell clears a value that was exported, instead of
        leaving it alone
    """
    if current == incoming or (not incoming and not (clear_empty and base)):
        return CellMerge("same", current)
    if base is None:
        return CellMerge("take", incoming)
    if base == digest(incoming):
        return CellMerge("keep", current)
    if base == digest(current):
        return CellMerge("take", incoming)
    return CellMerge("conflict", current)
