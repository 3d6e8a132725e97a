"""The thresholds that a company may move, with the measured ones as default."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds of the classes; probabilities are 0 .. 1, times are days.

    ``late_survival``: a date is missed when a living client is silent so long this
    seldom; not before ``grace_days`` after the date (``short_grace_days`` for periods
    under ``short_period``). ``lost_chance``: below it the client is lost.
    ``drop_chance``: below it he is proposed for removal. ``trend_enter`` and
    ``trend_leave`` in standard deviations. ``dwell_days``: how long a status stays
    without a reason to leave it.
    """

    late_survival: float = 0.20
    grace_days: float = 3.0
    short_period: float = 14.0
    short_grace_days: float = 14.0
    lost_chance: float = 0.25
    drop_chance: float = 0.10
    trend_enter: float = 1.28
    trend_leave: float = 0.5
    shrinking_ratio: float = 0.8
    growing_ratio: float = 1.2
    dwell_days: int = 14


POLICY = Policy()
