"""What a card has to say, and what of it is missing."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

REQUIRED = "required"
RECOMMENDED = "recommended"
HIDDEN = "hidden"

BLOCK = "block"
LIST = "list"
COUNT = "count"

# One list for Python and SQL, whose own ideas of white space differ.
BLANKS = " \t\n\r\v\f\u00a0\u2007\u200b\u202f\u3000\ufeff"
# An html text with nothing but these looks empty: tags and hard spaces.
HTML_EMPTY = r"<[^>]*>|&nbsp;|&#160;"
# Tags that show something without a letter between them.
HTML_SHOWN = r"<(img|video|iframe|svg)[ />]"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of one field of a card."""

    name: str
    requirement: str
    weight: int = 1

    @property
    def is_wanted(self) -> bool:
        """Tell whether an empty field counts against the card."""
        return self.requirement in (REQUIRED, RECOMMENDED)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules for the cards of one type.

    ``rules`` are in the order in which missing fields are told.
    """

    policy: str = LIST
    rules: tuple[Rule, ...] = ()

    @property
    def wanted(self) -> tuple[Rule, ...]:
        """Return the rules of the fields that count."""
        return tuple(rule for rule in self.rules if rule.is_wanted)

    @property
    def required(self) -> frozenset[str]:
        """Return the names of the fields a card must not leave empty."""
        return self._get_names(REQUIRED)

    @property
    def hidden(self) -> frozenset[str]:
        """Return the names of the fields that do not concern this type."""
        return self._get_names(HIDDEN)

    @property
    def is_blocking(self) -> bool:
        """Tell whether a card may be refused."""
        return self.policy == BLOCK and bool(self.required)

    def _get_names(self, requirement: str) -> frozenset[str]:
        return frozenset(
            rule.name for rule in self.rules if rule.requirement == requirement
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """How complete a card is.

    ``missing`` has names, required ones first; ``is_problem`` means that one of them is
    required by a policy that does not only count.
    """

    completeness: int = 100
    missing: tuple[str, ...] = ()
    is_problem: bool = False


def make_rulebook(policy: str, common: Iterable[Rule], own: Iterable[Rule]) -> Rulebook:
    """Join the rules for every client with those of a type, which outrank them."""
    by_name = {rule.name: rule for rule in common}
    by_name |= {rule.name: rule for rule in own}
    ordered = sorted(
        by_name.values(), key=lambda rule: (rule.requirement != REQUIRED, rule.name)
    )
    return Rulebook(policy, tuple(ordered))


def judge(book: Rulebook, filled: Collection[str]) -> Verdict:
    """Say how complete a card is whose fields ``filled`` are not empty."""
    wanted = book.wanted
    total = sum(rule.weight for rule in wanted)
    got = sum(rule.weight for rule in wanted if rule.name in filled)
    missing = tuple(rule.name for rule in wanted if rule.name not in filled)
    return Verdict(
        completeness=get_percent(got, total),
        missing=missing,
        is_problem=book.policy != COUNT and not book.required.isdisjoint(missing),
    )


def get_percent(got: int, total: int) -> int:
    """Return the share as a whole percent; 100 only when nothing is missing."""
    if got == total:
        return 100
    return min(99, (200 * got + total) // (2 * total))


def is_text_filled(text: str | None) -> bool:
    """Tell whether a text has anything but blanks."""
    return bool((text or "").strip(BLANKS))


def is_html_filled(html: str | None) -> bool:
    """Tell whether a reader would see anything of ``html``."""
    text = html or ""
    shown = re.search(HTML_SHOWN, text) is not None
    return shown or is_text_filled(re.sub(HTML_EMPTY, "", text))


def are_properties_filled(values: dict[str, Any], names: Iterable[str]) -> bool:
    """Tell whether each of the own fields ``names`` has a value."""
    return all(not _is_property_empty(values.get(name)) for name in names)


def _is_property_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [], 0)
