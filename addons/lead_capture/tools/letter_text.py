"""The text of a letter: out of HTML, without the letters it answers."""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree, html

__all__ = [
    "Forward",
    "find_forward",
    "html_to_text",
    "is_advert",
    "is_forward",
    "strip_history",
]

_BLOCKS: Final = frozenset(
    [
        *("p", "div", "br", "tr", "li", "ul", "ol", "table", "pre", "hr"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "blockquote"),
    ]
)
_SILENT: Final = frozenset({"script", "style", "head", "title", "template"})
MAX_HTML: Final = 2_000_000

# Longer is no greeting but what somebody wants strangers to read.
MAX_GREETING: Final = 90
_ADVERT: Final = re.compile(
    r"https?:|www\.|//|@|\w\.[^\W\d_]{2,}|\d[\d\s()-]{6,}", re.IGNORECASE
)

_FORWARD_SUBJECT: Final = re.compile(
    r"\s*(?:(?:re|aw)\s*:\s*)?(?:fwd?|wg|tr|i|пересл(?:ати|ано|ать)?|fs|vs)\s*:",
    re.IGNORECASE,
)
# "2 Nov 2026, Ann <ann@example.com> wrote:" in the languages of our clients
_WROTE: Final = re.compile(
    r"^(?=.{5,300}$).*(?:\d|@).*"
    r"\b(?:wrote|writes|пише|написав|написала|написав\(-ла\)|написал|написала|пишет"
    r"|писал\(а\)|schrieb|pisze|napisał|napisała|a écrit|escribió|ha scritto)"
    r"[^\w\n]{0,3}:?\s*$",
    re.IGNORECASE,
)
_DIVIDER: Final = re.compile(
    r"^\s*(?:[-_=]{2,}\s*(?:original message|forwarded message|вихідне повідомлення"
    r"|оригінальне повідомлення|переслане повідомлення|исходное сообщение"
    r"|пересылаемое сообщение|пересланное сообщение|ursprüngliche nachricht)"
    r"\s*[-_=]{2,}|_{20,})\s*$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    r"^[>\s*]*(?:from|від|от|von|od|de|da)\s*:[\s*]*(?P<who>.*\S)\s*$", re.IGNORECASE
)
_FIELD: Final = re.compile(
    r"^[>\s*]*(?:sent|date|to|cc|subject|надіслано|відправлено|дата|кому|копія|тема"
    r"|отправлено|копия|gesendet|datum|an|betreff|wysłano|data|do|temat)\s*:",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Forward:
    """Who wrote the letter that somebody sent on to us."""

    name: str
    address: str


def is_forward(subject: str) -> bool:
    return _FORWARD_SUBJECT.match(subject) is not None


def html_to_text(source: str) -> str:
    """Return what a reader of ``source`` sees, a line for a block."""
    try:
        # without the declaration: lxml refuses a text that names its own encoding
        text = re.sub(r"<\?xml[^>]*\?>", "", source[:MAX_HTML])
        root = html.document_fromstring(text)
    except (etree.LxmlError, ValueError, AssertionError):
        return _tidy(re.sub(r"<[^<>]*>", " ", source[:MAX_HTML]))
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if tag in _BLOCKS and (event, tag) != ("end", "br"):
            pieces.append("\n")
        if event == "end" and tag in {"td", "th"}:
            pieces.append(" ")
        if event == "start" and tag not in _SILENT and node.text:
            pieces.append(re.sub(r"\s+", " ", node.text))
        if event != "start" and node.tail:
            pieces.append(re.sub(r"\s+", " ", node.tail))
    return _tidy("".join(pieces))


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def strip_history(text: str, subject: str = "") -> str:
    """Return what was written now: the letters that are answered stand below it.

    A letter that is sent on keeps them, they are what it is about; so does one in which
    nothing else stands.
    """
    text = _tidy(text)
    if is_forward(subject):
        return text
    lines = text.split("\n")
    end = next(
        (number for number in range(len(lines)) if _starts_history(lines, number)),
        len(lines),
    )
    own = [line for line in lines[:end] if not line.startswith(">")]
    return _tidy("\n".join(own)) or text


def _starts_history(lines: list[str], number: int) -> bool:
    line = lines[number]
    if _DIVIDER.match(line) or _WROTE.match(line):
        return True
    # long lines are broken in two by some programs
    if number + 1 < len(lines) and lines[number + 1]:
        if re.match(r"(?:on|am|le|\d)", line, re.IGNORECASE) and _WROTE.match(
            f"{line} {lines[number + 1]}"
        ):
            return True
    return _starts_header(lines, number)


def _starts_header(lines: list[str], number: int) -> bool:
    """Tell whether the head of another letter begins here, as Outlook writes it."""
    if not _FROM.match(lines[number]):
        return False
    following = lines[number + 1 : number + 5]
    return sum(_FIELD.match(line) is not None for line in following) >= 2


def find_forward(text: str, subject: str) -> Forward | None:
    """Return who wrote the letter that ``text`` sends on, when it says so plainly.

    Only the first head of a letter counts, and only with exactly one address in its
    "From": whoever is named elsewhere may be anybody.
    """
    if not is_forward(subject):
        return None
    lines = _tidy(text).split("\n")
    for number, line in enumerate(lines):
        if not _starts_header(lines, number):
            continue
        who = (_FROM.match(line) or {"who": ""})["who"]
        # "Ann ann@x.example <mailto:ann@x.example>": one address, written twice
        found = {address.lower() for address in _ADDRESS.findall(who)}
        if len(found) != 1:
            return None
        return Forward(name=_get_name(who), address=found.pop())
    return None


def _get_name(who: str) -> str:
    name = re.split(r"[<\[(]|mailto:", who, maxsplit=1)[0]
    return _ADDRESS.sub("", name).strip(" \t\"'*,;")[:200]


def is_advert(greeting: str) -> bool:
    """Tell whether a greeting would carry what a stranger wrote to other strangers.

    Whoever puts the e-mail of somebody else and the address of a site for a name into
    a form wants us to send it.
    """
    return len(greeting) > MAX_GREETING or _ADVERT.search(greeting) is not None
