"""Reads what a telephone exchange sends: a map says where, word lists say what."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from .calls import MAX_SECONDS, CallEvent, EventKind

# What can be read of an event; the map of a channel names the paths of each.
FIELDS = (
    "call_id",
    "event",
    "event_id",
    "at",
    "started",
    "direction",
    "from",
    "to",
    "client",
    "extension",
    "talk",
    "total",
    "wait",
    "disposition",
    "url",
)

# Our own form of an event; it is understood on every channel.
OWN_MAP: dict[str, tuple[str, ...]] = {
    "call_id": ("call_id",),
    "event": ("event",),
    "at": ("at",),
    "direction": ("direction",),
    "from": ("from",),
    "to": ("to",),
    "extension": ("extension",),
    "talk": ("duration",),
    "wait": ("wait",),
    "disposition": ("disposition",),
    "url": ("url",),
}

# What senders call their events; with the direction where the event implies one.
EVENTS: dict[str, tuple[EventKind, str]] = {
    "start": ("start", ""),
    "ringing": ("start", ""),
    "incoming": ("start", "in"),
    "answer": ("answer", ""),
    "answered": ("answer", ""),
    "end": ("end", ""),
    "ended": ("end", ""),
    "hangup": ("end", ""),
    "completed": ("end", ""),
    "missed": ("missed", ""),
    "recording": ("recording", ""),
    "notify_start": ("start", "in"),
    "notify_internal": ("start", "in"),
    "notify_answer": ("answer", "in"),
    "notify_end": ("end", "in"),
    "notify_out_start": ("start", "out"),
    "notify_out_end": ("end", "out"),
    "notify_record": ("recording", ""),
    "receivedthecall": ("start", ""),
    "answeredthecall": ("answer", ""),
    "transferredthecall": ("answer", ""),
    "hangupthecall": ("end", ""),
    "apicallcompleted": ("end", ""),
    "before_call": ("start", ""),
    "call_answered": ("answer", ""),
    "after_call": ("end", ""),
    "cdr": ("end", ""),
}
DIRECTIONS = {
    "0": "in",
    "in": "in",
    "incoming": "in",
    "inbound": "in",
    "callback": "in",
    "1": "out",
    "out": "out",
    "outgoing": "out",
    "outbound": "out",
    "internal": "internal",
    "local": "internal",
}
# The rest of what a call can end with is that nobody took it.
DISPOSITIONS = {
    "answer": "answered",
    "answered": "answered",
    "proper": "answered",
    "repeated": "answered",
    "success": "answered",
    "transfer": "answered",
    "online": "",
    "busy": "busy",
    "line_limit": "busy",
    "chanunavail": "failed",
    "congestion": "failed",
    "failed": "failed",
    "no_money": "failed",
    "unallocated_number": "failed",
    "no_limit": "failed",
    "no_day_limit": "failed",
    "no_money_no_limit": "failed",
    "line_blocked": "failed",
    "blocked": "failed",
}

MAX_KEY = 200
MAX_NUMBER = 40
MAX_URL = 2000
# A clock that is ahead by more is wrong, and the moment of arrival is the better one.
MAX_AHEAD = timedelta(minutes=10)
# What is told of a call that long ago is a mistake in the date.
MAX_AGE = timedelta(days=366)

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_NOT_NUMBER = re.compile(r"[^0-9+*#]")
_EXTENSION = re.compile(r"[0-9A-Za-z_.\-]{1,32}")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"'`{}|^]")
_SECONDS = re.compile(r"\d{1,6}(\.\d+)?")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")


class CallPayloadError(ValueError):
    """The payload is no event of a call; ``args[0]`` is the code of what is missing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An event, the call it belongs to and what makes it the same event again."""

    call_id: str
    event_key: str
    event: CallEvent


@dataclass(frozen=True, slots=True)
class Reader:
    """How one channel is read.

    :param field_map: our field -> paths in the payload, the first one that is there
    :param zone: of moments that come without one
    :param normalize: a number as it is written -> E.164, or "" when it is none
    :param prefix: where recordings are that come as the name of a file
    :param default_event: what a payload without an event is, "" to refuse it
    """

    field_map: Mapping[str, tuple[str, ...]]
    zone: tzinfo
    normalize: Callable[[str], str]
    prefix: str = ""
    default_event: str = ""

    def parse(self, payload: Mapping[str, Any], received: datetime) -> Reading:
        """Read an event.

        :param received: when it came in, naive UTC
        :raise CallPayloadError: "call_id" or "event", when it is missing or unknown
        """
        found = {name: self._find(payload, name) for name in FIELDS}
        call_id = found["call_id"]
        if not call_id or len(call_id) > MAX_KEY:
            raise CallPayloadError("call_id")
        word = _fold(found["event"] or self.default_event)
        if not word or (word not in EVENTS and not self.default_event):
            raise CallPayloadError("event")
        kind, direction = EVENTS.get(word, ("other", ""))
        event = self._make_event(found, kind, direction, received)
        key = ":".join(filter(None, (call_id, word, found["event_id"])))
        return Reading(call_id, key[: 2 * MAX_KEY], event)

    def _find(self, payload: Mapping[str, Any], name: str) -> str:
        """:return: the text at the first path of a field that has one"""
        for path in (*self.field_map.get(name, ()), *OWN_MAP.get(name, ())):
            value = look_up(payload, path)
            if value:
                return value
        return ""

    def _make_event(
        self, found: Mapping[str, str], kind: EventKind, direction: str, now: datetime
    ) -> CallEvent:
        direction = DIRECTIONS.get(_fold(found["direction"]), "") or direction
        disposition = _read_disposition(found["disposition"])
        started = self._read_moment(found["started"], now)
        talk, wait = _read_seconds(found["talk"]), _read_seconds(found["wait"])
        total = _read_seconds(found["total"])
        if kind == "missed" or disposition not in ("", "answered"):
            talk, wait = None, wait or total or talk
        elif wait is None and total is not None and talk is not None and total >= talk:
            wait = total - talk
        ours, theirs = self._read_numbers(found, direction)
        return CallEvent(
            kind=kind,
            at=self._read_moment(found["at"], now)
            or _get_end(kind, started, total, (wait or 0) + (talk or 0))
            or (started if kind == "start" and started else now),
            direction=direction,
            disposition=disposition,
            from_number=ours if direction == "out" else theirs,
            to_number=theirs if direction == "out" else ours,
            extension=_read_extension(found["extension"]),
            url=self._read_url(found["url"]),
            started=started,
            talk=talk,
            wait=wait,
        )

    def _read_numbers(
        self, found: Mapping[str, str], direction: str
    ) -> tuple[str, str]:
        """:return: our number and the number of the other side"""
        caller, called = (self._read_number(found[name]) for name in ("from", "to"))
        ours, theirs = (caller, called) if direction == "out" else (called, caller)
        return ours, self._read_number(found["client"]) or theirs

    def _read_number(self, text: str) -> str:
        if len(text) > MAX_NUMBER:
            return ""
        number = self.normalize(text)
        if number:
            return number
        # an extension, or a service number that has no international form
        rest = _NOT_NUMBER.sub("", text)
        return rest if any(map(str.isdigit, rest)) else ""

    def _read_moment(self, text: str, received: datetime) -> datetime | None:
        """:return: naive UTC; nothing when it is no moment, or one that cannot be"""
        moment = _parse_moment(text, self.zone)
        if moment is None or not received - MAX_AGE < moment < received + MAX_AHEAD:
            return None
        return moment.replace(microsecond=0)

    def _read_url(self, text: str) -> str:
        """Take https only: a recording is opened by the browser of a colleague."""
        if not text or len(text) > MAX_URL:
            return ""
        if self.prefix and "://" not in text:
            text = urljoin(self.prefix.rstrip("/") + "/", quote(text.lstrip("/")))
        return text if is_safe_url(text) else ""


def is_extension(text: str) -> bool:
    """Tell whether a text can be a number within an exchange."""
    return _EXTENSION.fullmatch(text) is not None


def is_safe_url(text: str) -> bool:
    """Tell whether a link is https, of a host, and without a name or password in it."""
    if _UNSAFE.search(text):
        return False
    try:
        parts = urlsplit(text)
        return (
            parts.scheme == "https"
            and bool(parts.hostname)
            and parts.username is None
            and parts.password is None
        )
    except ValueError:
        return False


def look_up(payload: Mapping[str, Any], path: str) -> str:
    """Find the text at a path: ``a.b`` in JSON, ``a[b]`` in the fields of a form."""
    first, *rest = path.split(".")
    flat = first + "".join(f"[{part}]" for part in rest)
    if rest and flat in payload:
        return _text(payload[flat])
    value: Any = payload
    for part in (first, *rest):
        if not isinstance(value, Mapping):
            return ""
        value = value.get(part)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _fold(word: str) -> str:
    return _NOT_WORD.sub("_", word.lower()).strip("_")


def _read_disposition(text: str) -> str:
    word = _fold(text)
    return DISPOSITIONS.get(word, "missed") if word else ""


def _read_extension(text: str) -> str:
    return text if is_extension(text) else ""


def _read_seconds(text: str) -> int | None:
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = map(int, clock.groups())
        return min(hours * 3600 + minutes * 60 + seconds, MAX_SECONDS)
    return min(int(float(text)), MAX_SECONDS) if _SECONDS.fullmatch(text) else None


def _get_end(
    kind: str, started: datetime | None, total: int | None, parts: int
) -> datetime | None:
    """:return: the end of a call of which start and length are known"""
    if kind not in ("end", "missed") or started is None:
        return None
    length = parts if total is None else total
    return started + timedelta(seconds=length) if length else None


def _parse_moment(text: str, zone: tzinfo) -> datetime | None:
    """Read Unix seconds or milliseconds, or ISO with or without a zone."""
    try:
        if re.fullmatch(r"\d{9,14}(\.\d+)?", text):
            number = float(text)
            seconds = number / 1000 if number > 1e11 else number
            return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
        moment = datetime.fromisoformat(text) if text else None
        if moment is None:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return aware.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
