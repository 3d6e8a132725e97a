"""What an accounting system tells: checked and put in order."""

import datetime as dt
import random
import xmlrpc.client
from decimal import Decimal

import pytest
from client_risk.tools.transactions import Known, RowError, key_of, parse, settle
from hypothesis import given
from hypothesis import strategies as st


def make_row(**changes):
    row = {
        "key": "S-1",
        "partner_key": "C-1",
        "date": "2026-02-03",
        "kind": "shipment",
        "amount": 100,
    }
    return {**row, **changes}


def test_row_is_brought_into_one_form():
    found = parse(make_row(currency="uah", number=17, kind="Shipment", amount="12.50"))
    assert (found.currency, found.number, found.kind) == ("UAH", "17", "shipment")
    assert found.amount == Decimal("12.5")
    assert found.date == dt.date(2026, 2, 3)
    assert (found.version, found.lines, found.cancelled) == (None, (), False)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"key": ""}, "missing", "key"),
        ({"key": "\x00 "}, "missing", "key"),
        ({"key": ["a"]}, "malformed", "key"),
        ({"key": "x" * 257}, "too_long", "key"),
        ({"partner_key": None}, "missing", "partner_key"),
        ({"date": False}, "missing", "date"),
        ({"date": "03.02.2026"}, "bad_date", "date"),
        ({"date": "2026-02-30"}, "bad_date", "date"),
        ({"date": "0001-01-01"}, "bad_date", "date"),
        ({"date": 20260203.5}, "bad_date", "date"),
        ({"kind": "gift"}, "bad_kind", "kind"),
        ({"amount": None}, "missing", "amount"),
        ({"amount": True}, "bad_amount", "amount"),
        ({"amount": "1 234,50"}, "bad_amount", "amount"),
        ({"amount": float("nan")}, "bad_amount", "amount"),
        ({"amount": float("inf")}, "bad_amount", "amount"),
        ({"amount": 1e14}, "bad_amount", "amount"),
        ({"amount": {}}, "bad_amount", "amount"),
        ({"version": "yesterday"}, "bad_version", "version"),
        ({"version": True}, "bad_version", "version"),
        ({"version": "inf"}, "bad_version", "version"),
        ({"lines": "none"}, "bad_lines", "lines"),
        ({"lines": [1]}, "bad_lines", "lines"),
        ({"lines": [{"amount": "x"}]}, "bad_amount", "amount"),
        ({"lines": [{}] * 1001}, "bad_lines", "lines"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(changes, code, field):
    with pytest.raises(RowError) as error:
        parse(make_row(**changes))
    assert (error.value.code, error.value.field) == (code, field)


@pytest.mark.parametrize("row", [None, 7, "text", [("key", "a")]])
def test_row_that_is_no_dict_is_malformed(row):
    with pytest.raises(RowError, match="malformed"):
        parse(row)
    assert key_of(row) == ""


TEXT = st.text("ab1-\x00\ud800", max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*make_row(), "lines", "version"]), JSON))
def test_whatever_is_sent_is_a_row_or_its_error(changes):
    try:
        parse(make_row(**changes))
    except RowError as error:
        assert error.code
    assert isinstance(key_of(changes), str)


def test_text_that_postgresql_refuses_is_cleaned():
    found = parse(make_row(number="A\x00-\ud800 7 "))
    assert found.number == "A- 7"


@pytest.mark.parametrize(
    "date",
    [
        dt.date(2026, 2, 3),
        dt.datetime(2026, 2, 3, 23, 59),
        "2026-02-03T23:59:00+02:00",
        "2026-02-03 23:59:00",
        xmlrpc.client.DateTime("20260203T23:59:00"),
    ],
)
def test_day_is_the_one_that_stands_there(date):
    assert parse(make_row(date=date)).date == dt.date(2026, 2, 3)


def test_versions_grow_as_numbers_or_times():
    numbers = [parse(make_row(version=one)).version for one in ("9", 10, "10.5", 2**69)]
    assert numbers == sorted(numbers)
    times = [
        parse(make_row(version=one)).version
        for one in (
            "2026-02-03T10:00:00+02:00",
            "2026-02-03T08:00:00.000001",
            "2026-02-03T09:00:00Z",
        )
    ]
    assert times == sorted(times)
    assert len(set(times)) == 3


def test_digest_is_that_of_the_content():
    line = {"product": "Paint", "amount": 5, "quantity": 1}
    row = make_row(lines=[line], version=1)
    same = make_row(amount="100.00", lines=[{**line, "amount": "5.0"}], version=2)
    assert parse(row).digest == parse(same).digest
    for change in (
        {"amount": 101},
        {"lines": []},
        {"cancelled": True},
        {"number": "7"},
    ):
        assert parse({**row, **change}).digest != parse(row).digest


# === ORDER ===


def told(version, amount=100, key="S-1"):
    return parse(make_row(version=version, amount=amount, key=key))


def stored(version, amount=100, *, gone=False):
    item = told(version, amount)
    return Known(item.version, item.digest, gone)


@pytest.mark.parametrize(
    ("known", "item", "status", "version"),
    [
        (None, told(1), "created", 1),
        (stored(1), told(1), "unchanged", None),
        (stored(1), told(2), "unchanged", 2),  # the newer version is noted
        (stored(1), told(2, 7), "updated", 2),
        (stored(1), told(1, 7), "updated", 1),
        (stored(2), told(1, 7), "stale", None),
        (stored(None), told(None), "unchanged", None),
        (stored(None), told(None, 7), "updated", None),
        (stored(3), told(None, 7), "updated", 3),  # what was known stays known
        (stored(3), told(None), "unchanged", None),
        (stored(None), told(5), "unchanged", 5),
        (stored(1, gone=True), told(2, 7), "gone", None),
    ],
)
def test_what_becomes_of_a_row(known, item, status, version):
    statuses, to_store = settle({"S-1": known} if known else {}, [item])
    assert statuses == [status]
    if status in ("created", "updated") or version:
        assert to_store["S-1"].version == version
    else:
        assert not to_store


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 5))), st.integers(0, 99)
)
def test_newest_version_wins_in_any_order(rows, seed):
    items = [told(version, 10 * version, key) for key, version in rows]
    shuffled = random.Random(seed).sample(items, len(items))
    expected = {key: max(v for k, v in rows if k == key) for key, _version in rows}
    for order in (items, shuffled):
        statuses, to_store = settle({}, order)
        assert {key: int(one.version) for key, one in to_store.items()} == expected
        assert statuses.count("created") == len(expected)


@given(st.lists(st.integers(1, 5), unique=True))
def test_same_batch_again_changes_nothing(versions):
    items = [told(version, key=f"S-{version}") for version in versions]
    known = {
        one.key: Known(one.version, one.digest) for one in settle({}, items)[1].values()
    }
    assert settle(known, items) == (["unchanged"] * len(items), {})
