"""What a client buys again and again: lines that are due, lines that are lost.

A line is a category, or a product where the range is narrow. Days are business days.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

MIN_GAPS = 3
# A line counts as regular when it was bought in 3 of the client's last 6 periods,
REGULAR_PERIODS = 3
PERIODS = 6
# and as lost when it has been missing for two periods of its own.
LOST_PERIODS = 2.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a client: its own period and what has become of it.

    ``days``: position in business time of each purchase of it, in order.
    """

    item: int
    days: tuple[float, ...]

    @property
    def period(self) -> float:
        """Geometric mean of its gaps in business days; 0 of a single purchase."""
        gaps = [
            max(later - earlier, 0.5)
            for earlier, later in zip(self.days, self.days[1:], strict=False)
        ]
        return exp(sum(log(gap) for gap in gaps) / len(gaps)) if gaps else 0.0


def collect(bought: Iterable[tuple[int, float]]) -> list[Line]:
    """Make the lines of one client of (item, position in business time), by item."""
    days: dict[int, set[float]] = defaultdict(set)
    for item, day in bought:
        days[item].add(day)
    return [Line(item, tuple(sorted(days[item]))) for item in sorted(days)]


def lost_lines(
    lines: Sequence[Line], period: float, last: float, now: float
) -> list[int]:
    """Return the items that the client bought regularly and left off, in order.

    :param period: the client's own period in business days
    :param last: position of his last purchase of anything: who buys nothing at all has
        lost no line
    :param now: position of today
    """
    lost = []
    for line in lines:
        since = [int((now - day) / period) for day in line.days]
        regular = len({number for number in since if number < PERIODS})
        missing = now - line.days[-1] > LOST_PERIODS * (line.period or period)
        if regular >= REGULAR_PERIODS and missing and line.days[-1] < last:
            lost.append(line.item)
    return lost


def due_lines(lines: Sequence[Line], now: float) -> list[tuple[int, float]]:
    """Return what the client should need now by his own rhythm: item, days overdue.

    Of lines with three gaps at least; the longest overdue first, and none that has been
    missing for more than two of its periods: that one is lost, not due.
    """
    due = []
    for line in lines:
        if len(line.days) <= MIN_GAPS:
            continue
        silent = now - line.days[-1]
        if line.period <= silent <= LOST_PERIODS * line.period:
            due.append((line.item, silent - line.period))
    return sorted(due, key=lambda pair: (-pair[1], pair[0]))
