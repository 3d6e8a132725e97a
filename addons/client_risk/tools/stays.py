"""The active life of clients as stretches: from a day, to a day, with one status.

Clients are goods in a warehouse: a stretch begins when a client comes in or changes,
and ends when he changes or leaves. Whoever adds up stretches finds that what was there,
plus what came, minus what left, is what is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Flags, Ints
from .status import Status

# Bought and neither lost nor removed: there is somebody to sell to.
ACTIVE = (
    Status.MISSED_DATE,
    Status.SHRINKING,
    Status.PROMISE_OVERDUE,
    Status.DEBT_OVERDUE,
    Status.OPEN_CLAIM,
    Status.GROWING,
    Status.STABLE,
    Status.NEW,
    Status.DEVELOPING,
    Status.IRREGULAR,
)
# How a stretch begins ...
OPENING, NEW, RETURNED, CHANGED = range(4)
# ... and the end of one that has none yet.
OPEN = 0
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Stays:
    """Stretches, one row each; days are ordinals.

    ``begin`` the day it began, ``end`` the first day it was over or ``OPEN``;
    ``origin`` how it began; ``target`` the status that followed, ``NOTHING`` while
    open.
    """

    client: Ints
    status: Ints
    begin: Ints
    end: Ints
    origin: Ints
    target: Ints


class _Builder:
    """Remembers what each client's open stretch is, evaluation by evaluation."""

    def __init__(self, first: Ints) -> None:
        size = len(first)
        self.first = first
        self.status = np.full(size, NOTHING, dtype=np.int64)
        self.begin = np.zeros(size, dtype=np.int64)
        self.end = np.zeros(size, dtype=np.int64)
        self.origin = np.zeros(size, dtype=np.int64)
        self.rows: list[tuple[Ints, ...]] = []

    def close(self, clients: Flags, day: int, target: Ints) -> None:
        """End the open stretches of these clients."""
        chosen = np.flatnonzero(clients)
        end = np.full(len(chosen), day, dtype=np.int64)
        self.rows.append(
            (
                chosen,
                self.status[chosen],
                self.begin[chosen],
                end,
                self.origin[chosen],
                target[chosen],
            )
        )
        self.end[chosen] = day
        self.status[chosen] = NOTHING

    def open(self, clients: Flags, status: Ints, begin: Ints, origin: Ints) -> None:
        """Begin a stretch of each of these clients."""
        self.status = np.where(clients, status, self.status)
        self.begin = np.where(clients, begin, self.begin)
        self.origin = np.where(clients, origin, self.origin)


def find_stays(
    days: Sequence[int], statuses: Sequence[Ints], lasts: Sequence[Ints], first: Ints
) -> Stays:
    """Make stretches of evaluations.

    Who is active on the first day was there before. A client comes in with the purchase
    that brought him, and changes or leaves on the day when that is seen.

    :param days: of the evaluations: ordinals, ascending
    :param statuses: the status of every client on each day
    :param lasts: the day of his last purchase as known then, 0 for none
    :param first: the day of his first purchase, 0 for none
    """
    built = _Builder(first)
    for number, (day, status, last) in enumerate(
        zip(days, statuses, lasts, strict=True)
    ):
        is_active = np.isin(status, [int(one) for one in ACTIVE]) & (last > 0)
        was = built.status != NOTHING
        changed = status != built.status
        built.close(was & (changed | ~is_active), day, status)
        started = is_active & (changed | ~was)
        origin = _get_origin(built, was, days[0], is_first=number == 0)
        begin = _get_begin(built, origin, day, last)
        built.open(started, status, begin, origin)
    return _collect(built)


def _get_origin(built: _Builder, was: Flags, start: int, *, is_first: bool) -> Ints:
    """Tell how a stretch begins that begins now."""
    if is_first:
        return np.full(len(was), OPENING, dtype=np.int64)
    is_known = (built.end > 0) | (built.first <= start)
    came = np.where(is_known, RETURNED, NEW)
    return np.where(was, CHANGED, came).astype(np.int64)


def _get_begin(built: _Builder, origin: Ints, day: int, last: Ints) -> Ints:
    """Tell on which day: that of the purchase which brought the client, if any did."""
    back = np.where(last > built.end, last, day)
    begin = np.where(origin == RETURNED, back, day)
    return np.where(origin == NEW, built.first, begin).astype(np.int64)


def _collect(built: _Builder) -> Stays:
    """Put all stretches together, by client and in the order of their beginning."""
    left = built.status != NOTHING
    nothing = np.full(len(left), NOTHING, dtype=np.int64)
    built.close(left, OPEN, nothing)
    columns = [np.concatenate(parts) for parts in zip(*built.rows, strict=True)]
    order = np.lexsort((columns[3] == OPEN, columns[2], columns[0]))
    return Stays(*(column[order] for column in columns))
