"""The name of a card as words to compare: one alphabet, no form, no activity."""

import re
import unicodedata
from typing import Final, NamedTuple

from ..alphabet import APOSTROPHES, spell
from ..business_words import BUSINESS_WORDS, CANONICAL_WORDS
from ..given_names import GIVEN_KEYS, GIVEN_NAMES
from ..legal_forms import (
    FORMS_ANYWHERE,
    FORMS_AT_EDGE,
    SPELLED_OUT,
    SPELLED_OUT_HINT,
)
from .place_forms import PlaceReader

# Words of a name that are compared; of a longer one the longest words.
MAX_TOKENS: Final = 5

_WORD = re.compile(r"\d+|[^\W\d_]+")
_CYRILLIC = re.compile("[а-яёіїєґўА-ЯЁІЇЄҐЎ]")
_LATIN = re.compile("[a-zA-Z]")
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
_TO_CYRILLIC = str.maketrans("aceopxyikmtABCEHKMOPTXI", "асеорхуікмтАВСЕНКМОРТХІ")
_HYPHEN = re.compile(r"([^\W\d_]{2,})-(?=[^\W\d_])")
_INITIALS = re.compile(r"(?<!\w)([^\W\d_])\.\s?(?:([^\W\d_])\.)?")
_PATRONYMIC = re.compile(r"(?:oviC|eviC|ovna|evna|ivna|iCna|iliC|kuzmiC|lukiC)$")
_BRANCH = re.compile(
    "(?:філ|фил|склад|branch|warehouse|представництв|представительств"
    "|відділенн|отделени|підрозділ)"
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
_LAYOUT: Final = str.maketrans(
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхїфівапролджєячсмитьбю"
)
# Latin text with fewer vowels than this share was typed in the wrong layout.
_VOWEL_SHARE: Final = 0.4
_VOWEL = re.compile("[aeiouy]")


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


class _Token(NamedTuple):
    """What one word is: folded and plain, and whose name it can be."""

    folded: str
    plain: str
    is_patronymic: bool
    is_business: bool
    gender: str = ""


class NameReader:
    """Reads names; remembers the words met as long as it lives."""

    def __init__(self) -> None:
        self._tokens: dict[str, _Token] = {}

    def parse(self, text: str, places: PlaceReader, *, is_company: bool) -> NameForm:
        """Take a name apart.

        :param places: knows the towns that stand in names of branches
        """
        text = _one_script(_tidy(text))
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
        words = _repair_layout(_WORD.findall(lowered), lowered)
        words, short_form = _drop_forms(words)
        sorter = _Sorter(self, initials)
        sorter.sort(words)
        return sorter.form(form or short_form, place)

    def token(self, word: str) -> _Token:
        """Return what a lower-case word is."""
        token = self._tokens.get(word)
        if token is None:
            token = self._tokens[word] = _make_token(word)
        return token

    def _take_initials(self, text: str, initials: list[str]) -> str:
        """Add the letters that stand with a full stop; return the text without them."""
        for found in _INITIALS.findall(text):
            initials += [
                self.token(letter.lower()).folded for letter in found if letter
            ]
        return _INITIALS.sub(" ", text)


class _Sorter:
    """The words of one name, put where they belong."""

    def __init__(self, reader: NameReader, initials: list[str]) -> None:
        self._reader = reader
        self._initials = initials
        self._tokens: list[_Token] = []
        self._business: list[_Token] = []
        self._patronymic = ""
        self._branch = ""

    def sort(self, words: list[str]) -> None:
        """Take the words in their order."""
        is_full = len(words) > 1
        for word in words:
            if word in _STOP_WORDS or self._is_branch(word):
                continue
            token = self._reader.token(word)
            if len(word) == 1 and word.isalpha():
                self._initials.append(token.folded)
            elif not token.folded:
                continue
            elif token.is_business:
                self._business.append(token)
            elif token.is_patronymic and is_full and not self._patronymic:
                self._patronymic = token.folded
            else:
                self._tokens.append(token)

    def form(self, legal_form: str, place: str) -> NameForm:
        """Return the name; of nothing but activities and the like, these words."""
        tokens = self._tokens or self._business
        patronymic = self._patronymic
        if patronymic and not tokens:
            tokens, patronymic = [_Token(patronymic, patronymic, False, False)], ""
        plain = {token.folded: token.plain for token in reversed(tokens)}
        kept = list(dict.fromkeys([token.folded for token in tokens]))
        if len(kept) > MAX_TOKENS:
            kept = sorted(kept, key=lambda word: (-len(word), word))[:MAX_TOKENS]
        return NameForm(
            tokens=tuple(kept),
            plain=tuple([plain[word] for word in kept]),
            joined="".join([token.folded for token in tokens]),
            patronymic=patronymic,
            initials="".join([letter[:1] for letter in self._initials])[:2],
            legal_form=legal_form,
            branch=self._branch,
            place=place,
            gender=self._gender(tokens),
        )

    def _gender(self, tokens: list[_Token]) -> str:
        """Return the gender that the words agree on."""
        genders = {token.gender for token in tokens}
        if self._patronymic:
            genders.add("m" if self._patronymic.endswith("C") else "f")
        genders.discard("")
        return genders.pop() if len(genders) == 1 else ""

    def _is_branch(self, word: str) -> bool:
        """Tell whether a word marks a branch or is the number of one."""
        if _BRANCH.match(word):
            self._branch = "part"
            return True
        if self._branch == "part" and word.isdigit() and len(word) < 3:
            self._branch += word.lstrip("0")
            return True
        return False


def _make_token(word: str) -> _Token:
    folded, plain = spell(word)
    if not folded or folded.isdigit():
        return _Token(folded, folded, False, False)
    given = GIVEN_NAMES.get(folded)
    if given:
        return _Token(given, plain or folded, False, False, _GENDERS.get(given, ""))
    is_business = folded in BUSINESS_WORDS
    folded = CANONICAL_WORDS.get(folded, folded)
    is_patronymic = folded == "iliC" or (
        len(folded) > 5 and _PATRONYMIC.search(folded) is not None
    )
    gender = ""
    if not is_patronymic and not is_business:
        if _CYRILLIC.search(word):
            gender = _surname_gender(folded)
        folded = _masculine(folded)
    return _Token(folded, plain or folded, is_patronymic, is_business, gender)


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


def _tidy(text: str) -> str:
    """Return ``text`` with compatibility forms resolved, without apostrophes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("№", " "))
    return text.translate(_NO_APOSTROPHES)


def _one_script(text: str) -> str:
    """Return ``text`` with the Latin look-alikes in mostly Cyrillic text replaced."""
    if text.isascii() or not _LATIN.search(text):
        return text
    latin = len(_LATIN.findall(text))
    if latin >= len(_CYRILLIC.findall(text)):
        return text
    return " ".join(
        word.translate(_TO_CYRILLIC)
        if _LATIN.search(word) and (len(word) <= 2 or _CYRILLIC.search(word))
        else word
        for word in text.split()
    )


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


def _drop_forms(words: list[str]) -> tuple[list[str], str]:
    """Drop the abbreviated legal forms; return the other words and the first class.

    Those that may be words count at the ends only.
    """
    last = len(words) - 1
    form = ""
    kept = []
    for index, word in enumerate(words):
        at_edge = index in (0, last) and last > 0
        code = (FORMS_AT_EDGE if at_edge else FORMS_ANYWHERE).get(word)
        if code:
            form = form or code
        else:
            kept.append(word)
    return kept, form


def _repair_layout(words: list[str], lowered: str) -> list[str]:
    """Return the words as they would read in the Cyrillic layout, if that is sure.

    Sure is: hardly a vowel in the Latin text, and a given name or a legal form in what
    the same keys give in the other layout.
    """
    if len(words) > 4 or not lowered.isascii():
        return words
    letters = "".join(words)
    if len(letters) < 6 or not letters.isalpha():
        return words
    if len(_VOWEL.findall(letters)) >= _VOWEL_SHARE * len(letters):
        return words
    other = _WORD.findall(lowered.translate(_LAYOUT))
    for word in other:
        if word in FORMS_ANYWHERE:
            return other
        if len(word) > 3 and GIVEN_NAMES.get(spell(word)[0]) in GIVEN_KEYS:
            return other
    return words
