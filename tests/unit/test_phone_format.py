"""The short cut of ``format_phone`` writes what the library writes."""

import phonenumbers
import pytest
from client_base.tools.phones import format_phone

PREFIXES = [f"+380{code:02}" for code in range(100)] + [
    f"+7{code:03}" for code in range(1000)
]


def library_form(e164):
    number = phonenumbers.parse(e164)
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


@pytest.mark.parametrize("rest", ["0000001", "1234567", "2020202", "9876543"])
def test_every_prefix_is_written_as_the_library_writes_it(rest):
    numbers = [prefix + rest for prefix in PREFIXES]
    # a leading zero of the national number is kept by us and lost by parsing
    telling = [number for number in numbers if "+3800" not in number]
    telling = [number for number in telling if "+70" not in number]
    assert [format_phone(number) for number in telling] == [
        library_form(number) for number in telling
    ]


@pytest.mark.parametrize(
    "text", ["+38050123456", "+3805012345678", "+7495123456", "+7٤951234567"]
)
def test_numbers_of_another_length_are_left_to_the_library(text):
    assert format_phone(text).replace(" ", "").replace("-", "") == text
