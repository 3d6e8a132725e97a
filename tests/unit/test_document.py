import io
import zipfile
from datetime import date

import pytest
from client_base.tools import document, document_base
from client_base.tools.document import DocumentError, Style, Template
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

KNOWN = {
    "today",
    "client.name",
    "client.tax_id",
    "client.is_paying",
    "client.turnover",
    "manager.name",
    "contacts[].name",
    "contacts[].phone",
    "own.розмір",
}
VALUES = {
    "today": date(2027, 3, 8),
    "client": {
        "name": 'ТОВ "Ромашка" <&>',
        "tax_id": "",
        "is_paying": True,
        "turnover": 1234567.5,
    },
    "manager": {},
    "contacts": [
        {"name": "Олена", "phone": "067"},
        {"name": "Ігор", "phone": None},
    ],
    "own": {"розмір": 42},
}


def make_docx(*paragraphs, table=(), header=""):
    """:return: bytes of a document with these paragraphs and one table of one column"""
    paper = Document()
    for text in paragraphs:
        paper.add_paragraph(text)
    if table:
        grid = paper.add_table(rows=0, cols=1)
        for text in table:
            grid.add_row().cells[0].text = text
    paper.sections[0].header.paragraphs[0].text = header
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()


def change_part(data, name, change):
    """:return: the file with one part run through ``change``; made when not there"""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        parts = {info.filename: old.read(info) for info in old.infolist()}
        parts[name] = change(parts.get(name, b""))
        for part, content in parts.items():
            new.writestr(part, content)
    return target.getvalue()


def read_lines(data):
    """:return: the texts of a document: header, paragraphs, cells"""
    paper = Document(io.BytesIO(data))
    cells = [
        cell.text for grid in paper.tables for row in grid.rows for cell in row.cells
    ]
    header = [paragraph.text for paragraph in paper.sections[0].header.paragraphs]
    lines = [*header, *(paragraph.text for paragraph in paper.paragraphs), *cells]
    return [line for line in lines if line]


def fill(*paragraphs, values=VALUES, style=None, **parts):
    """:return: the lines of a document that was made of these"""
    template = Template(make_docx(*paragraphs, **parts))
    return read_lines(template.fill(values, style or Style()))


def refuse(data, name_pattern=""):
    """:return: the error that a file is refused with"""
    with pytest.raises(DocumentError) as caught:
        Template(data, name_pattern)
    return caught.value


# === FILLING ===


def test_values_stand_where_they_were_asked_for():
    lines = fill("Dear {{ client.name }}!", header="On {{ today }}")
    assert lines == ["On March 8, 2027", 'Dear ТОВ "Ромашка" <&>!']


def test_values_are_written_in_the_language_of_the_document():
    style = Style("uk_UA", "dd.MM.yyyy", yes="так", no="ні")
    lines = fill(
        "{{ today }} {{ today|date('d MMMM y') }}",
        "{{ client.is_paying }}, {{ client.turnover }}",
        style=style,
    )
    assert lines[0] == "08.03.2027 8 березня 2027"
    assert lines[1].replace("\xa0", " ") == "так, 1 234 567,5"


def test_empty_values_leave_nothing():
    assert fill("[{{ client.tax_id }}{{ manager.phone.area }}]") == ["[]"]
    assert fill("{{ client.tax_id|default('none yet', true) }}") == ["none yet"]


def test_rows_of_a_table_repeat():
    rows = (
        "{%tr for person in contacts %}",
        "{{ loop.index }}. {{ person.name }} {{ person['phone'] }}",
        "{%tr endfor %}",
    )
    assert fill(table=rows) == ["1. Олена 067", "2. Ігор "]


def test_paragraphs_are_chosen():
    lines = ("{%p if client.tax_id %}", "Payer", "{%p else %}", "None", "{%p endif %}")
    assert fill(*lines) == ["None"]


def test_lists_stand_on_one_line():
    assert fill("{{ contacts|join(', ', 'name') }}; {{ contacts[0].name }}") == [
        "Олена, Ігор; Олена"
    ]


def test_lines_of_a_value_stay_lines():
    values = {"client": {"name": "Sadova 5\nLviv\x0b\x00"}}
    assert fill("{{ client.name }}", values=values) == ["Sadova 5\nLviv"]


def test_own_fields_have_names_of_any_alphabet():
    assert fill("{{ own.розмір }}") == ["42"]


def test_tag_that_word_tore_apart_is_one_tag():
    data = make_docx("{{ client.name }}")
    torn = change_part(
        data,
        "word/document.xml",
        lambda xml: xml.replace(
            b"{{ client.name",
            b"{</w:t></w:r><w:r><w:t>{ client.</w:t></w:r><w:r><w:t>name",
        ),
    )
    assert read_lines(Template(torn).fill(VALUES, Style())) == [
        VALUES["client"]["name"]
    ]


def test_value_is_never_a_template():
    values = {"client": {"name": "{{ today }} {% for x in y %} {_{ today }_}"}}
    (line,) = fill("{{ client.name }}", values=values)
    assert "2027" not in line
    assert "{% for x in y %}" in line


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_value_gives_a_document_that_opens(text):
    template = Template(PLAIN)
    assert len(read_lines(template.fill({"client": {"name": text}}, Style()))) >= 1


PLAIN = make_docx("x {{ client.name }} x")


# === WHAT IS ASKED FOR ===


def test_unknown_names_are_told():
    template = Template(
        make_docx("{{ client.nmae }} {{ own.age }} {{ client.name }}"),
        "{{ clint.name }}",
    )
    with pytest.raises(DocumentError) as caught:
        template.check_names(KNOWN)
    assert caught.value.params["names"] == ["client.nmae", "clint.name", "own.age"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ contacts[0].fax }}",
        "{% for one in contacts %}{{ one.fax }}{% endfor %}",
        "{% for one in client.name %}{{ loop.index }}{% endfor %}",
        "{{ client }}",
        "{% if client.rich %}x{% endif %}",
        "{% for one in contacts %}{{ one }}{% endfor %}",
    ],
)
def test_names_are_followed_into_lists_and_conditions(text):
    with pytest.raises(DocumentError) as caught:
        Template(make_docx(text)).check_names(KNOWN)
    assert caught.value.code == "unknown"


def test_known_names_are_accepted():
    text = (
        "{% if manager %}{{ manager.name }}{% endif %}{{ contacts|length }}"
        "{% for one in contacts if one.phone %}{{ one.name|upper }}{% endfor %}"
    )
    Template(make_docx(text), "{{ client.name }} {{ today }}").check_names(KNOWN)


def test_holes_are_told_unless_the_template_minds_them():
    template = Template(
        make_docx(
            "{{ client.tax_id }} {{ manager.name }} {{ client.name }}",
            "{% for one in contacts %}{{ one.name }}{% endfor %}",
        )
    )
    empty = {**VALUES, "contacts": []}
    missing = document.find_missing(template.uses, empty)
    assert missing == ["client.tax_id", "contacts", "manager.name"]
    minded = Template(
        make_docx(
            "{{ client.tax_id|default('-') }}",
            "{% if manager %}{{ manager.name }}{% endif %}",
            "{{ client.tax_id if client.tax_id else 'no' }}",
        )
    )
    assert document.find_missing(minded.uses, VALUES) == []


# === WHAT IS REFUSED ===


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}{{ client.name() }}",
        "{{ client.name.__class__.__mro__() }}",
        "{{ 'x' * 999999999 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{% for i in range(999999999) %}x{% endfor %}",
        "{% set x = 'a' %}{{ x }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% for a in contacts recursive %}{{ loop(contacts) }}{% endfor %}",
        "{{ client.name|default(default_value='x' * 999999999) }}",
        "{{ client[client.name] }}",
        "{{ client.name[1:2] }}",
        "{{ (contacts|first).name }}",
        (
            "{% for a in contacts %}{% for b in contacts %}{% for c in contacts %}x"
            "{% endfor %}{% endfor %}{% endfor %}"
        ),
        "{{ {'a': 1} }}",
        "{{ lipsum(n=9999) }}",
        "{% filter upper %}x{% endfilter %}",
        "{{" + "(" * 240 + "1" + ")" * 240 + "}}{{ client.name() }}",
        "{{ " + "client." * 100 + "name }}",
    ],
)
def test_statements_that_could_do_something_are_refused(text):
    assert refuse(make_docx(text)).code in ("not_allowed", "syntax", "unclosed")


@pytest.mark.parametrize(
    "text", ["{{ client.name|attr('__class__') }}", "{{ client.name|format(1) }}"]
)
def test_other_filters_are_refused(text):
    assert refuse(make_docx(text)).code == "not_allowed"


def test_python_is_not_reached():
    secret = type("Record", (), {"password": "secret"})()
    values = {"client": {"name": secret, "tax_id": "x"}}
    text = "[{{ client.name }}{{ client.name.password }}{{ client.tax_id.__len__ }}]"
    assert fill(text, values=values) == ["[]"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ client.name",
        "{{ client.name {{ today }}",
        "{% if today }} x",
        "{# never ends",
    ],
)
def test_open_tags_are_shown(text):
    error = refuse(make_docx("Before", text, "After"))
    assert error.code == "unclosed"
    assert error.params["text"].startswith(text[:6])


@pytest.mark.parametrize("text", ["{% if today %} x", "{{ client..name }}", "{{ }}"])
def test_syntax_is_checked(text):
    assert refuse(make_docx(text)).code == "syntax"


def test_name_of_the_file_is_checked_too():
    assert refuse(PLAIN, "{{ client.name").code == "unclosed"
    assert refuse(PLAIN, "{{ client.name() }}").code == "not_allowed"


def test_document_that_word_would_repair_is_refused():
    crossing = make_docx("{%p if today %}", "a", table=("{%p endif %}", "b"))
    assert refuse(crossing).code == "structure"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "wrong_type"),
        (b"%PDF-1.7", "wrong_type"),
        (b"PK\x03\x04 nothing", "damaged"),
        (PLAIN[: len(PLAIN) // 2], "damaged"),
        (b"PK" + b"x" * (10 * 2**20), "too_big"),
    ],
)
def test_other_files_are_refused(data, code):
    assert refuse(data).code == code


def test_workbook_is_no_template():
    types = b"wordprocessingml.document.main", b"spreadsheetml.sheet.main"
    workbook = change_part(PLAIN, "[Content_Types].xml", lambda x: x.replace(*types))
    assert refuse(workbook).code == "wrong_type"


def test_bomb_is_refused_before_it_is_unpacked():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b" " * 2**27)
    assert refuse(target.getvalue()).code == "bomb"


def test_large_part_is_refused():
    large = change_part(PLAIN, "word/document.xml", lambda x: x + b" " * 2**23)
    assert refuse(large).code in ("too_big", "bomb")


def test_entities_are_refused():
    declared = b'<!DOCTYPE x [<!ENTITY a "b">]><w:document'
    changed = change_part(
        PLAIN, "word/document.xml", lambda x: x.replace(b"<w:document", declared, 1)
    )
    assert refuse(changed).code == "external"


def test_macros_are_refused():
    kind = (
        b'<Override PartName="/word/vbaProject.bin" '
        b'ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    changed = change_part(
        PLAIN, "[Content_Types].xml", lambda x: x.replace(b"</Types>", kind)
    )
    assert refuse(changed).code == "macros"


def add_link(data, kind, part="word/_rels/document.xml.rels"):
    link = (
        '<Relationship Id="rId99" TargetMode="External" Target="http://example.com/x" '
        f'Type="http://schemas.openxmlformats.org/x/relationships/{kind}"/>'
        "</Relationships>"
    ).encode()
    return change_part(data, part, lambda x: x.replace(b"</Relationships>", link))


@pytest.mark.parametrize(
    ("kind", "code"),
    [("image", "external"), ("oleObject", "macros"), ("frame", "external")],
)
def test_links_that_open_by_themselves_are_refused(kind, code):
    assert refuse(add_link(PLAIN, kind)).code == code


def test_part_with_two_names_is_refused():
    name = "word/_rels/document.xml.rels"
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        harmless = archive.read(name)
    for other in (name.upper(), name.replace("/", "\\")):
        bad = change_part(add_link(PLAIN, "image"), other, lambda _x: harmless)
        assert refuse(bad).code == "damaged"


def test_part_in_disguise_is_refused():
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        main = archive.read("word/document.xml")
    data = change_part(PLAIN, "word/document.bin", lambda _x: main)
    for part in ("[Content_Types].xml", "_rels/.rels"):
        data = change_part(
            data, part, lambda x: x.replace(b"word/document.xml", b"word/document.bin")
        )
    assert refuse(data).code == "damaged"


def add_code(*pieces):
    """:return: a document with a field whose code stands in several pieces"""
    runs = "".join(
        f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>'
        for piece in pieces
    )
    mark = f"<w:p>{runs}</w:p></w:body>".encode()
    return change_part(
        PLAIN, "word/document.xml", lambda x: x.replace(b"</w:body>", mark)
    )


@pytest.mark.parametrize(
    "pieces",
    [
        (' INCLUDEPICTURE "http://example.com/x.png" ',),
        (" DDEAUTO c:\\\\cmd.exe ",),
        (" d", "de", " x y "),
        (" IncludeText ", '"file://x"'),
        (" LINK Excel.Sheet.8 x ",),
    ],
)
def test_fields_that_fetch_something_are_refused(pieces):
    assert refuse(add_code(*pieces)).code == "external"


def test_fields_of_plain_documents_are_kept():
    codes = (' HYPERLINK "http://example.com/link" ', " PAGE ", " DATE \\@ dd.MM ")
    assert Template(add_code(*codes)).fill(VALUES, Style())


def test_links_to_press_are_kept():
    assert Template(add_link(PLAIN, "hyperlink")).fill(VALUES, Style())


def test_template_of_the_author_is_forgotten():
    mark = b'<w:attachedTemplate r:id="rId99"/>'
    names = (
        b'<w:settings xmlns:r="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships" '
    )
    data = change_part(
        PLAIN,
        "word/settings.xml",
        lambda x: (
            x.replace(b"</w:settings>", mark + b"</w:settings>")
            if b"xmlns:r=" in x
            else x.replace(b"<w:settings ", names, 1).replace(
                b"</w:settings>", mark + b"</w:settings>"
            )
        ),
    )
    rels = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    data = change_part(data, "word/_rels/settings.xml.rels", lambda x: x or rels)
    data = add_link(data, "attachedTemplate", "word/_rels/settings.xml.rels")
    filled = zipfile.ZipFile(io.BytesIO(Template(data).fill(VALUES, Style())))
    everything = b"".join(filled.read(name) for name in filled.namelist())
    assert b"example.com" not in everything
    assert b"attachedTemplate" not in everything


def test_document_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(
        "client_base.tools.document_language.MAX_OUTPUT", len(PLAIN) + 10_000
    )
    many = {"contacts": [{"name": "x" * 500}] * 100}
    with pytest.raises(DocumentError, match="too_long"):
        fill("{% for one in contacts %}{{ one.name }}{% endfor %}", values=many)


def test_long_lists_are_cut():
    many = {"contacts": [{"name": "x"}] * (document_base.MAX_ITEMS + 50)}
    (line,) = fill("{% for one in contacts %}{{ one.name }}{% endfor %}", values=many)
    assert len(line) == document_base.MAX_ITEMS


# === NAMES ===


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Contract ТОВ «Ромашка»", "Contract ТОВ «Ромашка».docx"),
        ('../../etc/passwd: a|b"c', "etc passwd a b c.docx"),
        ("..", "document.docx"),
        ("con", "document con.docx"),
        ("a\x00b\nc\u202e", "ab c.docx"),
        ("x" * 500, "x" * 120 + ".docx"),
    ],
)
def test_file_names_are_safe(text, name):
    assert document.file_name(text) == name


def test_file_name_takes_values_as_they_are():
    template = Template(PLAIN, "{{ client.name }} {{ today }}")
    values = {**VALUES, "client": {"name": "A & B / <C>"}}
    name = template.name(values, Style("uk", "dd.MM.yyyy"))
    assert name == "A & B C 08.03.2027.docx"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Shoe size, EU", "shoe_size_eu"),
        ("Розмір взуття", "розмір_взуття"),
        ("2nd phone", "n_2nd_phone"),
        ("%%%", ""),
    ],
)
def test_labels_become_names_that_can_be_typed(label, name):
    assert document.identifier(label) == name
