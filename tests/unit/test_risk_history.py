"""From documents to purchase days and gaps."""

import datetime as dt
import math
import random

import numpy as np
import pytest
from client_risk.tools.business_time import make_ruler
from client_risk.tools.history import Events, Purchase, summarize, to_events
from hypothesis import given
from hypothesis import strategies as st
from risk_data import BASES, FIRST, NOW, RULER, START, every, make_events


def buy(day, amount, returns=None):
    """A document of client 0, days after the first day."""
    named = None if returns is None else FIRST + dt.timedelta(days=returns)
    return Purchase(0, FIRST + dt.timedelta(days=day), amount, named)


def days_of(events):
    """Return (days after the first day, amount)."""
    days = (events.day - START).tolist()
    return list(zip(days, events.amount.tolist(), strict=True))


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([], []),
        ([buy(1, 10), buy(1, 5), buy(3, 7)], [(1, 15), (3, 7)]),
        ([buy(1, 0)], []),
        # A return belongs to the day it names,
        ([buy(1, 10), buy(5, 10), buy(9, -10, returns=1)], [(5, 10)]),
        # else to the latest purchase that covers it,
        ([buy(1, 90), buy(5, 10), buy(9, -50)], [(1, 40), (5, 10)]),
        # else to the latest one.
        ([buy(1, 10), buy(5, 10), buy(9, -50)], [(1, 10)]),
        ([buy(1, -10), buy(5, 10)], [(5, 10)]),
        ([buy(1, 0.1), buy(1, 0.2), buy(2, -0.3)], []),
        ([buy(1, -10, returns=5), buy(5, 30)], [(5, 20)]),
    ],
)
def test_documents_become_purchase_days(documents, expected):
    assert days_of(to_events(documents)) == expected


def test_days_close_together_are_one_event_when_asked_for():
    documents = [buy(1, 1), buy(3, 2), buy(6, 4), buy(30, 8)]
    assert days_of(to_events(documents, merge_within=2)) == [(1, 3), (6, 4), (30, 8)]


@given(
    st.lists(
        st.builds(
            buy, st.integers(0, 50), st.integers(-50, 99), st.none() | st.integers(0, 9)
        ),
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_documents_does_not_matter(documents, rng):
    shuffled = documents.copy()
    rng.shuffle(shuffled)
    assert days_of(to_events(documents)) == days_of(to_events(shuffled))


def test_gaps_are_summed_up_as_logarithms():
    events = make_events({0: [0, 10, 40], 2: [5]})
    found = summarize(events, [0, 0, 0], START + 60, RULER)
    assert found.count.tolist() == [3, 0, 1]
    assert found.gaps.tolist() == [2, 0, 0]
    assert found.log_sum[0] == pytest.approx(math.log(10) + math.log(30))
    assert found.log_squares[0] == pytest.approx(math.log(10) ** 2 + math.log(30) ** 2)
    assert found.silence[0] == 20.5
    assert np.isnan(found.silence[1])


@pytest.mark.parametrize(
    ("days", "gaps"),
    [
        (every(1, 50), 30),  # no more than thirty
        (every(100, 20), 8),  # two years hold seven; eight at least
        (every(50, 20), 14),  # what two years hold
        (every(300, 4), 3),
    ],
)
def test_rhythm_is_that_of_the_look_back(days, gaps):
    events = make_events({0: days})
    assert summarize(events, [0], START + days[-1], RULER).gaps[0] == gaps


def test_silence_does_not_change_what_is_looked_back_on():
    events = make_events({0: every(50, 10)})
    sooner, later = (
        summarize(events, [0], START + day, RULER) for day in (451, 450 + 2000)
    )
    assert sooner.log_sum[0] == later.log_sum[0]


def test_what_comes_after_today_does_not_count():
    events = make_events({0: [0, 10, 40]})
    assert summarize(events, [0], START + 39, RULER).count[0] == 2


def test_gap_over_closed_days_is_short():
    closed = [FIRST + dt.timedelta(days=day) for day in range(3, 13)]
    ruler = make_ruler(FIRST, FIRST + dt.timedelta(days=29), closed)
    events = make_events({0: [2, 13]})
    gap = math.exp(summarize(events, [0], START + 13, ruler).log_sum[0])
    assert gap == pytest.approx((1 + 10 * 0.02) * 30 / (20 + 10 * 0.02))


@given(BASES, st.integers(0, 2**32))
def test_order_of_events_does_not_matter(bought, seed):
    rows = [
        (client, START + day, 1.0) for client, days in bought.items() for day in days
    ]
    shuffled = random.Random(seed).sample(rows, len(rows))
    left, right = (
        summarize(Events.of(some), [0] * 10, NOW, RULER) for some in (rows, shuffled)
    )
    assert left.log_sum.tolist() == right.log_sum.tolist()
    assert left.log_squares.tolist() == right.log_squares.tolist()
