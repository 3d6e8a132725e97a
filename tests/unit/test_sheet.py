"""Reading and writing sheets: what a cell says, where the table begins."""

import datetime as dt
import io

import openpyxl
import pytest
import xlwt
from client_base.tools import sheet
from hypothesis import given, settings
from hypothesis import strategies as st

HEADER = ["Name", "Phone", "Note"]


def read(data, filename="", **options):
    """:return: the header and the rows of cells"""
    table = sheet.open_sheet(data, filename, **options)
    return table.header, [cells for _number, cells in table.rows]


def make_xlsx(*tabs, number_format=None):
    """:param tabs: rows of a sheet each"""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(tabs, start=1):
        tab = book.create_sheet(f"Tab {number}")
        for row in rows:
            tab.append(row)
        if number_format:
            tab["A2"].number_format = number_format
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def make_xls(rows, number_format="General"):
    book = xlwt.Workbook()
    tab = book.add_sheet("Tab 1")
    style = xlwt.XFStyle()
    style.num_format_str = number_format
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            tab.write(row, column, cell, style)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read_xlsx_cell(value, number_format=None):
    data = make_xlsx([["Column", "Other"], [value, "x"]], number_format=number_format)
    return read(data)[1][0][0]


def read_xls_cell(value, number_format="General"):
    rows = [["Column", "Other"], [value, "x"]]
    return read(make_xls(rows, number_format))[1][0][0]


# --- cells -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (380501234567.0, "380501234567"),
        (380501234567, "380501234567"),
        (77012345678901234567.0, "77012345678901235000"),
        (0.1 + 0.2, "0.3"),
        (-12.5, "-12.5"),
        (1e-7, "0.0000001"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("  \u00a0Іван\u200b\x00 \t", "Іван"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_cell_is_shown_as_a_person_would_write_it(value, text):
    if value not in ("  \u00a0Іван\u200b\x00 \t", 77012345678901234567.0):
        assert read_xlsx_cell(value) == text
    if value != 77012345678901234567.0:
        assert read_xls_cell(value) == text


def test_large_number_has_no_exponent():
    assert "e" not in read_xls_cell(7.7e30).lower()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2024, 2, 29, 13, 5), "2024-02-29 13:05:00"),
        (dt.time(13, 5), "13:05:00"),
    ],
)
def test_date_is_written_in_iso_form(value, text):
    assert read_xlsx_cell(value) == text
    assert read_xls_cell(value, "DD.MM.YYYY hh:mm") == text


def test_day_count_with_a_format_of_a_date_is_a_date():
    assert read_xlsx_cell(45000, 'dd" день "mm.yyyy;@') == "2023-03-15"
    assert read_xlsx_cell(45000, '[Red]0" дней"') == "45000"
    assert read_xlsx_cell(45000, "[$-419]d mmm yy") == "2023-03-15"


def test_first_days_of_1900_are_those_of_excel():
    assert read_xlsx_cell(1, "yyyy-mm-dd") == "1900-01-01"
    assert read_xlsx_cell(61, "yyyy-mm-dd") == "1900-03-01"


def test_number_out_of_the_calendar_stays_a_number():
    assert read_xlsx_cell(-5, "yyyy-mm-dd") == "-5"
    assert read_xlsx_cell(99_999_999, "yyyy-mm-dd") == "99999999"


def test_zeros_shown_by_the_format_belong_to_the_number():
    assert read_xlsx_cell(32129, "00000000") == "00032129"


def test_error_cell_is_empty():
    assert read(make_xlsx([["a", "b"], ["#N/A", "x"]]))[1] == [["", "x"]]


def test_formula_gives_its_last_result_and_no_text():
    assert read(make_xlsx([["a", "b"], ["=1+1", "x"]]))[1] == [["", "x"]]


def test_carriage_return_of_excel_is_undone():
    assert read_xlsx_cell("one_x000D_\ntwo") == "one\ntwo"


# --- the table -------------------------------------------------------------------


def test_header_is_found_under_title_lines():
    rows = [
        ["Список клиентов"],
        [],
        ["на", "01.02.2024"],
        ["", "Наименование", "Телефон", "E-mail", "Город"],
        ["", "ООО Ромашка", "+7 495 540-75-20", "a@example.com", "Москва"],
    ]
    table = sheet.open_sheet(make_xlsx(rows))
    assert (table.header_row, table.header) == (4, rows[3][1:])
    assert list(table.rows) == [(5, rows[4][1:])]


def test_merged_title_is_no_header():
    book = openpyxl.Workbook()
    tab = book.active
    tab["A1"] = "Контрагенты"
    tab.merge_cells("A1:C1")
    tab.append(["Назва", "Телефон", "Місто"])
    tab.append(["ТОВ Ромашка", "0501234567", "Київ"])
    target = io.BytesIO()
    book.save(target)
    assert sheet.open_sheet(target.getvalue()).header_row == 2


def test_unnamed_and_repeated_columns_get_names():
    data = make_xlsx(
        [["Телефон", "Телефон", None, "Имя"], ["1-11", "2-22", "x", "Иван"]]
    )
    assert read(data)[0] == ["Телефон", "Телефон (2)", "Column 3", "Имя"]


def test_names_made_up_do_not_meet_given_ones():
    data = make_xlsx([["a", "a", "a (2)", "b", "c"], list("vwxyz")])
    assert len(set(read(data)[0])) == 5


def test_rows_keep_their_numbers_and_empty_ones_are_left_out():
    data = make_xlsx([HEADER, ["a"], [], [None, " "], ["b", None, "c"]])
    table = sheet.open_sheet(data)
    assert list(table.rows) == [(2, ["a", "", ""]), (5, ["b", "", "c"])]


def test_row_of_column_numbers_is_left_out():
    data = make_xlsx([HEADER, [1, 2, 3], ["a", "b", "c"]])
    assert read(data)[1] == [["a", "b", "c"]]


def test_cell_beyond_the_header_is_not_lost():
    rows = [HEADER, *(["a", "b", "c"] for _ in range(100)), ["a", "b", "c", "", "d"]]
    assert read(make_xlsx(rows))[1][-1] == ["a", "b", "c", "", "d"]


def test_first_sheet_with_a_table_is_taken():
    data = make_xlsx([], [["just a title"]], [HEADER, ["a", "b", "c"]])
    table = sheet.open_sheet(data)
    assert (table.name, table.header) == ("Tab 3", HEADER)


def test_hidden_sheet_comes_last():
    book = openpyxl.Workbook()
    book.active.append(["hidden", "header"])
    book.active.append(["a", "b"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("Shown")
    shown.append(HEADER)
    shown.append(["a", "b", "c"])
    target = io.BytesIO()
    book.save(target)
    assert sheet.open_sheet(target.getvalue()).name == "Shown"


def test_sheet_is_read_by_name():
    data = make_xlsx([HEADER, ["a", "b", "c"]], [["x", "y"], ["1-1", "2-2"]])
    assert read(data, sheet="Tab 2")[0] == ["x", "y"]
    with pytest.raises(sheet.SheetError) as caught:
        sheet.open_sheet(data, sheet="Tab 9")
    assert caught.value.code == "no_sheet"
    assert caught.value.params["sheets"] == ["Tab 1", "Tab 2"]


def test_clients_without_a_header_are_not_taken_for_one():
    row = ["ООО Ромашка", "+7 495 540-75-20", "a@example.com", "Москва"]
    rows = [row, ["ООО Лютик", "", "", "Тула"], row]
    with pytest.raises(sheet.SheetError, match="no_header"):
        sheet.open_sheet(make_xlsx(rows))


# --- delimited text --------------------------------------------------------------

TEXT = "Назва;Телефон;Примітка\nТОВ «Ромашка»;050 123-45-67;Їжак, ґанок\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_unicode_text_is_read(encoding):
    assert read(TEXT.encode(encoding))[1][0][0] == "ТОВ «Ромашка»"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", TEXT),
        ("cp1251", "Имя;Город\nИванов Иван;МОСКВА\nПетров;Санкт-Петербург\n"),
        ("koi8-u", TEXT.replace("«", "").replace("»", "")),
        ("koi8-u", "Имя;Город\nИванов Иван;МОСКВА\nПетров;Санкт-Петербург\n"),
        ("cp866", "Имя;Город\nИванов Иван;МОСКВА\nПетров;Санкт-Петербург\n"),
        ("cp1252", "Name;Ort\nMüller;München\nGroß;Köln\nCafé Olé;Besançon\n"),
    ],
)
def test_code_page_is_found(encoding, text):
    lines = [line.split(";") for line in text.splitlines()]
    assert read(text.encode(encoding)) == (lines[0], lines[1:])


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separator_is_found(separator):
    lines = [["Name", "City"], ["Smith; Sons, Ltd | Co", "Leeds"], ["B", "C, D"]]
    text = "\n".join(
        separator.join(f'"{cell}"' if len(cell) > 2 else cell for cell in line)
        for line in lines
    )
    assert read(text.encode()) == (lines[0], lines[1:])


def test_separator_told_in_the_file_is_used():
    assert read(b"sep=|\r\nName|City\r\nA|B,C\r\n") == (
        ["Name", "City"],
        [["A", "B,C"]],
    )


def test_quoted_cell_keeps_its_lines_and_rows_count_records():
    data = b'Name;Note\n"A ""x""";"one\r\ntwo"\nB;y\n'
    table = sheet.open_sheet(data, "x.csv")
    assert list(table.rows) == [(2, ['A "x"', "one\ntwo"]), (3, ["B", "y"])]


def test_text_with_the_name_of_a_workbook_is_read_as_text():
    assert read(b"Name\tCity\nA\tB\n", "export.xls")[0] == ["Name", "City"]


# --- writing ---------------------------------------------------------------------


def test_nothing_that_is_written_is_a_formula():
    data = sheet.write_xlsx(HEADER, [['=HYPERLINK("x")', "+380", "@a"]])
    cells = openpyxl.load_workbook(io.BytesIO(data)).active[2]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]


def test_workbook_has_a_bold_frozen_header_and_a_filter():
    data = sheet.write_xlsx(HEADER, [["a", "b", "c"]], title="Клієнти [2024]: A/B")
    tab = openpyxl.load_workbook(io.BytesIO(data)).active
    assert tab["A1"].font.bold
    assert (tab.freeze_panes, tab.auto_filter.ref) == ("A2", "A1:C2")
    assert tab.title == "Клієнти  2024   A B"


def test_csv_neutralises_formulas():
    text = sheet.write_csv(HEADER, [["=1+1", "'=1", "-5"]]).decode("utf-8-sig")
    assert text.splitlines()[1] == "'=1+1;''=1;'-5"


def test_too_many_rows_for_an_old_workbook_are_refused():
    rows = ([str(number)] for number in range(65_536))
    with pytest.raises(sheet.SheetError) as caught:
        sheet.write_xls(["n"], rows)
    assert (caught.value.code, caught.value.params) == (
        "too_many_rows",
        {"limit": 65_535},
    )


@pytest.mark.parametrize("write", [sheet.write_xlsx, sheet.write_xls, sheet.write_csv])
def test_cell_that_excel_would_cut_is_refused(write):
    with pytest.raises(sheet.SheetError) as caught:
        write(HEADER, [["a", "b", "c"], ["a", "x" * 32_768, ""]])
    assert caught.value.params["row"] == 3


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["=1+1", "'=", "''", "\t=x", "_x0041_", "_x000D_", "\U0001f600", '"']
    ),
    st.from_regex(r"['=+@\t\r-]{1,3}[a-z;,\"]{0,3}", fullmatch=True),
)


@pytest.mark.parametrize("write", [sheet.write_xlsx, sheet.write_xls, sheet.write_csv])
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_what_was_written_is_read_back(write, rows):
    rows = [["x", *cells] for cells in rows]
    expected = [[sheet.clean_text(cell) for cell in row] for row in rows]
    header, found = read(write(["Key", "One", "Two"], rows))
    assert (header, found) == (["Key", "One", "Two"], expected)


@given(text=st.text())
def test_cleaning_twice_is_cleaning_once(text):
    cleaned = sheet.clean_text(text)
    assert sheet.clean_text(cleaned) == cleaned
    cleaned.encode("utf-8")
