"""Stretches of active life: the base of clients as a warehouse."""

import numpy as np
from client_risk.tools import stays
from client_risk.tools.status import Status
from hypothesis import given
from hypothesis import strategies as st

DAYS = [100, 130, 160, 190]
ACTIVE, LOST, NONE = Status.STABLE, Status.LOST, Status.UNTOUCHED


def find(statuses, lasts=None, first=1):
    """Find the stretches of one client by his status on each of DAYS."""
    lasts = lasts or [
        0 if status == NONE else day for status, day in zip(statuses, DAYS, strict=True)
    ]
    found = stays.find_stays(
        DAYS,
        [np.array([int(status)]) for status in statuses],
        [np.array([last]) for last in lasts],
        np.array([first]),
    )
    return list(
        zip(
            found.begin.tolist(), found.end.tolist(), found.origin.tolist(), strict=True
        )
    )


def test_who_was_active_before_is_part_of_the_opening():
    assert find([ACTIVE] * 4) == [(100, stays.OPEN, stays.OPENING)]


def test_new_client_comes_in_on_the_day_of_the_first_purchase():
    assert find([NONE, NONE, Status.NEW, ACTIVE], [0, 0, 145, 170], first=145) == [
        (145, 190, stays.NEW),
        (190, stays.OPEN, stays.CHANGED),
    ]


def test_client_who_leaves_and_buys_again_has_returned():
    assert find([ACTIVE, LOST, ACTIVE, ACTIVE], [90, 90, 150, 180]) == [
        (100, 130, stays.OPENING),
        (150, stays.OPEN, stays.RETURNED),
    ]


def test_client_lost_before_the_history_is_not_new():
    assert find([LOST, LOST, ACTIVE, ACTIVE], [50, 50, 155, 155], first=20) == [
        (155, stays.OPEN, stays.RETURNED)
    ]


def test_debt_of_somebody_who_never_bought_is_no_stock():
    assert find([Status.DEBT_OVERDUE] * 4, [0, 0, 0, 0], first=0) == []


statuses = st.lists(st.sampled_from(list(Status)), min_size=4, max_size=4)


@given(st.lists(statuses, min_size=1, max_size=20))
def test_what_was_there_and_came_and_left_is_what_is_there(clients):
    table = np.array(clients, dtype=np.int64).T
    size = len(clients)
    found = stays.find_stays(
        DAYS, list(table), [np.full(size, day - 5) for day in DAYS], np.full(size, 1)
    )
    for number, day in enumerate(DAYS):
        there = (found.begin <= day) & ((found.end == stays.OPEN) | (found.end > day))
        active = np.isin(table[number], [int(one) for one in stays.ACTIVE])
        assert sorted(found.client[there]) == np.flatnonzero(active).tolist()
        assert (found.status[there] == table[number][found.client[there]]).all()
