"""Signatures of webhooks: ``t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">``."""

import hashlib
import hmac
from typing import Final

from .refusal import Refusal

WINDOW: Final = 300  # seconds, to either side: clocks differ
_MAX_HEADER: Final = 500


def sign(secret: str, body: bytes, moment: int) -> str:
    """Return the header for ``body``, sent at ``moment`` (unix seconds)."""
    return f"t={moment},v1={_digest(secret, body, str(moment))}"


def check(secret: str, body: bytes, header: str, now: int) -> None:
    """Do nothing when the header is right and fresh.

    Several ``v1`` may stand in it, for a sender that is changing its secret.

    :raises Refusal: ``no_signature``, ``bad_signature``, ``stale_signature``
    """
    if not header:
        raise Refusal("no_signature")
    stamp, digests = _split(header)
    if not secret or not digests or not _is_number(stamp):
        raise Refusal("bad_signature")
    expected = _digest(secret, body, stamp).encode()
    # all are compared: the time it takes says nothing of which one was right
    matches = [hmac.compare_digest(expected, one.encode()) for one in digests]
    if not any(matches):
        raise Refusal("bad_signature")
    if abs(now - int(stamp)) > WINDOW:
        raise Refusal("stale_signature")


def _split(header: str) -> tuple[str, list[str]]:
    stamp, digests = "", []
    for part in header[:_MAX_HEADER].split(","):
        name, _sign, value = part.strip().partition("=")
        if name == "t":
            stamp = value
        elif name == "v1":
            digests.append(value)
    return stamp, digests


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _digest(secret: str, body: bytes, stamp: str) -> str:
    message = stamp.encode() + b"." + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
