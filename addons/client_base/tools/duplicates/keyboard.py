"""What the keyboard does to a name: look-alike letters, the other layout."""

import re
import unicodedata
from typing import Final

from ..alphabet import APOSTROPHES, spell
from ..given_names import GIVEN_KEYS, GIVEN_NAMES
from ..legal_forms import FORMS_ANYWHERE

_WORD = re.compile(r"\d+|[^\W\d_]+")
_CYRILLIC = re.compile("[а-яёіїєґўА-ЯЁІЇЄҐЎ]")
_LATIN = re.compile("[a-zA-Z]")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
_TO_CYRILLIC = str.maketrans("aceopxyikmtABCEHKMOPTXI", "асеорхуікмтАВСЕНКМОРТХІ")
_LAYOUT: Final = str.maketrans(
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхїфівапролджєячсмитьбю"
)
# Latin text with fewer vowels than this share was typed in the wrong layout.
_VOWEL_SHARE: Final = 0.4
_VOWEL = re.compile("[aeiouy]")


def tidy(text: str) -> str:
    """Return ``text`` with compatibility forms resolved, without apostrophes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("№", " "))
    return text.translate(_NO_APOSTROPHES) if _APOSTROPHE.search(text) else text


def one_script(text: str) -> str:
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


def repair_layout(words: list[str], lowered: str) -> list[str]:
    """Return the words as they would read in the Cyrillic layout, if that is sure.

    Sure is: hardly a vowel in the Latin text, and a given name or a legal form in what
    the same keys give in the other layout.
    """
    if not lowered.isascii() or len(words) > 4:
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
