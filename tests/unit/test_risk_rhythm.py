"""The closed form of the rule against the formulas written out with ``math``."""

import math

import numpy as np
import pytest
from client_risk.tools.history import Histories
from client_risk.tools.policy import Policy
from client_risk.tools.priors import Priors
from client_risk.tools.rhythm import (
    buys_within,
    late_after,
    measure,
    survival,
    window,
)
from hypothesis import given
from hypothesis import strategies as st

PRIORS = [
    Priors(math.log(30), 1.0),
    Priors(math.log(9), 0.4, a=0.5, b=4.0),
    Priors(math.log(200), 2.2, a=0.01, b=0.5),
]
GAPS = st.lists(st.integers(1, 800), max_size=30)
CLIENT = st.tuples(GAPS, st.integers(0, 3000), st.integers(0, len(PRIORS) - 1))


def make_histories(clients):
    """Make histories of (gaps, days of silence, segment)."""
    logs = [[math.log(gap) for gap in gaps] for gaps, _days, _segment in clients]
    return Histories(
        count=np.array([len(one) + 1 for one in logs]),
        gaps=np.array([float(len(one)) for one in logs]),
        log_sum=np.array([float(sum(one)) for one in logs]),
        log_squares=np.array([float(sum(x * x for x in one)) for one in logs]),
        silence=np.array([days + 0.5 for _gaps, days, _segment in clients]),
        segment=np.array([segment for *_rest, segment in clients]),
    )


def written_out(gaps, days, prior):
    """The rule as it stands on paper: m, beta, S, P_alive, P_buy(90)."""
    k, logs = len(gaps), [math.log(gap) for gap in gaps]
    total = sum(logs)
    squares = max(sum(x * x for x in logs) - total**2 / max(k, 1), 0.0)
    m = math.exp((total + prior.kappa * prior.log_period) / (k + prior.kappa))
    v = (prior.nu * prior.variance + squares) / (prior.nu + max(k - 1, 0))
    v *= 1 + 1 / (k + prior.kappa)
    beta = math.pi / math.sqrt(3 * v)

    def silent(t):
        return 1 / (1 + math.exp(min(max(beta * math.log(t / m), -50), 50)))

    s = silent(days + 0.5)
    alive = s / (s + prior.a / (prior.b + k))
    return m, beta, s, alive, alive * (1 - silent(days + 90.5) / s)


@given(st.lists(CLIENT, min_size=1, max_size=20))
def test_columns_agree_with_the_formulas_written_out(clients):
    histories = make_histories(clients)
    rhythm = measure(histories, PRIORS)
    chance = buys_within(np.array([90.0]), histories.silence, rhythm)
    for row, (gaps, days, segment) in enumerate(clients):
        found = (
            rhythm.period[row],
            rhythm.beta[row],
            rhythm.survival[row],
            rhythm.alive[row],
            chance[row],
        )
        expected = written_out(gaps, days, PRIORS[segment])
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(st.lists(CLIENT, min_size=1, max_size=20))
def test_one_client_is_judged_as_among_all(clients):
    together = measure(make_histories(clients), PRIORS)
    for row, client in enumerate(clients):
        alone = measure(make_histories([client]), PRIORS)
        for name in ("period", "beta", "survival", "alive"):
            among_all = getattr(together, name)[row]
            assert getattr(alone, name)[0] == pytest.approx(among_all, rel=1e-12)


@given(CLIENT)
def test_longer_silence_makes_return_less_likely(client):
    gaps, days, segment = client
    sooner = measure(make_histories([(gaps, days, segment)]), PRIORS)
    later = measure(make_histories([(gaps, days + 30, segment)]), PRIORS)
    assert later.survival[0] <= sooner.survival[0]
    assert later.alive[0] <= sooner.alive[0]


@given(CLIENT, st.floats(0, 1e6))
def test_probabilities_are_probabilities(client, horizon):
    histories = make_histories([client])
    rhythm = measure(histories, PRIORS)
    chance = buys_within(np.array([horizon]), histories.silence, rhythm)[0]
    assert 0 <= chance <= rhythm.alive[0] <= 1


def test_half_of_living_clients_are_silent_for_a_period():
    assert survival(np.array([24.0]), np.array([24.0]), np.array([3.0]))[0] == 0.5


def test_survival_stays_finite_at_both_ends():
    ends = survival(np.array([0.0, 1e300]), np.array([1.0, 1.0]), np.array([9.0, 9.0]))
    assert ends[0] == pytest.approx(1)
    assert 0 < ends[1] < 1e-20


def test_client_without_purchases_has_no_probability():
    histories = make_histories([([], 0, 0)])
    never = Histories(
        np.array([0]),
        histories.gaps,
        histories.log_sum,
        histories.log_squares,
        np.array([np.nan]),
        histories.segment,
    )
    rhythm = measure(never, PRIORS)
    assert np.isnan(rhythm.alive[0])
    assert rhythm.period[0] == pytest.approx(30)


def test_window_holds_eighty_of_hundred():
    period, beta = np.array([24.0]), np.array([4.0])
    early, late = window(period, beta)
    assert survival(early, period, beta)[0] == pytest.approx(0.9)
    assert survival(late, period, beta)[0] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("period", "beta", "days"),
    [
        (30.0, 1.0, 120.0),  # m 4^(1 / beta)
        (30.0, 50.0, 33.0),  # the grace of three days
        (10.0, 50.0, 24.0),  # two weeks where the period is short
        (14.0, 50.0, 17.0),
    ],
)
def test_date_is_missed_after_one_in_five(period, beta, days):
    assert late_after(np.array([period]), np.array([beta]))[0] == pytest.approx(days)


def test_policy_moves_the_missed_date():
    strict = Policy(late_survival=0.5, grace_days=0.0)
    assert late_after(np.array([30.0]), np.array([2.0]), strict)[0] == 30.0
