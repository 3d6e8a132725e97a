"""The small part of Jinja that a document template may use, and what it asks for.

A template is data that somebody uploads. It may name values, choose between texts and
walk through lists that are known; nothing in it can call, count or grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from jinja2 import ChainableUndefined, TemplateSyntaxError, nodes
from jinja2.environment import Template
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .document_base import (
    MAX_ITEMS,
    MAX_LOOPS,
    MAX_OUTPUT,
    MAX_TAG_CHARS,
    MAX_TAGS,
    DocumentError,
    Style,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.For,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Tuple,
    nodes.List,
)
_FILTERS: Final = (
    *("upper", "lower", "title", "capitalize", "trim", "default", "d"),
    *("first", "last", "length", "count", "round", "int", "abs"),
)
_OWN_FILTERS: Final = (*_FILTERS, "date", "join")
_TESTS: Final = ("defined", "undefined", "none", "odd", "even", "in")
_LOOP_NAMES: Final = frozenset(
    ("index", "index0", "revindex", "first", "last", "length", "previtem", "nextitem")
)
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_MARK: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_CLOSING: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_EXCERPT: Final = 60

ITEM: Final = "[]"
"""Stands in a path for any item of a list: ``contacts[].name``."""


def check_tags(text: str) -> None:
    """Check that each tag ends before the next one begins.

    :param text: of a part without its XML
    :raise DocumentError: ``unclosed`` or ``not_allowed``, with the text of the tag
    """
    opened, count = None, 0
    for mark in _MARK.finditer(text):
        if opened and mark[0] == _CLOSING[opened[0]]:
            if mark.end() - opened.start() > MAX_TAG_CHARS:
                raise DocumentError("not_allowed", text=_excerpt(text, opened.start()))
            opened = None
        elif mark[0] in _CLOSING or opened:
            # "}}" alone is a text like any other
            if opened:
                raise DocumentError("unclosed", text=_excerpt(text, opened.start()))
            opened, count = mark, count + 1
    if opened:
        raise DocumentError("unclosed", text=_excerpt(text, opened.start()))
    if count > MAX_TAGS:
        raise DocumentError("not_allowed", text=_excerpt(text, 0))


def _excerpt(text: str, start: int) -> str:
    return " ".join(text[start : start + _EXCERPT].split())


@dataclass(slots=True)
class Uses:
    """Which values a template asks for.

    ``asked`` are all paths; ``printed`` those that leave a hole when they are empty:
    neither a default nor an ``if`` takes care of them. ``tested`` and ``looped`` are
    the ones that a condition or a loop is about.
    """

    asked: set[str] = field(default_factory=set)
    printed: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    looped: set[str] = field(default_factory=set)


class _Silent(ChainableUndefined):
    """A value that is not there: empty, whatever is asked of it."""

    __slots__ = ()

    def __str__(self) -> str:
        return ""


class _BoundedTemplate(Template):
    """Stops before a document becomes larger than anybody could want."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        pieces, size = [], 0
        for piece in self.generate(*args, **kwargs):
            size += len(piece)
            if size > MAX_OUTPUT:
                raise DocumentError("too_long")
            pieces.append(piece)
        return "".join(pieces)


class Language(ImmutableSandboxedEnvironment):
    """Compile and fill templates; ``uses`` gathers what they ask for."""

    template_class = _BoundedTemplate

    def __init__(self, style: Style, *, autoescape: bool = True) -> None:
        super().__init__(
            autoescape=autoescape, undefined=_Silent, finalize=style.put, cache_size=0
        )
        self.uses = Uses()
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters["date"] = style.put_date
        self.filters["join"] = _make_join(style)
        self.tests = {name: self.tests[name] for name in _TESTS}

    def _parse(
        self, source: str, name: str | None, filename: str | None
    ) -> nodes.Template:
        check_tags(_strip_xml(source))
        try:
            tree = super()._parse(source, name, filename)
            _Reader(self.uses).examine(tree)
        except TemplateSyntaxError as error:
            text = _find_tag(source, error.lineno) or error.message or ""
            raise DocumentError("syntax", text=text) from error
        except RecursionError as error:
            raise DocumentError("not_allowed", text="") from error
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look a name up in plain data alone, never in Python objects."""
        if isinstance(obj, Mapping):
            return self._plain(obj, attribute)
        if isinstance(obj, LoopContext) and attribute in _LOOP_NAMES:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look an item of plain data up."""
        if isinstance(obj, Mapping):
            return self._plain(obj, argument)
        is_list = isinstance(obj, Sequence) and not isinstance(obj, str)
        if is_list and isinstance(argument, int) and 0 <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def _plain(self, obj: Mapping[Any, Any], name: object) -> Any:
        return obj[name] if name in obj else self.undefined(obj=obj, name=str(name))

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is called."""
        return False


class _Reader:
    """Walk a syntax tree: refuse what is not allowed, note what is asked for."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    def examine(self, tree: nodes.Template) -> None:
        """:raise DocumentError: ``not_allowed``"""
        for node in tree.find_all(nodes.Node):
            _check_node(node)
        for node in tree.body:
            self._visit(node, {}, frozenset(), 0)

    def _visit(
        self,
        node: nodes.Node,
        names: Mapping[str, str],
        guarded: frozenset[str],
        loops: int,
    ) -> None:
        if isinstance(node, nodes.For):
            self._visit_loop(node, names, guarded, loops)
        elif isinstance(node, nodes.If | nodes.CondExpr):
            self._visit_choice(node, names, guarded, loops)
        elif isinstance(node, nodes.Filter) and node.name in ("default", "d"):
            guarded |= self._test(node.node, names)
            for argument in [*node.args, *node.kwargs]:
                self._visit(argument, names, guarded, loops)
        elif (path := _path(node, names)) is not None:
            self._note(path, guarded)
        else:
            for child in node.iter_child_nodes():
                self._visit(child, names, guarded, loops)

    def _visit_loop(
        self,
        node: nodes.For,
        names: Mapping[str, str],
        guarded: frozenset[str],
        loops: int,
    ) -> None:
        path = _path(node.iter, names)
        is_plain = isinstance(node.target, nodes.Name) and not node.recursive
        if not path or not is_plain or loops >= MAX_LOOPS:
            raise DocumentError("not_allowed", text="for")
        self._note(path, guarded)
        self._uses.looped.add(path)
        target = node.target
        assert isinstance(target, nodes.Name)
        inner = {**names, target.name: path + ITEM, "loop": ""}
        if node.test is not None:
            self._visit(node.test, inner, guarded, loops)
        for child in node.body:
            self._visit(child, inner, guarded, loops + 1)
        for child in node.else_:
            self._visit(child, names, guarded, loops)

    def _visit_choice(
        self,
        node: nodes.If | nodes.CondExpr,
        names: Mapping[str, str],
        guarded: frozenset[str],
        loops: int,
    ) -> None:
        guarded |= self._test(node.test, names)
        for child in node.iter_child_nodes(exclude=("test",)):
            self._visit(child, names, guarded, loops)

    def _test(
        self, node: nodes.Node | None, names: Mapping[str, str]
    ) -> frozenset[str]:
        """:return: the paths a condition looks at: no hole is left without them"""
        if node is None:
            return frozenset()
        path = _path(node, names)
        if path is not None:
            self._uses.tested.add(path)
            return frozenset((path,))
        found = (self._test(child, names) for child in node.iter_child_nodes())
        return frozenset[str]().union(*found)

    def _note(self, path: str, guarded: frozenset[str]) -> None:
        if not path:
            return
        self._uses.asked.add(path)
        if not any(path == one or path.startswith(f"{one}.") for one in guarded):
            self._uses.printed.add(path)


def _check_node(node: nodes.Node) -> None:
    if not isinstance(node, _ALLOWED):
        raise DocumentError("not_allowed", text=type(node).__name__.lower())
    if isinstance(node, nodes.Filter) and node.name not in _OWN_FILTERS:
        raise DocumentError("not_allowed", text=node.name)
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise DocumentError("not_allowed", text=node.name)
    if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
        raise DocumentError("not_allowed", text="[ ]")


def _path(node: nodes.Node, names: Mapping[str, str]) -> str | None:
    """:return: ``client.name`` for a node that names a value, ``""`` for ``loop``"""
    if isinstance(node, nodes.Name):
        return names.get(node.name, node.name)
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return None
    key = node.attr if isinstance(node, nodes.Getattr) else _get_key(node)
    before = _path(node.node, names)
    if before is None:
        raise DocumentError("not_allowed", text=str(key))
    if not before:  # of a loop
        return ""
    return before + ITEM if isinstance(key, int) else f"{before}.{key}"


def _get_key(node: nodes.Getitem) -> str | int:
    key = node.arg.value if isinstance(node.arg, nodes.Const) else None
    if not isinstance(key, str | int):
        raise DocumentError("not_allowed", text="[ ]")
    return key


def _make_join(style: Style) -> Callable[..., str]:
    def join(values: object, between: str = ", ", attribute: str = "") -> str:
        """Write a list on one line; of groups, one value of each."""
        if not isinstance(values, Iterable) or isinstance(values, str | Mapping):
            return style.put(values)
        texts = [
            style.put(value.get(attribute) if isinstance(value, Mapping) else value)
            for value in list(values)[:MAX_ITEMS]
        ]
        return between.join(filter(None, texts))

    return join


def _strip_xml(source: str) -> str:
    return re.sub(r"<[^<>]*>", "", source)


def _find_tag(source: str, line: int) -> str:
    """:return: the first tag on or after a line, without XML; ``""`` when none"""
    rest = "\n".join(source.split("\n")[max(line - 1, 0) :])
    found = _TAG.search(rest)
    return _excerpt(_strip_xml(found[0]), 0) if found else ""
