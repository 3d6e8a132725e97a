"""The thresholds that a company may move, with the measured ones as default."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from .arrays import Floats, Ints

# One threshold for all clients, or a column of one for each.
Threshold = float | Floats


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

    late_survival: Threshold = 0.20
    grace_days: Threshold = 3.0
    short_period: Threshold = 14.0
    short_grace_days: Threshold = 14.0
    lost_chance: Threshold = 0.25
    drop_chance: Threshold = 0.10
    trend_enter: Threshold = 1.28
    trend_leave: Threshold = 0.5
    shrinking_ratio: Threshold = 0.8
    growing_ratio: Threshold = 1.2
    dwell_days: Threshold = 14

    @classmethod
    def of(cls, policies: Sequence["Policy"], number: Ints) -> "Policy":
        """Give every client the thresholds of his policy, one row a client."""
        return cls(
            *(
                np.array([float(getattr(one, field.name)) for one in policies])[number]
                for field in fields(cls)
            )
        )


POLICY = Policy()
