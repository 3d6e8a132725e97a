"""Hashes that stay the same in every process and release."""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_STEP = np.uint64(0x9E3779B97F4A7C15)


def hash_texts(texts: Iterable[str]) -> Hashes:
    """Return 64 bits of BLAKE2b of each text."""
    encoded = (text.encode(errors="surrogatepass") for text in texts)
    digests = b"".join(blake2b(data, digest_size=8).digest() for data in encoded)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def mix(values: Hashes) -> Hashes:
    """Return values scattered over 64 bits, by the finalizer of SplitMix64.

    Sebastiano Vigna, 2015; a bijection.
    """
    scattered = values + _STEP
    scattered = (scattered ^ (scattered >> _SHIFTS[0])) * _MULTIPLIERS[0]
    scattered = (scattered ^ (scattered >> _SHIFTS[1])) * _MULTIPLIERS[1]
    return np.asarray(scattered ^ (scattered >> _SHIFTS[2]), dtype=np.uint64)


def pair_hashes(first: Hashes, second: Hashes) -> Hashes:
    """Return one hash for two in this order."""
    return mix(mix(first) ^ second)


def sample(size: int, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Return ``count`` numbers below ``size``, spread evenly, the same every time."""
    steps: Hashes = np.arange(count).astype(np.uint64)
    scattered = mix(mix(np.array([seed], np.uint64)) + steps)
    return (scattered % np.uint64(max(size, 1))).astype(np.int64)
