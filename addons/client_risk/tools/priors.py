"""What is known of a segment before anything is known of a client.

Measured once a month and stored, so that a verdict does not waver because others buy.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from .arrays import Floats, Ints, mean, total
from .history import Histories

KAPPA = 1.0
NU = 4.0
DEFAULT_A = 0.12
DEFAULT_B = 1.0
DEFAULT_PERIOD = 30.0
DEFAULT_VARIANCE = 1.0
# Clients with two gaps that a segment needs to speak for itself.
MIN_CLIENTS = 30
# Weight of a client's own mean: k / (k + 2).
HALF_WEIGHT_GAPS = 2.0
# Clockwork in a whole segment is an artefact; it must not make beta infinite.
MIN_VARIANCE = 0.01

OWN, COMPANY, DEFAULT = "segment", "company", "default"


@dataclass(frozen=True, slots=True)
class Priors:
    """The parameters of one segment.

    ``log_period`` mu0 (log of days) and ``variance`` s0^2 (no unit) of the gaps;
    ``kappa`` and ``nu``: how many gaps the segment's word is worth; ``a`` and ``b``:
    the odds a / (b + k) that the k + 1st purchase was the last one; ``level`` says who
    was measured: the segment, the whole company or nobody.
    """

    log_period: float = math.log(DEFAULT_PERIOD)
    variance: float = DEFAULT_VARIANCE
    a: float = DEFAULT_A
    b: float = DEFAULT_B
    kappa: float = KAPPA
    nu: float = NU
    level: str = DEFAULT


@dataclass(frozen=True, slots=True)
class PriorColumns:
    """The parameters of each client's segment, one row a client."""

    log_period: Floats
    variance: Floats
    a: Floats
    b: Floats
    kappa: Floats
    nu: Floats

    @classmethod
    def of(cls, priors: Sequence[Priors], segment: Ints) -> "PriorColumns":
        """Look up the priors of each client's segment."""
        columns = [
            np.array([getattr(prior, field.name) for prior in priors])[segment]
            for field in fields(cls)
        ]
        return cls(*columns)


def measure_gaps(histories: Histories) -> tuple[float, float] | None:
    """Return mu0 and s0^2 of these clients, or None when they are too few.

    mu0 is the mean of L / k weighted k / (k + 2); s0^2 = sum SS / sum (k - 1) over the
    clients with two gaps or more.
    """
    some, several = histories.gaps >= 1, histories.gaps >= 2
    if several.sum() < MIN_CLIENTS:
        return None
    gaps = histories.gaps[some]
    means = histories.log_sum[some] / gaps
    period = mean(means, gaps / (gaps + HALF_WEIGHT_GAPS))
    gaps, log_sum = histories.gaps[several], histories.log_sum[several]
    squares = np.maximum(histories.log_squares[several] - log_sum**2 / gaps, 0.0)
    spread = total(squares) / total(gaps - 1.0)
    return period, max(spread, MIN_VARIANCE)


def estimate(histories: Histories, segments: int) -> list[Priors]:
    """Measure the priors of segments 0 .. ``segments`` - 1.

    A segment of too few clients gets the company's; a company of too few gets the
    default of 30 days. ``a`` and ``b`` are the default; see ``backtest`` for measured
    ones.
    """
    company = measure_gaps(histories)
    found = []
    for segment in range(segments):
        rows = np.flatnonzero(histories.segment == segment)
        own = measure_gaps(histories.rows(rows))
        level = OWN if own else COMPANY if company else DEFAULT
        measured = own or company
        if measured is None:
            found.append(Priors())
        else:
            found.append(Priors(*measured, level=level))
    return found


def freeze_day(today: dt.date) -> dt.date:
    """Return the day whose data the priors of ``today`` rest on: the month's first."""
    return today.replace(day=1)
