"""The three-way merge: who changed what since the export."""

import pytest
from client_base.tools.merge_values import (
    CellMerge,
    ListMerge,
    digest,
    list_digest,
    make_mark,
    merge_cell,
    merge_list,
    merge_values,
    read_mark,
)
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.sampled_from(["", "a", "b", "c"])
LISTS = st.lists(st.sampled_from(["1", "2", "3", "4"]), max_size=4)
CARDS = st.dictionaries(
    st.sampled_from(["name", "phone", "city", "x.y_2"]), st.text(max_size=5)
)


@pytest.mark.parametrize(
    ("base", "current", "incoming", "outcome", "value"),
    [
        (None, "a", "a", "same", "a"),
        (None, "", "b", "take", "b"),
        (None, "a", "b", "take", "b"),
        (None, "a", "", "same", "a"),
        ("a", "a", "b", "take", "b"),
        ("a", "b", "a", "keep", "b"),
        ("a", "b", "b", "same", "b"),
        ("a", "b", "c", "conflict", "b"),
        ("a", "", "c", "conflict", ""),
        ("a", "b", "", "same", "b"),
        ("", "b", "c", "conflict", "b"),
    ],
)
def test_each_combination_has_its_outcome(base, current, incoming, outcome, value):
    known = None if base is None else digest(base)
    assert merge_cell(known, current, incoming) == CellMerge(outcome, value)


@pytest.mark.parametrize(
    ("base", "current", "outcome", "value"),
    [
        (None, "a", "same", "a"),
        ("a", "a", "take", ""),
        ("a", "b", "conflict", "b"),
        ("", "b", "keep", "b"),
        ("a", "", "same", ""),
    ],
)
def test_empty_cell_clears_what_was_exported_when_asked_to(
    base, current, outcome, value
):
    known = None if base is None else digest(base)
    assert merge_cell(known, current, "", clear_empty=True) == CellMerge(outcome, value)


@given(card=CARDS, clear_empty=st.booleans())
def test_unchanged_export_changes_nothing(card, clear_empty):
    base = read_mark(make_mark(card))
    merged = merge_values(base, card, card, clear_empty=clear_empty)
    assert {merge.outcome for merge in merged.values()} <= {"same"}
    assert {code: merge.value for code, merge in merged.items()} == card


@given(VALUES, VALUES, VALUES, st.booleans())
def test_merging_twice_is_merging_once(base, current, incoming, clear_empty):
    for known in (None, digest(base)):
        first = merge_cell(known, current, incoming, clear_empty=clear_empty)
        again = merge_cell(known, first.value, incoming, clear_empty=clear_empty)
        assert again.value == first.value
        assert again.outcome in ("same", first.outcome)


@given(VALUES, VALUES, st.booleans())
def test_untouched_cell_never_overwrites(base, current, clear_empty):
    merged = merge_cell(digest(base), current, base, clear_empty=clear_empty)
    assert merged.value == current
    assert merged.outcome in ("same", "keep")


@given(VALUES, VALUES.filter(bool), VALUES.filter(bool))
def test_conflict_is_one_from_either_side(base, ours, theirs):
    known = digest(base)
    one, other = merge_cell(known, ours, theirs), merge_cell(known, theirs, ours)
    assert (one.outcome == "conflict") == (other.outcome == "conflict")


def test_value_without_a_column_is_left_out():
    assert merge_values({}, {"name": "a", "city": "b"}, {"city": "c"}) == {
        "city": CellMerge("take", "c")
    }


# --- marks -------------------------------------------------------------------------


@given(CARDS)
def test_mark_is_read_back(card):
    assert read_mark(make_mark(card)) == {
        code: digest(value) for code, value in card.items()
    }


def test_mark_does_not_depend_on_the_order_of_the_values():
    one = make_mark({"name": "a", "city": "b"})
    assert one == make_mark({"city": "b", "name": "a"})
    assert one.startswith("1;city=")


def test_mark_holds_no_value():
    assert "380501234567" not in make_mark({"phone": "+380501234567"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2;name=Ab3dEfgh",
        "1;name",
        "1;name=short",
        "1;=Ab3dEfgh",
        "1;a=б3dEfghi",
    ],
)
def test_damaged_mark_is_no_mark(text):
    assert read_mark(text) == {}


@given(st.text())
def test_reading_a_mark_never_fails(text):
    assert isinstance(read_mark(text), dict)
    assert isinstance(read_mark(f"1;name={text}"), dict)


def test_code_that_would_spoil_the_mark_is_refused():
    with pytest.raises(ValueError, match="not a code"):
        make_mark({"a=b": "c"})


@given(st.text(), st.text())
def test_digest_tells_values_apart(one, other):
    assert (digest(one) == digest(other)) == (one == other)
    assert len(digest(one)) == 8


# --- several values in a cell ------------------------------------------------------


def test_strange_file_only_adds():
    assert merge_list(None, ["1", "2"], ["3", "2"]) == ListMerge(
        "take", ("1", "2", "3"), added=("3",)
    )
    assert merge_list(None, ["1", "2"], ["2"]).outcome == "same"


def test_own_export_adds_and_removes():
    base = list_digest(["1", "2"])
    assert merge_list(base, ["1", "2"], ["3", "2"]) == ListMerge(
        "take", ("2", "3"), added=("3",), removed=("1",)
    )


def test_list_changed_on_both_sides_is_a_conflict():
    base = list_digest(["1", "2"])
    assert merge_list(base, ["1"], ["1", "2", "3"]) == ListMerge("conflict", ("1",))
    assert merge_list(base, ["2", "4"], ["2", "4"]).outcome == "same"


def test_empty_cell_of_a_list_clears_when_asked_to():
    base = list_digest(["1"])
    assert merge_list(base, ["1"], []).outcome == "same"
    assert merge_list(base, ["1"], [], clear_empty=True) == ListMerge(
        "take", (), removed=("1",)
    )


@given(LISTS, LISTS, st.booleans())
def test_untouched_list_never_overwrites(base, current, clear_empty):
    merged = merge_list(list_digest(base), current, base, clear_empty=clear_empty)
    assert merged.values == tuple(dict.fromkeys(current))
    assert merged.outcome in ("same", "keep")


@given(LISTS, LISTS, LISTS, st.booleans())
def test_merging_lists_twice_is_merging_once(base, current, incoming, clear_empty):
    for known in (None, list_digest(base)):
        first = merge_list(known, current, incoming, clear_empty=clear_empty)
        again = merge_list(known, first.values, incoming, clear_empty=clear_empty)
        assert again.values == first.values


@given(LISTS, LISTS)
def test_list_only_grows_without_a_base(current, incoming):
    merged = merge_list(None, current, incoming)
    assert set(merged.values) == {*current, *incoming}
    assert merged.values[: len(set(current))] == tuple(dict.fromkeys(current))
