import pytest
from client_base.tools import columns
from client_base.tools.column_fields import ROW_NUMBER_NAMES
from hypothesis import example, given
from hypothesis import strategies as st
from lead_capture.tools import field_map, payload
from lead_capture.tools import request_file as files
from lead_capture.tools.request_file import Column, Line

# as the reader of files gives them
SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXTS = st.text(SIGNS, max_size=30)


def guess(header, *rows):
    return files.guess_targets(
        header,
        rows,
        columns.normalize_header,
        columns.guess_columns,
        ROW_NUMBER_NAMES,
    )


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (
            ["№", "Ім'я", "Компанія", "Телефон", "E-mail", "Що цікавить"],
            ["", "contact_name", "company", "phone", "email", "product"],
        ),
        (
            ["№ п/п", "ФИО", "Организация", "Моб. телефон", "Почта", "Комментарий"],
            ["", "contact_name", "company", "phone", "email", "description"],
        ),
        (
            ["No", "First name", "Last name", "Mobile phone", "E-mail", "Message"],
            ["", "contact_name", "contact_name", "phone", "email", "description"],
        ),
    ],
)
def test_headers_are_known_in_three_languages(header, wanted):
    rows = [[str(n), "x", "y", "z", "v", "w"] for n in (1, 2, 3)]
    assert guess(header, *rows) == wanted


def test_column_that_nobody_knows_is_a_note_and_an_empty_one_is_left_out():
    assert guess(["Телефон", "Стенд", "Порожня"], ["0679814401", "A-7", ""]) == [
        "phone",
        "note",
        "",
    ]


def test_values_say_what_a_header_does_not():
    assert guess(["A", "B"], ["Olena", "+380679814401"], ["Petro", "0679814402"]) == [
        "note",
        "phone",
    ]


def test_second_firm_is_a_note_and_a_second_phone_is_a_phone():
    assert guess(
        ["Компанія", "Фірма", "Телефон", "Мобільний"], ["a", "b", "1", "2"]
    ) == ["company", "note", "phone", "phone"]


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        (["1", "2", "3"], True),
        (["1.", "2."], True),
        (["17", "18"], False),
        (["1", "2", "2"], False),
        (["1", "E-2"], False),
        ([], False),
        (["²"], False),
    ],
)
def test_numbers_from_one_name_no_request(cells, counts):
    assert files.counts_rows(cells) is counts


def test_number_of_a_request_is_told_from_a_number_of_a_row():
    header = ["Номер заявки", "Телефон"]
    assert guess(header, ["E-1", "1"], ["E-2", "2"])[0] == "event_key"
    assert guess(header, ["1", "1"], ["2", "2"])[0] == ""


def read(*cells):
    """:param cells: (header, target, text)"""
    return files.read_line(
        [Column(place, *cell[:2]) for place, cell in enumerate(cells)],
        [text for _header, _target, text in cells],
    )


def test_row_is_read_by_its_columns():
    line = read(
        ("First name", "contact_name", "Olena"),
        ("Last name", "contact_name", " Viter "),
        ("Phone", "phone", "067 981 44 01"),
        ("Mobile", "phone", "067 981 44 02"),
        ("Stand", "note", "A-7"),
        ("Colour", "", "red"),
        ("Town", "region", " "),
    )
    assert line.values == {
        "contact_name": "Olena Viter",
        "phone": "067 981 44 01, 067 981 44 02",
        "description": "Stand: A-7",
    }
    assert line.cells["Colour"] == "red"
    assert "Town" not in line.cells
    assert line.who == "Olena Viter"


def test_columns_of_one_name_are_both_kept():
    line = read(("Note", "note", "a"), ("Note", "", "b"), ("", "", "c"))
    assert line.cells == {"Note": "a, b", "3": "c"}


def test_short_row_is_read_as_far_as_it_goes():
    assert files.read_line([Column(5, "Phone", "phone")], ["a"]) == Line({}, {})


def test_digest_is_of_what_is_said_and_not_of_the_number():
    first = Line({"phone": "1", "event_key": "17"}, {})
    second = Line({"event_key": "18", "phone": "1"}, {"Phone": "1"})
    assert first.digest == second.digest
    assert first.digest != Line({"phone": "2"}, {}).digest
    key = files.make_key(first, "a" * 64)
    assert key != files.make_key(first, "b" * 64)
    assert payload.tidy_key(key) == key  # stored as it is, not as a digest of it


@given(st.dictionaries(st.sampled_from(files.TARGETS), TEXTS), st.integers(1, 9))
@example({"contact_name": "\x1b"}, 1)
def test_what_is_kept_of_a_row_reads_the_same(values, number):
    line = read(*((target, target, text) for target, text in values.items()))
    kept = payload.check(files.make_payload(line, "x.xlsx", number))
    assert files.read_payload(kept) == line.values


@pytest.mark.parametrize("row", [None, "x", [], {}, {"values": []}, {"values": "x"}])
def test_other_payloads_are_no_rows(row):
    assert files.read_payload({"file_row": row}) is None


def test_only_what_a_lead_may_be_told_is_taken():
    told = {"user_id": "7", "phone": ["1"], "email": "a@example.com", "name": "\x00"}
    values = files.read_payload({"file_row": {"values": told}})
    assert values == {"email": "a@example.com"}
    assert values.keys() <= field_map.TARGETS.keys()
