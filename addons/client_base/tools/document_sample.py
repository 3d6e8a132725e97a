"""Write a Word template to begin with, in the words of the reader."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.shared import Pt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.table import Table

_MUTED_SIZE: Final = Pt(9)


@dataclass(frozen=True, slots=True)
class Sample:
    """The texts of a sample; all may hold tags.

    ``people`` are the columns of a table with one row a contact person: heading and
    path inside ``contacts``. ``fields`` is the list at the end: tag and what it gives.
    """

    header: str
    title: str
    paragraphs: Sequence[str]
    people: Sequence[tuple[str, str]]
    signature: Sequence[str]
    list_title: str
    fields: Sequence[tuple[str, str]]


def write_sample(sample: Sample) -> bytes:
    """:return: a .docx that can be uploaded as it is"""
    paper = Document()
    paper.sections[0].header.paragraphs[0].text = sample.header
    paper.add_heading(sample.title, level=1)
    for text in sample.paragraphs:
        paper.add_paragraph(text)
    _add_people(paper.add_table(rows=4, cols=len(sample.people)), sample.people)
    paper.add_paragraph()
    for text in sample.signature:
        paper.add_paragraph(text)
    paper.add_heading(
        sample.list_title, level=2
    ).paragraph_format.page_break_before = True
    _add_fields(paper.add_table(rows=len(sample.fields), cols=2), sample.fields)
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()


def _add_people(table: Table, people: Sequence[tuple[str, str]]) -> None:
    table.style = "Table Grid"
    for column, (label, name) in enumerate(people):
        table.cell(0, column).text = label
        table.cell(2, column).text = f"{{{{ person.{name} }}}}"
    table.cell(1, 0).text = "{%tr for person in contacts %}"
    table.cell(3, 0).text = "{%tr endfor %}"


def _add_fields(table: Table, fields: Sequence[tuple[str, str]]) -> None:
    table.style = "Table Grid"
    for row, (path, label) in zip(table.rows, fields, strict=True):
        left, right = row.cells
        left.text, right.text = label, path
        for run in right.paragraphs[0].runs:
            run.font.size = _MUTED_SIZE
