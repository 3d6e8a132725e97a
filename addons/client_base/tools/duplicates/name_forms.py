"""The name of a card as words to compare: one alphabet, no form, no activity."""

import re
from typing import Final, NamedTuple

from ..alphabet import spell
from ..business_words import BUSINESS_WORDS, CANONICAL_WORDS
from ..given_names import GIVEN_KEYS, GIVEN_NAMES
from ..legal_forms import (
    FORMS_ANYWHERE,
    FORMS_AT_EDGE,
    SPELLED_OUT,
    SPELLED_OUT_HINT,
)
from .keyboard import one_script, repair_layout, tidy
from .place_forms import PlaceReader

# Words of a name that are compared; of a longer one the longest words.
MAX_TOKENS: Final = 5

_WORD = re.compile(r"\d+|[^\W\d_]+")
# Words and quotation marks alone: nothing to mend and nothing to take out.
_SIMPLE = re.compile('[а-яёіїєґА-ЯЁІЇЄҐ0-9 ,«»"“”„]*|[a-zA-Z0-9 ,"]*')
_CYRILLIC = re.compile("[а-яёіїєґўА-ЯЁІЇЄҐЎ]")
_HYPHEN = re.compile(r"([^\W\d_]{2,})-(?=[^\W\d_])")
_INITIALS = re.compile(r"(?<!\w)([^\W\d_])\.\s?(?:([^\W\d_])\.)?")
_PATRONYMIC: Final = (
    *("oviC", "eviC", "ovna", "evna", "ivna", "iCna", "iliC", "kuzmiC", "lukiC"),
)
# Whole words: Филипп, Філатов and Складаний are names.
_BRANCH = re.compile(
    r"(?:філ|фил|філі[яїюй]|фили[яиюй]|філіал\w*|филиал\w*"
    r"|склад|склад[уаіыие]|складом|складськ\w*|складск\w*|branch(?:es)?|warehouses?"
    r"|(?:представництв|представительств|відділенн|отделени|підрозділ|подразделен)\w*)"
)
# «… (Львів)», «… - Львів», «… у м. Львів»
_PLACE = re.compile(
    r"\(([^()]*)\)\s*$|\s[-–—]\s+([^-–—«»\"“”„]*)$"
    r"|(?<!\w)(?:[ув]\s+)?[мг]\.\s*([\w\s-]+)$"
)
# A quick look before: no name ends in a place without one of these.
_PLACE_HINT = re.compile(r"[)–—]|\s-|[мг]\.")
_STOPS: Final = "м г у в and the та і и й of for de"
_STOP_WORDS: Final = frozenset(_STOPS.split())
# What a word of a name is there for. Plain numbers: they are compared a million times.
_STOP, _NAME, _NUMBER, _INITIAL, _PATRONYMIC_ROLE, _BUSINESS, _MARK = range(7)
# What makes a word worth a closer look, one bit each: it is no plain name, it may be a
# legal form at an end of the name, a legal form may be spelled out around it.
_OTHER_ROLE, _MAY_BE_FORM, _MAY_SPELL_FORM = 1, 2, 4
# Feminine surnames and adjectives, so that husband and wife, and the two languages,
# have one form.
_ENDINGS: Final = (
    ("ska", "ski"), ("Qka", "Qki"), ("zka", "zki"), ("ova", "ov"), ("eva", "ev"),
    ("ina", "in"), ("aa", "a"),
)  # fmt: skip
_FEMININE: Final = tuple(ending for ending, _ in _ENDINGS)
_MASCULINE: Final = ("ski", "Qki", "zki", "ov", "ev", "in")
# Given names whose ending tells the other gender, in folded form.
_EXCEPTIONS: Final = {"nikita": "m", "ila": "m", "luka": "m", "lubov": "f"}
_GENDERS: Final = {
    name: "f" if name.endswith("a") else "m" for name in GIVEN_KEYS
} | _EXCEPTIONS


class NameForm(NamedTuple):
    """A name taken apart.

    ``tokens`` are folded words in their order, given names in one spelling; ``plain``
    their transliterations. ``initials`` are at most two letters, ``branch`` marks a
    part of a firm and its number, ``place`` is the key of the town the name ends in.
    ``gender`` is "f" or "m" where surname, given name or patronymic tell.
    """

    tokens: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    joined: str = ""
    patronymic: str = ""
    initials: str = ""
    legal_form: str = ""
    branch: str = ""
    place: str = ""
    gender: str = ""


class _Word(NamedTuple):
    """What one lower-case word is; ``role`` is ``_NAME`` or the like.

    ``form`` is the class of the legal form it abbreviates wherever it stands, ``edge``
    the same at the ends of a name. ``number`` is that of a branch, None if too long for
    one. ``flags`` tell what makes it worth a closer look.
    """

    role: int
    folded: str
    plain: str
    gender: str = ""
    form: str = ""
    edge: str = ""
    number: str | None = None
    flags: int = 0


class NameReader:
    """Reads names; remembers the words met as long as it lives."""

    def __init__(self) -> None:
        self._words: dict[str, _Word] = {}

    def parse(self, text: str, places: PlaceReader, *, is_company: bool) -> NameForm:
        """Take a name apart.

        :param places: knows the towns that stand in names of branches
        """
        if _SIMPLE.fullmatch(text):
            lowered = text.lower()
            words = self._look_up(repair_layout(_split(lowered), lowered))
            flags = _flags(words)
            if not flags:
                return _form(words, "", "", "", "", "")
            if not flags & _MAY_SPELL_FORM:
                return _sort(words, [], "", "")
        text = one_script(tidy(text))
        initials: list[str] = []
        if "." in text and not is_company:
            text = self._take_initials(text, initials)
        lowered = text.lower()
        form = ""
        if SPELLED_OUT_HINT.search(lowered):
            lowered, form = _take_spelled_out(lowered)
        place = ""
        if is_company or "(" in lowered or " - " in lowered or "." in lowered:
            lowered, place = _take_place(lowered, places)
        if is_company and "-" in lowered:
            lowered = _HYPHEN.sub(r"\1", lowered)
        found = repair_layout(_WORD.findall(lowered), lowered)
        return _sort(self._look_up(found), initials, form, place)

    def _look_up(self, words: list[str]) -> list[_Word]:
        """Return what each of some lower-case words is."""
        known = self._words
        found = []
        for text in words:
            word = known.get(text)
            if word is None:
                word = known[text] = _make_word(text)
            found.append(word)
        return found

    def _take_initials(self, text: str, initials: list[str]) -> str:
        """Add the letters that stand with a full stop; return the text without them."""
        for found in _INITIALS.findall(text):
            letters = [letter.lower() for letter in found if letter]
            initials += [word.folded for word in self._look_up(letters)]
        return _INITIALS.sub(" ", text)


def _split(lowered: str) -> list[str]:
    """Return the words and numbers of a text that is ``_SIMPLE``, in lower case."""
    # letters and blanks alone, as in most names of people: five times as fast
    if lowered.replace(" ", "").isalpha():
        return lowered.split()
    return _WORD.findall(lowered)


def _flags(words: list[_Word]) -> int:
    """Return what makes any of the words worth a closer look."""
    flags = 0
    for word in words:
        flags |= word.flags
    return flags


def _sort(
    words: list[_Word], initials: list[str], legal_form: str, place: str
) -> NameForm:
    """Return the name of words in their order, each put where it belongs.

    :param initials: those that stood with full stops
    :param legal_form: class of the form that was spelled out
    """
    words, short_form = _drop_forms(words)
    is_full = len(words) > 1
    names: list[_Word] = []
    business: list[_Word] = []
    patronymic = branch = ""
    for word in words:
        role = word.role
        if role == _NAME or (role == _PATRONYMIC_ROLE and (patronymic or not is_full)):
            names.append(word)
        elif role == _PATRONYMIC_ROLE:
            patronymic = word.folded
        elif role == _BUSINESS:
            business.append(word)
        elif role == _INITIAL:
            initials.append(word.folded)
        elif role == _MARK:
            branch = "part"
        elif role == _NUMBER:
            if branch == "part" and word.number is not None:
                branch += word.number
            else:
                names.append(word)
    marks = "".join([letter[:1] for letter in initials])[:2]
    return _form(
        names or business, patronymic, marks, legal_form or short_form, branch, place
    )


def _form(
    words: list[_Word],
    patronymic: str,
    initials: str,
    legal_form: str,
    branch: str,
    place: str,
) -> NameForm:
    """Return the name; a patronymic alone is a word like others."""
    gender = _agreed_gender(words, patronymic)
    if patronymic and not words:
        words, patronymic = [_Word(_NAME, patronymic, patronymic)], ""
    folded = [word.folded for word in words]
    joined = "".join(folded)
    if len(folded) > MAX_TOKENS or len(set(folded)) < len(folded):
        words = _distinct_longest(words)
        folded = [word.folded for word in words]
    return NameForm(
        tuple(folded),
        tuple([word.plain for word in words]),
        joined,
        patronymic,
        initials,
        legal_form,
        branch,
        place,
        gender,
    )


def _distinct_longest(words: list[_Word]) -> list[_Word]:
    """Return each word once, the longest ones first when they are too many."""
    known: dict[str, _Word] = {}
    for word in words:
        known.setdefault(word.folded, word)
    kept = list(known.values())
    if len(kept) > MAX_TOKENS:
        kept.sort(key=lambda word: (-len(word.folded), word.folded))
    return kept[:MAX_TOKENS]


def _agreed_gender(words: list[_Word], patronymic: str) -> str:
    """Return the gender that the words agree on."""
    gender = ""
    if patronymic:
        gender = "m" if patronymic.endswith("C") else "f"
    for word in words:
        if word.gender and word.gender != gender:
            if gender:
                return ""
            gender = word.gender
    return gender


def _make_word(text: str) -> _Word:
    """Return what a lower-case word is."""
    spelt = _spell_word(text)
    number = None
    if text in _STOP_WORDS:
        role = _STOP
    elif _BRANCH.fullmatch(text):
        role = _MARK
    elif len(text) == 1 and text.isalpha():
        role = _INITIAL
    elif not spelt.folded:
        role = _STOP
    elif text.isdigit():
        role = _NUMBER
        number = text.lstrip("0") if len(text) < 3 else None
    else:
        role = spelt.role
    edge = FORMS_AT_EDGE.get(text, "")
    flags = _OTHER_ROLE * (role != _NAME) | _MAY_BE_FORM * (edge != "")
    flags |= _MAY_SPELL_FORM * (SPELLED_OUT_HINT.search(text) is not None)
    if not flags:
        return spelt
    form = FORMS_ANYWHERE.get(text, "")
    return spelt._replace(role=role, form=form, edge=edge, number=number, flags=flags)


def _spell_word(word: str) -> _Word:
    """Return the spelling of a word that is a name, a patronymic or an activity."""
    folded, plain = spell(word)
    if not folded or folded.isdigit():
        return _Word(_NAME, folded, folded)
    given = GIVEN_NAMES.get(folded)
    if given:
        return _Word(_NAME, given, plain or folded, _GENDERS.get(given, ""))
    role = _BUSINESS if folded in BUSINESS_WORDS else _NAME
    folded = CANONICAL_WORDS.get(folded, folded)
    gender = ""
    if folded == "iliC" or (len(folded) > 5 and folded.endswith(_PATRONYMIC)):
        role = _PATRONYMIC_ROLE if role == _NAME else role
    elif role == _NAME:
        if _CYRILLIC.search(word):
            gender = _surname_gender(folded)
        folded = _masculine(folded)
    return _Word(role, folded, plain or folded, gender)


def _surname_gender(folded: str) -> str:
    """Return the gender of a Slavic surname that has two forms."""
    if len(folded) < 5:
        return ""
    if folded.endswith(_FEMININE):
        return "f"
    return "m" if folded.endswith(_MASCULINE) else ""


def _masculine(folded: str) -> str:
    if len(folded) > 4:
        for ending, other in _ENDINGS:
            if folded.endswith(ending):
                return folded[: -len(ending)] + other
    return folded


def _take_spelled_out(lowered: str) -> tuple[str, str]:
    """Take a legal form that is spelled out off the text; return its class too."""
    found = SPELLED_OUT.search(lowered)
    if found is None:
        return lowered, ""
    return SPELLED_OUT.sub(" ", lowered), found.lastgroup or ""


def _take_place(lowered: str, places: PlaceReader) -> tuple[str, str]:
    """Take the town a name ends in off the text; return its key too."""
    found = _PLACE.search(lowered) if _PLACE_HINT.search(lowered) else None
    if found is None:
        return lowered, ""
    place = (found[1] or found[2] or found[3] or "").strip(" .,")
    words = _WORD.findall(place)
    if not 1 <= len(words) <= 3 or len(place) < 3:
        return lowered, ""
    if any(word in FORMS_AT_EDGE or word.isdigit() for word in words):
        return lowered, ""
    return lowered[: found.start()], places.city(place)


def _drop_forms(words: list[_Word]) -> tuple[list[_Word], str]:
    """Drop the abbreviated legal forms; return the other words and the first class.

    Those that may be words count at the ends only.
    """
    if not [word for word in words if word.edge]:
        return words, ""
    last = len(words) - 1
    form = ""
    kept = []
    for index, word in enumerate(words):
        at_edge = index in (0, last) and last > 0
        code = word.edge if at_edge else word.form
        if code:
            form = form or code
        else:
            kept.append(word)
    return kept, form
