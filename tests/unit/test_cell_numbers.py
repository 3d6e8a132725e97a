"""Cells with numbers and moments."""

import pytest
from client_base.tools import cell_numbers
from hypothesis import given
from hypothesis import strategies as st

WHOLE = cell_numbers.IntegerKind()
NUMBER = cell_numbers.FloatKind()
KYIV = cell_numbers.MomentKind("Europe/Kyiv")
TOKYO = cell_numbers.MomentKind("Asia/Tokyo")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("85", 85),
        ("1 200", 1200),
        ("1\u00a0200", 1200),
        ("12'000", 12000),
        ("-3", -3),
        ("40.0", 40),
        ("40,00", 40),
        ("0", 0),
    ],
)
def test_whole_number_is_read(text, value):
    cell = WHOLE.parse(text)
    assert (cell.raw, cell.text, cell.rest) == (value, str(value), "")


@pytest.mark.parametrize("text", ["much", "12 m", "1,5", "1e3", "9" * 16, "--1"])
def test_what_is_no_whole_number_is_left(text):
    assert WHOLE.parse(text).rest == text
    assert not WHOLE.parse(text).canon


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", 12.5), ("99,90", 99.9), ("1 000,25", 1000.25), ("1e3", 1000.0)],
)
def test_decimal_number_is_read(text, value):
    assert NUMBER.parse(text).raw == value


@pytest.mark.parametrize("text", ["nan", "inf", "1.2.3", "1,000.5", "price", "9e999"])
def test_what_is_no_decimal_number_is_left(text):
    assert NUMBER.parse(text).rest == text


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_shown_whole_number_is_read_back(value):
    assert WHOLE.parse(WHOLE.show(value).text).raw == value


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_shown_decimal_number_is_read_back(value):
    cell = NUMBER.show(value)
    assert NUMBER.parse(cell.text).canon == cell.canon


@pytest.mark.parametrize("kind", [WHOLE, NUMBER, KYIV])
@pytest.mark.parametrize("raw", [None, False])
def test_nothing_is_shown_as_nothing(kind, raw):
    assert kind.show(raw).text == kind.show(raw).canon == ""


def test_zero_is_a_value():
    assert WHOLE.show(0).text == NUMBER.show(0.0).text == "0"


@pytest.mark.parametrize(
    "text",
    ["2026-07-01 12:30", "01.07.2026 12:30", "2026-07-01T12:30:00", "1/7/2026 12:30"],
)
def test_moment_is_in_the_time_of_the_reader(text):
    assert KYIV.parse(text).raw == "2026-07-01 09:30:00"
    assert TOKYO.parse(text).raw == "2026-07-01 03:30:00"


def test_day_alone_begins_at_midnight():
    assert TOKYO.parse("2026-07-01").raw == "2026-06-30 15:00:00"


def test_moment_that_is_none_is_left():
    assert KYIV.parse("tomorrow at noon").rest == "tomorrow at noon"


@given(st.datetimes().map(lambda moment: moment.replace(microsecond=0)))
def test_shown_moment_is_read_back_in_the_same_zone(moment):
    if not 1901 <= moment.year <= 2100:
        return
    cell = TOKYO.show(moment.strftime("%Y-%m-%d %H:%M:%S"))
    assert TOKYO.parse(cell.text).canon == cell.canon
    assert not TOKYO.is_read_back(cell)  # elsewhere it is another moment
