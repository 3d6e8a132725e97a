"""Likeness of many pairs of texts, every distinct pair compared once."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process

from .table import Codes, Ints

# Threads that compare texts; the result is the same for any number.
WORKERS: Final = 2
# Fewer pairs than this are not worth the threads.
_MIN_FOR_WORKERS: Final = 2000

Likeness = npt.NDArray[np.float32]


def compare(
    left: Codes | Ints,
    right: Codes | Ints,
    values: Sequence[str],
    scorer: Callable[..., Any],
    cutoff: float | None = None,
) -> Likeness:
    """Return what ``scorer``, which is symmetric, says of each pair of values.

    :param left: places in ``values``, beside those of ``right``
    :param cutoff: passed on as ``score_cutoff``
    """
    if not len(left):
        return np.zeros(0, np.float32)
    low = np.minimum(left, right).astype(np.int64)
    code = low * len(values) + np.maximum(left, right)
    distinct, inverse = np.unique(code, return_inverse=True)
    first, second = np.divmod(distinct, len(values))
    scores = process.cpdist(
        [values[place] for place in first.tolist()],
        [values[place] for place in second.tolist()],
        scorer=scorer,
        score_cutoff=cutoff,
        dtype=np.float32,
        workers=WORKERS if len(distinct) >= _MIN_FOR_WORKERS else 1,
    )
    return np.asarray(scores, dtype=np.float32)[inverse]
