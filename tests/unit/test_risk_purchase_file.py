"""Files with purchases: headers, cells, which rows are one document."""

import pytest
from client_base.tools.columns import normalize_header
from client_risk.tools.purchase_file import (
    CellError,
    Line,
    group_key,
    guess_codes,
    make_document,
    parse_line,
    read_kind,
    read_number,
)
from client_risk.tools.transactions import parse

GOOD = {"doc_date": "2026-02-03", "doc_amount": "100"}


def read_line(**texts):
    return parse_line({**GOOD, **texts}, lambda text: text, "shipment")


def make_line(**values):
    names = Line.__dataclass_fields__
    line = dict.fromkeys(names, "") | {"date": "2026-02-03", "kind": "shipment"}
    return Line(**{**line, "amount": "100", **values})


@pytest.mark.parametrize(
    "header",
    [
        ["Date", "Number", "Client", "Product", "Qty", "Amount"],
        ["Дата", "Номер накладної", "Контрагент", "Номенклатура", "К-сть", "Сума"],
        ["Дата", "Номер документа", "Клиент", "Товар", "Кол-во", "Сумма без НДС"],
    ],
)
def test_headers_of_three_languages_are_understood(header):
    assert guess_codes(header, normalize_header) == {
        0: "doc_date",
        1: "doc_number",
        3: "doc_product",
        4: "doc_quantity",
        5: "doc_amount",
    }


def test_each_meaning_is_given_once():
    header = ["Amount", "Total", "Date"]
    assert guess_codes(header, normalize_header) == {0: "doc_amount", 2: "doc_date"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 234,50", "1234.50"),
        ("1\u00a0234.5 грн", "1234.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234,567", "1234567"),
        ("$99", "99"),
        ("-15", "-15"),
        ("(15,00)", "-15.00"),
        ("12e3", None),
        ("много", None),
        ("1-2", None),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(text, number):
    if number is None:
        with pytest.raises(CellError):
            read_number("doc_amount", text)
    else:
        assert read_number("doc_amount", text) == number


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", ""),
        ("Реалізація товарів", "shipment"),
        ("Видаткова накладна", "shipment"),
        ("Возврат от покупателя", "return"),
        ("Повернення від покупця", "return"),
        ("Оплата", "payment"),
        ("Рахунок на оплату", "invoice"),
        ("Заказ клиента", "order"),
        ("Invoice", "invoice"),
    ],
)
def test_kinds_by_their_words(text, kind):
    assert read_kind(text) == kind


def test_unknown_kind_is_an_error():
    with pytest.raises(CellError, match="bad_kind"):
        read_kind("щось")


def test_line_needs_a_day_and_an_amount():
    for code in ("doc_date", "doc_amount"):
        with pytest.raises(CellError, match="missing"):
            read_line(**{code: ""})


def test_currency_is_known_by_its_sign():
    assert read_line(doc_currency="грн").currency == "UAH"
    assert read_line(doc_currency="eur").currency == "EUR"


def test_rows_of_one_number_are_one_document_within_a_year():
    line = make_line(number="7")
    assert group_key(line, 1) == group_key(make_line(number="7", product="A"), 1)
    assert group_key(line, 1) != group_key(make_line(number="7", date="2025-02-03"), 1)
    assert group_key(line, 1) != group_key(make_line(number="7", kind="return"), 1)
    assert group_key(make_line(key="K", number="7"), 1) == "K"


def test_rows_without_a_number_are_told_apart_by_client_and_day():
    assert group_key(make_line(), 1) == group_key(make_line(product="A"), 1)
    assert group_key(make_line(), 1) != group_key(make_line(), 2)
    assert group_key(make_line(), 1) != group_key(make_line(date="2026-02-04"), 1)


def test_document_adds_its_rows_up():
    lines = [make_line(product="A", amount="0.1"), make_line(amount="0.2")]
    row = make_document("K", "C-1", lines)
    item = parse(row)
    assert str(item.amount) == "0.3"
    assert [line.product for line in item.lines] == ["A"]
