"""Purchase histories that the tests of client_risk share."""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
from client_risk.tools.business_time import calendar_time
from client_risk.tools.history import Events
from hypothesis import strategies as st

FIRST = dt.date(2024, 1, 1)
TODAY = dt.date(2026, 3, 1)
START, NOW = FIRST.toordinal(), TODAY.toordinal()
RULER = calendar_time(FIRST, dt.date(2027, 12, 31))


def make_events(bought: Mapping[int, Iterable[int]], amount: float = 100.0) -> Events:
    """Make events of {client: days after the first day}."""
    return Events.of(
        [
            (client, START + day, amount)
            for client, days in bought.items()
            for day in days
        ]
    )


def every(days: int, times: int, first: int = 0) -> list[int]:
    """Return the days of someone who buys like a clock."""
    return [first + days * number for number in range(times)]


def make_company(clients: int = 300, seed: int = 7) -> tuple[Events, np.ndarray]:
    """Invent a company whose clients buy in their own rhythm, and some of them stop."""
    random = np.random.default_rng(seed)
    rows = []
    for client in range(clients):
        period = random.lognormal(3.2, 0.5)
        day = float(random.integers(0, 200))
        while day < NOW - START:
            amount = float(np.round(random.lognormal(5, 0.4), 2))
            rows.append((client, START + int(day), amount))
            if random.random() < 0.04:
                break
            day += max(1.0, period * random.lognormal(0, 0.5))
    return Events.of(rows), np.array([c % 2 for c in range(clients)], dtype=np.int64)


DAYS = st.lists(st.integers(0, NOW - START), max_size=40, unique=True)
BASES = st.dictionaries(st.integers(0, 9), DAYS, max_size=10)
