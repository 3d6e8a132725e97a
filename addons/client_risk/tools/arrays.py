"""Columns of numbers: one row of each is one client."""

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def total(values: Iterable[float]) -> float:
    """Add up without rounding on the way, so that the order does not matter."""
    return math.fsum(values)


def mean(values: Floats, weights: Floats | None = None) -> float:
    """Return the (weighted) mean, nan of nothing; the same in any order."""
    if weights is None:
        return total(values) / len(values) if len(values) else math.nan
    weight = total(weights)
    return total(values * weights) / weight if weight else math.nan


def divide(above: Floats, below: Floats, otherwise: float = 0.0) -> Floats:
    """Divide row by row; ``otherwise`` where there is nothing to divide by."""
    found = np.full(np.broadcast(above, below).shape, otherwise)
    np.divide(above, below, out=found, where=below != 0)
    return found


def sum_by(keys: Ints, values: Floats, size: int) -> Floats:
    """Add up the values of each key from 0 to ``size`` - 1 in their order."""
    return np.bincount(keys, values, size).astype(np.float64)


def positions(keys: Ints, size: int) -> tuple[Ints, Ints]:
    """Return where each key's rows begin and how many there are, keys sorted.

    :param keys: sorted, from 0 to ``size`` - 1
    """
    counts = np.bincount(keys, minlength=size).astype(np.int64)
    return np.cumsum(counts) - counts, counts
