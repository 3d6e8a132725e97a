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
    from collections.abc import Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class ListMerge:
    """What a cell with several values does; ``values`` is what the card then holds.

    ``added`` and ``removed`` are the difference to the present values. With the
    outcome ``conflict`` the values are the present ones.
    """

    outcome: Outcome
    values: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def digest(value: str) -> str:
    """:return: 8 characters of ``A-Z a-z 0-9 _ -`` that stand for a value"""
    raw = hashlib.blake2b(
        value.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES
    )
    return base64.urlsafe_b64encode(raw.digest()).decode()


def list_digest(values: Sequence[str]) -> str:
    """:return: digest of several values, whatever their order"""
    return digest("\n".join(sorted(set(values))))


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


def merge_values(
    base: Mapping[str, str] | None,
    current: Mapping[str, str],
    incoming: Mapping[str, str],
    *,
    clear_empty: bool = False,
) -> dict[str, CellMerge]:
    """Merge the cells of one row; a value the file has no column for is left out.

    :param base: what :func:`read_mark` gave; a code it does not name is unknown
    """
    base = base or {}
    return {
        code: merge_cell(
            base.get(code), current.get(code, ""), value, clear_empty=clear_empty
        )
        for code, value in incoming.items()
    }


def merge_list(
    base: str | None,
    current: Sequence[str],
    incoming: Sequence[str],
    *,
    clear_empty: bool = False,
) -> ListMerge:
    """Merge several phones, e-mails or tags of one cell; their order means nothing.

    Without a base a file only adds. With one, a value missing in the file was removed
    there, unless our side changed since the export: then both did, a conflict.

    :param base: :func:`list_digest` at the time of the export; None when unknown
    """
    present = tuple(dict.fromkeys(current))
    wanted = tuple(dict.fromkeys(incoming))
    added = tuple(value for value in wanted if value not in present)
    if base is None:
        outcome: Outcome = "take" if added else "same"
        return ListMerge(outcome, present + added, added)
    removed = tuple(value for value in present if value not in wanted)
    if (not added and not removed) or (not wanted and not clear_empty):
        return ListMerge("same", present)
    if base == list_digest(wanted):
        return ListMerge("keep", present)
    if base != list_digest(present):
        return ListMerge("conflict", present)
    kept = tuple(value for value in present if value in wanted)
    return ListMerge("take", kept + added, added, removed)
