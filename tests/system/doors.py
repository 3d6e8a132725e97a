"""The public doors for requests, as a site or a telephone exchange uses them."""

import hashlib
import hmac
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 60
OK = 200


@dataclass(frozen=True)
class Answer:
    """What the door said; ``body`` is JSON where the door speaks JSON."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def number(self) -> int:
        """The number of the request; fails where none was given."""
        assert self.status == OK, self
        return int(self.body["request"])


class Door:
    """A sender at the door of one channel, over one connection kept open.

    :param token: of the channel
    :param secret: signs what is sent, when the channel wants signatures
    """

    def __init__(self, url: str, token: str, secret: str = "") -> None:
        self.url = url
        self.token = token
        self.secret = secret
        self._connection: http.client.HTTPConnection | None = None

    def again(self) -> "Door":
        """Return another sender at the same door, for another thread."""
        return Door(self.url, self.token, self.secret)

    def post(
        self, payload: Any, key: str = "", path: str = "", **headers: str
    ) -> Answer:
        """Send JSON once; whatever breaks the connection is raised."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        wanted = {"Content-Type": "application/json", **headers}
        if key:
            wanted["X-Event-Id"] = key
        if self.secret:
            wanted.setdefault("X-Signature", sign(raw, self.secret))
        return self._send(raw, f"/lead_capture/{self.token}{path}", wanted)

    def post_until_answered(
        self, payload: Any, key: str, *, timeout: float = 120
    ) -> Answer:
        """Send again until the door answers 2xx, as a careful sender does."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                answer = self.post(payload, key)
            except (OSError, http.client.HTTPException):
                answer = Answer(0, None, {})
            if answer.status == OK:
                return answer
            assert time.monotonic() < deadline, f"no answer to {key}: {answer}"
            time.sleep(0.2)

    def _send(self, raw: bytes, path: str, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            place = urlsplit(self.url).netloc
            self._connection = http.client.HTTPConnection(place, timeout=TIMEOUT)
        try:
            self._connection.request("POST", path, raw, headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise
        is_json = "json" in (response.getheader("Content-Type") or "")
        body = json.loads(text) if is_json else text.decode(errors="replace")
        return Answer(response.status, body, dict(response.getheaders()))


def sign(raw: bytes, secret: str, moment: int | None = None) -> str:
    """Write the header X-Signature of a body.

    :param moment: Unix time; now when it is left out
    """
    moment = int(time.time()) if moment is None else moment
    signed = f"{moment}.".encode() + raw
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
