"""When a client should buy next, and since when he is late."""

from dataclasses import dataclass

import numpy as np

from .arrays import Flags, Ints
from .business_time import BusinessTime
from .policy import POLICY, Policy
from .rhythm import Rhythms, late_after, window

NO_DAY = 0  # an ordinal that no date has
# A client who should buy within so many days is due.
DUE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Schedule:
    """Dates as ordinals, one row a client, ``NO_DAY`` without a purchase.

    ``expected`` is the client's own word while that counts (``is_told``), else the
    forecast; ``from_day`` .. ``to_day`` is where the purchase falls in 80 of 100 cases;
    on ``missed_on`` the date counts as missed. ``overdue`` days since ``expected``,
    0 before it; ``is_promised``: the day the client told is still to come.
    """

    expected: Ints
    from_day: Ints
    to_day: Ints
    missed_on: Ints
    overdue: Ints
    is_told: Flags
    is_promised: Flags


@dataclass(frozen=True, slots=True)
class Frozen:
    """The forecast made when the client last bought; it counts until he buys again.

    ``last`` is the purchase it was made for, ``NO_DAY`` when there is none yet.
    """

    last: Ints
    expected: Ints
    from_day: Ints
    to_day: Ints


def forecast(last: Ints, rhythm: Rhythms, ruler: BusinessTime) -> Frozen:
    """Foretell the next purchase: last + m, and the window of 80 %.

    :param last: ordinal of the last purchase, ``NO_DAY`` for none
    """
    bought = last != NO_DAY
    early, late = window(rhythm.period, rhythm.beta)
    start = np.where(bought, last, ruler.first)
    days = (ruler.after(start, days) for days in (rhythm.period, early, late))
    expected, from_day, to_day = (np.where(bought, day, NO_DAY) for day in days)
    return Frozen(last, expected, from_day, to_day)


def keep(before: Frozen, now: Frozen) -> Frozen:
    """Keep the forecast of clients who have not bought since it was made."""
    same = (before.last == now.last) & (before.last != NO_DAY)
    return Frozen(
        now.last,
        np.where(same, before.expected, now.expected),
        np.where(same, before.from_day, now.from_day),
        np.where(same, before.to_day, now.to_day),
    )


def missed_days(
    last: Ints, rhythm: Rhythms, ruler: BusinessTime, policy: Policy = POLICY
) -> Ints:
    """Return the first day of each client on which S < .20 and the grace is over."""
    start = np.where(last != NO_DAY, last, ruler.first)
    limit = late_after(rhythm.period, rhythm.beta, policy)
    # Silence counts from the middle of the day of the purchase.
    days = ruler.exceeded(start, limit - 0.5)
    return np.where(last != NO_DAY, days, NO_DAY)


def plan(frozen: Frozen, missed_on: Ints, told: Ints, today: int) -> Schedule:
    """Join the forecast with what the client told.

    A told day after the last purchase replaces the forecast until it passes. When it
    has passed, the later of both is what he is measured by: nobody is late before his
    rhythm says so, nor on the day he named.

    :param told: ordinal of the day the client named, ``NO_DAY`` for none
    """
    counts = (told > frozen.last) & (frozen.last != NO_DAY)
    is_promised = counts & (told >= today)
    is_told = is_promised | (counts & (told > frozen.expected))
    expected = np.where(is_told, told, frozen.expected)
    bought = frozen.last != NO_DAY
    return Schedule(
        expected=expected,
        from_day=np.where(is_told, told, frozen.from_day),
        to_day=np.where(is_told, told, frozen.to_day),
        missed_on=np.where(counts, np.maximum(missed_on, told + 1), missed_on),
        overdue=np.where(bought, np.maximum(today - expected, 0), 0),
        is_told=is_told,
        is_promised=is_promised,
    )


def is_due(schedule: Schedule, is_late: Flags, today: int) -> Flags:
    """Tell whose window begins within 7 days and who is not late yet."""
    known = schedule.expected != NO_DAY
    due: Flags = known & ~is_late & (schedule.from_day <= today + DUE_DAYS)
    return due


def kept_promise(told: int, bought: int | None, tolerance: int = 3) -> bool | None:
    """Tell whether a client bought when he said he would.

    :param told: ordinal of the day he named
    :param bought: ordinal of the first purchase after he said so, None while none came
    :param tolerance: days before and after that are still in time
    :return: None while there is no purchase; the caller asks again later
    """
    if bought is None:
        return None
    return abs(bought - told) <= tolerance
