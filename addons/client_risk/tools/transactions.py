"""What an accounting system tells: checked, brought into one form, put in order.

A row is a dict as it comes over XML-RPC or JSON; what is wrong with it is the error of
that row alone.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

# Another addon's tools are plain Python too.
from odoo.addons.client_base.tools.told import (  # noqa: TID251
    MAX_TEXT,
    Known,
    RowError,
    clean_text,
    key_of,
    read_text,
    read_version,
    settle,
)

__all__ = [
    "MAX_TEXT",
    "Known",
    "Line",
    "RowError",
    "Transaction",
    "clean_text",
    "key_of",
    "parse",
    "settle",
]

KINDS = ("order", "shipment", "invoice", "payment", "return")
MAX_LINES = 1000
# Beyond it an amount is a slip of the keyboard, and a float loses the cents.
MAX_AMOUNT = Decimal(10) ** 13
MIN_YEAR, MAX_YEAR = 1980, 2100


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


def parse(row: object) -> Transaction:
    """Check one row.

    :raise RowError: malformed, missing, too_long, bad_date, bad_kind, bad_amount,
        bad_version, bad_lines
    """
    if not isinstance(row, Mapping):
        raise RowError("malformed")
    kind = read_text(row, "kind", required=True).lower()
    if kind not in KINDS:
        raise RowError("bad_kind", "kind", kind)
    content: dict[str, Any] = {
        "partner_key": read_text(row, "partner_key", required=True),
        "date": _date(row.get("date")),
        "kind": kind,
        "amount": _amount(row, "amount", required=True),
        "currency": read_text(row, "currency").upper(),
        "number": read_text(row, "number"),
        "cancelled": bool(row.get("cancelled")),
        "lines": _lines(row.get("lines")),
        **_payment(row),
    }
    return Transaction(
        key=read_text(row, "key", required=True),
        version=read_version(row.get("version")),
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
        product_key=read_text(line, "product_key"),
        product=read_text(line, "product"),
        category=read_text(line, "category"),
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
