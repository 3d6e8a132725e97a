"""What is measured once a month and then left alone until the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import money, trend
from .arrays import Flags, Floats, Ints, positions
from .backtest import HORIZON_DAYS, Dropout, apply_dropout, fit_dropout
from .business_time import BusinessTime
from .history import Events, summarize
from .priors import Priors, estimate
from .trend import TrendPriors


@dataclass(frozen=True, slots=True)
class Month:
    """What is frozen for the month, by number of segment, and the company's ruler."""

    priors: Sequence[Priors]
    trends: Sequence[TrendPriors]
    baskets: Floats
    ruler: BusinessTime


def measure_month(
    events: Events, segment: Ints, segments: int, today: int, ruler: BusinessTime
) -> Month:
    """Measure everything that is frozen, by what was known on ``today`` (an ordinal).

    :param segment: of each client, from 0; at least one segment
    """
    events = events.until(today)
    histories = summarize(events, segment, today, ruler)
    dropout = _backtest(events, segment, segments, today, ruler)
    priors = apply_dropout(estimate(histories, segments), dropout)
    baskets = money.recent_baskets(events, len(segment))
    return Month(
        priors,
        _measure_trends(events, segment, priors, today),
        money.segment_baskets(baskets, segment, segments),
        ruler,
    )


def _backtest(
    events: Events, segment: Ints, segments: int, today: int, ruler: BusinessTime
) -> Dropout | None:
    """Foretell the last 90 days from the day before them and compare."""
    then = today - HORIZON_DAYS
    past = summarize(events, segment, then, ruler)
    days = ruler.at(np.array([today])) - ruler.at(np.array([then]))
    return fit_dropout(
        past,
        has_bought(events, len(segment), then, today),
        np.full(len(segment), days[0]),
        estimate(past, segments),
    )


def has_bought(events: Events, size: int, after: int, until: int) -> Flags:
    """Tell who bought after one day and until another (ordinals)."""
    rows = (events.day > after) & (events.day <= until)
    return np.bincount(events.client[rows], minlength=size) > 0


def last_days(events: Events, size: int) -> Ints:
    """Return the ordinal of each client's last purchase, 0 for none."""
    begin, count = positions(events.client, size)
    last = np.zeros(size, dtype=np.int64)
    bought = count > 0
    last[bought] = events.day[(begin + count - 1)[bought]]
    return last


def _measure_trends(
    events: Events, segment: Ints, priors: Sequence[Priors], today: int
) -> list[TrendPriors]:
    """Measure window, cap, growth and cushion of each segment."""
    blank = []
    for number, prior in enumerate(priors):
        amounts = events.amount[segment[events.client] == number]
        width = trend.window_days(float(np.exp(prior.log_period)))
        blank.append(TrendPriors(window=width, cap=trend.cap_amount(amounts)))
    windows = trend.add_up(events, segment, blank, today)
    established = trend.is_established(windows, blank)
    return [
        trend.measure_segment(windows, prior, number, established)
        for number, prior in enumerate(blank)
    ]
