"""From the payload of a stranger to the plain values of a lead, by a list of lines.

A line takes a path (``contact.phones.0``, ``phones.*``) to one of a closed list of
targets, so that nothing else of a payload ever reaches a record. Pure functions.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .field_names import COMMON_NAMES, CONTAINERS, NAME_PARTS, simplify

# Target -> how many characters of it are worth keeping; the payload keeps them all.
TARGETS: Final[dict[str, int]] = {
    "contact_name": 200,
    "phone": 300,
    "email": 300,
    "company": 200,
    "name": 200,
    "description": 10_000,
    "note": 2_000,
    "product": 300,
    "region": 200,
    "lang": 20,
    "tax_id": 40,
    "function": 200,
    "website": 300,
    "source": 100,
    "medium": 100,
    "campaign": 100,
    "page": 500,
    "event_key": 200,
}
MAX_PARTS: Final = 10
MAX_PATH: Final = 200
_MANY_LINES: Final = ("description", "note")
_JOINED: Final = ("phone", "email", "description", "product")
Leaves = list[tuple[str, str]]  # place, text
# What turns the direction of a text, or hides: no part of a name.
_HIDDEN: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class MapLine:
    """One line of a map; ``label`` is how a note is called in the text of the lead."""

    path: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a line gave: the text, where it stood, and why there is none.

    ``problem``: "" | "nothing" (no such place) | "empty" | "object" (a place with
    places of its own, which are listed in ``inside``).
    """

    text: str = ""
    places: tuple[str, ...] = ()
    problem: str = ""
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A payload as read: values by target, what each line gave, what was left over."""

    values: dict[str, str]
    found: tuple[Found, ...]
    rest: dict[str, str]


def check_path(path: str) -> str:
    """Return why a path cannot be followed: "" | "empty" | "long" | "part"."""
    if not path.strip():
        return "empty"
    parts = path.split(".")
    if len(path) > MAX_PATH or len(parts) > MAX_PARTS:
        return "long"
    bad = any(not part.strip() or not part.isprintable() for part in parts)
    return "part" if bad else ""


def read(
    payload: Mapping[str, Any], lines: Sequence[MapLine], *, with_common: bool = True
) -> Reading:
    """Read a payload by the lines of a map, then by the common names of fields.

    :param with_common: for targets that no line has filled, take what sites commonly
        call them
    """
    found = tuple(follow(payload, line.path) for line in lines)
    gathered: dict[str, list[str]] = {}
    notes: list[str] = []
    for line, one in zip(lines, found, strict=True):
        text = tidy(one.text, line.target)
        if text and line.target == "note":
            notes.append(f"{line.label or line.path}: {text}")
        elif text and line.target in TARGETS:
            gathered.setdefault(line.target, []).append(text)
    used = {place for one in found for place in one.places}
    if with_common:
        used |= _add_common(payload, gathered, used)
    values = {target: _join(target, texts) for target, texts in gathered.items()}
    if notes:
        told = [values["description"]] if "description" in values else []
        values["description"] = tidy("\n".join([*told, *notes]), "description")
    rest = {
        place: text for place, text in _leaves(payload) if text and place not in used
    }
    return Reading(values, found, rest)


def follow(payload: Mapping[str, Any], path: str) -> Found:
    """Return what stands at a path; a list of plain values is all of them."""
    if path in payload and "." in path:
        at = [(path, payload[path])]  # a form may call its field "contact.phone"
    else:
        at = _step(payload, path.split("."))
    if not at:
        return Found(problem="nothing")
    leaves = [leaf for place, value in at for leaf in _plain_leaves(value, place)]
    texts = [text for _place, text in leaves if text.strip()]
    places = tuple(place for place, _text in leaves)
    if texts:
        return Found("\n".join(texts), places)
    inside = tuple(key for _place, value in at for key in _get_keys(value))
    return Found(places=places, problem="object" if inside else "empty", inside=inside)


def tidy(text: str, target: str) -> str:
    """Return a text as it may stand in a field: printable, on one line or several."""
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", text))
    lines = ("".join(_show(sign) for sign in line) for line in text.splitlines())
    spaced = [" ".join(line.split()) for line in lines]
    if target in _MANY_LINES:
        joined = "\n".join(spaced).strip()
    else:
        joined = (", " if target in _JOINED else " ").join(filter(None, spaced))
    return joined[: TARGETS.get(target, 200)].rstrip()


def _show(sign: str) -> str:
    return " " if unicodedata.category(sign) == "Cc" else sign


def _join(target: str, texts: list[str]) -> str:
    """Of many texts for a target take all, or the first of what there is one of."""
    if target not in _JOINED:
        return texts[0]
    separator = "\n" if target in _MANY_LINES else ", "
    return tidy(separator.join(dict.fromkeys(texts)), target)


def _step(value: object, parts: list[str], place: str = "") -> list[tuple[str, object]]:
    """Return the places that the parts of a path lead to, with what stands there."""
    if not parts:
        return [(place, value)]
    return [
        leaf
        for key, below in _open(value, parts[0])
        for leaf in _step(below, parts[1:], f"{place}.{key}" if place else key)
    ]


def _open(value: object, part: str) -> list[tuple[str, object]]:
    if part == "*":
        return list(_get_items(value))
    if isinstance(value, Mapping):
        return [(part, value[part])] if part in value else []
    if isinstance(value, list) and part.isascii() and part.isdigit() and len(part) < 5:
        return [(part, below) for below in value[int(part) : int(part) + 1]]
    return []


def _get_items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(number), below) for number, below in enumerate(value))


def _get_keys(value: object) -> list[str]:
    return [key for key, _below in _get_items(value)]


def _plain_leaves(value: object, place: str) -> Leaves:
    """Return the text of a plain value, or of each plain value of a list."""
    if isinstance(value, Mapping):
        return []
    if isinstance(value, list):
        plain = [(key, one) for key, one in _get_items(value) if not _is_open(one)]
        return [(f"{place}.{key}", to_text(one)) for key, one in plain]
    return [(place, to_text(value))]


def _leaves(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    if not _is_open(value):
        yield place, to_text(value)
    for key, below in _get_items(value):
        yield from _leaves(below, f"{place}.{key}" if place else key)


def _is_open(value: object) -> bool:
    return isinstance(value, (Mapping, list))


def to_text(value: object) -> str:
    """Return a plain value as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _add_common(
    payload: Mapping[str, Any], gathered: dict[str, list[str]], used: set[str]
) -> set[str]:
    """Fill the targets that are still empty; return the places that were read."""
    named: dict[str, Leaves] = {}
    for name, leaves in _get_named(payload):
        if leaves and not used.intersection(place for place, _text in leaves):
            named.setdefault(name, leaves)
    read_places: set[str] = set()
    for target in COMMON_NAMES.keys() - gathered.keys():
        leaves = _choose(target, named)
        separator = " " if target == "contact_name" else "\n"
        text = tidy(separator.join(text for _place, text in leaves), target)
        if text:
            gathered[target] = [text]
            read_places.update(place for place, _text in leaves)
    return read_places


def _choose(target: str, named: Mapping[str, Leaves]) -> Leaves:
    """Return what the first known name of a target gives, or a name in pieces."""
    for name in COMMON_NAMES[target]:
        if name in named:
            return named[name]
    if target != "contact_name":
        return []
    return [leaf for name in NAME_PARTS for leaf in named.get(name, [])]


def _get_named(payload: Mapping[str, Any]) -> Iterator[tuple[str, Leaves]]:
    """Give what stands at the top, then what stands in a common container."""
    for key, value in payload.items():
        yield simplify(key), _get_told(value, key)
    for key, value in payload.items():
        if isinstance(value, Mapping) and simplify(key) in CONTAINERS:
            for name, below in value.items():
                yield simplify(name), _get_told(below, f"{key}.{name}")


def _get_told(value: object, place: str) -> Leaves:
    return [leaf for leaf in _plain_leaves(value, place) if leaf[1].strip()]
