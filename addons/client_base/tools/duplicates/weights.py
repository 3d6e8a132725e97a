"""What agreement in a field is worth: three classes of pairs, learnt from the base.

The model is that of Fellegi and Sunter, "A Theory for Record Linkage" (1969), with the
expectation maximisation of Winkler (1988), but of three classes: cards of one client,
related cards (a household, a firm and its people or branches), and unrelated ones. With
two classes relatives are learnt as duplicates.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from . import defaults
from .comparison import Compared
from .levels import FIELDS, Branch
from .table import Floats, Ints

NAMES: Final = tuple(FIELDS)
# No single field speaks against a pair by more bits than this.
FLOOR: Final = -7.0
_LEVEL_FLOOR: Final = FLOOR * 1.3
_MIN_CHANCE: Final = 1e-7
_MAX_ROUNDS: Final = 25
_CONVERGED: Final = 0.004
# Pairs that the defaults weigh as many as, and at least what share of the seen ones.
_PRIOR_PAIRS: Final = 80.0
_PRIOR_SHARE: Final = 0.15
# Pairs of chance that the defaults weigh as many as.
_PRIOR_CHANCE: Final = 200.0
# Half of what comes in at the door is known already.
KNOWN_AT_ENTRY: Final = 0.5
_MIN_SAME: Final = 2.0
_MIN_RELATED: Final = 0.5

Shares = defaults.Shares


@dataclass(frozen=True, slots=True)
class Weights:
    """What a base has taught; plain numbers, fit for JSON.

    ``same``, ``related`` and ``unrelated`` hold the share of each level of a field from
    1 on. ``same_prior`` and ``related_prior`` are log2 of the share of such pairs among
    all pairs of the base.
    """

    same: Shares
    related: Shares
    unrelated: Shares
    same_prior: float
    related_prior: float

    @classmethod
    def default(cls, pairs: float) -> "Weights":
        """Return what is believed before a base is seen.

        :param pairs: number of all pairs of the base
        """
        prior = float(np.log2(0.25 / np.sqrt(max(pairs, 1.0))))
        return cls(
            same={name: _normalized(defaults.SAME[name]) for name in NAMES},
            related={name: _normalized(defaults.RELATED[name]) for name in NAMES},
            unrelated={name: _normalized(defaults.UNRELATED[name]) for name in NAMES},
            same_prior=prior,
            related_prior=prior,
        )

    def at_entry(self, size: int, *, known: float = KNOWN_AT_ENTRY) -> "Weights":
        """Return the weights for a card that comes in, beside a base of ``size`` cards.

        Whether it is known has nothing to do with the duplicates within the base.

        :param known: share of the incoming cards that the base knows already
        """
        prior = float(np.log2(known / max(size, 1)))
        return replace(self, same_prior=prior, related_prior=prior)

    def to_json(self) -> str:
        """Return the weights as text, the same for the same weights."""
        return json.dumps(
            {name: getattr(self, name) for name in self.__slots__}, sort_keys=True
        )

    @classmethod
    def from_json(cls, text: str) -> "Weights":
        """Return what ``to_json`` wrote, under the same ``cards.VERSION``."""
        data: dict[str, Any] = json.loads(text)
        for name in ("same", "related", "unrelated"):
            data[name] = {key: tuple(row) for key, row in data[name].items()}
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Bits:
    """What each field of each pair says, in bits; (fields, pairs).

    ``same`` is log2 of the odds of one client against chance, ``related`` of a related
    one against chance.
    """

    same: Floats
    related: Floats


def chance_bits(compared: Compared, unrelated: Shares) -> Floats:
    """Return -log2 of the probability of each level by chance; (fields, pairs).

    A value that agrees is as improbable as it is rare.
    """
    bits = np.zeros(compared.levels.shape)
    for row, name in enumerate(NAMES):
        if name == "branch":
            same = compared.levels[row] == Branch.SAME
            bits[row, same] = defaults.SAME_BRANCH_BITS
        if name in defaults.SILENT_OF_CHANCE:
            continue
        level = compared.levels[row]
        of_level = -np.log2(np.maximum((1.0, *unrelated[name]), _MIN_CHANCE))
        for most_level, most in defaults.MOST_LEVEL_BITS.get(name, {}).items():
            of_level[most_level] = min(of_level[most_level], most)
        bits[row] = of_level[level]
        for agreeing, extra in defaults.VALUE_BITS.get(name, {}).items():
            found = level == agreeing
            value = compared.bits[name][found] + extra
            bits[row, found] = np.minimum(value, defaults.MOST_BITS[name])
    return bits


def field_bits(compared: Compared, weights: Weights, chance: Floats) -> Bits:
    """Return what each field says of each pair; 0 where a card does not know."""
    return Bits(
        _class_bits(compared, weights.same, chance, defaults.PARENT_AND_CHILD_BITS),
        _class_bits(compared, weights.related, chance, 0.0),
    )


def score_bits(bits: Bits, weights: Weights) -> tuple[Floats, Floats]:
    """Return log2 odds of one client against all else, and of a related one likewise.

    Bits add up: log2 odds of the prior plus those of each field.
    """
    same, related = _totals(bits, weights)
    return _against(same, related), _against(related, same)


def learn(compared: Compared, chance_pairs: Compared, pairs: float) -> Weights:
    """Estimate the weights of a base by expectation maximisation.

    :param compared: candidate pairs of the base, or a sample of them
    :param chance_pairs: pairs drawn at random
    :param pairs: number of all pairs of the base, in the measure of the sample
    """
    start = Weights.default(pairs)
    unrelated = {
        name: _observed(chance_pairs.levels[row], start.unrelated[name])
        for row, name in enumerate(NAMES)
    }
    weights = Weights(
        *(start.same, start.related, unrelated), start.same_prior, start.related_prior
    )
    chance = chance_bits(compared, unrelated)
    for _ in range(_MAX_ROUNDS):
        before = weights.same_prior
        weights = _next_round(compared, chance, weights, pairs)
        if abs(weights.same_prior - before) < _CONVERGED:
            break
    return weights


def _next_round(
    compared: Compared, chance: Floats, weights: Weights, pairs: float
) -> Weights:
    bits = field_bits(compared, weights, chance)
    same, related = (np.exp2(odds.clip(-90, 90)) for odds in _totals(bits, weights))
    total = 1 + same + related
    same, related = same / total, related / total
    shares = {
        name: _class_shares(name, compared.levels[row], same, related, weights)
        for row, name in enumerate(NAMES)
    }
    return Weights(
        same={name: both[0] for name, both in shares.items()},
        related={name: both[1] for name, both in shares.items()},
        unrelated=weights.unrelated,
        same_prior=float(np.log2(max(same.sum(), _MIN_SAME) / pairs)),
        related_prior=float(np.log2(max(related.sum(), _MIN_RELATED) / pairs)),
    )


def _totals(bits: Bits, weights: Weights) -> tuple[Floats, Floats]:
    """Add the fields up one by one: the same sum for one pair as among many."""
    same = np.full(bits.same.shape[1], weights.same_prior)
    related = np.full(bits.same.shape[1], weights.related_prior)
    for row in range(len(NAMES)):
        same += bits.same[row]
        related += bits.related[row]
    return same, related


def _class_shares(
    name: str, level: Ints, same: Floats, related: Floats, weights: Weights
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the shares of the levels in the two classes after one round."""
    if name in defaults.FIXED:
        return weights.same[name], weights.related[name]
    of_same = _mixed(level, same, _normalized(defaults.SAME[name]))
    for most_level, most in defaults.MOST_OF_SAME.get(name, {}).items():
        of_same[most_level - 1] = min(of_same[most_level - 1], most)
    of_related = _mixed(level, related, _normalized(defaults.RELATED[name]))
    return _normalized(of_same), _normalized(of_related)


def _mixed(level: Ints, probability: Floats, prior: tuple[float, ...]) -> Floats:
    """Return the shares of the levels, the defaults added as if they were pairs."""
    count = np.bincount(level, weights=probability, minlength=len(prior) + 1)[1:]
    count = count + max(_PRIOR_PAIRS, _PRIOR_SHARE * count.sum()) * np.array(prior)
    return np.asarray(count / count.sum())


def _observed(level: Ints, prior: tuple[float, ...]) -> tuple[float, ...]:
    """Return the shares of the levels among pairs of chance."""
    count = np.bincount(level, minlength=len(prior) + 1)[1:].astype(float)
    return _normalized(count + _PRIOR_CHANCE * np.array(prior))


def _class_bits(
    compared: Compared, shares: Shares, chance: Floats, family: float
) -> Floats:
    bits = np.zeros(compared.levels.shape)
    for row, name in enumerate(NAMES):
        level = compared.levels[row]
        of_level = np.log2(np.maximum((1.0, *shares[name]), 1e-9))
        if name == "family":
            of_level = np.array([0.0, family])
        known = np.maximum(of_level, _LEVEL_FLOOR)[level] + chance[row]
        # level 0 has no bits in either, which stays so
        np.maximum(known, FLOOR, out=bits[row])
    return bits


def _against(one: Floats, other: Floats) -> Floats:
    """Return log2 of odds against the sum of chance (odds 1) and another class."""
    return np.asarray(one - np.log2(1 + np.exp2(other.clip(-80, 80))))


def _normalized(shares: Any) -> tuple[float, ...]:
    values = np.asarray(shares, dtype=np.float64)
    return tuple(float(value) for value in values / values.sum())
