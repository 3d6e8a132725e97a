"""A telephone call as the sum of what was told of it, in whatever order it was told.

Each event gives facts. Of two facts of one kind one wins by a total order that knows
nothing of the order of arrival, so any order of the same events, and any repetition,
makes the same call. What the call is (answered, missed, how long) is read from the
facts and never stored as one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

EventKind = Literal["start", "answer", "end", "missed", "recording", "other"]
Direction = Literal["in", "out", "internal"]
State = Literal["ringing", "answered", "missed", "busy", "failed"]

# A number of so many digits is one of the public network, a shorter one an extension.
PUBLIC_DIGITS = 7
# Longer than two days nobody talks: such a number is a mistake of the sender.
MAX_SECONDS = 2 * 24 * 3600

# How much an event has to say of who took the call, and of how it ended: in a group
# that rings together one extension answers and the others miss it.
_EXTENSION_WEIGHT = {"start": 0, "missed": 1, "other": 0, "recording": 0, "end": 2}
_DISPOSITION_WEIGHT = {"failed": 0, "busy": 1, "missed": 2, "answered": 3}

# Facts of which the smallest or the largest value is the right one; of the others the
# weightiest is, then the latest told.
_EARLIEST = frozenset({"seen", "started", "answered"})
_LARGEST = frozenset({"ended", "missed", "recorded", "talk", "wait"})

# name -> [weight, when it was told (ISO, UTC), value]
Facts = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One event of a call. Moments are naive UTC, lengths seconds, "" is unknown.

    ``at`` is when it happened. ``ended`` is set when the event says the call is over.
    """

    kind: EventKind
    at: datetime
    direction: str = ""
    disposition: str = ""
    from_number: str = ""
    to_number: str = ""
    extension: str = ""
    url: str = ""
    started: datetime | None = None
    talk: int | None = None
    wait: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What the facts make of a call; ``talk`` and ``wait`` are seconds."""

    state: State
    direction: Direction
    started: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    wait: int = 0
    talk: int = 0
    from_number: str = ""
    to_number: str = ""
    extension: str = ""
    url: str = ""
    is_over: bool = field(default=False)

    @property
    def client_number(self) -> str:
        """The number of whoever is on the other side; none within the house."""
        if self.direction == "internal":
            return ""
        return self.from_number if self.direction == "in" else self.to_number


def is_public(number: str) -> bool:
    """Tell whether a number is one of the public network, and no extension."""
    return sum(char.isdigit() for char in number) >= PUBLIC_DIGITS


def add_events(facts: Mapping[str, list[Any]], events: Iterable[CallEvent]) -> Facts:
    """Return the facts with those of the events; the order of events is no matter."""
    result = {name: list(fact) for name, fact in facts.items()}
    for event in events:
        for name, fact in _read_facts(event).items():
            known = result.get(name)
            if known is None or _wins(name, fact, known):
                result[name] = fact
    return result


def _read_facts(event: CallEvent) -> Facts:
    """:return: what the event says, without what it leaves open"""
    at = event.at.isoformat()
    weights = {
        "extension": _weigh_extension(event),
        "disposition": _DISPOSITION_WEIGHT.get(event.disposition, 0),
        "from": int(is_public(event.from_number)),
        "to": int(is_public(event.to_number)),
    }
    values = {
        "seen": at,
        "started": event.started.isoformat() if event.started else "",
        "direction": event.direction,
        "disposition": event.disposition,
        "from": event.from_number,
        "to": event.to_number,
        "extension": event.extension,
        "url": event.url,
        **_read_moments(event, at),
        **_read_lengths(event),
    }
    return {
        name: [weights.get(name, 0), at, value]
        for name, value in values.items()
        if value not in ("", None)
    }


def _weigh_extension(event: CallEvent) -> int:
    if event.kind == "answer" or (event.talk and event.kind == "end"):
        return 3
    return _EXTENSION_WEIGHT.get(event.kind, 0)


def _read_moments(event: CallEvent, at: str) -> dict[str, str]:
    if event.kind == "start":
        return {} if event.started else {"started": at}
    if event.kind == "answer":
        return {"answered": at}
    if event.kind == "end":
        return {"ended": at}
    if event.kind == "missed":
        return {"missed": at}
    return {"recorded": at} if event.kind == "recording" else {}


def _read_lengths(event: CallEvent) -> dict[str, int | None]:
    """Only the end of a call knows how long it was."""
    if event.kind not in ("end", "missed"):
        return {}
    talk = event.talk
    if event.kind == "missed" or event.disposition not in ("", "answered"):
        talk = None  # what was not answered has no talk, whatever the sender counts
    return {"talk": talk and _clamp(talk), "wait": event.wait and _clamp(event.wait)}


def _clamp(seconds: float) -> int:
    return int(min(max(seconds, 0), MAX_SECONDS))


def _wins(name: str, fact: list[Any], known: list[Any]) -> bool:
    """Tell whether a fact is to take the place of the known one."""
    if name in _EARLIEST:
        return (fact[2], fact[1]) < (known[2], known[1])
    if name in _LARGEST:
        return (fact[2], fact[1]) > (known[2], known[1])
    return fact > known


def describe(facts: Mapping[str, list[Any]]) -> Call:
    """Say what the facts make of the call.

    :param facts: of one event at least
    """
    values = {name: fact[2] for name, fact in facts.items()}
    moments: dict[str, datetime] = {
        name: datetime.fromisoformat(values[name])
        for name in ("seen", "started", "answered", "ended", "missed")
        if name in values
    }
    is_answered = _is_answered(values)
    over = max(
        (moments[name] for name in ("ended", "missed") if name in moments),
        default=None,
    )
    talk = _get_talk(values, moments) if is_answered else 0
    answered = _get_answered(moments, over, talk) if is_answered else None
    started = _get_started(values, moments, answered)
    until = answered or over or started
    wait = values.get("wait")
    if wait is None:
        wait = _clamp((until - started).total_seconds())
    return Call(
        state=_get_state(values, is_answered=is_answered, is_over=over is not None),
        direction=_get_direction(values),
        started=started,
        answered=answered,
        ended=over if over and not (answered and over < answered) else None,
        wait=wait,
        talk=talk,
        from_number=values.get("from", ""),
        to_number=values.get("to", ""),
        extension=_get_extension(values),
        url=values.get("url", ""),
        is_over=over is not None,
    )


def _is_answered(values: Mapping[str, Any]) -> bool:
    """Being told that a call was missed outweighs a length, and an answer outweighs it.

    Some senders count the ringing as the length of a missed call. A recording alone
    speaks of a talk, beside an end without one it is a message on the machine.
    """
    if "answered" in values or values.get("disposition") == "answered":
        return True
    if "missed" in values:
        return False
    return bool(values.get("talk") or ("recorded" in values and "ended" not in values))


def _get_talk(values: Mapping[str, Any], moments: Mapping[str, datetime]) -> int:
    if "talk" in values:
        return int(values["talk"])
    if "answered" in moments and "ended" in moments:
        return _clamp((moments["ended"] - moments["answered"]).total_seconds())
    return 0


def _get_answered(
    moments: Mapping[str, datetime], over: datetime | None, talk: int
) -> datetime | None:
    if "answered" in moments:
        return moments["answered"]
    return over - timedelta(seconds=talk) if over and talk else None


def _get_started(
    values: Mapping[str, Any],
    moments: Mapping[str, datetime],
    answered: datetime | None,
) -> datetime:
    """Without the event of the start: the client waited so long before the answer."""
    if "started" in moments:
        return moments["started"]
    first = min(moments.values())
    begun = min(answered, first) if answered else first
    return begun - timedelta(seconds=values.get("wait") or 0)


def _get_state(values: Mapping[str, Any], *, is_answered: bool, is_over: bool) -> State:
    if is_answered:
        return "answered"
    if not is_over:
        return "ringing"
    disposition = values.get("disposition")
    if disposition == "busy":
        return "busy"
    return "failed" if disposition == "failed" else "missed"


def _get_direction(values: Mapping[str, Any]) -> Direction:
    """Where the sender does not say it: the side that is an extension is ours."""
    said = values.get("direction")
    if said in ("in", "out", "internal"):
        return said  # type: ignore[no-any-return]
    from_us = bool(values.get("from")) and not is_public(values["from"])
    to_us = bool(values.get("to")) and not is_public(values["to"])
    if from_us and to_us:
        return "internal"
    return "out" if from_us else "in"


def _get_extension(values: Mapping[str, Any]) -> str:
    """The side that is an extension, when nothing else names it."""
    if values.get("extension"):
        return str(values["extension"])
    ours = ("from", "to") if _get_direction(values) == "out" else ("to", "from")
    for name in ours:
        number = str(values.get(name, ""))
        if number and not is_public(number) and any(map(str.isdigit, number)):
            return number
    return ""
