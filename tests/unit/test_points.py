"""Several contact points in one text."""

import pytest
from client_base.tools import points


def test_handles_are_taken_apart():
    found, rest = points.split_values("telegram", "@ivan_b, https://t.me/olena; ???")
    assert [item.normalized for item in found] == ["ivan_b", "olena"]
    assert rest == "???"


def test_the_same_number_twice_is_one():
    assert points.normal_forms("viber", "0675550111; +380 67 555 0111", "UA") == [
        "+380675550111"
    ]


@pytest.mark.parametrize(
    ("old", "new", "is_slip"),
    [
        ("+380675550111", "+380675550112", True),
        ("+380675550111", "+380675551011", True),
        ("+380675550111", "+380505550112", False),
        ("+380675550111", "+380675550111", False),
        ("", "+380675550111", False),
    ],
)
def test_one_wrong_digit_is_a_slip(old, new, is_slip):
    assert points.is_slip(old, new) is is_slip


@pytest.mark.parametrize(
    ("text", "normal", "is_local"),
    [
        ("067 555 01 11", "+380675550111", True),
        ("050 555 01 12", "+380675550111", False),
        ("0111", "+380675550111", False),
        (None, "+380675550111", False),
        ("067 555 01 11", None, False),
    ],
)
def test_local_form_of_a_number_is_known(text, normal, is_local):
    assert points.is_local_form(text, normal) is is_local
