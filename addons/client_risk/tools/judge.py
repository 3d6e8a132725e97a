"""The whole verdict on clients: from what the database adds up to status and reason.

One client who has just bought is judged by the same code as all of them at night, as a
column of one row; no number depends on who else is in the batch.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from . import money, schedule, trend
from .arrays import Flags, Floats, Ints
from .backtest import HORIZON_DAYS
from .classify import (
    OWN_RHYTHM_COUNT,
    Evidence,
    Facts,
    Previous,
    classify,
    future_days,
    proposes_drop,
)
from .history import Histories
from .month import Month
from .policy import POLICY, Policy
from .rhythm import Rhythms, buys_within, measure
from .schedule import NO_DAY, Frozen, Schedule
from .status import Status
from .trend import Trends, Windows

Number = int | float | str | None


@dataclass(frozen=True, slots=True)
class Clients:
    """What the database adds up about clients; one row each.

    ``last`` ordinal of the last purchase, ``told`` ordinal of the day the client named
    (``NO_DAY`` for none), ``protected`` from being proposed for removal.
    """

    histories: Histories
    last: Ints
    baskets: money.Baskets
    windows: Windows
    facts: Facts
    told: Ints
    protected: Flags
    previous: Previous
    frozen: Frozen


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is said of each client; one row each.

    ``chance`` P_buy(90), ``future`` P_buy(max(90, 2 m)), ``basket`` usual amount of a
    purchase, ``at_stake`` and ``winning`` amounts to sort by, ``status`` a ``Status``.
    """

    count: Ints
    last: Ints
    silence: Floats
    rhythm: Rhythms
    schedule: Schedule
    frozen: Frozen
    trends: Trends
    chance: Floats
    future: Floats
    basket: Floats
    at_stake: Floats
    winning: Floats
    status: Ints
    is_due: Flags
    is_drop_proposed: Flags


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a client has his status: a code for the sentence, and its numbers."""

    code: str
    numbers: dict[str, Number]


def judge(
    clients: Clients, month: Month, today: int, policy: Policy = POLICY
) -> Verdicts:
    """Judge clients on ``today`` (an ordinal)."""
    histories, ruler = clients.histories, month.ruler
    rhythm = measure(histories, month.priors)
    frozen = schedule.keep(
        clients.frozen, schedule.forecast(clients.last, rhythm, ruler)
    )
    missed_on = schedule.missed_days(clients.last, rhythm, ruler, policy)
    plan = schedule.plan(frozen, missed_on, clients.told, today)
    horizon = ruler.at(np.array([today + HORIZON_DAYS])) - ruler.at(np.array([today]))
    chance = buys_within(horizon, histories.silence, rhythm)
    future = buys_within(future_days(rhythm.period), histories.silence, rhythm)
    trends = trend.measure(clients.windows, month.trends)
    basket = money.usual_basket(clients.baskets, month.baskets[histories.segment])
    normal = money.normal_amount(basket, rhythm.period)
    evidence = Evidence(
        histories.count, clients.last, plan.missed_on, future, trends.z, trends.ratio
    )
    facts = _with_promises(clients, plan, today, policy)
    status = classify(evidence, facts, clients.previous, today, policy)
    is_late = (plan.missed_on != NO_DAY) & (today >= plan.missed_on)
    return Verdicts(
        count=histories.count,
        last=clients.last,
        silence=histories.silence,
        rhythm=rhythm,
        schedule=plan,
        frozen=frozen,
        trends=trends,
        chance=chance,
        future=future,
        basket=basket,
        at_stake=money.at_stake(chance, normal),
        winning=money.worth_winning(chance, basket),
        status=status,
        is_due=schedule.is_due(plan, is_late, today),
        is_drop_proposed=proposes_drop(
            evidence, histories.silence, rhythm.period, clients.protected, policy
        ),
    )


def _with_promises(
    clients: Clients, plan: Schedule, today: int, policy: Policy
) -> Facts:
    """Add to the facts which told days are to come and which have passed lately."""
    facts = clients.facts
    passed = (clients.told > clients.last) & (clients.told < today)
    lately = passed & (today - clients.told <= policy.dwell_days)
    return replace(
        facts,
        promised=facts.promised | plan.is_promised,
        told_lately=facts.told_lately | lately,
    )


def explain(verdicts: Verdicts, row: int) -> Reason:
    """Give the reason of one client's status with the numbers of its sentence.

    Days are whole calendar days or ordinals, ``silent_share`` is of 100 such clients.
    No probability is told of a client of fewer than three purchases: it would be a
    guess.
    """
    status = Status(int(verdicts.status[row]))
    numbers: dict[str, Number] = {"count": int(verdicts.count[row])}
    if verdicts.count[row]:
        numbers |= _dates(verdicts, row)
    if verdicts.count[row] >= OWN_RHYTHM_COUNT:
        numbers |= _rhythm(verdicts, row)
    if status in (Status.SHRINKING, Status.GROWING):
        numbers |= _trend(verdicts, row)
    return Reason(_code(status, verdicts, row), numbers)


def _code(status: Status, verdicts: Verdicts, row: int) -> str:
    """Say more than the status where it has several reasons."""
    if status is Status.MISSED_DATE and verdicts.schedule.is_told[row]:
        return "missed_told_date"
    if status in (Status.SHRINKING, Status.GROWING):
        frequency = abs(math.log(verdicts.trends.frequency[row]))
        basket = abs(math.log(verdicts.trends.basket[row]))
        return f"{status.code}_{'frequency' if frequency >= basket else 'basket'}"
    return status.code


def _dates(verdicts: Verdicts, row: int) -> dict[str, Number]:
    plan = verdicts.schedule
    return {
        "last": int(verdicts.last[row]),
        "expected": int(plan.expected[row]),
        "overdue": int(plan.overdue[row]),
        "basket": float(verdicts.basket[row]),
    }


def _rhythm(verdicts: Verdicts, row: int) -> dict[str, Number]:
    plan, last = verdicts.frozen, int(verdicts.last[row])
    rhythm = verdicts.rhythm
    return {
        "period": float(rhythm.period[row]),
        "from_days": int(plan.from_day[row]) - last,
        "to_days": int(plan.to_day[row]) - last,
        "silent_share": 100.0 * float(rhythm.survival[row]),
        "periods_silent": float(verdicts.silence[row] / rhythm.period[row]),
        "alive": float(rhythm.alive[row]),
        "chance": float(verdicts.chance[row]),
        "at_stake": float(verdicts.at_stake[row]),
    }


def _trend(verdicts: Verdicts, row: int) -> dict[str, Number]:
    trends = verdicts.trends
    return {
        "z": float(trends.z[row]),
        "change": 100.0 * (float(trends.ratio[row]) - 1.0),
        "frequency": 100.0 * (float(trends.frequency[row]) - 1.0),
        "basket_change": 100.0 * (float(trends.basket[row]) - 1.0),
    }


REASONS = (
    *(status.code for status in Status),
    "missed_told_date",
    "shrinking_frequency",
    "shrinking_basket",
    "growing_frequency",
    "growing_basket",
)


def reasons(verdicts: Verdicts) -> Ints:
    """Return the code that ``explain`` gives, as a place in ``REASONS``."""
    status, trends = verdicts.status, verdicts.trends
    frequency, basket = np.abs(np.log(trends.frequency)), np.abs(np.log(trends.basket))
    told = (status == Status.MISSED_DATE) & verdicts.schedule.is_told
    by_basket = frequency < basket
    first = len(Status)
    shrinking = np.where(by_basket, first + 2, first + 1)
    growing = np.where(by_basket, first + 4, first + 3)
    found = np.where(told, first, status)
    found = np.where(status == Status.SHRINKING, shrinking, found)
    places: Ints = np.where(status == Status.GROWING, growing, found)
    return places
