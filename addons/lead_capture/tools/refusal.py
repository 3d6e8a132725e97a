"""Why the public door does not take what was sent: a code and its HTTP status."""

from typing import Final

STATUS: Final[dict[str, int]] = {
    "malformed": 400,
    "not_an_object": 400,
    "bad_encoding": 400,
    "bad_text": 400,
    "too_deep": 400,
    "too_many_fields": 400,
    "empty": 400,
    "bad_content_type": 400,
    "bad_event_key": 400,
    "no_call_id": 400,
    "no_event": 400,
    "no_signature": 401,
    "bad_signature": 401,
    "stale_signature": 401,
    "bad_origin": 403,
    "unknown": 404,
    "too_large": 413,
    "too_often": 429,
}


class Refusal(Exception):
    """What was sent is not taken; nothing was stored.

    ``code`` is one of ``STATUS``; ``retry_after`` are seconds, 0 when sending the same
    again would help nobody.
    """

    def __init__(self, code: str, retry_after: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.retry_after = retry_after
