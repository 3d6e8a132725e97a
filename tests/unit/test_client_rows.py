"""Clients as another system tells them, beside what it told before."""

from typing import Any

import pytest
from client_base.tools.cells import Cell, Kind, PointsKind
from client_base.tools.client_rows import MAX_LIST, parse
from client_base.tools.told import RowError
from client_base.tools.told_merge import merge_told
from hypothesis import given
from hypothesis import strategies as st

ROW: dict[str, Any] = {
    "key": "C-1",
    "name": "Верба Трейд",
    "phones": ["0671112233", "0501112233"],
    "contacts": [{"key": "1", "name": "Олена", "phones": ["0631112233"]}],
    "version": 3,
}
PHONES = PointsKind("phone", "UA")
KINDS = {"city": Kind(), "phone": PHONES}
NUMBERS = [f"+38067111220{digit}" for digit in range(6)]


def test_row_says_what_it_says_and_nothing_of_the_rest() -> None:
    client = parse(ROW)
    assert client.texts == {"name": "Верба Трейд", "phone": "0671112233, 0501112233"}
    assert client.is_company is None
    assert client.people[0].phones == ("0631112233",)


@pytest.mark.parametrize("field", ["city", "comment", "phones"])
def test_told_to_be_empty_is_not_left_out(field: str) -> None:
    empty: Any = [] if field == "phones" else ""
    code = "phone" if field == "phones" else field
    assert parse({**ROW, field: empty}).texts[code] == ""


def test_version_is_no_content() -> None:
    assert parse(ROW).digest == parse({**ROW, "version": 4}).digest
    assert parse(ROW).digest != parse({**ROW, "city": "Київ"}).digest


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"key": ""}, "missing", "key"),
        ({"name": " \x00 "}, "missing", "name"),
        ({"city": {"a": 1}}, "malformed", "city"),
        ({"city": "x" * 300}, "too_long", "city"),
        ({"phones": "0671112233"}, "bad_list", "phones"),
        ({"phones": ["1"] * (MAX_LIST + 1)}, "bad_list", "phones"),
        ({"contacts": ["Олена"]}, "bad_list", "contacts"),
        ({"is_company": "yes"}, "malformed", "is_company"),
        ({"version": "new"}, "bad_version", "version"),
    ],
)
def test_bad_row_is_refused_by_its_field(
    change: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(RowError) as refused:
        parse({**ROW, **change})
    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_is_no_row_is_malformed() -> None:
    with pytest.raises(RowError):
        parse("C-1")


# --- beside the card ------------------------------------------------------------------


def merge_city(before: str | None, current: str, told: str) -> tuple[str, list[str]]:
    known = {} if before is None else {"city": before}
    cell = Kind().parse
    merge = merge_told(KINDS, known, {"city": cell(current)}, {"city": cell(told)})
    written = merge.values.get("city", cell(current))
    return written.text, merge.kept


@pytest.mark.parametrize(
    ("before", "current", "told", "result", "kept"),
    [
        (None, "", "Київ", "Київ", []),
        ("Київ", "Київ", "Львів", "Львів", []),
        ("Київ", "Одеса", "Київ", "Одеса", []),  # changed here alone
        ("Київ", "Одеса", "Львів", "Одеса", ["city"]),  # changed on both sides
        ("Київ", "Київ", "", "", []),  # gone there
        (None, "Одеса", "", "Одеса", []),  # never known there
    ],
)
def test_what_changed_on_one_side_goes_to_the_other(
    before: str | None, current: str, told: str, result: str, kept: list[str]
) -> None:
    assert merge_city(before, current, told) == (result, kept)


def show(numbers: list[str]) -> Cell:
    return PHONES.show([[number, number, ""] for number in numbers])


@given(*[st.lists(st.sampled_from(NUMBERS), unique=True)] * 3)
def test_phones_of_both_sides_come_together(
    before: list[str], current: list[str], told: list[str]
) -> None:
    merge = merge_told(
        KINDS,
        {"phone": " ".join(before)},
        {"phone": show(current)},
        {"phone": show(told)},
    )
    result = merge.values.get("phone", show(current)).canon.split()
    added_there, gone_there = set(told) - set(before), set(before) - set(told)
    assert set(result) == (set(current) - gone_there) | added_there
    stays = [number for number in current if number in result]
    assert result[: len(stays)] == stays  # the first number stays the first
