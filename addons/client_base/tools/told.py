"""What another system tells in rows, whatever it is about: read, put in order.

A row is a dict as it comes over XML-RPC or JSON; what is wrong with it is the error of
that row alone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Protocol, TypeVar

MAX_TEXT = 256
# What the column of the database and the arithmetic of Decimal keep exactly.
MAX_VERSION = Decimal(10) ** 21
VERSION_STEP = Decimal("0.000001")


class RowError(Exception):
    """What is wrong with a row: a code for scripts, the field and its value."""

    def __init__(self, code: str, field: str = "", value: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.value = str(value)[:MAX_TEXT]


class Told(Protocol):
    """One thing that was told: a frozen dataclass with at least these.

    ``version`` orders what is told of one key, None when the system has no versions;
    ``digest`` is the same for the same content, whatever its version.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def key(self) -> str: ...
    @property
    def version(self) -> Decimal | None: ...
    @property
    def digest(self) -> str: ...


Item = TypeVar("Item", bound=Told)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a key; ``gone``: a person has taken it away."""

    version: Decimal | None
    digest: str
    gone: bool = False


def key_of(row: object) -> str:
    """Return the key to answer with, even of a row that is wrong."""
    if not isinstance(row, Mapping):
        return ""
    return clean_text(str(row.get("key") or ""))[:MAX_TEXT]


def settle(
    known: Mapping[str, Known], items: Sequence[Item]
) -> tuple[list[str], dict[str, Item]]:
    """Decide what becomes of each row, one after the other.

    :param known: what is stored, by key
    :return: ``created``, ``updated``, ``unchanged``, ``stale`` or ``gone`` for each
        row, and by key what is to be stored in the end
    """
    now = dict(known)
    statuses: list[str] = []
    to_store: dict[str, Item] = {}
    for item in items:
        before = now.get(item.key)
        status = _settle_one(before, item)
        statuses.append(status)
        if before and item.version is None:
            item = replace(item, version=before.version)
        # A newer version of the same content is noted: an older one may still come.
        is_noted = status == "unchanged" and before and before.version != item.version
        if status in ("created", "updated") or is_noted:
            to_store[item.key] = item
            now[item.key] = Known(item.version, item.digest)
    return statuses, to_store


def _settle_one(known: Known | None, item: Told) -> str:
    if known is None:
        return "created"
    if known.gone:
        return "gone"
    if known.version is not None and item.version is not None:
        if item.version < known.version:
            return "stale"
    return "unchanged" if known.digest == item.digest else "updated"


def clean_text(text: str) -> str:
    """Take out what PostgreSQL cannot store, and spaces around."""
    whole = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return whole.strip()


def read_text(
    row: Mapping[str, Any],
    field: str,
    *,
    required: bool = False,
    limit: int = MAX_TEXT,
) -> str:
    """Read a field of a row as text; a number is taken for its digits.

    :raise RowError: malformed, missing, too_long
    """
    value = row.get(field)
    if value is None or value is False or value == "":
        if required:
            raise RowError("missing", field)
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RowError("malformed", field, value)
    text = clean_text(str(value))
    if required and not text:
        raise RowError("missing", field)
    if len(text) > limit:
        raise RowError("too_long", field, text)
    return text


def read_version(value: object) -> Decimal | None:
    """Bring a number or an ISO time into numbers that grow; None for no version.

    :raise RowError: bad_version
    """
    if value is None or value is False or value == "":
        return None
    if isinstance(value, bool):
        raise RowError("bad_version", "version", value)
    text = value.isoformat() if isinstance(value, dt.datetime) else str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _moment(text)
    # compared, not reckoned with: an exponent may be beyond all reckoning
    if not number.is_finite() or not -MAX_VERSION < number < MAX_VERSION:
        raise RowError("bad_version", "version", text)
    return number.quantize(VERSION_STEP)


def _moment(text: str) -> Decimal:
    """Return the microseconds of an ISO time; without a zone it is UTC."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise RowError("bad_version", "version", text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    passed = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return Decimal(passed // dt.timedelta(microseconds=1))
