import pytest
from client_base.tools.placeholders import fill_in, has_stray_brace, unknown_names
from hypothesis import given
from hypothesis import strategies as st

KNOWN = ("name", "date")


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Call {name} on {date}", []),
        ("Call { name }", []),
        ("{Name} {names} {Name}", ["Name", "names"]),
        ("{name.phone}", ["name.phone"]),
        ("{name!r} {0} {}", ["name!r", "0", ""]),
        ("no braces", []),
    ],
)
def test_unknown_names_are_found(text: str, unknown: list[str]) -> None:
    assert unknown_names(text, KNOWN) == unknown


@pytest.mark.parametrize("text", ["{name", "name}", "{{name}}", "{"])
def test_stray_brace_is_found(text: str) -> None:
    assert has_stray_brace(text)
    assert not has_stray_brace("{name} and {date}")


def test_values_are_not_read_as_texts() -> None:
    values = {"name": "{date}", "date": "3 March"}
    assert fill_in("{name}, { date }, {other}", values) == "{date}, 3 March, {other}"


@given(st.text(), st.text())
def test_any_text_and_value_are_taken(text: str, value: str) -> None:
    assert fill_in(text + "{name}", {"name": value}).endswith(value)
