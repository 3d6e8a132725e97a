"""Rows of a file with purchases: what its columns mean, which rows are one document.

A row is one line of a document. Rows of one number, or of one client and day where
there are no numbers, are one document.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .transactions import MAX_TEXT

# What is read of a document, beside who its client is.
CODES = (
    "doc_key",
    "doc_number",
    "doc_date",
    "doc_kind",
    "doc_amount",
    "doc_currency",
    "doc_due_date",
    "doc_product_key",
    "doc_product",
    "doc_category",
    "doc_quantity",
)
HEADERS = {
    "doc_key": "document key | ключ документа | guid документа | id документа"
    "| код документа | document id",
    "doc_number": "number | document number | invoice number | номер | номер документа"
    "| номер накладної | номер накладной | накладна | накладная | № документа"
    "| № накладної | № накладной | document | документ | order number | doc no",
    "doc_date": "date | document date | дата | дата документа | дата накладної"
    "| дата накладной | дата відвантаження | дата отгрузки | дата реалізації"
    "| дата реализации | дата продажу | дата продажи | order date | shipment date"
    "| invoice date | період | период | день",
    "doc_kind": "kind | document kind | document type | вид | вид документа"
    "| тип документа | операція | операция | вид операції | вид операции",
    "doc_amount": "amount | total | sum | untaxed amount | сума | сумма | сума без пдв"
    "| сумма без ндс | разом | итого | всього | всего | виручка | выручка | вартість"
    "| стоимость | revenue | turnover | продажі | продажи | сума документа"
    "| сумма документа | line amount",
    "doc_currency": "currency | валюта",
    "doc_due_date": "due date | pay until | термін оплати | срок оплаты | оплатити до"
    "| оплатить до",
    "doc_product_key": "product code | sku | артикул | код товару | код товара"
    "| код номенклатури | код номенклатуры | item code | product key",
    "doc_product": "product | item | goods | товар | номенклатура | назва товару"
    "| название товара | найменування товару | наименование товара | product name",
    "doc_category": "category | product category | категорія | категория | група"
    "| группа | група товарів | группа товаров | номенклатурна група"
    "| номенклатурная группа | товарна група | товарная группа",
    "doc_quantity": "quantity | qty | кількість | количество | к-сть | кол-во | кіл-ть",
}
# Beginnings of the words by which people call the kinds.
KINDS = (
    ("return", ("return", "refund", "credit", "повернен", "возврат")),
    (
        "payment",
        ("payment", "paid", "оплат", "платіж", "платеж", "надходжен", "поступ"),
    ),
    ("invoice", ("invoice", "bill", "рахунок", "счет", "счёт")),
    ("order", ("order", "замовлен", "заказ")),
    (
        "shipment",
        (
            "shipment",
            "delivery",
            "sale",
            "відвантаж",
            "отгруз",
            "реаліз",
            "реализ",
            "видатк",
            "расход",
            "накладн",
            "продаж",
            "акт",
        ),
    ),
)
# How people write a currency that has a code.
CURRENCIES = {
    "грн": "UAH",
    "грн.": "UAH",
    "гривня": "UAH",
    "₴": "UAH",
    "$": "USD",
    "дол": "USD",
    "дол.": "USD",
    "долл": "USD",
    "€": "EUR",
    "євро": "EUR",
    "евро": "EUR",
    "тенге": "KZT",
    "₸": "KZT",
}
_BLANKS = re.compile(r"[\s'\u2019\u02bc]")
_MONEY_WORDS = re.compile(r"^[^\d(+-]{1,5}|[^\d)]{1,5}$")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


class CellError(Exception):
    """A cell that cannot be read: which, why, and what stands there."""

    def __init__(self, code: str, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.value = value


@dataclass(frozen=True, slots=True)
class Line:
    """What one row says of a document; amounts are texts of decimal numbers."""

    key: str
    number: str
    date: str
    kind: str
    amount: str
    currency: str
    due_date: str
    product_key: str
    product: str
    category: str
    quantity: str

    @property
    def has_goods(self) -> bool:
        """Whether the row says what was bought."""
        return bool(self.product_key or self.product or self.category or self.quantity)


def guess_codes(
    header: Sequence[str], normalize: Callable[[str], str]
) -> dict[int, str]:
    """Say which columns are about documents, each meaning once.

    :param normalize: brings headers into one form
    :return: code by position
    """
    known = {
        normalize(name): code
        for code, names in HEADERS.items()
        for name in names.split("|")
    }
    found: dict[int, str] = {}
    for position, label in enumerate(header):
        code = known.get(normalize(label), "")
        if code and code not in found.values():
            found[position] = code
    return found


def parse_line(
    texts: Mapping[str, str], read_date: Callable[[str], str], kind: str
) -> Line:
    """Read the cells of one row.

    :param read_date: gives the ISO form of a day, "" for what is none
    :param kind: of rows that do not say theirs
    :raise CellError: ``missing``, ``bad_date``, ``bad_number``, ``bad_kind``
    """

    def day(code: str) -> str:
        text = texts.get(code, "")
        iso = read_date(text) if text else ""
        if text and not iso:
            raise CellError(code, "bad_date", text)
        return iso

    for code in ("doc_date", "doc_amount"):
        if not texts.get(code):
            raise CellError(code, "missing")
    amount = read_number("doc_amount", texts["doc_amount"])
    currency = texts.get("doc_currency", "")
    quantity = texts.get("doc_quantity", "")
    return Line(
        key=texts.get("doc_key", ""),
        number=texts.get("doc_number", ""),
        date=day("doc_date"),
        kind=read_kind(texts.get("doc_kind", "")) or kind,
        amount=amount,
        currency=CURRENCIES.get(currency.lower(), currency.upper()),
        due_date=day("doc_due_date"),
        product_key=texts.get("doc_product_key", ""),
        product=texts.get("doc_product", ""),
        category=texts.get("doc_category", ""),
        quantity=read_number("doc_quantity", quantity) if quantity else "",
    )


def read_kind(text: str) -> str:
    """Return order, shipment, invoice, payment or return; "" for an empty cell.

    :raise CellError: ``bad_kind``
    """
    words = text.lower().split()
    if not words:
        return ""
    for word in words:
        for kind, stems in KINDS:
            if word.startswith(stems):
                return kind
    raise CellError("doc_kind", "bad_kind", text)


def read_number(code: str, text: str) -> str:
    """Return a number in its plain form: "1 234,50 грн" is "1234.50".

    Of several commas and points the last one parts the cents.

    :raise CellError: ``bad_number``
    """
    digits = _MONEY_WORDS.sub("", _BLANKS.sub("", text))
    if digits.startswith("(") and digits.endswith(")"):
        digits = f"-{digits[1:-1]}"
    marks = [char for char in digits if char in ".,"]
    if len(marks) > 1 and len(set(marks)) == 1:
        digits = digits.replace(marks[0], "")  # 1,234,567: they part thousands
    whole, mark, cents = digits.replace(",", ".").rpartition(".")
    digits = f"{whole.replace('.', '')}{mark}{cents}"
    if not _NUMBER.fullmatch(digits):
        raise CellError(code, "bad_number", text)
    return str(Decimal(digits))


def group_key(line: Line, client: object) -> str:
    """Return what is the same for the rows of one document, and only for them.

    Numbers begin anew each year, and kinds are numbered apart. A number that is too
    long to be told stays too long, but can be stored with the row.

    :param client: tells clients apart where documents have no number
    """
    if line.key:
        key = line.key
    elif line.number:
        key = f"{line.kind}/{dt.date.fromisoformat(line.date).year}/{line.number}"
    else:
        key = f"{line.kind}/{line.date}/#{client}"
    return key[: MAX_TEXT + 1]


def make_document(key: str, partner_key: str, lines: Sequence[Line]) -> dict[str, Any]:
    """Return the document of some rows, as ``transactions.parse`` takes it."""
    first = lines[0]
    return {
        "key": key,
        "partner_key": partner_key,
        "date": first.date,
        "kind": first.kind,
        "amount": str(sum((Decimal(line.amount) for line in lines), Decimal(0))),
        "currency": first.currency,
        "number": first.number,
        "due_date": first.due_date,
        "lines": [
            {
                "product_key": line.product_key,
                "product": line.product,
                "category": line.category,
                "quantity": line.quantity or "0",
                "amount": line.amount,
            }
            for line in lines
            if line.has_goods
        ],
    }
