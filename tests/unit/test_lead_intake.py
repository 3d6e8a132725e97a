"""What a request says of its sender."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools import intake
from lead_capture.tools.intake import Sender


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a ", "a"),
        (5, "5"),
        (None, ""),
        (True, ""),
        ([1], ""),
        ({"a": 1}, ""),
        ("a\x00b", "ab"),
    ],
)
def test_only_text_and_numbers_are_text(value, text):
    assert intake.as_text({"x": value}, "x") == text


def test_text_is_cut():
    assert intake.as_text({"x": "abc"}, "x", 2) == "ab"


def test_keys_are_contacts_and_tax_id():
    sender = Sender(phones=("+380",), emails=("a@b",), tax_id="12")
    assert sender.keys == {"+380", "a@b", "tax:12"}
    assert Sender().is_nobody
    assert Sender(text="x").who == ""


def test_chain_of_one_person_is_one():
    assert intake.first_of_each([{"a"}, {"a", "b"}, {"b"}, {"c"}, set()]) == [0, 3, 4]


@given(st.lists(st.sets(st.integers(0, 9).map(str), max_size=3), max_size=12))
def test_chosen_share_nothing(keys):
    chosen = intake.first_of_each(keys)
    seen = set()
    for position in chosen:
        assert seen.isdisjoint(keys[position])
        seen |= keys[position]
    assert not keys or chosen[0] == 0


def test_domains():
    assert intake.domain_of("A@B.ua") == "b.ua"
    assert intake.enclosing_domains("a.b.ua") == ["a.b.ua", "b.ua"]
    assert intake.enclosing_domains("localhost") == ["localhost"]


@pytest.mark.parametrize(
    ("sender", "is_test"),
    [
        (Sender(contact_name="Test", text="тест!"), True),
        (Sender(contact_name="Test"), True),
        (Sender(contact_name="Тест", text="Потрібен кабель"), False),
        (Sender(contact_name="Тестов Іван"), False),
        (Sender(phones=("+380",)), False),
    ],
)
def test_somebody_tries_it_out(sender, is_test):
    assert intake.is_test(sender) is is_test
