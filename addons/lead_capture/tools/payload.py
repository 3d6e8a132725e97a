"""The body of a request, read into plain values that the database can hold.

A stranger may send anything. What comes out is an object of strings, finite numbers,
booleans, lists and objects, neither deep nor large, without characters that PostgreSQL
refuses; everything else is a ``Refusal`` that says what is wrong.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

from .refusal import Refusal

MAX_DEPTH: Final = 12
MAX_VALUES: Final = 2000
MAX_NUMBER: Final = 10**40
_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

Payload = dict[str, Any]


def read_json(body: bytes) -> Payload:
    """Read a JSON object.

    :raises Refusal: for anything else
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("bad_encoding") from None
    if not text.strip():
        raise Refusal("empty")
    try:
        payload = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise Refusal("too_deep") from None
    except ValueError:
        raise Refusal("malformed") from None
    return check(payload)


def read_form(body: bytes) -> Payload:
    """Read the fields of a form; a name that comes several times gives a list.

    :raises Refusal: for what is no form in UTF-8
    """
    if body.count(b"&") >= MAX_VALUES:
        raise Refusal("too_many_fields")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Refusal("bad_encoding") from None
    return make_object(pairs)


def make_object(pairs: Iterable[tuple[str, str]]) -> Payload:
    """Make an object of the fields of a form.

    ``call[from]`` becomes a key within an object, ``phones[]`` a list, as the libraries
    of most sites and telephone exchanges write them.

    :raises Refusal: for too many, too deep, or none
    """
    fields: Payload = {}
    for count, (name, value) in enumerate(pairs):
        if count >= MAX_VALUES:
            raise Refusal("too_many_fields")
        _put(fields, _split_name(name), value)
    return check(fields)


def check(payload: object) -> Payload:
    """Return the payload when the database can hold it.

    :raises Refusal: for what it cannot hold
    """
    if not isinstance(payload, dict):
        raise Refusal("not_an_object")
    if not payload:
        raise Refusal("empty")
    level: list[object] = [payload]
    count = 0
    for _depth in range(MAX_DEPTH):
        count += len(level)
        if count > MAX_VALUES:
            raise Refusal("too_many_fields")
        level = [below for value in level for below in _open(value)]
        if not level:
            return payload
    raise Refusal("too_deep")


def make_digest(payload: Payload) -> str:
    """Return what is the same for the same values, whatever their order."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def tidy_key(key: object) -> str:
    """Return an event key as it is stored, ``""`` for none.

    :raises Refusal: ``bad_event_key`` for what names no event
    """
    if key is None or key == "":
        return ""
    if isinstance(key, bool) or not isinstance(key, (str, int, float)):
        raise Refusal("bad_event_key")
    text = str(key).strip()
    if not text.isprintable() or _UNSTORABLE.search(text):
        raise Refusal("bad_event_key")
    if len(text) > 200:
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return text


def _open(value: object) -> list[object]:
    """Return what is inside of a value; refuse a value that cannot be stored."""
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise Refusal("bad_text")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Refusal("malformed")
    elif isinstance(value, int):
        if abs(value) > MAX_NUMBER:
            raise Refusal("malformed")
    elif value is not None:
        raise Refusal("malformed")  # of Python, not of JSON
    return []


def _split_name(name: str) -> list[str]:
    stem, bracket, _rest = name.partition("[")
    parts = _BRACKETS.findall(name)
    if not stem or not bracket or stem + "".join(f"[{one}]" for one in parts) != name:
        return [name]
    if len(parts) >= MAX_DEPTH:
        raise Refusal("too_deep")
    return [stem, *parts]


def _put(fields: Payload, parts: list[str], value: str) -> None:
    """Put a value where its name says, beside those of the same name."""
    target = fields
    while parts[-1] == "":
        parts.pop()
    for part in parts[:-1]:
        below = target.setdefault(part, {})
        if not isinstance(below, dict):
            raise Refusal("malformed")  # one name is a value and an object
        target = below
    there = target.get(parts[-1])
    if there is None:
        target[parts[-1]] = value
    elif isinstance(there, dict):
        raise Refusal("malformed")
    elif isinstance(there, list):
        there.append(value)
    else:
        target[parts[-1]] = [there, value]


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("neither a number of JSON nor of the database")
