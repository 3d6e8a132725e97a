"""From the cells of a row to what it says of a client."""

import pytest
from client_base.tools import cells, merge_values, rows, sheet, sheet_base
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


@pytest.mark.parametrize(
    "name",
    [
        "Всего:",
        "Итого",
        "Усього клієнтів",
        "Разом: 2",
        "Total",
        "Всього 1 200,50",
        "ИТОГО ПО КЛИЕНТАМ - 12",
        "Grand total",
    ],
)
def test_line_of_totals_is_known(name):
    assert parse(name=name).is_total


@pytest.mark.parametrize(
    "texts",
    [
        {"name": "Разом сила"},
        {"name": "Тотал Україна"},
        {"name": "ТОВ Разом"},
        {"name": "Total", "phone": "067 555 01 11"},
        {"name": "Разом", "city": "Київ"},
        {"name": "12"},
        {"phone": "067 555 01 11"},
    ],
)
def test_client_is_no_line_of_totals(texts):
    assert not parse(**texts).is_total


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
    texts = {code: sheet.fit_text(cell.text) for code, cell in values.items()}
    back = parse(client_id="7", **texts, version_mark=mark)
    base = merge_values.read_mark(mark)
    for code, cell in back.values.items():
        merge = KINDS[code].merge(base.get(code), values[code], cell, clear_empty=True)
        assert merge.outcome in ("same", "keep")


class TestUntouched:
    """A text that is not read back as the value it was written for."""

    MANAGERS = cells.ChoiceKind({17: "Олена Лис"}, {"олена лис": None})
    KINDS = KINDS | {"user": MANAGERS}

    def _export(self, code, cell):
        """:return: the text of the cell and the version mark of its row"""
        return sheet.fit_text(cell.text), rows.make_mark({code: cell}, self.KINDS)

    def _read(self, code, text, mark, client_id="7"):
        columns = [
            rows.Column(position, header, header)
            for position, header in enumerate((code, "version_mark", "client_id"))
        ]
        return rows.parse_row(columns, [text, mark, client_id], self.KINDS)

    def test_name_of_several_people_stays(self):
        cell = self.MANAGERS.show(17)
        row = self._read("user", *self._export("user", cell))
        assert row.notes == []
        for clear_empty in (False, True):
            merge = self.MANAGERS.merge(
                None, cell, row.values["user"], clear_empty=clear_empty
            )
            assert (merge.outcome, merge.cell) == ("keep", cell)

    def test_changed_name_is_read(self):
        _text, mark = self._export("user", self.MANAGERS.show(17))
        assert self._read("user", "Іван", mark).notes == ["user: Іван"]

    def test_without_an_id_the_text_is_read(self):
        text, mark = self._export("user", self.MANAGERS.show(17))
        row = self._read("user", text, mark, client_id="")
        assert row.notes == ["user: Олена Лис"]

    def test_it_is_known_after_a_night_in_the_database(self):
        row = self._read("user", *self._export("user", self.MANAGERS.show(17)))
        assert rows.load_values(rows.dump_values(row.values)) == {
            "user": cells.Cell(is_untouched=True)
        }

    def _read_person(self, **changed):
        """Export a person, bring him in again with some texts changed."""
        person = {
            "id": 3,
            "name": "Олена  Лис",
            "function": "",
            "phone": ["+380675550111", False],
            "email": ["a@b.ua", "c@d.ua"],
        }
        mark = rows.make_mark({"contact": cells.Cell("", "", [person])}, self.KINDS)
        texts = rows.person_texts([person]) | changed
        return parse(client_id="7", version_mark=mark, **texts).values.get("contact")

    def test_first_person_stays(self):
        assert self._read_person() is None
        assert rows.person_texts([]) == {}

    def test_person_with_another_phone_is_read(self):
        cell = self._read_person(contact_phone="050 555 01 12")
        assert (cell.text, cell.raw["phone"][0][1]) == ("Олена Лис", "+380505550112")

    def test_long_note_is_cut_and_stays(self):
        cell = KINDS["comment"].show("Дуже довга нотатка.\n" * 2000)
        text, mark = self._export("comment", cell)
        assert text.endswith("[…]")
        assert len(text) <= sheet_base.MAX_TEXT
        assert self._read("comment", text, mark).values["comment"].is_untouched

    def test_what_is_written_under_a_cut_note_is_added(self):
        cell = KINDS["comment"].show("Дуже довга нотатка.\n" * 2000 + "Кінець")
        text, mark = self._export("comment", cell)
        row = self._read("comment", text + "\nДзвонив", mark)
        base = merge_values.read_mark(mark).get("comment")
        merge = KINDS["comment"].merge(
            base, cell, row.values["comment"], clear_empty=True
        )
        assert merge.outcome == "take"
        assert merge.cell.text.startswith(cell.text)
        assert merge.cell.text.endswith("Дзвонив")


def test_emoji_is_not_cut_in_two():
    text = sheet.fit_text("a" + "😀" * 20_000)
    assert not sheet_base.is_too_long(text)
    assert set(text) == set("a😀 […]")
