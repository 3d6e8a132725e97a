"""Signatures of telephone services that do not sign the way our own door asks for."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from .call_payload import look_up


def is_right(
    signed: Mapping[str, tuple[str, ...]],
    payload: Mapping[str, Any],
    secret: str,
    header: str,
) -> bool:
    """Tell whether the header is the HMAC-SHA1 of the joined fields, in base64.

    The public examples encode the hexadecimal form of it, some libraries the bytes:
    both are the same secret.

    :param signed: fields that are joined, by event; "" for any other event
    """
    event = look_up(payload, "event").lower()
    names = signed.get(event, signed.get("", ()))
    text = "".join(look_up(payload, name) for name in names)
    if not secret or not text or not header.isascii():
        return False
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1)
    forms = (digest.hexdigest().encode(), digest.digest())
    # all are compared: the time it takes says nothing of which one was right
    matches = [
        hmac.compare_digest(base64.b64encode(form), header.strip().encode())
        for form in forms
    ]
    return any(matches)
