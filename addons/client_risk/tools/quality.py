"""How good a forecast is: the measures of the benchmark and of the replay."""

import math

import numpy as np

from .arrays import Flags, Floats, mean, total

# Equal steps of probability over which a forecast is held against what happened.
CALIBRATION_STEPS = 10
# A probability of 0 or 1 that turns out wrong would cost infinitely much.
MIN_PROBABILITY = 1e-4


def auc(score: Floats, happened: Flags) -> float:
    """Return the chance that ``score`` ranks one that happened above one that did not.

    Ties count half (Mann-Whitney); nan when all or none happened.
    """
    yes, no = int(happened.sum()), int((~happened).sum())
    if not yes or not no:
        return math.nan
    _values, group, size = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(size) - (size - 1) / 2.0
    ranks = total(middle[group][happened])
    return (ranks - yes * (yes + 1) / 2.0) / (yes * no)


def calibration_error(probability: Floats, happened: Flags) -> float:
    """Return the ECE: mean distance of forecast and frequency over ten equal steps."""
    step = np.minimum((probability * CALIBRATION_STEPS).astype(int), 9)
    error = 0.0
    for number in range(CALIBRATION_STEPS):
        rows = step == number
        if rows.any():
            distance = mean(probability[rows]) - mean(happened[rows].astype(np.float64))
            error += abs(distance) * int(rows.sum())
    return error / len(probability) if len(probability) else math.nan


def log_loss(probability: Floats, happened: Flags, weights: Floats) -> float:
    """Return the weighted mean of -ln of the probability given to what happened."""
    sure = np.clip(probability, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
    return mean(-np.log(np.where(happened, sure, 1.0 - sure)), weights)
