"""How long a client may be silent before winning him back begins, by segment."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Flags, Floats, Ints
from .priors import MIN_CLIENTS


@dataclass(frozen=True, slots=True)
class SegmentPeriod:
    """The period of a segment's average client, in days.

    ``median`` defines the list, ``mean`` is shown beside it; ``clients`` it was
    measured on; ``is_company``: the segment was too small, these are the company's.
    """

    median: float
    mean: float
    clients: int
    is_company: bool = False


def average_periods(
    period: Floats, count: Ints, segment: Ints, segments: int
) -> list[SegmentPeriod | None]:
    """Measure the period of the average client of each segment.

    Over the clients who bought on two days at least; a segment of fewer than 30 such
    clients gets the company's. None when nobody has bought twice.
    """
    known = count >= 2
    company = _describe(period[known].tolist())
    found: list[SegmentPeriod | None] = []
    for number in range(segments):
        own = _describe(period[known & (segment == number)].tolist())
        if own and own.clients >= MIN_CLIENTS:
            found.append(own)
        elif company:
            found.append(
                SegmentPeriod(company.median, company.mean, company.clients, True)
            )
        else:
            found.append(None)
    return found


def _describe(periods: list[float]) -> SegmentPeriod | None:
    if not periods:
        return None
    return SegmentPeriod(
        statistics.median(periods), statistics.fmean(periods), len(periods)
    )


def to_win_back(
    silence: Floats, limits: Sequence[float], segment: Ints, is_late: Flags
) -> tuple[Flags, Flags]:
    """Tell who is silent longer than the average client, and who is on schedule.

    :param limits: days of silence by segment: the median, or what the company set
    :return: the list, and those of it whom their own rhythm does not call late: they
        are shown greyed. A client who has never bought is on neither.
    """
    with np.errstate(invalid="ignore"):
        listed = silence > np.asarray(limits, dtype=np.float64)[segment]
    return listed, listed & ~is_late
