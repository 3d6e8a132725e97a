"""What a client is worth, and how much of it is at stake."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .arrays import Floats, Ints, divide, mean, positions, sum_by
from .history import MAX_GAPS, Events

HORIZON_DAYS = 90.0
# How many purchases the segment's average basket is worth.
BASKET_KAPPA = 1.0
# Shares of the turnover: the clients up to .80 are A, those up to .95 are B.
A_SHARE, B_SHARE = 0.80, 0.95


@dataclass(frozen=True, slots=True)
class Baskets:
    """Amounts of clients' recent purchases, in company currency, one row a client."""

    count: Ints
    amount: Floats


def recent_baskets(events: Events, size: int) -> Baskets:
    """Add up the purchases that tell a client's usual basket: his last 31 days."""
    begin, count = positions(events.client, size)
    from_end = (begin + count)[events.client] - np.arange(len(events.client))
    kept = from_end <= MAX_GAPS + 1
    client, amount = events.client[kept], events.amount[kept]
    return Baskets(
        np.bincount(client, minlength=size).astype(np.int64),
        sum_by(client, amount, size),
    )


def segment_baskets(baskets: Baskets, segment: Ints, segments: int) -> Floats:
    """Return the mean over clients of their average basket, for each segment.

    The company's mean for a segment without purchases, 0 for a company without.
    """
    own = divide(baskets.amount, baskets.count.astype(np.float64))
    bought = baskets.count > 0
    company = mean(own[bought]) if bought.any() else 0.0
    means = []
    for number in range(segments):
        rows = bought & (segment == number)
        means.append(mean(own[rows]) if rows.any() else company)
    return np.array(means)


def usual_basket(baskets: Baskets, segment_mean: Floats) -> Floats:
    """Return (sum + kappa * segment's mean) / (n + kappa) with kappa 1.

    :param segment_mean: of each client's segment, one row a client
    """
    return (baskets.amount + BASKET_KAPPA * segment_mean) / (
        baskets.count + BASKET_KAPPA
    )


def normal_amount(basket: Floats, period: Floats, days: float = HORIZON_DAYS) -> Floats:
    """Return what a client normally buys for in ``days``: basket * H / m."""
    return basket * days / period


def at_stake(chance: Floats, normal: Floats) -> Floats:
    """Return (1 - P_buy(H)) times the normal amount per H: what risk is sorted by.

    :param chance: P_buy over the same H; nan (never bought) puts nothing at stake
    """
    return np.where(np.isnan(chance), 0.0, (1.0 - chance) * normal)


def worth_winning(chance: Floats, basket: Floats) -> Floats:
    """Return P_buy(90) times the basket: what reactivation is sorted by."""
    return np.where(np.isnan(chance), 0.0, chance * basket)


def abc_classes(turnover: Mapping[int, float]) -> dict[int, str]:
    """Class clients by their share of the turnover, largest first.

    A client is A while those before him make less than 80 % of it, B up to 95 %, else
    C. Nothing bought is C. Of equal turnovers the lower id comes first.
    """
    ordered = sorted(turnover, key=lambda client: (-turnover[client], client))
    whole = sum(max(turnover[client], 0.0) for client in ordered)
    classes, before = {}, 0.0
    for client in ordered:
        amount = max(turnover[client], 0.0)
        if not amount or before >= B_SHARE * whole:
            classes[client] = "C"
        else:
            classes[client] = "A" if before < A_SHARE * whole else "B"
        before += amount
    return classes


def abc_column(turnover: Floats) -> Ints:
    """Class clients as ``abc_classes`` does, one row a client: 0 is A, 1 B, 2 C."""
    amount = np.maximum(turnover, 0.0)
    order = np.argsort(-amount, kind="stable")
    before = np.cumsum(amount[order]) - amount[order]
    whole = amount.sum()
    found = np.full(len(amount), 2, dtype=np.int64)
    found[order] = np.where(
        before < A_SHARE * whole, 0, np.where(before < B_SHARE * whole, 1, 2)
    )
    found[amount == 0] = 2
    return found
