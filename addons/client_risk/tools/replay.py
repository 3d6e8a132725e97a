"""Hold the classes against what happened: the last months played again.

At each month's end every client is judged by what was known that day and nothing later,
with the priors of that day; then the purchases that followed tell who was right.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
# Before the first verdict so many days must be known: there is no rhythm in fewer.
WARM_UP_DAYS = 180
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
    counted as lost, None when nobody was lost, and of a status that is no alert.
    """

    name: str
    named: int
    right: int
    precision: float | None
    recall: float | None
    warning_days: float | None
    stopped: int = 0


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


@dataclass(frozen=True, slots=True)
class Past:
    """A company's history and the days to judge it on.

    :param segment: of each client, from 0 to ``segments`` - 1
    :param days: ordinals, ascending, each at least ``horizon`` days before the last
        known day: later ones are not decided yet
    :param rulers: the business time as known on each of the days
    :param horizon: who buys nothing for so many days after a verdict has stopped
    """

    events: Events
    segment: Ints
    segments: int
    days: Sequence[int]
    rulers: Sequence[BusinessTime]
    horizon: int = HORIZON_DAYS


@dataclass(frozen=True, slots=True)
class Measured:
    """One day as every policy sees it: the clients, without what was said of them."""

    day: int
    month: Month
    clients: Clients
    stopped: Flags


@dataclass(frozen=True, slots=True)
class Seen:
    """What the scores need to keep of a stage; ``missed`` sales since the one before.

    Far smaller than the verdicts: a year of them is kept for each policy.
    """

    day: int
    status: Ints
    last: Ints
    stopped: Flags
    entered: Flags
    missed: float


def month_ends(first: int, last: int, months: int, horizon: int) -> list[int]:
    """Return the last days of months that a history from first to last decides.

    :param first: ordinal of the first known day; before a verdict come 180 known days
    :param months: at most so many, the latest
    :return: ordinals, ascending; fewer or none where the history is short
    """
    found: list[int] = []
    end = dt.date.fromordinal(last).replace(day=1) - dt.timedelta(days=1)
    while len(found) < months and end.toordinal() >= first + WARM_UP_DAYS:
        if end.toordinal() + horizon <= last:
            found.append(end.toordinal())
        end = end.replace(day=1) - dt.timedelta(days=1)
    return found[::-1]


def measure(past: Past) -> Iterator[Measured]:
    """Measure what no policy changes, once for each day."""
    size = len(past.segment)
    for day, ruler in zip(past.days, past.rulers, strict=True):
        month = measure_month(past.events, past.segment, past.segments, day, ruler)
        yield Measured(
            day=day,
            month=month,
            clients=build_clients(past.events, past.segment, day, month),
            stopped=~has_bought(past.events, size, day, day + past.horizon),
        )


def play_all(
    measured: Iterable[Measured], policies: Sequence[Policy]
) -> Iterator[list[Stage]]:
    """Judge all clients on each of the days by every policy, side by side."""
    memories: list[tuple[Previous, Frozen] | None] = [None] * len(policies)
    for one in measured:
        stages: list[Stage] = []
        for number, policy in enumerate(policies):
            stage, memories[number] = _judge_day(one, policy, memories[number])
            stages.append(stage)
        yield stages


def _judge_day(
    measured: Measured, policy: Policy, memory: tuple[Previous, Frozen] | None
) -> tuple[Stage, tuple[Previous, Frozen]]:
    """Judge by one policy; return what its next evaluation must remember, too."""
    clients, day = measured.clients, measured.day
    if memory:
        clients = replace(clients, previous=memory[0], frozen=memory[1])
    verdicts = judge(clients, measured.month, day, policy)
    entered = verdicts.status != clients.previous.status
    kept = remember(verdicts, clients.previous, day), verdicts.frozen
    return Stage(day, verdicts, measured.stopped, entered), kept


def play(
    events: Events,
    segment: Ints,
    segments: int,
    days: Sequence[int],
    ruler: BusinessTime,
    policy: Policy = POLICY,
) -> Iterator[Stage]:
    """Judge all clients on each of the days: ordinals, ascending."""
    past = Past(events, segment, segments, days, [ruler] * len(days))
    for (stage,) in play_all(measure(past), [policy]):
        yield stage


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
    past = Past(events, segment, segments, days, [ruler] * len(days))
    return run_all(past, managers, [policy])[0]


def run_all(
    past: Past,
    managers: int,
    policies: Sequence[Policy],
    tell: Callable[[int], None] | None = None,
) -> list[Replay]:
    """Play the history by several policies over one pass of measuring.

    :param managers: who share the alerts
    :param tell: called after each day with the number of days done
    :return: what was found by each policy, as ``run`` finds it
    """
    seen: list[list[Seen]] = [[] for _policy in policies]
    for done, stages in enumerate(play_all(measure(past), policies), 1):
        for taken, stage in zip(seen, stages, strict=True):
            taken.append(_note(stage, taken[-1].day if taken else None))
        if tell:
            tell(done)
    return [_score_all(taken, past.events, managers) for taken in seen]


def _note(stage: Stage, before: int | None) -> Seen:
    """Keep of a stage what the scores need.

    :param before: the day of the evaluation before, None for the first
    """
    verdicts = stage.verdicts
    return Seen(
        day=stage.day,
        status=verdicts.status,
        last=verdicts.last,
        stopped=stage.stopped,
        entered=stage.entered,
        missed=0.0 if before is None else _missed_sales(verdicts, stage.day - before),
    )


def _missed_sales(verdicts: Verdicts, days: int) -> float:
    """Return what late clients would have bought on their late days of the last ones.

    A client who missed his date would have gone on buying his usual basket every
    period.
    """
    is_late = verdicts.status == Status.MISSED_DATE
    late = np.minimum(verdicts.schedule.overdue, days)[is_late]
    return total(late * (verdicts.basket / verdicts.rhythm.period)[is_late])


def _score_all(seen: Sequence[Seen], events: Events, managers: int) -> Replay:
    found = {number for stage in seen for number in np.unique(stage.status).tolist()}
    statuses = [Status(number) for number in sorted(found)]
    return Replay(
        scores=[_score(seen, status.code, {status}) for status in statuses],
        risk=_score(seen, "risk", RISK),
        alerts_per_week=_alerts_per_week(seen, managers),
        waiting_share=_waiting_share(seen, events),
    )


def _score(stages: Sequence[Seen], name: str, group: Collection[Status]) -> Score:
    """Hold a group of statuses against what happened after each evaluation."""
    named = right = stopped = 0
    for stage in stages:
        is_named = _is_one_of(group, stage.status)
        could_stop = is_named | _is_one_of(ACTIVE, stage.status)
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
        stopped=stopped,
    )


def _is_one_of(group: Collection[Status], statuses: Ints) -> Flags:
    return np.isin(statuses, [int(status) for status in group])


def _warning_days(stages: Sequence[Seen], group: Collection[Status]) -> float | None:
    """Return the median of days from being named to counting as lost.

    Of clients who did not buy in between; evaluations are a month apart, so are these.
    """
    if not stages:
        return None
    size = len(stages[0].status)
    named_on = np.zeros(size, dtype=np.int64)
    last = np.zeros(size, dtype=np.int64)
    found: list[int] = []
    for stage in stages:
        named_on = np.where(stage.last != last, 0, named_on)
        last = stage.last
        is_lost = stage.entered & (stage.status == Status.LOST) & (named_on > 0)
        found += (stage.day - named_on[is_lost]).tolist()
        is_new = (named_on == 0) & _is_one_of(group, stage.status)
        named_on = np.where(is_new, stage.day, named_on)
    return float(np.median(found)) if found else None


def _alerts_per_week(stages: Sequence[Seen], managers: int) -> float:
    """Count who newly comes to be at risk; the first evaluation only looks."""
    if len(stages) < 2 or not managers:
        return 0.0
    alerts = 0
    for earlier, later in pairwise(stages):
        before = _is_one_of(RISK, earlier.status)
        alerts += int((_is_one_of(RISK, later.status) & ~before).sum())
    weeks = (stages[-1].day - stages[0].day) / DAYS_IN_WEEK
    return alerts / weeks / managers


def _waiting_share(stages: Sequence[Seen], events: Events) -> float:
    """Return what late clients would have bought while late, as a share of all sales.

    Counted are the days of the time between two evaluations on which a client was
    overdue.
    """
    missed = total(stage.missed for stage in stages)
    if not missed:
        return 0.0
    within = (events.day > stages[0].day) & (events.day <= stages[-1].day)
    return missed / (missed + total(events.amount[within]))
