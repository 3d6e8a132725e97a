"""The classes: exclusive, exhaustive, the first that fits, and no flapping."""

from dataclasses import replace

import numpy as np
import pytest
from client_risk.tools.classify import (
    NONE,
    Evidence,
    Facts,
    Previous,
    classify,
    future_days,
    proposes_drop,
)
from client_risk.tools.policy import Policy
from client_risk.tools.schedule import NO_DAY
from client_risk.tools.status import GRAVITY, GROWTH, RISK, Status
from hypothesis import given
from hypothesis import strategies as st

TODAY = 740_000
LATE, EARLY = TODAY - 5, TODAY + 5
FACTS = tuple(Facts.__dataclass_fields__)


def make_evidence(count=5, missed_on=EARLY, chance=0.8, z=0.0, ratio=1.0, last=None):
    """One client, in good order unless said otherwise."""
    day = TODAY - 20 if last is None else last
    return Evidence(
        count=np.array([count]),
        last=np.array([day if count else NO_DAY]),
        missed_on=np.array([missed_on if count else NO_DAY]),
        chance=np.array([chance if count else np.nan]),
        z=np.array([z]),
        ratio=np.array([ratio]),
    )


def make_facts(**known):
    return replace(
        Facts.none(1), **{name: np.array([value]) for name, value in known.items()}
    )


def before(status, evidence, days=100):
    """What the evaluation so many days ago said of the same purchases."""
    since = np.array([TODAY - days])
    return Previous(np.array([status]), since, evidence.count, evidence.last)


def judge(evidence, facts=None, previous=None, policy=None):
    found = classify(
        evidence,
        facts or Facts.none(1),
        previous or Previous.none(1),
        TODAY,
        policy or Policy(),
    )
    return Status(int(found[0]))


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        (make_evidence(count=0), "untouched"),
        (make_evidence(count=1), "new"),
        (make_evidence(count=1, missed_on=LATE), "one_time"),
        (make_evidence(count=1, chance=0.01), "new"),
        (make_evidence(count=2, chance=0.24), "lost"),
        (make_evidence(chance=0.24, missed_on=LATE), "lost"),
        (make_evidence(missed_on=LATE), "missed_date"),
        (make_evidence(missed_on=TODAY), "missed_date"),
        (make_evidence(count=3, missed_on=LATE), "missed_date"),
        (make_evidence(count=2, missed_on=LATE), "unproven"),
        (make_evidence(count=2, z=-3, ratio=0.1), "developing"),
        (make_evidence(z=-1.29, ratio=0.8), "shrinking"),
        (make_evidence(z=-1.28, ratio=0.8), "stable"),
        (make_evidence(z=-1.29, ratio=0.81), "stable"),
        (make_evidence(z=1.29, ratio=1.2), "growing"),
        (make_evidence(z=1.29, ratio=1.19), "stable"),
        (make_evidence(), "stable"),
    ],
)
def test_first_class_that_fits(evidence, status):
    assert judge(evidence).code == status


@pytest.mark.parametrize(
    ("known", "count", "status"),
    [
        ({"removed": True, "debt_overdue": True}, 5, "removed"),
        ({"promise_overdue": True, "debt_overdue": True}, 5, "promise_overdue"),
        ({"debt_overdue": True}, 5, "debt_overdue"),
        ({"open_claim": True, "irregular": True}, 5, "open_claim"),
        ({"planned": True}, 0, "prospect"),
        ({"planned": True}, 5, "missed_date"),
        ({"irregular": True}, 5, "irregular"),
        ({"irregular": True}, 0, "untouched"),
        ({"promised": True}, 5, "stable"),
        ({"promised": True}, 2, "developing"),
        ({"promised": True}, 1, "new"),
    ],
)
def test_what_people_say_comes_first(known, count, status):
    evidence = make_evidence(count=count, missed_on=LATE)
    assert judge(evidence, make_facts(**known)).code == status


def test_told_date_calls_off_a_loss():
    evidence = make_evidence(chance=0.1, missed_on=LATE)
    assert judge(evidence, make_facts(promised=True)).code == "stable"
    assert judge(evidence, make_facts(told_lately=True)).code == "missed_date"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from([LATE, TODAY, EARLY]),
            st.floats(0, 1),
            st.floats(-5, 5),
            st.floats(0, 9),
            st.sampled_from([NONE, *(int(status) for status in Status)]),
            st.sets(st.sampled_from(FACTS)),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_client_has_one_class_whoever_is_judged_with_him(rows):
    evidence = [make_evidence(n, day, p, z, r) for n, day, p, z, r, *_ in rows]
    facts = [make_facts(**dict.fromkeys(row[6], True)) for row in rows]
    previous = [before(row[5], one) for row, one in zip(rows, evidence, strict=True)]
    together = classify(
        Evidence(*_stack(evidence)),
        Facts(*_stack(facts)),
        Previous(*_stack(previous)),
        TODAY,
    )
    alone = [int(judge(*one)) for one in zip(evidence, facts, previous, strict=True)]
    assert together.tolist() == alone


def _stack(items):
    names = type(items[0]).__dataclass_fields__
    return [np.concatenate([getattr(item, name) for item in items]) for name in names]


def test_sectors_share_out_the_statuses():
    assert {status.sector for status in Status} == {"risk", "growth", "watch"}
    assert not RISK & GROWTH
    assert [Status.of(status.code) for status in Status] == list(Status)
    with pytest.raises(ValueError, match="gone"):
        Status.of("gone")


@pytest.mark.parametrize("status", ["missed_date", "unproven", "lost", "one_time"])
def test_late_and_lost_are_not_left_by_time(status):
    evidence = make_evidence(count=1 if status == "one_time" else 5)
    previous = before(Status.of(status), evidence)
    assert judge(evidence, previous=previous).code == status


@pytest.mark.parametrize("status", ["missed_date", "lost"])
def test_purchase_leads_out_at_once(status):
    evidence = make_evidence()
    previous = before(Status.of(status), make_evidence(count=4, last=TODAY - 90), 1)
    assert judge(evidence, previous=previous).code == "stable"


def test_told_date_leads_out_of_late():
    evidence = make_evidence(missed_on=LATE)
    previous = before(Status.MISSED_DATE, evidence, 1)
    assert judge(evidence, make_facts(promised=True), previous).code == "stable"


def test_late_becomes_lost():
    evidence = make_evidence(missed_on=LATE, chance=0.2)
    assert (
        judge(evidence, previous=before(Status.MISSED_DATE, evidence, 1)).code == "lost"
    )


@pytest.mark.parametrize(
    ("status", "z", "stays"),
    [
        ("growing", 0.51, True),
        ("growing", 0.49, False),
        ("shrinking", -0.51, True),
        ("shrinking", -0.49, False),
        ("stable", 1.0, True),
    ],
)
def test_trend_is_left_later_than_entered(status, z, stays):
    evidence = make_evidence(z=z)
    found = judge(evidence, previous=before(Status.of(status), evidence))
    assert found.code == (status if stays else "stable")


@pytest.mark.parametrize(("days", "status"), [(13, "shrinking"), (14, "stable")])
def test_status_dwells_for_two_weeks(days, status):
    evidence = make_evidence()
    assert (
        judge(evidence, previous=before(Status.SHRINKING, evidence, days)).code
        == status
    )


def test_escalation_does_not_wait():
    evidence = make_evidence(missed_on=LATE)
    found = judge(evidence, previous=before(Status.GROWING, evidence, 1))
    assert found is Status.MISSED_DATE
    assert set(GRAVITY) | {
        Status.REMOVED,
        Status.PROMISE_OVERDUE,
        Status.DEBT_OVERDUE,
        Status.OPEN_CLAIM,
        Status.PROSPECT,
        Status.UNTOUCHED,
        Status.IRREGULAR,
    } == set(Status)


@pytest.mark.parametrize("status", ["removed", "debt_overdue", "prospect", "irregular"])
def test_what_people_lift_ends_at_once(status):
    evidence = make_evidence()
    assert (
        judge(evidence, previous=before(Status.of(status), evidence, 1)).code
        == "stable"
    )


def test_policy_moves_the_thresholds():
    policy = Policy(lost_chance=0.9, trend_enter=0.1, shrinking_ratio=0.95)
    assert judge(make_evidence(), policy=policy).code == "lost"
    evidence = make_evidence(chance=1.0, z=-0.2, ratio=0.9)
    assert judge(evidence, policy=policy).code == "shrinking"


def test_future_is_two_periods_and_ninety_days_at_least():
    assert future_days(np.array([10.0, 45.0, 100.0])).tolist() == [90, 90, 200]


@pytest.mark.parametrize(
    ("count", "chance", "silence", "period", "protected", "proposed"),
    [
        (5, 0.09, 366, 50, False, True),
        (5, 0.09, 365, 50, False, False),
        (5, 0.09, 400, 70, False, False),  # six periods are 420 days
        (5, 0.10, 366, 50, False, False),
        (5, 0.09, 366, 50, True, False),
        (1, 0.90, 366, 50, False, True),
        (1, 0.90, 365, 50, False, False),
        (1, 0.90, 366, 50, True, False),
        (0, np.nan, np.nan, 50, False, False),
    ],
)
def test_who_is_proposed_for_removal(
    count, chance, silence, period, protected, proposed
):
    found = proposes_drop(
        make_evidence(count=count, chance=chance),
        np.array([float(silence)]),
        np.array([float(period)]),
        np.array([protected]),
    )
    assert found[0] == proposed
