"""Does a client buy more or less than he used to, beyond chance?

Amounts of the last window against those of the window before it. A fixed "+20 %" flags
every third client, and pure noise as many; the square root of the sum of squares is how
much such a difference wavers by chance.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Flags, Floats, Ints, divide, positions, sum_by, total
from .history import Events

MIN_WINDOW_DAYS = 90
PERIODS_IN_WINDOW = 3.0
CAP_QUANTILE = 0.99
# A client must have been there for most of both windows, with some purchases.
MIN_AGE_WINDOWS = 5.0 / 3.0
MIN_PURCHASES = 4
# Part of the segment's average window amount by which a ratio is drawn towards 1.
SHRINKAGE = 0.25
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class TrendPriors:
    """What is frozen for the month of a segment.

    ``window`` W in days; ``growth`` G, the segment's own A2 / A1; ``cushion`` c, a
    quarter of its average window amount; ``cap``: larger amounts of one day count as
    this.
    """

    window: int = MIN_WINDOW_DAYS
    growth: float = 1.0
    cushion: float = 0.0
    cap: float = math.inf


@dataclass(frozen=True, slots=True)
class Windows:
    """Amounts, squared amounts and purchase days of two windows, one row a client.

    1 is the older window, 2 the last one. ``age`` days since the first purchase.
    """

    amount1: Floats
    amount2: Floats
    squares1: Floats
    squares2: Floats
    count1: Ints
    count2: Ints
    age: Ints
    segment: Ints


@dataclass(frozen=True, slots=True)
class Trends:
    """``z`` in standard deviations, ``ratio`` of now to before; one row a client.

    Clients of whom too little is known have z = 0. ``frequency`` and ``basket`` are the
    two parts of the ratio, each drawn towards 1 by one purchase.
    """

    z: Floats
    ratio: Floats
    frequency: Floats
    basket: Floats


def window_days(segment_period: float) -> int:
    """Return W = max(90, 3 m0) days, a whole number."""
    return max(MIN_WINDOW_DAYS, math.ceil(PERIODS_IN_WINDOW * segment_period))


def cap_amount(amounts: Sequence[float] | Floats) -> float:
    """Return the 99th percentile of the amounts of purchase days; inf without any."""
    if not len(amounts):
        return math.inf
    return float(np.quantile(np.asarray(amounts), CAP_QUANTILE))


def add_up(
    events: Events, segment: Ints, priors: Sequence[TrendPriors], today: int
) -> Windows:
    """Add up both windows of each client up to ``today``; amounts are capped."""
    events = events.until(today)
    size = len(segment)
    width = np.array([prior.window for prior in priors])[segment][events.client]
    cap = np.array([prior.cap for prior in priors])[segment][events.client]
    amount = np.minimum(events.amount, cap)
    back = (today - events.day) // width
    begin, count = positions(events.client, size)
    first = np.full(size, today + 1)
    first[count > 0] = events.day[begin[count > 0]]

    ones = np.ones(len(amount))

    def column(window: int, values: Floats) -> Floats:
        rows = back == window
        return sum_by(events.client[rows], values[rows], size)

    return Windows(
        column(1, amount),
        column(0, amount),
        column(1, amount**2),
        column(0, amount**2),
        column(1, ones).astype(np.int64),
        column(0, ones).astype(np.int64),
        today - first,
        segment,
    )


def is_established(windows: Windows, priors: Sequence[TrendPriors]) -> Flags:
    """Tell who has been a client for at least 5/3 of a window."""
    width = np.array([prior.window for prior in priors])[windows.segment]
    return windows.age >= width * MIN_AGE_WINDOWS


def measure_segment(
    windows: Windows, prior: TrendPriors, segment: int, established: Flags
) -> TrendPriors:
    """Measure G and c of one segment on its established clients.

    G is 1 where nothing was bought in one of the windows.
    """
    rows = established & (windows.segment == segment)
    before, now = total(windows.amount1[rows]), total(windows.amount2[rows])
    growth = now / before if before and now else 1.0
    clients = int(rows.sum())
    average = (before + now) / 2.0 / clients if clients else 0.0
    return TrendPriors(prior.window, growth, SHRINKAGE * average, prior.cap)


def measure(windows: Windows, priors: Sequence[TrendPriors]) -> Trends:
    """Measure the trend of each client.

    z = (A2 - G A1) / sqrt(Q2 + G^2 Q1); ratio = (A2 + c) / (G A1 + c).
    """
    growth = np.array([prior.growth for prior in priors])[windows.segment]
    cushion = np.array([prior.cushion for prior in priors])[windows.segment]
    usual = growth * windows.amount1
    noise = np.sqrt(windows.squares2 + growth**2 * windows.squares1 + NOISE)
    judged = is_established(windows, priors) & (
        windows.count1 + windows.count2 >= MIN_PURCHASES
    )
    baskets = divide(windows.amount1 + windows.amount2, _count(windows), 1.0)
    return Trends(
        z=np.where(judged, (windows.amount2 - usual) / noise, 0.0),
        ratio=divide(windows.amount2 + cushion, usual + cushion, 1.0),
        frequency=(windows.count2 + 1.0) / (windows.count1 + 1.0),
        basket=_basket(windows.amount2, windows.count2, baskets)
        / _basket(windows.amount1, windows.count1, baskets),
    )


def _count(windows: Windows) -> Floats:
    return (windows.count1 + windows.count2).astype(np.float64)


def _basket(amount: Floats, count: Ints, usual: Floats) -> Floats:
    """Return the average basket of a window, drawn towards the client's usual one."""
    return (amount + usual) / (count + 1.0)
