"""Contact data as people type it: phones, e-mails, messengers, tax numbers.

The doors of the module are pure functions of the text and of the country that local
numbers belong to. Nothing is guessed: what is not understood comes back as it came.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from .emails import normalize_email
from .phones import format_phone, guess_country, parse_number, repair_digits
from .tax_id import normalize_tax_id, tax_id_key
from .value_notes import is_separator, join_notes, share_out, tidy_note

__all__ = [
    "KINDS",
    "ContactValue",
    "Kind",
    "format_phone",
    "guess_country",
    "normalize",
    "normalize_email",
    "normalize_messenger",
    "normalize_phone",
    "normalize_tax_id",
    "split_emails",
    "split_phones",
    "tax_id_key",
]

Kind = Literal["phone", "email", "telegram", "viber", "whatsapp"]
KINDS: Final[tuple[Kind, ...]] = ("phone", "email", "telegram", "viber", "whatsapp")

_EXTENSION = (
    r"(?<![^\W\d_])(?:доб(?:авочный|авочн)?|дод(?:атковий|атков)?"
    r"|вн(?:утр(?:енний|ішній)?)?|ext(?:ension)?|x|х|#)[ .:№]*\d{1,6}(?!\d)"
)
_PHONE_TOKEN = re.compile(
    rf"(?P<opaque>\S*@\S+|(?:https?://|www\.)\S+)|(?P<extension>{_EXTENSION})"
    r"|(?P<run>(?<![^\W\d_])\+?[ \t\u00a0]?\(?\d(?:[\d \t\u00a0().\-\u2010-\u2014]*\d)?"
    r"(?:/[ ]?\d[\d \-]{3,}\d)?)",
    re.IGNORECASE,
)
# What may stand for the last digits of the number before: "123-45-67, 68".
_TAIL = re.compile(r"\d{2,4}|\d{2,3}[- ]\d{2}(?:[- ]\d{2})?|\d{3}[- ]?\d{4}")
_AFTER_TAIL = re.compile(r"\s*(?:$|[,;/|(\n]|(?:и|та|і|or|and)\s)")
_EMAIL_TOKEN = re.compile(r"[^\s,;:|/\\<>()\[\]\"«»@]+\s?@\s?[^\s,;|/\\<>()\[\]\"«»]+")
_TELEGRAM_HANDLE = re.compile(r"[a-z][a-z0-9_]{3,31}")
_TELEGRAM_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:t|telegram)\.(?:me|dog)/|tg://resolve\?domain=|@"
)
_PHONE_LINK = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)"
    r"|whatsapp://send/?\?phone=|viber://\w+/?\?(?:number|contact)=)(?:%2b|\+)?(\d+)"
)


@dataclass(frozen=True, slots=True)
class ContactValue:
    """One phone, e-mail or messenger of a cell.

    ``value`` is the tidy text to show; ``normalized`` is the E.164 number, the address
    or the handle, ``""`` when not understood; ``note`` is what stood beside it.
    """

    kind: Kind
    value: str
    normalized: str
    note: str = ""


def normalize(kind: str, text: str, country: str = "") -> str:
    """Return the normal form of a contact value of one of ``KINDS``.

    :raises ValueError: for a kind that is none of them
    """
    if kind == "phone":
        return normalize_phone(text, country)
    if kind == "email":
        return normalize_email(text)
    if kind in KINDS:
        return normalize_messenger(kind, text, country)
    raise ValueError(f"Unknown kind of contact: {kind!r}")


def normalize_phone(text: str, country: str = "") -> str:
    """Return the E.164 form of the one number in ``text``, else ``""``.

    Labels, names and extensions beside the number are passed over; two numbers are
    not one, see ``split_phones``.

    :param country: ISO code of the country that numbers without country code are in
    """
    country = country.upper()
    number = parse_number(text, country)
    if number or not text:
        return number
    numbers = {phone.number for phone in _scan(text, country)[1]}
    return numbers.pop() if len(numbers) == 1 else ""


def normalize_messenger(kind: str, text: str, country: str = "") -> str:
    """Return the handle or the E.164 number of an account in a messenger.

    Telegram knows both; Viber and WhatsApp know numbers only.
    """
    text = text.strip()
    lowered = text.lower()
    link = _PHONE_LINK.match(lowered)
    if link:
        return parse_number("+" + link[1])
    if kind == "telegram":
        prefix = _TELEGRAM_LINK.match(lowered)
        handle = lowered[prefix.end() :] if prefix else lowered
        handle = re.split(r"[/?#]", handle, maxsplit=1)[0] if prefix else handle
        if _TELEGRAM_HANDLE.fullmatch(handle):
            return handle
        text = handle if prefix else text
    return normalize_phone(text, country)


def split_phones(text: str, country: str = "") -> tuple[list[ContactValue], str]:
    """Take the phones of one cell apart.

    :return: the phones in order, each number once, and the text that is none
    """
    country = country.upper()
    number = parse_number(text, country)
    if number:
        return [ContactValue("phone", format_phone(number), number)], ""
    texts, phones = _scan(text, country)
    if not phones:
        return [], " ".join(text.split())
    notes, left_over = share_out(texts)
    by_number: dict[str, list[str]] = {}
    for phone, note in zip(phones, notes, strict=True):
        by_number.setdefault(phone.number, []).extend([*phone.notes, note])
    return [
        ContactValue("phone", format_phone(number), number, join_notes(notes))
        for number, notes in by_number.items()
    ], left_over


def split_emails(text: str) -> tuple[list[ContactValue], str]:
    """Take the addresses of one cell apart.

    :return: the addresses in order, each once, and the text that is none
    """
    if _EMAIL_TOKEN.fullmatch(text.strip()):  # nearly every cell
        address = normalize_email(_halve(text.strip()))
        if address:
            return [ContactValue("email", address, address)], ""
    texts, addresses = _scan_emails(text)
    if not addresses:
        return [], " ".join(text.split())
    notes, left_over = share_out(texts)
    by_address: dict[str, list[str]] = {}
    for address, note in zip(addresses, notes, strict=True):
        by_address.setdefault(address, []).append(note)
    return [
        ContactValue("email", address, address, join_notes(notes))
        for address, notes in by_address.items()
    ], left_over


def _scan_emails(text: str) -> tuple[list[str], list[str]]:
    """Find the addresses in ``text``.

    :return: ``n + 1`` texts around ``n`` addresses, and the addresses
    """
    texts, position = [""], 0
    addresses: list[str] = []
    for found in _EMAIL_TOKEN.finditer(text):
        address = normalize_email(_halve(found[0]))
        texts[-1] += text[position : found.start()]
        position = found.end()
        if address:
            addresses.append(address)
            texts.append("")
        else:
            texts[-1] += found[0]
    texts[-1] += text[position:]
    return texts, addresses


def _halve(text: str) -> str:
    """Return one of two equal addresses pasted together without a separator."""
    half = text[: len(text) // 2]
    return half if half * 2 == text else text


# === PHONES IN A TEXT ===


@dataclass(slots=True)
class _Phone:
    number: str
    notes: list[str]


def _scan(text: str, country: str) -> tuple[list[str], list[_Phone]]:
    """Find the numbers in ``text``.

    :return: ``n + 1`` texts around ``n`` numbers, and the numbers
    """
    text = repair_digits(text)
    texts, position = [""], 0
    phones: list[_Phone] = []
    for found in _PHONE_TOKEN.finditer(text):
        texts[-1] += text[position : found.start()]
        position = found.end()
        if found["run"]:
            _take_run(found, country, texts, phones)
        elif found["extension"] and phones and _is_beside(texts[-1]):
            phones[-1].notes.append(tidy_note(found[0]))
            texts[-1] = "(" if "(" in texts[-1] else ""
        else:
            texts[-1] += found[0]
    texts[-1] += text[position:]
    return texts, phones


def _is_beside(text: str) -> bool:
    """Tell whether an extension after ``text`` belongs to the number before."""
    return not text.strip(" \t\u00a0,;(.")


def _take_run(
    found: re.Match[str], country: str, texts: list[str], phones: list[_Phone]
) -> None:
    """Add the numbers of one run of digits, in place; the rest is text."""
    for index, part in enumerate(_parts(found[0], country)):
        if index:
            texts[-1] += "/"
        number = ""
        if phones:
            number = _extend(phones[-1].number, part, texts[-1], found, country)
        if number:
            phones.append(_Phone(number, []))
            texts.append("")
            continue
        rest = part
        while rest:
            number, rest = _take_first(rest, country)
            if not number:
                texts[-1] += rest
                break
            phones.append(_Phone(number, []))
            texts.append("")


def _parts(run: str, country: str) -> list[str]:
    """Split a run at its slash, unless that parts an area code from its number."""
    before, slash, after = run.partition("/")
    if not slash:
        return [run]
    is_area_code = sum(map(str.isdigit, before)) <= 6
    if is_area_code and parse_number(before + " " + after, country):
        return [before + " " + after]
    return [before, after]


def _extend(
    number: str, part: str, between: str, found: re.Match[str], country: str
) -> str:
    """Return the number that ``part`` stands for as other last digits of ``number``.

    A whole local number (five digits and more) may have a label: "123-45-67, факс
    765-43-21"; a shorter tail follows its separator at once: "123-45-67, 68".
    """
    tail = part.strip()
    digits = re.sub(r"\D", "", tail)
    is_tail = _TAIL.fullmatch(tail) or ("/" in between and len(tail) == 1)
    if not is_tail or not _AFTER_TAIL.match(found.string, found.end()):
        return ""
    if not is_separator(between, with_labels=len(digits) >= 5):
        return ""
    if parse_number(tail, country):
        return ""
    return parse_number(number[: -len(digits)] + digits)


def _take_first(run: str, country: str) -> tuple[str, str]:
    """Split the longest number off the beginning of ``run``.

    :return: the number and the rest, or ``""`` and the whole run
    """
    limits = [found.start() for found in re.finditer(r"\s+|$", run)]
    for limit in reversed(limits):
        number = parse_number(run[:limit], country)
        if number:
            return number, run[limit:].strip()
    return "", run
