"""Letters that no person wrote: bounces, automatic answers, notices, mailing lists.

Decided from the headers, the sender and the subject; the text is never read, for it is
the one thing that a person and a robot may have in common.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["Envelope", "Robot", "is_robot_address", "judge"]


class Robot(StrEnum):
    """What kind of robot wrote; the values are stored.

    ``BOUNCE`` could not be delivered; ``DELAY`` is not delivered yet; ``ANSWER``
    answers by itself (out of office, "we got your letter"); ``NOTICE`` was sent by a
    program on its own account, as the form of a site does; ``LIST`` went to many.
    """

    BOUNCE = "bounce"
    DELAY = "delay"
    ANSWER = "answer"
    NOTICE = "notice"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is looked at. ``headers`` are pairs of a name, in any case, and a text.

    ``sender`` is the address alone; ``action`` and ``status`` come from the report on
    the delivery (RFC 3464) when there is one: "failed", "delayed"..., "5.1.1".
    """

    headers: tuple[tuple[str, str], ...] = ()
    sender: str = ""
    subject: str = ""
    content_type: str = ""
    action: str = ""
    status: str = ""


# Whole local parts, compared without separators: "No-Reply" is "noreply".
_DAEMONS: Final = frozenset({"mailerdaemon", "postmaster", "maildaemon"})
_NOBODY: Final = re.compile(
    r"(?:do)?not?reply\d*|donotrespond|nobody|noanswer|notifications?|notify|bounces?"
    r"|autoreply|autoresponder|robot|mailer"
)
_NOBODY_PART: Final = re.compile(
    r"(?:^|[._+=-])(?:do[._-]?)?(?:not?[._-]?reply|bounces?)(?:$|[._+=-])"
)
_SEPARATORS: Final = re.compile(r"[._-]+")

_ANSWER_HEADERS: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
)
_ANSWER_PRECEDENCES: Final = frozenset({"auto_reply", "auto-reply", "autoreply"})
_LIST_HEADERS: Final = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "x-mailing-list",
    "feedback-id",
)
_LIST_PRECEDENCES: Final = frozenset({"bulk", "list", "junk"})
_OFF: Final = frozenset({"", "no", "none", "false", "0"})

# As mail programs write it before the subject of the letter that is answered.
_ANSWER_SUBJECT: Final = re.compile(
    r"\s*(?:"
    r"(?:automatic|auto(?:mated)?)[ -]?(?:reply|response|answer)\b|autoreply\b|"
    r"out[ -]of[ -](?:the[ -])?office\b|on (?:vacation|leave)\s*:|vacation reply\b|"
    r"автовідповідь\b|автоматична відповідь\b|(?:я )?у відпустці\s*:|"
    r"автоответ(?:чик)?\b|автоматический ответ\b|(?:я )?в отпуске\s*:|"
    r"automatische antwort\b|abwesenheits?(?:notiz|nachricht|meldung)\b|"
    r"autoodpowiedź\b|automatyczna odpowiedź\b|réponse automatique\b|"
    r"respuesta automática\b|risposta automatica\b"
    r")",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT: Final = re.compile(
    r"\s*(?:undeliver(?:able|ed)\b|delivery (?:status notification|failure|has failed)"
    r"|mail delivery (?:failed|failure|system)|returned mail\b|failure notice\b"
    r"|message not delivered|не доставлено\b|недоставленное сообщение)",
    re.IGNORECASE,
)
_DELAY_SUBJECT: Final = re.compile(
    r".*\b(?:delay(?:ed)?|warning: message .* not yet|will retry)\b", re.IGNORECASE
)


def judge(envelope: Envelope) -> Robot | None:
    """Return what robot wrote the letter, or nothing when a person may have.

    The gravest wins: a bounce that went through a list is a bounce.
    """
    headers = _collect(envelope.headers)
    return (
        _judge_report(envelope, headers)
        or _judge_answer(envelope, headers)
        or _judge_list(headers)
        or _judge_notice(envelope, headers)
    )


def is_robot_address(address: str) -> bool:
    """Tell whether nobody reads what is sent to ``address``.

    >>> is_robot_address("No-Reply@shop.example.com")
    True
    """
    local = address.strip().lower().partition("@")[0]
    bare = _SEPARATORS.sub("", local)
    return (
        bare in _DAEMONS
        or _NOBODY.fullmatch(bare) is not None
        or _NOBODY_PART.search(local) is not None
    )


def _collect(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """:return: name in small letters: its texts in small letters"""
    found: dict[str, list[str]] = {}
    for name, text in headers:
        found.setdefault(name.strip().lower(), []).append(text.strip().lower())
    return found


def _judge_report(envelope: Envelope, headers: dict[str, list[str]]) -> Robot | None:
    """Look for a report on the delivery of a letter of ours."""
    content_type = envelope.content_type.lower()
    is_report = (
        content_type.startswith("multipart/report")
        and "disposition-notification" not in content_type
    ) or bool(envelope.action)
    local = _SEPARATORS.sub("", envelope.sender.lower().partition("@")[0])
    is_daemon = local in _DAEMONS or "<>" in headers.get("return-path", ())
    # the postmaster of a company is a person too: he needs more than his address
    says_so = _BOUNCE_SUBJECT.match(envelope.subject) is not None
    if "x-failed-recipients" in headers or (is_daemon and says_so):
        is_report = True
    if not is_report and local not in _DAEMONS - {"postmaster"}:
        return None
    return Robot.DELAY if _is_delay(envelope) else Robot.BOUNCE


def _is_delay(envelope: Envelope) -> bool:
    if envelope.action:
        return envelope.action.strip().lower() in {"delayed", "relayed", "delivered"}
    if envelope.status:
        return envelope.status.strip().startswith("4")
    return _DELAY_SUBJECT.match(envelope.subject) is not None


def _judge_answer(envelope: Envelope, headers: dict[str, list[str]]) -> Robot | None:
    """Look for a letter that a program wrote because of a letter of ours."""
    if any(
        text.startswith("auto-replied") for text in headers.get("auto-submitted", ())
    ):
        return Robot.ANSWER
    if any(not _OFF.issuperset(headers.get(name, ())) for name in _ANSWER_HEADERS):
        return Robot.ANSWER
    if not _ANSWER_PRECEDENCES.isdisjoint(headers.get("precedence", ())):
        return Robot.ANSWER
    if "disposition-notification" in envelope.content_type.lower():
        return Robot.ANSWER  # "your letter was read"
    return Robot.ANSWER if _ANSWER_SUBJECT.match(envelope.subject) else None


def _judge_list(headers: dict[str, list[str]]) -> Robot | None:
    if any(name in headers for name in _LIST_HEADERS):
        return Robot.LIST
    if not _LIST_PRECEDENCES.isdisjoint(headers.get("precedence", ())):
        return Robot.LIST
    return None


def _judge_notice(envelope: Envelope, headers: dict[str, list[str]]) -> Robot | None:
    """Look for a letter that a program wrote of its own accord."""
    said = set(headers.get("auto-submitted", ())) - _OFF
    if said or is_robot_address(envelope.sender):
        return Robot.NOTICE
    return None
