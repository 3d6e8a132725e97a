"""One alphabet for Ukrainian, Russian and Latin spellings of a name.

A folded word is the same for every usual way to write it: Євген, Евген and Yevhen are
all ``evhen``. It is a key for comparison, never text to show. Capital letters stand for
one sound each (``Z`` ж, ``C`` ч, ``S`` ш щ, ``Q`` ц), so that keys stay in ASCII.
"""

import re
import unicodedata

# Takes the vowels of folded words out.
VOWELS = dict.fromkeys(map(ord, "aeiou"))
APOSTROPHES = "'\u2019\u02bc\u2018\u00b4`"

_WORD = re.compile(rf"\d+|[^\W\d_]+(?:[{APOSTROPHES}][^\W\d_]+)*")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_TO_CYRILLIC = str.maketrans("aceopxyikbmht", "асеорхуікьмнт")
_TO_LATIN = str.maketrans("асеорхуікмнтв", "aceopxyikmhtb")
_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))

_FOLDED = str.maketrans(
    dict(
        zip("абвгґдзклмнопрстуфхэ", "abvhhdzklmnoprstufhe", strict=True),
        е="e", ё="e", є="e", и="i", і="i", ї="i", й="i", ы="i", ю="u", я="a",
        ж="Z", ц="Q", ч="C", ш="S", щ="S", ў="v", ъ="", ь="",
    )
)  # fmt: skip
_PLAIN = str.maketrans(
    dict(
        zip("абвгґдезийіклмнопрстуфыэ", "abvhgdeziiiklmnoprstufye", strict=True),
        ё="yo", є="ye", ї="yi", ю="yu", я="ya", ж="zh", х="kh", ц="ts",
        ч="ch", ш="sh", щ="shch", ў="u", ъ="", ь="",
    )
)  # fmt: skip
_SOUNDS = {
    "shch": "S", "sch": "S", "sh": "S", "sz": "S", "tch": "C", "ch": "C", "cz": "C",
    "zh": "Z", "kh": "h", "gh": "h", "ts": "Q", "tz": "Q", "tc": "Q", "ph": "f",
    "ck": "k", "ce": "Qe", "ci": "Qi", "cy": "Qi",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=lambda key: (-len(key), key))))
_LETTERS = str.maketrans(
    {"c": "k", "g": "h", "j": "i", "q": "k", "w": "v", "x": "ks", "y": "i"}
)
_EXTRA_LATIN = str.maketrans(
    {"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# ия, iya, ья and ya are one, but Яна is not Анна; йо, io and ё are one; a letter that
# is doubled counts once.
_I_BEFORE_VOWEL = re.compile("(?<!^)i+(?=a)|i+(?=[eu])")
_IO = re.compile("i+o")
_T_BEFORE_Q = re.compile("t+Q")
_DOUBLE = re.compile(r"(.)\1+")


def words(text: str) -> list[str]:
    """Return the words and numbers of ``text`` in lower case, without apostrophes."""
    found = _WORD.findall(text.lower())
    if not _APOSTROPHE.search(text):
        return found
    return [word.translate(_NO_APOSTROPHES) for word in found]


def fold(text: str) -> str:
    """Return ``text`` as folded words joined by a blank."""
    return " ".join(filter(None, map(fold_word, words(text))))


def fold_word(word: str) -> str:
    """Return the folded form of one lower-case word or number."""
    return spell(word)[0]


def spell(word: str) -> tuple[str, str]:
    """Return the folded form and the transliteration of one lower-case word."""
    if word.isdigit():
        number = _fold_number(word)
        return number, number
    if not word.isascii():
        word = _one_script(word)
    if word.isascii():
        plain = word
        folded = _SOUND.sub(_sound, word).translate(_LETTERS)
    else:
        plain = word.translate(_PLAIN)
        folded = word.translate(_FOLDED)
        if word[0] == "я":
            folded = "i" + folded
    folded = folded.replace("ts", "Q").replace("sC", "S")
    if "tQ" in folded:
        folded = _T_BEFORE_Q.sub("Q", folded)
    if "i" in folded:
        folded = _IO.sub("e", _I_BEFORE_VOWEL.sub("", folded))
    return _DOUBLE.sub(r"\1", folded), plain


def _sound(found: re.Match[str]) -> str:
    return _SOUNDS[found[0]]


def _fold_number(word: str) -> str:
    """Return a number without leading zeros, in ASCII where it has a value."""
    digits = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in word
    )
    return digits.lstrip("0") or "0"


def _one_script(word: str) -> str:
    """Return a word all Cyrillic or all Latin, look-alike letters exchanged.

    The script most of its letters are in wins; accents of Latin letters are dropped.
    """
    if _CYRILLIC.search(word):
        latin = len(_LATIN.findall(word))
        if latin:
            is_latin = latin > len(_CYRILLIC.findall(word))
            word = word.translate(_TO_LATIN if is_latin else _TO_CYRILLIC)
        return word
    decomposed = unicodedata.normalize("NFKD", word.translate(_EXTRA_LATIN))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
