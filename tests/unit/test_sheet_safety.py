"""Files that are broken or meant to do harm end in a reason, soon and small."""

import io
import random
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from client_base.tools import sheet
from hypothesis import given, settings
from hypothesis import strategies as st

ADDON = Path(sheet.__file__).parent.parent
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTENT_TYPES = "[Content_Types].xml"
SHEET_PART = "xl/worksheets/sheet1.xml"
ROWS = [["Name", "Phone"], ["Romashka", "1-11-11"]]
XML_SPREADSHEET = (
    b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def make_xlsx(rows=ROWS):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def make_xls(rows=ROWS):
    book = xlwt.Workbook()
    tab = book.add_sheet("Tab")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            tab.write(row, column, cell)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def patch_xlsx(parts, method=zipfile.ZIP_DEFLATED):
    """Put other content into the parts of a good workbook."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(make_xlsx())) as source,
        zipfile.ZipFile(target, "w", method) as copy,
    ):
        for name in {*source.namelist(), *parts}:
            copy.writestr(name, parts.get(name) or source.read(name))
    return target.getvalue()


def sheet_xml(rows):
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def code_of(data, filename="", **limits):
    """:return: why the file is refused"""
    with pytest.raises(sheet.SheetError) as caught:
        table = sheet.open_sheet(data, filename, limits=sheet.Limits(**limits))
        for _row in table.rows:
            pass
    return caught.value.code


def found_in(data, filename=""):
    with pytest.raises(sheet.SheetError, match="wrong_type") as caught:
        sheet.open_sheet(data, filename)
    return caught.value.params["found"]


def make_zip(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


# --- other kinds of files ----------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"%PDF-1.7 x", "pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image"),
        (b"Rar!\x1a\x07\x00", "archive"),
        (b"\xef\xbb\xbf\r\n <html><body><table>", "html"),
        (b"<!DOCTYPE HTML><table>", "html"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook", "html"),
        (b'<?xml version="1.0"?><orders/>', "xml"),
        (XML_SPREADSHEET, "xml_spreadsheet"),
        ("<html><table>".encode("utf-16"), "html"),
        (bytes(range(256)) * 20, "binary"),
        (make_zip(a="b"), "archive"),
        (make_zip(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "ods"),
        (make_zip(**{CONTENT_TYPES: "", "word/document.xml": ""}), "word"),
        (make_zip(**{CONTENT_TYPES: "", "xl/workbook.bin": ""}), "xlsb"),
    ],
)
def test_another_kind_of_file_is_named(data, found):
    assert found_in(data, "clients.xls") == found


@pytest.mark.parametrize("data", [b"", b"\0\0", b" \r\n"])
def test_empty_file_is_refused(data):
    assert code_of(data) == "empty"


def test_too_large_file_is_refused_unread():
    assert code_of(b"PK" + b"x" * 100, max_bytes=100) == "too_big"


def test_encrypted_workbook_is_refused():
    package = "EncryptedPackage".encode("utf-16-le")
    assert code_of(OLE + b"\0" * 600 + package + b"\0" * 600) == "encrypted"


def test_workbook_with_a_password_of_the_old_kind_is_refused():
    record = struct.pack("<HHHH", 0x809, 4, 0x600, 5)
    record += struct.pack("<HH", 0x2F, 54) + b"\x01\0\x01\0" + b"\0" * 50
    assert code_of(record) == "encrypted"


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "no_rows"),
        ([["Name", "Phone"]], "no_rows"),
        ([["Name", "Phone"], ["", " "]], "no_rows"),
        ([["a@example.com", "+380501234567"], ["b", "c"]], "no_header"),
    ],
)
def test_file_without_a_table_is_refused(make, rows, code):
    assert code_of(make(rows)) == code


def test_text_without_rows_is_refused():
    assert code_of(b"Name;Phone\r\n") == "no_rows"


# --- limits ------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
def test_one_row_too_many_is_noticed(make):
    rows = [["Name", "Phone"], *([f"n{i}", "x"] for i in range(20))]
    assert code_of(make(rows), max_rows=19) == "too_many_rows"
    assert len(list(sheet.open_sheet(make(rows)).rows)) == 20


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
def test_one_column_too_many_is_noticed(make):
    rows = [[f"h{i}x" for i in range(21)], ["v"] * 21]
    assert code_of(make(rows), max_columns=20) == "too_many_columns"


def test_columns_of_text_are_limited():
    assert code_of(b";".join([b"name"] * 300) + b"\nx;y\n") == "too_many_columns"


# --- zip and xml -------------------------------------------------------------------


def test_workbook_that_unpacks_to_much_is_refused():
    data = patch_xlsx({SHEET_PART: b" " * 20_000_000})
    assert code_of(data) == "bomb"
    assert code_of(make_xlsx(), max_unpacked=1_000) == "bomb"


def test_too_many_entries_are_refused_before_they_are_listed():
    assert code_of(make_zip(**{f"{i}": "" for i in range(20)}), max_entries=19) == (
        "bomb"
    )


@pytest.mark.parametrize("part", [SHEET_PART, "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(part, encoding):
    xml = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaa">'
        '<!ENTITY b "&a;&a;">]><x>&b;</x>'
    )
    assert code_of(patch_xlsx({part: xml.encode(encoding)})) == "external"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="9999999"><c><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row><c r="ABCD1"><v>1</v></c></row>',
        '<row><c t="s"><v>77</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        "<row><c><v>one</v></c></row>",
        "<row><c><v>1</v></row>",
        "<row>" + "<c/>" * 17_000 + "</row>",
        "<b>" * 100 + "</b>" * 100,
        f'<row r="{"1" * 5000}"/>',
    ],
)
def test_damaged_cells_are_refused(rows):
    assert code_of(patch_xlsx({SHEET_PART: sheet_xml(rows)})) == "damaged"


def test_endless_tag_is_refused():
    noise = random.Random(1).randbytes(3_000_000).hex()
    rows = f'<row a="{noise}"/>'
    assert code_of(patch_xlsx({SHEET_PART: sheet_xml(rows)})) == "damaged"


def test_part_that_is_missing_or_packed_strangely_is_refused():
    assert code_of(make_zip(**{CONTENT_TYPES: "<x/>"})) == "damaged"
    assert code_of(patch_xlsx({}, zipfile.ZIP_LZMA)) == "damaged"


def test_names_of_parts_in_other_letters_are_found():
    source = zipfile.ZipFile(io.BytesIO(make_xlsx()))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            other = name.replace("sharedStrings", "SharedStrings").replace("/", "\\")
            copy.writestr(other, source.read(name))
    assert [cells for _n, cells in sheet.open_sheet(target.getvalue()).rows] == ROWS[1:]


def test_prefixed_names_rich_text_and_readings_are_understood():
    rows = (
        '<x:row><x:c t="inlineStr"><x:is><x:t>Name</x:t></x:is></x:c></x:row>'
        '<x:row><x:c t="inlineStr"><x:is><x:r><x:t>Ro</x:t></x:r>'
        "<x:r><x:t>ma</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:is></x:c></x:row>"
    )
    xml = sheet_xml(rows).replace("xmlns=", "xmlns:x=")
    xml = xml.replace("worksheet", "x:worksheet").replace("sheetData", "x:sheetData")
    table = sheet.open_sheet(patch_xlsx({SHEET_PART: xml}))
    assert (table.header, list(table.rows)) == (["Name"], [(2, ["Roma"])])


# --- anything ----------------------------------------------------------------------


def open_quietly(data):
    """Read to the end; nothing but a SheetError may come out."""
    try:
        for _row in sheet.open_sheet(data).rows:
            pass
    except sheet.SheetError:
        pass


@settings(max_examples=300, deadline=None)
@given(
    base=st.sampled_from([make_xlsx(), make_xls(), make_xlsx()[:900], OLE]),
    changes=st.lists(
        st.tuples(st.integers(0, 8_000), st.binary(max_size=4)), max_size=8
    ),
    end=st.integers(0, 8_000),
)
def test_damaged_file_is_refused_or_read(base, changes, end):
    data = bytearray(base)
    for place, content in changes:
        data[place % len(data) : place % len(data) + len(content)] = content
    open_quietly(bytes(data[: end or None]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(data):
    open_quietly(data)
    open_quietly(b"\x09\x08" + data)
    open_quietly(b"a;b\n" + data)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="<>rowcvtis= \"'1As/&;é", max_size=80))
def test_any_xml_is_refused_or_read(rows):
    open_quietly(patch_xlsx({SHEET_PART: sheet_xml(rows)}))


# --- memory ------------------------------------------------------------------------

CHILD = """
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tools import sheet
code = "read"
try:
    for row in sheet.open_sheet(sys.stdin.buffer.read()).rows:
        pass
except sheet.SheetError as error:
    code = error.code
status = Path("/proc/self/status").read_text()
print(code, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024)
"""


def far_cell_xlsx():
    cells = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return patch_xlsx({SHEET_PART: sheet_xml(cells)})


def far_cell_xls():
    book = xlwt.Workbook()
    book.add_sheet("Tab").write(65_535, 255, "x")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def long_row_xlsx():
    digits = random.Random(1)
    cells = "".join(f"<c><v>{digits.randrange(999)}</v></c>" for _ in range(1_000_000))
    return patch_xlsx({SHEET_PART: sheet_xml(f"<row>{cells}</row>")})


def many_strings_xlsx():
    digits = random.Random(1)
    items = "".join(f"<si><t>{digits.getrandbits(40)}</t></si>" for _ in range(500_000))
    cells = '<row><c t="s"><v>0</v></c></row>'
    return patch_xlsx(
        {
            SHEET_PART: sheet_xml(cells),
            "xl/sharedStrings.xml": f"<sst {MAIN}>{items}</sst>",
        }
    )


def many_cells_xls():
    """A stream of as many cells as a file of 50 MB holds, without any container."""
    head = struct.pack("<HHHH", 0x809, 4, 0x600, 0x10)
    mulrk = (
        struct.pack("<HHHH", 0xBD, 6 * 256 + 6, 1, 0) + b"\0" * (6 * 256) + b"\xff\0"
    )
    return head + mulrk * 33_000


def many_entries_zip():
    entry = b"PK\x01\x02" + b"\0" * 42
    return b"PK\x03\x04" + entry * 1_000_000 + b"PK\x05\x06" + b"\0" * 18


def children_seconds() -> float:
    """Return the processor time of the processes that were waited for.

    Not by the clock: other jobs of script/test run beside these tests.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (far_cell_xlsx, "too_many_columns"),
        (far_cell_xls, "too_many_columns"),
        (long_row_xlsx, "too_many_columns"),
        (many_strings_xlsx, "no_header"),
        (many_cells_xls, "too_big"),
        (many_entries_zip, "bomb"),
        (lambda: b"a" * 50_000_000, "damaged"),
        (lambda: b"a;b\n" + b";" * 50_000_000, "damaged"),
        (lambda: b'a;b\n"x' + b'\n";"' * 12_000_000, "damaged"),
    ],
)
def test_harmful_file_takes_seconds_and_little_memory(make, code):
    before = children_seconds()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(ADDON)],
        input=make(),
        capture_output=True,
        check=True,
    )
    found, megabytes = done.stdout.split()
    assert found.decode() == code
    assert int(megabytes) < 300
    assert children_seconds() - before < 20
