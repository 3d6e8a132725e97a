"""The Bot API of Telegram: its updates read, its answers understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .messenger import (
    MAX_TEXT,
    ChatError,
    ChatEvent,
    ChatFile,
    ChatPerson,
    Event,
    as_dict,
    as_id,
    as_text,
)

__all__ = [
    "ALLOWED_UPDATES",
    "MAX_CAPTION",
    "MAX_FILE",
    "MAX_MESSAGE",
    "Answer",
    "deep_link",
    "read_answer",
    "read_update",
    "redact",
]

# What the bot asks Telegram to send; everything else would be noise.
ALLOWED_UPDATES: Final = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
)

MAX_MESSAGE: Final = 4096  # UTF-16 units of one message
MAX_CAPTION: Final = 1024  # of the text below a file
MAX_FILE: Final = 20 * 1024 * 1024  # bytes a bot may fetch, says Telegram
MAX_PHONE: Final = 32

# Kinds of files of a message, and what a file without a name is called.
_FILES: Final = {
    "document": "document",
    "video": "video.mp4",
    "animation": "animation.mp4",
    "audio": "audio.mp3",
    "voice": "voice.ogg",
    "video_note": "video.mp4",
}
# What has no text that could be shown.
_UNREAD: Final = ("sticker", "poll", "dice", "game", "invoice", "story", "checklist")

Failure = Literal[
    "blocked",
    "no_chat",
    "token",
    "too_many",
    "server",
    "too_big",
    "conflict",
    "refused",
    "unknown",
]


# === UPDATES ===


def read_update(payload: Any) -> ChatEvent:
    """Read one update.

    :raises ChatError: "malformed", when it is no update at all; an update of a kind
        that is not known is an event "other"
    """
    update = as_dict(payload)
    if not as_id(update.get("update_id")):
        raise ChatError("malformed")
    if "my_chat_member" in update:
        return _read_member(as_dict(update["my_chat_member"]))
    if "callback_query" in update:
        return _read_button(as_dict(update["callback_query"]))
    for name, event in (("message", "message"), ("edited_message", "edited")):
        if name in update:
            return _read_message(as_dict(update[name]), event)  # type: ignore[arg-type]
    return ChatEvent("other", "telegram", "", "", ChatPerson(""))


def _read_message(message: Mapping[str, Any], event: Event) -> ChatEvent:
    chat_key, is_group = _read_chat(message.get("chat"))
    sender = as_dict(message.get("from"))
    text = as_text(message.get("text"), MAX_TEXT)
    phone, other = _read_contact(message.get("contact"), as_id(sender.get("id")))
    parts = [text, as_text(message.get("caption"), MAX_TEXT), other, _place(message)]
    is_start = text == "/start" or text.startswith("/start ")
    if not chat_key or sender.get("is_bot") is True:
        event = "other"
    return ChatEvent(
        event=event,
        messenger="telegram",
        chat_key=chat_key,
        message_key=str(as_id(message.get("message_id")) or ""),
        person=_read_person(sender),
        text="" if is_start else "\n".join(filter(None, parts)),
        phone=phone,
        payload=text[len("/start ") :].strip()[:64] if is_start else "",
        file=_read_file(message),
        moment=max(as_id(message.get("edit_date")) or as_id(message.get("date")), 0),
        is_group=is_group,
        unread=next((name for name in _UNREAD if name in message), ""),
    )


def _read_chat(value: Any) -> tuple[str, bool]:
    chat = as_dict(value)
    return str(as_id(chat.get("id")) or ""), chat.get("type") != "private"


def _read_person(sender: Mapping[str, Any]) -> ChatPerson:
    names = (as_text(sender.get(name), 64) for name in ("first_name", "last_name"))
    return ChatPerson(
        key=str(as_id(sender.get("id")) or ""),
        name=" ".join(filter(None, names)),
        username=as_text(sender.get("username"), 64),
        lang=as_text(sender.get("language_code"), 8),
    )


def _read_contact(value: Any, sender_id: int) -> tuple[str, str]:
    """Tell the sender's own number from a card of somebody else.

    :return: the own phone, or the other card as a text
    """
    contact = as_dict(value)
    phone = as_text(contact.get("phone_number"), MAX_PHONE)
    if not phone:
        return "", ""
    if sender_id and as_id(contact.get("user_id")) == sender_id:
        return phone if phone.startswith("+") else f"+{phone}", ""
    names = (as_text(contact.get(name), 64) for name in ("first_name", "last_name"))
    return "", " ".join(filter(None, [*names, phone]))


def _place(message: Mapping[str, Any]) -> str:
    place = as_dict(message.get("location"))
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not all(isinstance(number, (int, float)) for number in (latitude, longitude)):
        return ""
    return f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}"


def _read_file(message: Mapping[str, Any]) -> ChatFile | None:
    for kind, default in _FILES.items():
        found = as_dict(message.get(kind))
        ref = as_text(found.get("file_id"), 256)
        if ref:
            return ChatFile(
                ref=ref,
                name=_file_name(found.get("file_name")) or default,
                mimetype=as_text(found.get("mime_type"), 100),
                size=max(as_id(found.get("file_size")), 0),
            )
    return _read_photo(message.get("photo"))


def _read_photo(value: Any) -> ChatFile | None:
    """Take the largest of the sizes of a photo."""
    sizes = [as_dict(item) for item in value[:20]] if isinstance(value, list) else []
    sizes = [size for size in sizes if as_text(size.get("file_id"), 256)]
    if not sizes:
        return None
    best = max(sizes, key=lambda size: as_id(size.get("width")))
    return ChatFile(
        ref=as_text(best["file_id"], 256),
        name="photo.jpg",
        mimetype="image/jpeg",
        size=max(as_id(best.get("file_size")), 0),
    )


def _file_name(value: Any) -> str:
    """Return the last part of a name, without what could lead out of a folder."""
    name = as_text(value, 120).replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in name if char.isprintable()).strip(". ")


def _read_button(query: Mapping[str, Any]) -> ChatEvent:
    message = as_dict(query.get("message"))
    chat_key, is_group = _read_chat(message.get("chat"))
    key = as_text(query.get("id"), 64)
    return ChatEvent(
        event="button" if chat_key and key else "other",
        messenger="telegram",
        chat_key=chat_key,
        message_key=f"button:{key}",
        person=_read_person(as_dict(query.get("from"))),
        text=as_text(query.get("data"), 64),
        is_group=is_group,
    )


def _read_member(change: Mapping[str, Any]) -> ChatEvent:
    """The person stopped the bot, or started it again."""
    chat_key, is_group = _read_chat(change.get("chat"))
    status = as_dict(change.get("new_chat_member")).get("status")
    event: Event = "other"
    if chat_key and status == "kicked":
        event = "blocked"
    elif chat_key and status == "member":
        event = "unblocked"
    return ChatEvent(
        event=event,
        messenger="telegram",
        chat_key=chat_key,
        message_key="",
        person=_read_person(as_dict(change.get("from"))),
        moment=max(as_id(change.get("date")), 0),
        is_group=is_group,
    )


# === ANSWERS ===


@dataclass(frozen=True, slots=True)
class Answer:
    """What Telegram said to a call.

    ``failure`` is empty when it went well, and "unknown" when nobody answered and the
    call may have arrived; ``retry_after`` is in seconds;
    ``description`` is in Telegram's own English words.
    """

    result: Any = None
    failure: Failure | Literal[""] = ""
    retry_after: int = 0
    description: str = ""

    @property
    def may_try_again(self) -> bool:
        """Whether the same call may go well later."""
        return self.failure in ("too_many", "server", "conflict")


def read_answer(status: int, body: Any) -> Answer:
    """Read the answer to a call.

    :param status: of HTTP; 0 when nobody was reached, -1 when nobody answered
    :param body: the JSON of the answer, or anything else
    """
    said = as_dict(body)
    if status == 200 and said.get("ok") is True:
        return Answer(result=said.get("result"))
    if status < 0:
        return Answer(failure="unknown")
    words = as_text(said.get("description"), 300)
    parameters = as_dict(said.get("parameters"))
    return Answer(
        failure=_judge(as_id(said.get("error_code")) or status, words.lower()),
        retry_after=min(max(as_id(parameters.get("retry_after")), 0), 86400),
        description=words,
    )


def _judge(code: int, words: str) -> Failure:
    if code in (401, 404):
        return "token"
    if code == 403:
        return "blocked"
    if code == 429:
        return "too_many"
    if code == 409:
        return "conflict"
    if code == 413 or "too big" in words or "too large" in words:
        return "too_big"
    if code == 400:
        return "no_chat" if "chat not found" in words else "refused"
    return "server"


def redact(text: str, token: str) -> str:
    """Take the token out of a text that may be shown or logged."""
    return text.replace(token, "***") if token else text


def deep_link(username: str, payload: str = "") -> str:
    """Return the address that opens the bot and tells where the person came from."""
    query = f"?start={payload}" if payload else ""
    return f"https://t.me/{username}{query}" if username else ""
