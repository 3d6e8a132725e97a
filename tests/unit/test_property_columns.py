"""Headers and codes of the extra fields of the types."""

import pytest
from client_base.tools import columns, property_columns
from hypothesis import given
from hypothesis import strategies as st


def column(type_id, kind, label, name="field"):
    return property_columns.PropertyColumn(
        type_id, kind, {"name": name, "type": "char", "string": label}
    )


def headers(*found, taken=()):
    return list(property_columns.name_columns(found, taken).values())


def test_label_alone_is_enough():
    found = [column(1, "Shop", "Hall"), column(2, "Depot", "Gates")]
    assert headers(*found) == ["Hall", "Gates"]


def test_type_tells_equal_labels_apart():
    found = [column(1, "Shop", "Open"), column(2, "Depot", " open ")]
    assert headers(*found) == ["Shop: Open", "Depot: open"]


def test_label_of_another_column_is_not_used_alone():
    assert headers(column(1, "Shop", "Phone"), taken={"phone"}) == ["Shop: Phone"]


def test_field_without_a_label_is_called_by_its_name():
    assert headers(column(1, "Shop", "", "hall")) == ["hall"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "a", "B: A"]), st.sampled_from(["A", "a ", "B"])
        )
    )
)
def test_no_two_columns_have_one_header(pairs):
    found = [
        column(number, kind, label) for number, (kind, label) in enumerate(pairs, 1)
    ]
    keys = [property_columns.label_key(header) for header in headers(*found)]
    assert len(set(keys)) == len(pairs)


def test_header_that_means_two_fields_means_none():
    joined = property_columns.join_languages(
        [{"prop.1.a": "Hall", "prop.2.b": "Gate"}, {"prop.2.b": "hall"}]
    )
    assert joined == {"Gate": "prop.2.b"}


@pytest.mark.parametrize("code", ["name", "prop.x.a", "prop.1.", "prop.1.A", ""])
def test_other_codes_are_no_property(code):
    assert property_columns.read_code(code) is None


def test_code_is_read_back():
    code = property_columns.make_code(7, "ab12")
    assert property_columns.read_code(code) == (7, "ab12")


def test_header_of_a_property_outranks_what_it_sounds_like():
    labels = {"Телефон складу": "prop.1.a"}
    guessed = columns.guess_columns(["Назва", " телефон складу"], [], labels=labels)
    assert guessed == ["name", "prop.1.a"]
