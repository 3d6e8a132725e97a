"""Put every client into his class: the first that fits, see ``status``.

A status does not flap: late and lost are left only by a purchase, a trend is entered at
1.28 and left at .5 standard deviations, and nothing but a purchase, an escalation or
what people say changes a status within 14 days.
"""

from dataclasses import dataclass, fields

import numpy as np

from .arrays import Flags, Floats, Ints
from .backtest import HORIZON_DAYS
from .policy import POLICY, Policy
from .schedule import NO_DAY
from .status import BY_PEOPLE, BY_SILENCE, GRAVITY, Status

# The future in which a client must be likely to buy is two of his periods.
FUTURE_PERIODS = 2.0
# Nobody is proposed for removal before so many days, or six of his periods.
DROP_DAYS = 365.0
DROP_PERIODS = 6.0
# From so many purchase days on a client has a rhythm of his own.
OWN_RHYTHM_COUNT = 3
# No status yet, in the column of previous ones.
NONE = -1


@dataclass(frozen=True, slots=True)
class Facts:
    """What people and other parts of the system know of clients; one row each.

    ``planned``: something is planned with a client who has not bought; ``irregular``:
    blanket orders or projects, no rhythm to judge; ``promised``: the day he told is
    still to come, ``told_lately``: it has passed within the dwell. ``promise_overdue``
    (ours), ``debt_overdue`` and ``open_claim`` only where the company wants them to
    count.
    """

    removed: Flags
    promise_overdue: Flags
    debt_overdue: Flags
    open_claim: Flags
    planned: Flags
    irregular: Flags
    promised: Flags
    told_lately: Flags

    @classmethod
    def none(cls, size: int) -> "Facts":
        """Return the facts of clients of whom nothing is known."""
        return cls(*(np.zeros(size, dtype=bool) for _field in fields(cls)))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the statistics say of clients; one row each.

    ``count`` purchase days, ``last`` ordinal of the last one, ``missed_on`` ordinal
    from which he is late (both ``NO_DAY`` without a purchase), ``chance`` P_buy(max(90,
    2 m)), ``z`` and ``ratio`` of the trend.
    """

    count: Ints
    last: Ints
    missed_on: Ints
    chance: Floats
    z: Floats
    ratio: Floats


@dataclass(frozen=True, slots=True)
class Previous:
    """The statuses of the evaluation before; one row each.

    ``status`` is ``NONE`` for a new client, ``since`` the ordinal on which it was
    entered, ``count`` and ``last`` the purchases it was judged by.
    """

    status: Ints
    since: Ints
    count: Ints
    last: Ints

    @classmethod
    def none(cls, size: int) -> "Previous":
        """Return what was before the first evaluation."""
        empty = np.full(size, NO_DAY, dtype=np.int64)
        return cls(np.full(size, NONE, dtype=np.int64), empty, empty, empty)


def future_days(period: Floats) -> Floats:
    """Return max(90, 2 m), the future that decides over lost."""
    return np.maximum(float(HORIZON_DAYS), FUTURE_PERIODS * period)


def classify(
    evidence: Evidence,
    facts: Facts,
    previous: Previous,
    today: int,
    policy: Policy = POLICY,
) -> Ints:
    """Return the ``Status`` of each client on ``today`` (an ordinal)."""
    proposed = _propose(evidence, facts, previous.status, today, policy)
    return _hold(proposed, evidence, facts, previous, today, policy)


def _propose(
    evidence: Evidence, facts: Facts, before: Ints, today: int, policy: Policy
) -> Ints:
    """Walk down the table of classes; the first that fits is the client's."""
    count = evidence.count
    late = (evidence.missed_on != NO_DAY) & (today >= evidence.missed_on)
    late &= ~facts.promised
    # A broken promise is a call first, and a loss only later.
    called_off = facts.promised | facts.told_lately
    lost = (evidence.chance < policy.lost_chance) & ~called_off
    shrinking, growing = _trends(evidence, before, policy)
    ladder: list[tuple[Status, Flags]] = [
        (Status.REMOVED, facts.removed),
        (Status.PROMISE_OVERDUE, facts.promise_overdue),
        (Status.DEBT_OVERDUE, facts.debt_overdue),
        (Status.OPEN_CLAIM, facts.open_claim),
        (Status.PROSPECT, (count == 0) & facts.planned),
        (Status.UNTOUCHED, count == 0),
        (Status.IRREGULAR, facts.irregular),
        (Status.ONE_TIME, (count == 1) & late),
        (Status.NEW, count == 1),
        (Status.LOST, lost),
        (Status.MISSED_DATE, late & (count >= OWN_RHYTHM_COUNT)),
        (Status.UNPROVEN, late),
        (Status.DEVELOPING, count < OWN_RHYTHM_COUNT),
        (Status.SHRINKING, shrinking),
        (Status.GROWING, growing),
    ]
    conditions = [condition for _status, condition in ladder]
    choices = [int(status) for status, _condition in ladder]
    return np.select(conditions, choices, int(Status.STABLE)).astype(np.int64)


def _trends(evidence: Evidence, before: Ints, policy: Policy) -> tuple[Flags, Flags]:
    """Tell who shrinks and who grows; who did before does so until z is within .5."""
    z, ratio = evidence.z, evidence.ratio
    shrinking = np.where(
        before == Status.SHRINKING,
        z < -policy.trend_leave,
        (z < -policy.trend_enter) & (ratio <= policy.shrinking_ratio),
    )
    growing = np.where(
        before == Status.GROWING,
        z > policy.trend_leave,
        (z > policy.trend_enter) & (ratio >= policy.growing_ratio),
    )
    return shrinking, growing


def _hold(
    proposed: Ints,
    evidence: Evidence,
    facts: Facts,
    previous: Previous,
    today: int,
    policy: Policy,
) -> Ints:
    """Keep the status of before where the proposed one would be flapping."""
    before = previous.status
    bought = (evidence.count != previous.count) | (evidence.last != previous.last)
    told = facts.promised & np.isin(before, list(BY_SILENCE))
    people = _is_one_of(BY_PEOPLE, proposed) | _is_one_of(BY_PEOPLE, before)
    escalated = _gravity(proposed) > _gravity(before)
    free = (before == NONE) | bought | told | people | escalated
    settled = today - previous.since >= policy.dwell_days
    stuck = _is_one_of(BY_SILENCE, before)
    return np.where(free | (settled & ~stuck), proposed, before)


def _is_one_of(group: frozenset[Status], statuses: Ints) -> Flags:
    return np.isin(statuses, [int(status) for status in group])


def _gravity(statuses: Ints) -> Ints:
    """Return how bad each status is; 0 for none and for those set by people."""
    table = np.zeros(len(Status) + 1, dtype=np.int64)  # the last one is NONE's
    for status, gravity in GRAVITY.items():
        table[status] = gravity
    return table[statuses]


def proposes_drop(
    evidence: Evidence,
    silence: Floats,
    period: Floats,
    protected: Flags,
    policy: Policy = POLICY,
) -> Flags:
    """Tell whom to propose for removal from active sales; a person decides.

    P_buy(max(90, 2 m)) < .10 and silent for more than max(365, 6 m) days; of one
    purchase silent for more than 365.

    :param protected: with an open quotation, a planned activity, or an A-class purchase
        within 24 months: never proposed
    """
    long_silent = silence > np.maximum(DROP_DAYS, DROP_PERIODS * period)
    several = (evidence.chance < policy.drop_chance) & long_silent
    single = (evidence.count == 1) & (silence > DROP_DAYS)
    several &= evidence.count > 1
    proposed: Flags = (single | several) & ~protected
    return proposed
