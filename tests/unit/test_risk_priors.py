"""What is known of a segment, and the back-test on a company's own past."""

import datetime as dt
import math

import numpy as np
import pytest
from client_risk.tools.backtest import (
    GRID_A,
    GRID_B,
    apply_dropout,
    backtest_day,
    fit_dropout,
)
from client_risk.tools.history import summarize
from client_risk.tools.month import has_bought
from client_risk.tools.priors import Priors, estimate, freeze_day
from client_risk.tools.quality import log_loss
from client_risk.tools.rhythm import buys_within, measure
from risk_data import NOW, RULER, START, every, make_company, make_events


def make_histories(periods, segment=None):
    """Clients who bought five times each, a period apart."""
    bought = {number: every(days, 5) for number, days in enumerate(periods)}
    return summarize(make_events(bought), segment or [0] * len(periods), NOW, RULER)


def test_period_is_the_mean_of_the_logarithms():
    histories = make_histories([10] * 20 + [40] * 20)
    prior = estimate(histories, 1)[0]
    assert math.exp(prior.log_period) == pytest.approx(20)
    assert prior.level == "segment"


def test_clients_of_more_purchases_weigh_more():
    bought = {number: every(10, 2) for number in range(40)}
    bought |= {number: every(40, 9) for number in range(40, 80)}
    histories = summarize(make_events(bought), [0] * 80, NOW, RULER)
    weights = 1 / 3, 8 / 10
    expected = (weights[0] * math.log(10) + weights[1] * math.log(40)) / sum(weights)
    assert estimate(histories, 1)[0].log_period == pytest.approx(expected)


def test_spread_is_that_within_clients():
    bought = {number: [0, 10, 30, 40] for number in range(30)}
    histories = summarize(make_events(bought), [0] * 30, NOW, RULER)
    logs = [math.log(10), math.log(20), math.log(10)]
    expected = sum((x - sum(logs) / 3) ** 2 for x in logs) / 2
    assert estimate(histories, 1)[0].variance == pytest.approx(expected)


def test_clockwork_leaves_some_spread():
    assert estimate(make_histories([7] * 50), 1)[0].variance == 0.01


def test_small_segment_speaks_with_the_company_s_voice():
    segment = [0] * 40 + [1] * 29
    found = estimate(make_histories([10] * 40 + [80] * 29, segment), 3)
    assert [prior.level for prior in found] == ["segment", "company", "company"]
    assert found[1] == found[2] != found[0]
    assert 10 < math.exp(found[1].log_period) < 80


def test_small_company_gets_thirty_days():
    prior = estimate(make_histories([10] * 29), 1)[0]
    assert prior == Priors(math.log(30), 1.0, level="default")


def test_estimate_does_not_depend_on_the_order():
    events, segment = make_company(120)
    histories = summarize(events, segment, NOW, RULER)
    order = np.random.default_rng(1).permutation(120)
    assert estimate(histories, 2) == estimate(histories.rows(order), 2)


def test_priors_rest_on_the_first_of_the_month():
    assert freeze_day(dt.date(2026, 3, 31)) == dt.date(2026, 3, 1)
    assert backtest_day(dt.date(2026, 3, 31)) == dt.date(2025, 12, 31)


def backtest(clients):
    """The past of a company and who has bought since."""
    events, segment = make_company(clients)
    past = summarize(events, segment, NOW - 90, RULER)
    bought = has_bought(events, clients, NOW - 90, NOW)
    return past, bought, np.full(clients, 90.0), estimate(past, 2)


def test_backtest_finds_the_best_of_the_grid():
    past, bought, days, priors = backtest(400)
    found = fit_dropout(past, bought, days, priors)
    rows = np.flatnonzero(past.count > 0)
    weights = np.where(past.count[rows] >= 2, 1.0, 0.25)
    losses = {}
    for a in GRID_A:
        for b in GRID_B:
            tried = [Priors(p.log_period, p.variance, a, b) for p in priors]
            histories = past.rows(rows)
            rhythm = measure(histories, tried)
            chance = buys_within(days[rows], histories.silence, rhythm)
            losses[a, b] = log_loss(chance, bought[rows], weights)
    assert found.loss == min(losses.values()) == losses[found.a, found.b]
    assert apply_dropout(priors, found)[1].a == found.a


def test_what_is_believed_stays_unless_much_is_gained():
    past, bought, days, priors = backtest(400)
    best = apply_dropout(priors, fit_dropout(past, bought, days, priors))
    assert fit_dropout(past, bought, days, best) is None


@pytest.mark.parametrize("clients", [150, 199])
def test_backtest_needs_two_hundred_clients(clients):
    past, bought, days, priors = backtest(clients)
    assert fit_dropout(past, bought, days, priors) is None
    assert apply_dropout(priors, None) == priors


def test_backtest_needs_twenty_of_each_outcome():
    past, bought, days, priors = backtest(400)
    nobody = np.zeros(400, dtype=bool)
    nobody[np.flatnonzero(bought)[:19]] = True
    assert fit_dropout(past, nobody, days, priors) is None


def test_client_who_had_not_bought_yet_is_no_outcome():
    bought = {number: every(20, 30) for number in range(400)}
    past = summarize(make_events(bought), [0] * 800, START + 300, RULER)
    returned = np.zeros(800, dtype=bool)
    returned[:200] = True
    days = np.full(800, 90.0)
    alone = fit_dropout(
        past.rows(np.arange(400)), returned[:400], days[:400], [Priors()]
    )
    assert alone is not None
    assert fit_dropout(past, returned, days, [Priors()]) == alone
