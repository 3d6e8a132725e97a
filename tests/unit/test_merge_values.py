"""The three-way merge: who changed what since the export."""

import pytest
from client_base.tools.merge_values import (
    CellMerge,
    digest,
    make_mark,
    merge_cell,
    read_mark,
)
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.sampled_from(["", "a", "b", "c"])
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
    for code, base in read_mark(make_mark(card)).items():
        merged = merge_cell(base, card[code], card[code], clear_empty=clear_empty)
        assert merged == CellMerge("same", card[code])


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
