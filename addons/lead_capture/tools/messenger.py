"""What somebody wrote in a messenger, whichever it is, and what may be sent back.

Readers take whatever a stranger sent: a value of a wrong type is a missing value, and
texts are cut, so that a message is never larger than a person writes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

__all__ = [
    "KINDS",
    "ChatError",
    "ChatEvent",
    "ChatFile",
    "ChatPerson",
    "as_dict",
    "as_id",
    "as_text",
    "check_url",
    "read_gateway",
    "split_text",
    "units",
]

# What happened: a message; one that was changed later; a button that was pressed; the
# person stopped the bot, or let it write again; anything that is no conversation.
Event = Literal["message", "edited", "button", "blocked", "unblocked", "other"]

KINDS: Final = ("telegram", "viber", "whatsapp", "instagram", "other")

MAX_TEXT: Final = 8000  # two messages of the longest kind
MAX_NAME: Final = 200
MAX_KEY: Final = 128
MAX_ID: Final = 2**63 - 1

# Addresses of version 4, as networks of version 6 alone write them.

# Where a text that is too long is cut, the best place first.
_BREAKS: Final = ("\n\n", "\n", ". ", " ")


class ChatError(ValueError):
    """What came is no message of a messenger.

    :ivar code: "malformed", or of an address "no_https", "no_host", "private"
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ChatPerson:
    """Who wrote; ``key`` names the person there, everything else may be empty."""

    key: str
    name: str = ""
    username: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class ChatFile:
    """A file of a message, not fetched yet: ``size`` in bytes, 0 when not told."""

    ref: str
    name: str
    mimetype: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """One event of a conversation.

    ``chat_key`` names the conversation and ``message_key`` the message in it. ``phone``
    is the person's own number, shared by the person; ``payload`` is what the link said
    that the person came by; ``moment`` is in unix seconds, 0 when not told;
    ``unread`` names a content that cannot be shown as text (a poll, a sticker).
    """

    event: Event
    messenger: str
    chat_key: str
    message_key: str
    person: ChatPerson
    text: str = ""
    phone: str = ""
    email: str = ""
    payload: str = ""
    file: ChatFile | None = None
    moment: int = 0
    is_group: bool = False
    unread: str = ""


# === READING ===


def as_dict(value: Any) -> Mapping[str, Any]:
    """Return ``value`` when it is an object of JSON, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_text(value: Any, limit: int = MAX_NAME) -> str:
    """Return ``value`` when it is a text, cut and free of what no database stores."""
    if not isinstance(value, str):
        return ""
    text = value[:limit].replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def as_id(value: Any) -> int:
    """Return ``value`` when it is a whole number of 64 bits, else 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if -MAX_ID <= value <= MAX_ID else 0


def _as_key(value: Any) -> str:
    """Return a text or a number as the name of something."""
    number = as_id(value)
    return str(number) if number else as_text(value, MAX_KEY)


def read_gateway(payload: Any) -> ChatEvent:
    """Read the JSON that a gateway of any messenger sends.

    Keys: chat (required), message, text, name, username, phone, email, lang,
    messenger (one of ``KINDS``), payload, at (unix seconds), files (name and url of
    each). Files are shown as links and never fetched: their addresses come from
    outside.

    :raises ChatError: "malformed", when it names no conversation or says nothing
    """
    body = as_dict(payload)
    chat_key = _as_key(body.get("chat"))
    text = "\n".join(filter(None, [as_text(body.get("text"), MAX_TEXT), *_links(body)]))
    phone = as_text(body.get("phone"), 64)
    if not chat_key or not (text or phone):
        raise ChatError("malformed")
    messenger = as_text(body.get("messenger"), 32).lower()
    return ChatEvent(
        event="message",
        messenger=messenger if messenger in KINDS else "other",
        chat_key=chat_key,
        message_key=_as_key(body.get("message")),
        person=ChatPerson(
            key=chat_key,
            name=as_text(body.get("name")),
            username=as_text(body.get("username")).lstrip("@"),
            lang=as_text(body.get("lang"), 8),
        ),
        text=text,
        phone=phone,
        email=as_text(body.get("email"), 254),
        payload=as_text(body.get("payload"), 64),
        moment=max(as_id(body.get("at")), 0),
    )


def _links(body: Mapping[str, Any]) -> Iterator[str]:
    files = body.get("files")
    for item in files[:10] if isinstance(files, list) else ():
        url = as_text(as_dict(item).get("url"), 2000)
        if url.startswith(("https://", "http://")):
            yield f"{as_text(as_dict(item).get('name')) or 'file'}: {url}"


# === SENDING ===


def units(text: str) -> int:
    """Return the length as messengers count it: in units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most ``limit`` UTF-16 units, between words.

    :return: no empty part; an empty list for a text of spaces
    """
    parts = []
    rest = text.strip()
    while rest:
        end = _find_end(rest, limit)
        part = rest[:end].rstrip()
        if part:
            parts.append(part)
        rest = rest[end:].lstrip()
    return parts


def _find_end(text: str, limit: int) -> int:
    if units(text) <= limit:
        return len(text)
    end, used = 0, 0
    for char in text:
        used += 2 if ord(char) > 0xFFFF else 1
        if used > limit:
            break
        end += 1
    end = max(end, 1)
    for mark in _BREAKS:
        found = text.rfind(mark, end // 2, end)
        if found > 0:
            return found + len(mark.rstrip())
    return end


def check_url(url: str) -> tuple[str, int]:
    """Take host and port out of an address that messages may be sent to.

    :raises ChatError: "no_https" or "no_host"; whether the host is a public one is
        known only when its name is looked up, see
        ``network.is_public_address``
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or 443
    except ValueError as error:
        raise ChatError("no_host") from error
    if parts.scheme != "https":
        raise ChatError("no_https")
    if not parts.hostname or parts.username or parts.password:
        raise ChatError("no_host")
    return parts.hostname, port
