"""What an accounting system tells: checked, brought into one form, put in order.

A row is a dict as it comes over XML-RPC or JSON; what is wrong with it is the error of
that row alone.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

KINDS = ("order", "shipment", "invoice", "payment", "return")
MAX_TEXT = 256
MAX_LINES = 1000
# Beyond it an amount is a slip of the keyboard, and a float loses the cents.
MAX_AMOUNT = Decimal(10) ** 13
# What the column of the database and the arithmetic of Decimal keep exactly.
MAX_VERSION = Decimal(10) ** 21
VERSION_STEP = Decimal("0.000001")
MIN_YEAR, MAX_YEAR = 1980, 2100


class RowError(Exception):
    """What is wrong with a row: a code for scripts, the field and its value."""

    def __init__(self, code: str, field: str = "", value: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.value = str(value)[:MAX_TEXT]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document; ``amount`` untaxed in the currency of the document."""

    product_key: str
    product: str
    category: str
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Transaction:
    """One document of the accounting system.

    ``due_date`` and ``total`` (with tax, 0 for as much as ``amount``) say what is to be
    paid, and by when. ``version`` orders what is told of one key, None when the system
    has no versions; ``digest`` is the same for the same content, whatever its version.
    """

    key: str
    partner_key: str
    date: dt.date
    kind: str
    amount: Decimal
    currency: str
    number: str
    cancelled: bool
    version: Decimal | None
    lines: tuple[Line, ...]
    digest: str
    due_date: dt.date | None = None
    total: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a key; ``gone``: a person has taken it away."""

    version: Decimal | None
    digest: str
    gone: bool = False


def parse(row: object) -> Transaction:
    """Check one row.

    :raise RowError: malformed, missing, too_long, bad_date, bad_kind, bad_amount,
        bad_version, bad_lines
    """
    if not isinstance(row, Mapping):
        raise RowError("malformed")
    kind = _text(row, "kind", required=True).lower()
    if kind not in KINDS:
        raise RowError("bad_kind", "kind", kind)
    content: dict[str, Any] = {
        "partner_key": _text(row, "partner_key", required=True),
        "date": _date(row.get("date")),
        "kind": kind,
        "amount": _amount(row, "amount", required=True),
        "currency": _text(row, "currency").upper(),
        "number": _text(row, "number"),
        "cancelled": bool(row.get("cancelled")),
        "lines": _lines(row.get("lines")),
        **_payment(row),
    }
    return Transaction(
        key=_text(row, "key", required=True),
        version=_version(row.get("version")),
        digest=_digest(content),
        **content,
    )


def _payment(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says of its payment: nothing, where it says nothing.

    So a document has the same digest as before its sender knew these fields.
    """
    payment: dict[str, Any] = {}
    if row.get("due_date"):
        payment["due_date"] = _date(row["due_date"], "due_date")
    total = _amount(row, "total")
    return {**payment, "total": total} if total else payment


def key_of(row: object) -> str:
    """Return the key to answer with, even of a row that is wrong."""
    if not isinstance(row, Mapping):
        return ""
    return clean_text(str(row.get("key") or ""))[:MAX_TEXT]


def settle(
    known: Mapping[str, Known], transactions: Sequence[Transaction]
) -> tuple[list[str], dict[str, Transaction]]:
    """Decide what becomes of each row, one after the other.

    :param known: what is stored, by key
    :return: ``created``, ``updated``, ``unchanged``, ``stale`` or ``gone`` for each
        row, and by key what is to be stored in the end
    """
    now = dict(known)
    statuses: list[str] = []
    to_store: dict[str, Transaction] = {}
    for item in transactions:
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


def _settle_one(known: Known | None, item: Transaction) -> str:
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


def _text(row: Mapping[str, Any], field: str, *, required: bool = False) -> str:
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
    if len(text) > MAX_TEXT:
        raise RowError("too_long", field, text)
    return text


def _amount(row: Mapping[str, Any], field: str, *, required: bool = False) -> Decimal:
    value = row.get(field)
    if value is None or value == "" or value is False:
        if required:
            raise RowError("missing", field)
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RowError("bad_amount", field, value)
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise RowError("bad_amount", field, value) from None
    if not number.is_finite() or abs(number) > MAX_AMOUNT:
        raise RowError("bad_amount", field, value)
    return number.normalize() + 0  # no negative zero


def _date(value: object, field: str = "date") -> dt.date:
    """Read a date; of a moment the day that stands there, whatever its time zone."""
    if not value:
        raise RowError("missing", field)
    text = value.isoformat() if isinstance(value, dt.date) else str(value).strip()
    try:
        day = dt.datetime.fromisoformat(text).date()
    except ValueError:
        raise RowError("bad_date", field, text) from None
    if not MIN_YEAR <= day.year <= MAX_YEAR:
        raise RowError("bad_date", field, text)
    return day


def _version(value: object) -> Decimal | None:
    """Bring a number or an ISO time into numbers that grow; None for no version."""
    if value is None or value is False or value == "":
        return None
    if isinstance(value, bool):
        raise RowError("bad_version", "version", value)
    text = value.isoformat() if isinstance(value, dt.datetime) else str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _moment(text)
    if not number.is_finite() or abs(number) >= MAX_VERSION:
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


def _lines(value: object) -> tuple[Line, ...]:
    if not value:
        return ()
    if not isinstance(value, list | tuple) or len(value) > MAX_LINES:
        raise RowError("bad_lines", "lines")
    return tuple(_line(line) for line in value)


def _line(line: object) -> Line:
    if not isinstance(line, Mapping):
        raise RowError("bad_lines", "lines", line)
    return Line(
        product_key=_text(line, "product_key"),
        product=_text(line, "product"),
        category=_text(line, "category"),
        quantity=_amount(line, "quantity"),
        amount=_amount(line, "amount"),
    )


def _digest(content: Mapping[str, Any]) -> str:
    """Return a mark of the content, the same for equal content on any machine."""

    def plain(value: object) -> object:
        if isinstance(value, Line):
            fields = ("product_key", "product", "category", "quantity", "amount")
            return [str(getattr(value, name)) for name in fields]
        return str(value)

    text = json.dumps(content, default=plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
