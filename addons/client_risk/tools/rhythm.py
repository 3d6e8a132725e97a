"""How often a client buys, and how likely he is to buy again.

The waiting time between two purchases of a living client is log-logistic; each purchase
may be the last one. What is known of one client is drawn towards his segment.

Units: *days* are days of business time (see ``business_time``), logarithms are natural.
Each function takes columns, one row a client, and gives a column of the same length;
one client is a column of one row. SQL gives the same to 1e-9: only ln, exp and sqrt.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Floats
from .history import Histories
from .policy import POLICY, Policy
from .priors import PriorColumns, Priors

# The log-logistic's scale is the deviation of the logarithm times this.
LOGISTIC_SCALE = math.pi / math.sqrt(3)
# Beyond it a probability is 0 or 1 for any purpose, and exp() stays finite.
MAX_EXPONENT = 50.0
# Odds of a date outside the window of 80 %: .9 against .1 on each side.
WINDOW_ODDS = 9.0


def log_period(log_sum: Floats, gaps: Floats, prior: PriorColumns) -> Floats:
    """Return mu = (L + kappa mu0) / (k + kappa), the log of the period in days.

    :param log_sum: L, sum of the logarithms of the gaps between purchases
    :param gaps: k, how many there are; with none the segment's mu0 is the answer
    """
    return (log_sum + prior.kappa * prior.log_period) / (gaps + prior.kappa)


def variance(
    log_sum: Floats, log_squares: Floats, gaps: Floats, prior: PriorColumns
) -> Floats:
    """Return v, the variance of the logarithm of the next gap (no unit).

    v = (nu s0^2 + SS) / (nu + max(k - 1, 0)) * (1 + 1 / (k + kappa)), where
    SS = sum (ln g)^2 - L^2 / k, never below 0. With fewer than two gaps it is s0^2
    widened by what is not known of the period.
    """
    squares = np.maximum(log_squares - log_sum**2 / np.maximum(gaps, 1.0), 0.0)
    known = np.maximum(gaps - 1.0, 0.0)
    within = (prior.nu * prior.variance + squares) / (prior.nu + known)
    return within * (1.0 + 1.0 / (gaps + prior.kappa))


def regularity(log_variance: Floats) -> Floats:
    """Return beta = pi / sqrt(3 v): 1 is haphazard, 5 is like a clock."""
    return LOGISTIC_SCALE / np.sqrt(log_variance)


def survival(silence: Floats, period: Floats, beta: Floats) -> Floats:
    """Return S(t) = 1 / (1 + (t / m)^beta): a living client is silent for ``silence``.

    1 at no silence, .5 after one period, never below exp(-50); nan without a purchase.
    """
    with np.errstate(divide="ignore"):
        exponent = beta * np.log(silence / period)
    return 1.0 / (1.0 + np.exp(np.clip(exponent, -MAX_EXPONENT, MAX_EXPONENT)))


def alive(survived: Floats, gaps: Floats, prior: PriorColumns) -> Floats:
    """Return P_alive = S / (S + a / (b + k)): the last purchase was not the last one.

    The P(alive) of the MBG/NBD with the survival above in place of the exponential.
    """
    return survived / (survived + prior.a / (prior.b + gaps))


def buys_within(days: Floats, silence: Floats, rhythm: "Rhythms") -> Floats:
    """Return P_buy(H) = P_alive (1 - S(e + H) / S(e)), H = ``days`` from today."""
    later = survival(silence + days, rhythm.period, rhythm.beta)
    return rhythm.alive * (1.0 - later / rhythm.survival)


def window(period: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Return the days after a purchase between which the next falls in 80 of 100."""
    spread = WINDOW_ODDS ** (1.0 / beta)
    return period / spread, period * spread


def late_after(period: Floats, beta: Floats, policy: Policy = POLICY) -> Floats:
    """Return the days of silence after which the date counts as missed.

    max(m 4^(1 / beta), m + grace): S = .20, but never sooner than 3 days after the
    expected date, 14 days where the period is under 14 days.
    """
    odds = 1.0 / policy.late_survival - 1.0
    is_short = period < policy.short_period
    grace = np.where(is_short, policy.short_grace_days, policy.grace_days)
    return np.maximum(period * odds ** (1.0 / beta), period + grace)


@dataclass(frozen=True, slots=True)
class Rhythms:
    """The rhythm of clients: one row a client.

    ``period`` m in days, ``beta`` regularity, ``survival`` chance that a living client
    is silent as long as this one, ``alive`` chance that he is one.
    """

    period: Floats
    beta: Floats
    survival: Floats
    alive: Floats


def measure(histories: Histories, priors: Sequence[Priors]) -> Rhythms:
    """Measure the rhythm of each client.

    :param priors: of each segment, in the order of the segments' numbers
    """
    prior = PriorColumns.of(priors, histories.segment)
    gaps, log_sum = histories.gaps, histories.log_sum
    period = np.exp(log_period(log_sum, gaps, prior))
    beta = regularity(variance(log_sum, histories.log_squares, gaps, prior))
    survived = survival(histories.silence, period, beta)
    return Rhythms(period, beta, survived, alive(survived, gaps, prior))
