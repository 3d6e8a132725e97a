"""Check templates of Word documents and fill them with plain values."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from .document_base import (
    FILE_LIMITS,
    MAX_ITEMS,
    MAX_PART,
    DocumentError,
    Style,
    Values,
    file_name,
    identifier,
)
from .document_language import ITEM, Language, Uses, check_tags
from .sheet_base import SheetError
from .sheet_zip import Attributes, Container, XmlStream

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = [
    "ITEM",
    "DocumentError",
    "Style",
    "Template",
    "Values",
    "file_name",
    "find_missing",
    "identifier",
]

_MAIN_TYPE: Final = "wordprocessingml.document.main+xml"
_BAD_TYPES: Final = re.compile("macro|vba|activex", re.IGNORECASE)
# Links are for the reader to press; Word names its own template in many files.
_HARMLESS: Final = ("/hyperlink", "/attachedTemplate")
_BAD_LINKS: Final = re.compile("/(vbaProject|oleObject|control|aFChunk)$")
# What a field of Word does by itself, before anybody presses anything.
_BAD_CODES: Final = re.compile(
    "(?<![a-z])(dde|ddeauto|import|includepicture|includetext|link)(?![a-z])",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"""<(?:\w+:)?instrText\b[^<>]*>([^<>]*)<|\binstr\s*=\s*("[^"]*"|'[^']*')"""
)
_QUOTED: Final = re.compile('(?:"|&quot;|“|”).*?(?:"|&quot;|“|”)')
_TEMPLATE_LINK: Final = "/attachedTemplate"
_TEXT_PARTS: Final = re.compile(
    r"word/(document\d*|header\d*|footer\d*|footnotes)\.xml"
)
_PARAGRAPH: Final = re.compile(r"</w:p>|<w:br/>|<w:tab/>")
_XML: Final = re.compile(r"<[^<>]*>")

# What python-docx and docxtpl raise over a file that they did not expect.
_BROKEN: Final = (
    OpcError,
    OSError,
    TemplateError,
    zipfile.BadZipFile,
    zlib.error,
    etree.XMLSyntaxError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


class Template:
    """A Word document with tags, checked so far that it can be filled.

    :raise DocumentError: for any file that is no harmless template
    """

    def __init__(self, data: bytes, name_pattern: str = "") -> None:
        _check_file(data)
        self._data = data
        self._name_pattern = name_pattern
        self.uses = self._read_uses()

    def _read_uses(self) -> Uses:
        language = Language(Style())
        self._render(language, {})
        self._name({}, language)
        return language.uses

    def check_names(self, known: Collection[str]) -> None:
        """Refuse names that stand for nothing.

        :param known: paths such as ``client.name`` and ``contacts[].name``
        :raise DocumentError: ``unknown``, with the ``names`` as typed
        """
        groups = {path.rpartition(".")[0] for path in known}
        lists = {path.partition(ITEM)[0] for path in known if ITEM in path}
        wrong = (self.uses.asked - {*known, *lists}) | (
            self.uses.tested - {*known, *lists, *groups}
        )
        wrong |= self.uses.looped - lists
        if wrong:
            raise DocumentError("unknown", names=sorted(wrong))

    def fill(self, values: Values, style: Style) -> bytes:
        """:return: the finished document; what has no value stays empty"""
        return self._render(Language(style), values)

    def name(self, values: Values, style: Style) -> str:
        """:return: the file name of a finished document"""
        return file_name(self._name(values, Language(style, autoescape=False)))

    def _name(self, values: Values, language: Language) -> str:
        return language.from_string(self._name_pattern).render(values)

    def _render(self, language: Language, values: Values) -> bytes:
        template, target = _StrictDocx(io.BytesIO(self._data)), io.BytesIO()
        try:
            template.render(_shorten(values), language, autoescape=True)
            _forget_own_template(template.docx)
            template.save(target)
        except DocumentError:
            raise
        except _BROKEN as error:
            raise DocumentError("structure") from error
        return target.getvalue()


def _shorten(values: Values) -> dict[str, object]:
    """Take no more of a list than a document can bear."""
    return {
        name: value[:MAX_ITEMS] if isinstance(value, list | tuple) else value
        for name, value in values.items()
    }


def find_missing(uses: Uses, values: Values) -> list[str]:
    """:return: the paths that leave a hole in the document, sorted"""
    outside = {path.partition(ITEM)[0] for path in uses.printed}
    return sorted(path for path in outside if _look_up(values, path) in (None, "", []))


def _look_up(values: Values, path: str) -> object:
    found: object = values
    for name in path.split("."):
        found = found.get(name) if hasattr(found, "get") else None
    return found


class _StrictDocx(DocxTemplate):  # type: ignore[misc]
    """Refuses a result that Word would have to repair."""

    def render_xml_part(
        self, src_xml: str, part: object, context: Any, jinja_env: Any = None
    ) -> str:
        result: str = super().render_xml_part(src_xml, part, context, jinja_env)
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            etree.fromstring(result.encode(), parser)
        except etree.XMLSyntaxError as error:
            raise DocumentError("structure") from error
        return result


def _forget_own_template(document: Any) -> None:
    """Cut the link to the file of a template that Word would look for."""
    settings = document.settings.element
    for link in settings.findall(qn("w:attachedTemplate")):
        settings.remove(link)
    for part in document.part.package.iter_parts():
        for key, relation in list(part.rels.items()):
            if relation.reltype.endswith(_TEMPLATE_LINK):
                part.rels.pop(key)


def _check_file(data: bytes) -> None:
    if len(data) > FILE_LIMITS.max_bytes:
        raise DocumentError("too_big", limit=FILE_LIMITS.max_bytes)
    if not data.startswith(b"PK"):
        raise DocumentError("wrong_type")
    try:
        container = Container(data, FILE_LIMITS)
        _check_types(container)
        for name, size in container.sizes().items():
            if name.endswith((".xml", ".rels")):
                _check_part(container, name, size)
    except SheetError as error:
        raise DocumentError(error.code) from error


def _check_types(container: Container) -> None:
    types: list[str] = []

    def note(attributes: Attributes) -> None:
        kind = attributes.get("ContentType", "")
        name = attributes.get("PartName") or f".{attributes.get('Extension', '')}"
        is_xml = kind.startswith("application/") and kind.endswith("+xml")
        if is_xml and not name.casefold().endswith((".xml", ".rels")):
            raise SheetError("damaged")  # it would not be looked into
        types.append(kind)

    if container.has_doubles:  # whoever reads it next may see the other one
        raise SheetError("damaged")
    if "[Content_Types].xml" not in container:
        raise DocumentError("wrong_type")
    listed = container.stream("[Content_Types].xml")
    XmlStream({"Default": note, "Override": note}).run(listed)
    if any(_BAD_TYPES.search(kind) for kind in types):
        raise DocumentError("macros")
    if not any(kind.endswith(_MAIN_TYPE) for kind in types):
        raise DocumentError("wrong_type")


def _check_part(container: Container, name: str, size: int) -> None:
    if size > MAX_PART:
        raise DocumentError("too_big", limit=MAX_PART)
    links = {"Relationship": _check_link} if name.endswith(".rels") else {}
    starts: dict[str, Callable[[Attributes], None]] = dict(links)
    XmlStream(starts).run(container.stream(name))
    xml = b"".join(container.stream(name)).decode("utf-8", "replace")
    _check_codes(xml)
    if _TEXT_PARTS.fullmatch(name):
        check_tags(_XML.sub("", _PARAGRAPH.sub("\n", xml)))


def _check_codes(xml: str) -> None:
    """Refuse fields that fetch something; Word may tear their codes into pieces.

    :raise SheetError: ``external``
    """
    codes = "".join(text or f" {value[1:-1]} " for text, value in _CODE.findall(xml))
    if _BAD_CODES.search(_QUOTED.sub(" ", codes)):
        raise SheetError("external")


def _check_link(attributes: Attributes) -> None:
    """:raise SheetError: the one that gets through the parser unchanged"""
    kind = attributes.get("Type", "")
    if _BAD_LINKS.search(kind):
        raise SheetError("macros")
    is_outside = attributes.get("TargetMode", "") == "External"
    if is_outside and not kind.endswith(_HARMLESS):
        raise SheetError("external")
