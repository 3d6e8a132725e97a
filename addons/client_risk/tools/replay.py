"""Hold the classes against what happened: the last months played again.

At each month's end every client is judged by what was known that day and nothing later,
with the priors of that day; then the purchases that followed tell who was right.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from . import money, trend
from .arrays import Flags, Ints, total
from .business_time import BusinessTime
from .classify import Facts, Previous
from .history import Events, summarize
from .judge import Clients, Verdicts, judge
from .month import Month, has_bought, last_days, measure_month
from .policy import POLICY, Policy
from .schedule import NO_DAY, Frozen
from .status import RISK, Status

HORIZON_DAYS = 90
DAYS_IN_WEEK = 7.0
# The statuses of clients who could still stop buying unnoticed.
ACTIVE = (
    Status.MISSED_DATE,
    Status.SHRINKING,
    Status.GROWING,
    Status.STABLE,
    Status.DEVELOPING,
    Status.UNPROVEN,
)


@dataclass(frozen=True, slots=True)
class Score:
    """How one status, or the sector of risk, did over all month ends.

    ``name`` is its code; ``named`` clients with the status, ``right`` of them bought
    nothing in the 90 days after; ``precision`` = right / named, ``recall`` = right /
    all active clients who bought nothing, both 0 .. 1, None of nothing.
    ``warning_days``: median of the days from entering the status to the day the client
    counted as lost, None when nobody was
    lost, and of a status that is no alert.
    """

    name: str
    named: int
    right: int
    precision: float | None
    recall: float | None
    warning_days: float | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What the replay found.

    ``scores`` by status, ``risk`` of the whole sector; ``alerts_per_week`` new clients
    at risk per manager and week; ``waiting_share`` of the sales lost to waiting, 0 ..
    1.
    """

    scores: list[Score]
    risk: Score
    alerts_per_week: float
    waiting_share: float


@dataclass(frozen=True, slots=True)
class Stage:
    """One evaluation: the day, the verdicts, and who has bought nothing since."""

    day: int
    verdicts: Verdicts
    stopped: Flags
    entered: Flags


def build_clients(
    events: Events,
    segment: Ints,
    today: int,
    month: Month,
    before: tuple[Previous, Frozen] | None = None,
) -> Clients:
    """Add up from purchases what the database adds up for the nightly pass."""
    size, known = len(segment), events.until(today)
    empty = np.full(size, NO_DAY, dtype=np.int64)
    previous, frozen = before or (
        Previous.none(size),
        Frozen(empty, empty, empty, empty),
    )
    return Clients(
        histories=summarize(known, segment, today, month.ruler),
        last=last_days(known, size),
        baskets=money.recent_baskets(known, size),
        windows=trend.add_up(known, segment, month.trends, today),
        facts=Facts.none(size),
        told=empty,
        protected=np.zeros(size, dtype=bool),
        previous=previous,
        frozen=frozen,
    )


def remember(verdicts: Verdicts, previous: Previous, today: int) -> Previous:
    """Return what the next evaluation needs to know of this one."""
    same = verdicts.status == previous.status
    return Previous(
        status=verdicts.status,
        since=np.where(same, previous.since, today),
        count=verdicts.count,
        last=verdicts.last,
    )


def play(
    events: Events,
    segment: Ints,
    segments: int,
    days: Sequence[int],
    ruler: BusinessTime,
    policy: Policy = POLICY,
) -> Iterator[Stage]:
    """Judge all clients on each of the days: ordinals, ascending."""
    size = len(segment)
    previous = Previous.none(size)
    empty = np.full(size, NO_DAY, dtype=np.int64)
    frozen = Frozen(empty, empty, empty, empty)
    for day in days:
        month = measure_month(events, segment, segments, day, ruler)
        clients = build_clients(events, segment, day, month, (previous, frozen))
        verdicts = judge(clients, month, day, policy)
        stopped = ~has_bought(events, size, day, day + HORIZON_DAYS)
        yield Stage(day, verdicts, stopped, verdicts.status != previous.status)
        previous, frozen = remember(verdicts, previous, day), verdicts.frozen


def run(
    events: Events,
    segment: Ints,
    segments: int,
    days: Sequence[int],
    ruler: BusinessTime,
    managers: int,
    policy: Policy = POLICY,
) -> Replay:
    """Play the history and score every status.

    :param days: month ends as ordinals, ascending, each at least 90 days before the
        last known day: later ones are not decided yet
    :param managers: who share the alerts
    """
    stages = list(play(events, segment, segments, days, ruler, policy))
    seen = np.unique([stage.verdicts.status for stage in stages])
    statuses = [Status(number) for number in seen]
    return Replay(
        scores=[_score(stages, status.code, {status}) for status in statuses],
        risk=_score(stages, "risk", RISK),
        alerts_per_week=_alerts_per_week(stages, managers),
        waiting_share=_waiting_share(stages, events),
    )


def _score(stages: Sequence[Stage], name: str, group: Collection[Status]) -> Score:
    """Hold a group of statuses against what happened after each evaluation."""
    named = right = stopped = 0
    for stage in stages:
        is_named = _is_one_of(group, stage.verdicts.status)
        could_stop = is_named | _is_one_of(ACTIVE, stage.verdicts.status)
        named += int(is_named.sum())
        right += int((is_named & stage.stopped).sum())
        stopped += int((could_stop & stage.stopped).sum())
    return Score(
        name=name,
        named=named,
        right=right,
        precision=right / named if named else None,
        recall=right / stopped if stopped else None,
        warning_days=_warning_days(stages, group) if set(group) <= RISK else None,
    )


def _is_one_of(group: Collection[Status], statuses: Ints) -> Flags:
    return np.isin(statuses, [int(status) for status in group])


def _warning_days(stages: Sequence[Stage], group: Collection[Status]) -> float | None:
    """Return the median of days from being named to counting as lost.

    Of clients who did not buy in between; evaluations are a month apart, so are these.
    """
    if not stages:
        return None
    size = len(stages[0].verdicts.status)
    named_on = np.zeros(size, dtype=np.int64)
    last = np.zeros(size, dtype=np.int64)
    found: list[int] = []
    for stage in stages:
        verdicts = stage.verdicts
        named_on = np.where(verdicts.last != last, 0, named_on)
        last = verdicts.last
        is_lost = stage.entered & (verdicts.status == Status.LOST) & (named_on > 0)
        found += (stage.day - named_on[is_lost]).tolist()
        is_new = (named_on == 0) & _is_one_of(group, verdicts.status)
        named_on = np.where(is_new, stage.day, named_on)
    return float(np.median(found)) if found else None


def _alerts_per_week(stages: Sequence[Stage], managers: int) -> float:
    """Count who newly comes to be at risk; the first evaluation only looks."""
    if len(stages) < 2 or not managers:
        return 0.0
    alerts = 0
    for earlier, later in pairwise(stages):
        before = _is_one_of(RISK, earlier.verdicts.status)
        alerts += int((_is_one_of(RISK, later.verdicts.status) & ~before).sum())
    weeks = (stages[-1].day - stages[0].day) / DAYS_IN_WEEK
    return alerts / weeks / managers


def _waiting_share(stages: Sequence[Stage], events: Events) -> float:
    """Return what late clients would have bought while late, as a share of all sales.

    A client who missed his date would have gone on buying his usual basket every
    period; counted are the days of the time between two evaluations on which he was
    overdue.
    """
    missed = 0.0
    for earlier, later in pairwise(stages):
        verdicts = later.verdicts
        is_late = verdicts.status == Status.MISSED_DATE
        days = np.minimum(verdicts.schedule.overdue, later.day - earlier.day)[is_late]
        daily = (verdicts.basket / verdicts.rhythm.period)[is_late]
        missed += total(days * daily)
    if not missed:
        return 0.0
    within = (events.day > stages[0].day) & (events.day <= stages[-1].day)
    return missed / (missed + total(events.amount[within]))
