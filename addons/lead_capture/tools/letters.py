"""Letters as they come from the net: who writes what to whom, however broken they are.

Nothing here raises because of what stands in a letter: a header that cannot be read is
empty, a text in unknown letters is read as well as can be. The source is kept
elsewhere, so that what is left out here is not lost.
"""

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import Any, Final

from .letter_text import (
    Forward,
    find_forward,
    html_to_text,
    is_forward,
    strip_history,
)
from .robots import Envelope, Robot, judge

__all__ = ["File", "Letter", "is_forward", "read", "read_files"]

MAX_TEXT: Final = 20_000
MAX_SUBJECT: Final = 500
MAX_ADDRESSES: Final = 200
# Parts of a letter that are looked at; more are a bomb, not a letter.
MAX_PARTS: Final = 300
_GUESSES: Final = ("utf-8", "cp1251", "latin-1")
# Everything below is bounded: regular expressions have no time limit, and a letter
# that takes a minute to read would stop all those after it.
MAX_READ: Final = 200_000
MAX_HEADER: Final = 50_000
MAX_PARAMETERS: Final = 5000
MAX_LINES: Final = 1_000_000
MAX_BOUNDARIES: Final = 6000
MAX_HEADER_LINES: Final = 10_000
_WITH_PARAMETERS: Final = ("content-type", "content-disposition")
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]]{1,128}@[^\s@<>,;:\"()\[\]]{1,255}")
_REFERENCE: Final = re.compile(r"<[^<>\s]{1,500}>")
# NUL and lone surrogates: the database takes neither.
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_TO: Final = ("delivered-to", "x-original-to", "to", "cc", "resent-to", "resent-cc")


@dataclass(frozen=True, slots=True)
class File:
    """A file in a letter. ``content`` is decoded; ``name`` is free of folders."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of a letter; ``""`` and ``()`` stand for what is not.

    ``key`` is the same whenever the same letter comes again: its Message-Id, or a
    digest. ``sender`` and ``recipients`` are bare addresses in small letters; ``text``
    is what was written now, without the letters it answers.
    """

    key: str
    message_id: str = ""
    references: tuple[str, ...] = ()
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    robot: Robot | None = None
    bounced: str = ""
    forward: Forward | None = None


class _Part(Message):
    """A letter, or a part of one, whose parameters are read in no time.

    The reader of Python looks at each semicolon of a header as often as there are some.
    """

    def get(self, name: str, failobj: Any = None) -> Any:
        value = super().get(name, failobj)
        if value is None or name.lower() not in _WITH_PARAMETERS:
            return value
        return str(value)[:MAX_PARAMETERS]


def _is_bomb(source: bytes) -> bool:
    """Tell whether reading it takes so long that it would stop all those after it."""
    return (
        source.count(b"\n") > MAX_LINES
        or source.count(b"\n--") > MAX_BOUNDARIES
        or source.replace(b"\r", b"").partition(b"\n\n")[0].count(b"\n")
        > MAX_HEADER_LINES
    )


def read(source: bytes) -> Letter:
    """Read a letter as it came, RFC 5322 or what is left of it."""
    digest = f"sha256:{hashlib.sha256(source).hexdigest()}"
    if _is_bomb(source):
        return _salvage(source, digest)
    try:
        return _read_message(email.message_from_bytes(source, _Part), digest)
    except Exception:  # noqa: BLE001  (the reader of Python has faults of its own)
        return _salvage(source, digest)


def read_files(source: bytes) -> tuple[File, ...]:
    """Return the files of a letter, as many as can be read."""
    if _is_bomb(source):
        return ()
    try:
        parts = enumerate(_walk(email.message_from_bytes(source, _Part)), start=1)
        return tuple(
            _make_file(part, number) for number, part in parts if _is_file(part)
        )
    except Exception:  # noqa: BLE001  (as above: the source itself is kept)
        return ()


def _salvage(source: bytes, digest: str) -> Letter:
    """Read by whom and to whom a letter is that breaks its reader."""
    head = re.split(rb"\r?\n\r?\n", source, maxsplit=1)[0][:100_000]
    lines = re.sub(r"\r?\n[ \t]+", " ", head.decode("latin-1")).splitlines()
    found: dict[str, list[str]] = {}
    for line in lines:
        name, _colon, text = line.partition(":")
        found.setdefault(name.strip().lower(), []).extend(_ADDRESS.findall(text))
    recipients = [one.lower() for name in _TO for one in found.get(name, ())]
    senders = found.get("from", [])
    return Letter(
        key=digest,
        sender=senders[0].lower() if senders else "",
        recipients=tuple(dict.fromkeys(recipients))[:MAX_ADDRESSES],
    )


def _read_message(message: Message, digest: str) -> Letter:
    parts = list(_walk(message))
    message_id = _first_reference(_get(message, "message-id"))
    senders = _get_addresses(message, ("from",)) or _get_addresses(message, ("sender",))
    name, sender = senders[0] if senders else ("", "")
    subject = _get(message, "subject")[:MAX_SUBJECT]
    text = _read_text(parts)
    report = _find_report(parts)
    envelope = Envelope(
        headers=tuple(
            (key, _clean(str(value)[:MAX_HEADER])) for key, value in message.items()
        ),
        sender=sender,
        subject=subject,
        content_type=_get(message, "content-type"),
        action=report.get("action", ""),
        status=report.get("status", ""),
    )
    replies = _get_addresses(message, ("reply-to",))
    return Letter(
        key=message_id or digest,
        message_id=message_id,
        references=_get_references(message),
        sender=sender,
        sender_name=name,
        reply_to=replies[0][1] if replies else "",
        recipients=_get_recipients(message),
        subject=subject,
        text=strip_history(text, subject)[:MAX_TEXT],
        robot=judge(envelope),
        bounced=_get_bounced(message, report),
        forward=_find_forward(parts, subject, text),
    )


def _walk(message: Message) -> Iterator[Message]:
    """Give the parts in order; letters inside the letter are not entered."""
    waiting = [message]
    for _step in range(MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        if part.get_content_maintype() != "message":
            waiting.extend(reversed(_get_inner(part)))


def _get_inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [inner for inner in payload if isinstance(inner, Message)]


# ---------------------------------------------------------------- headers


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _get(message: Message, name: str) -> str:
    """Return the decoded text of a header in one line, ``""`` when it is not there."""
    return _decode(message.get(name))


def _decode(value: object) -> str:
    if value is None:
        return ""
    try:
        pieces = decode_header(str(value)[:MAX_HEADER])
        text = "".join(
            piece if isinstance(piece, str) else _to_text(piece, charset or "")
            for piece, charset in pieces
        )
    except (ValueError, LookupError, email.errors.MessageError):
        text = str(value)[:MAX_HEADER]
    return _clean(" ".join(text.split()))


def _to_text(content: bytes, charset: str) -> str:
    """Read bytes by the alphabet they are said to be in, else by the likeliest one."""
    for guess in (charset, *_GUESSES):
        try:
            return content.decode(guess)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _get_addresses(message: Message, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """:return: pairs of a name and an address in small letters, as they stand"""
    found: list[tuple[str, str]] = []
    for name in names:
        for value in message.get_all(name, []):
            # split first: a decoded name may hold a comma or an address of its own
            for raw_name, raw in getaddresses([str(value)[:MAX_HEADER]]):
                match = _ADDRESS.search(raw)
                if match:
                    found.append((_decode(raw_name), _clean(match[0]).lower()))
        if len(found) > MAX_ADDRESSES:
            break
    return found[:MAX_ADDRESSES]


def _get_recipients(message: Message) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(address for _name, address in _get_addresses(message, _TO))
    )


def _first_reference(text: str) -> str:
    """:return: a Message-Id with its brackets; some programs leave them out"""
    match = _REFERENCE.search(text)
    if match:
        return match[0]
    bare = text.split()
    return f"<{bare[0][:500]}>" if bare and "@" in bare[0] else ""


def _get_references(message: Message) -> tuple[str, ...]:
    text = f"{_get(message, 'references')} {_get(message, 'in-reply-to')}"
    return tuple(dict.fromkeys(_REFERENCE.findall(text)))[-50:]


# ---------------------------------------------------------------- text and files


def _read_text(parts: list[Message]) -> str:
    """:return: the text, history and all; that of HTML when there is no other"""
    found: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in parts:
        texts = found.get(part.get_content_type())
        if texts is not None and not _is_file(part):
            texts.append(_to_text(_get_content(part), part.get_content_charset() or ""))
    text = "\n\n".join(filter(None, map(str.strip, found["text/plain"])))
    if not text:
        text = "\n\n".join(filter(None, map(html_to_text, found["text/html"])))
    return _clean(text[:MAX_READ])


def _is_file(part: Message) -> bool:
    kind = part.get_content_maintype()
    if kind == "multipart":
        return False
    is_text = part.get_content_type() in {"text/plain", "text/html"}
    named = bool(part.get_filename()) or part.get_content_disposition() == "attachment"
    return named or not is_text


def _get_content(part: Message) -> bytes:
    """:return: the decoded bytes; those of a letter inside are its source"""
    try:
        if part.get_content_maintype() == "message":
            return b"\n".join(inner.as_bytes() for inner in _get_inner(part))
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, KeyError, AttributeError, TypeError):
        content = None  # a part that cannot be written again either
    return content if isinstance(content, bytes) else b""


def _make_file(part: Message, number: int) -> File:
    kind = part.get_content_type()
    name = re.split(r"[\\/]", _decode(part.get_filename()))[-1].strip(". ")[:200]
    if not name:
        name = f"part-{number}.eml" if kind == "message/rfc822" else f"part-{number}"
    return File(name=name, mimetype=kind, content=_get_content(part))


# ---------------------------------------------------------------- letters about letters


def _find_report(parts: list[Message]) -> dict[str, str]:
    """:return: the fields of a report on a delivery, in small letters (RFC 3464)"""
    found: dict[str, str] = {}
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _get_inner(part):
            for key in ("action", "status", "final-recipient", "original-recipient"):
                if text := _get(block, key).lower():
                    found.setdefault(key, text)
    return found


def _get_bounced(message: Message, report: dict[str, str]) -> str:
    """:return: the address that a letter of ours did not reach"""
    for text in (
        report.get("final-recipient", ""),
        report.get("original-recipient", ""),
        _get(message, "x-failed-recipients"),
    ):
        match = _ADDRESS.search(text)
        if match:
            return match[0].lower()
    return ""


def _find_forward(parts: list[Message], subject: str, text: str) -> Forward | None:
    """Look who wrote the letter that is sent on, as a file or in the text."""
    if not is_forward(subject):
        return None
    for part in parts[1:]:
        if part.get_content_type() != "message/rfc822":
            continue
        for inner in _get_inner(part):
            senders = _get_addresses(inner, ("from",))
            if senders:
                return Forward(name=senders[0][0], address=senders[0][1])
    return find_forward(text, subject)
