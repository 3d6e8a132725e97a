"""From the cells of a row to what it says of a client."""

from client_base.tools import cells, rows
from hypothesis import given
from hypothesis import strategies as st

KINDS = {
    "name": cells.NameKind(),
    "phone": cells.PointsKind("phone", "UA"),
    "email": cells.PointsKind("email"),
    "city": cells.Kind(),
    "street": cells.Kind(),
    "zip": cells.Kind(),
    "comment": cells.NoteKind(),
}


def parse(**texts):
    """Read a row with one column per code; a code may end in a number."""
    columns = [
        rows.Column(position, code.title(), code.rstrip("0123456789"))
        for position, code in enumerate(texts)
    ]
    return rows.parse_row(columns, list(texts.values()), KINDS, "UA")


def test_several_columns_of_phones_add_up():
    row = parse(phone1="067 555 01 11", phone2="050 555 01 12, 067 555 01 11")
    assert row.values["phone"].canon == "+380675550111 +380505550112"


def test_what_is_no_email_goes_to_the_notes_under_its_header():
    row = parse(email="немає, питати секретаря", comment="Постійний")
    assert row.values["comment"].text == "Постійний\nEmail: немає, питати секретаря"
    assert row.notes == ["Email: немає, питати секретаря"]
    assert "email" not in row.values


def test_an_address_in_one_cell_is_taken_apart():
    row = parse(address="01001, м. Київ, вул. Хрещатик, 1")
    assert {code: cell.text for code, cell in row.values.items()} == {
        "zip": "01001",
        "city": "Київ",
        "street": "вул. Хрещатик, 1",
    }


def test_a_column_of_its_own_outweighs_the_address():
    row = parse(city="Бровари", address="м. Київ, вул. Хрещатик, 1")
    assert row.values["city"].text == "Бровари"


def test_a_word_in_the_id_column_is_no_id():
    assert parse(client_id="abc", name="Сонечко").client_id == -1


def test_a_row_without_a_name_is_called_by_what_it_has():
    assert parse(phone="067 555 01 11").name == "+380 67 555 0111"


def test_a_row_with_a_city_only_is_empty():
    assert parse(city="Київ").is_empty


def test_a_short_row_is_read():
    columns = [rows.Column(0, "Name", "name"), rows.Column(5, "City", "city")]
    assert rows.parse_row(columns, ["Сонечко"], KINDS).values.keys() == {"name"}


def test_a_person_is_put_together_from_its_columns():
    row = parse(contact_name="Олена", contact_phone="067 555 01 11")
    assert row.values["contact"].raw["phone"][0][1] == "+380675550111"


@given(st.dictionaries(st.sampled_from(list(KINDS)), st.text(max_size=40)))
def test_values_are_loaded_as_they_were_dumped(texts):
    values = parse(**texts).values
    loaded = rows.load_values(rows.dump_values(values))
    assert {code: cell.dump() for code, cell in loaded.items()} == {
        code: cell.dump() for code, cell in values.items()
    }


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_exported_row_that_nobody_touched_changes_nothing(phone, note):
    values = {
        "phone": KINDS["phone"].show([[phone, "", ""]] if phone else []),
        "comment": KINDS["comment"].show(note),
    }
    mark = rows.make_mark(values, KINDS)
    texts = {code: cell.text for code, cell in values.items()}
    back = parse(**texts, version_mark=mark)
    for code, cell in back.values.items():
        assert cell.canon == values[code].canon
