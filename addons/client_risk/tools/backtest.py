"""Measure on a company's own past how often a purchase is the last one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arrays import Flags, Floats
from .history import Histories
from .priors import Priors
from .quality import log_loss
from .rhythm import buys_within, measure

HORIZON_DAYS = 90
GRID_A = (0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0)
GRID_B = (0.5, 1.0, 2.0, 4.0, 8.0)
# One purchase says little of a client's future; there are many such clients.
SINGLE_WEIGHT = 0.25
MIN_CLIENTS = 200
MIN_OUTCOMES = 20
# The usual (a, b) stays unless another one would have lost so much less: what is learnt
# from one quarter ranks the next one a little worse.
MIN_GAIN = 0.05


@dataclass(frozen=True, slots=True)
class Dropout:
    """The (a, b) of the grid that would have foretold best, and its log-loss."""

    a: float
    b: float
    loss: float


def backtest_day(today: dt.date) -> dt.date:
    """Return the day from which the last 90 days are foretold."""
    return today - dt.timedelta(days=HORIZON_DAYS)


def fit_dropout(
    past: Histories, bought: Flags, days: Floats, priors: Sequence[Priors]
) -> Dropout | None:
    """Find the (a, b) whose P_buy(90) at today - 90 has the least log-loss.

    Clients of one purchase weigh .25. Of equals the first of the grid wins.

    :param past: the histories as known 90 days ago
    :param bought: whether each client has bought since
    :param days: the 90 days in business time, for each client
    :return: None with fewer than 200 clients, fewer than 20 of an outcome, or when the
        loss is less than 5 % below that of the (a, b) of ``priors``
    """
    known = np.flatnonzero(past.count > 0)
    past, bought, days = past.rows(known), bought[known], days[known]
    outcomes = min(int(bought.sum()), int((~bought).sum()))
    if len(known) < MIN_CLIENTS or outcomes < MIN_OUTCOMES:
        return None
    weights = np.where(past.count >= 2, 1.0, SINGLE_WEIGHT)

    def lose(tried: Sequence[Priors]) -> float:
        chance = buys_within(days, past.silence, measure(past, tried))
        return log_loss(chance, bought, weights)

    found = [
        Dropout(a, b, lose([replace(prior, a=a, b=b) for prior in priors]))
        for a in GRID_A
        for b in GRID_B
    ]
    best = min(found, key=lambda dropout: dropout.loss)
    return best if best.loss < (1.0 - MIN_GAIN) * lose(priors) else None


def apply_dropout(priors: Sequence[Priors], dropout: Dropout | None) -> list[Priors]:
    """Give every segment the measured (a, b); the default stays without one."""
    if dropout is None:
        return list(priors)
    return [replace(prior, a=dropout.a, b=dropout.b) for prior in priors]
