"""Towns and streets as keys."""

import re
import unicodedata
from typing import Final, NamedTuple

from ..alphabet import fold_word, words
from ..identity import city_key

_STREET_MARKS: Final = """
вул вулиця ул улица в просп проспект пр пров провулок пер переулок бул бульвар б р т пл
площа площадь шосе шоссе ш наб набережна набережная буд д дом будинок проезд проїзд
тупик стр строение строєння корп корпус вл владение володіння лит литер літ літера
пом помещение приміщення км
st street vul ave avenue prospekt lane prov blvd bulv house road rd drive dr court ct
crescent place pl circuit close way east west north south e w n s blv bet between and
near at
"""
_CITY_MARKS: Final = "м г місто город смт пгт с city"
_NOT_NAMES: Final = frozenset(f"{_STREET_MARKS} {_CITY_MARKS}".split())
_FLAT = re.compile(
    r"(?<!\w)(?:кв|квартира|apt|оф|офис|офіс|of|office|к)(?!\w)\.?\s*(\d*)"
)
# «2-га Польова»: a number of the street, not of the house.
_ORDINAL = re.compile(r"(?<!\w)\d+\s?-\s?(?:га|ша|та|тя|я|ая|а|й|ий|ій|го)(?!\w)")
# Towns that got another name, old one first.
RENAMED: Final = (
    ("Днепропетровск", "Днепр"),
    ("Дніпропетровськ", "Дніпро"),
    ("Кировоград", "Кропивницкий"),
    ("Кіровоград", "Кропивницький"),
    ("СПб", "Санкт-Петербург"),
    ("Питер", "Санкт-Петербург"),
    ("Петербург", "Санкт-Петербург"),
    ("Черновцы", "Чернівці"),
    ("Kiev", "Київ"),
)
_ALIASES: Final = {city_key(old): city_key(new) for old, new in RENAMED}


class Street(NamedTuple):
    """A street address: words sorted, the same joined as they came, house and flat."""

    words: str = ""
    joined: str = ""
    house: str = ""
    flat: str = ""


class PlaceReader:
    """Reads towns and streets; remembers the words met as long as it lives."""

    def __init__(self) -> None:
        self._cities: dict[str, str] = {}
        self._words: dict[str, tuple[str, str]] = {}

    def city(self, text: str) -> str:
        """Return the key of a town; equal for its names in the languages."""
        key = self._cities.get(text)
        if key is None:
            key = city_key(text)
            key = self._cities[text] = _ALIASES.get(key, key)
        return key

    def street(self, text: str, city: str = "") -> Street:
        """Take a street address apart.

        :param city: key of the card's town, which some write in the street as well
        """
        if not text:
            return Street()
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        lowered = text.lower()
        if "-" in lowered:
            lowered = _ORDINAL.sub(" ", lowered)
        flat = ""
        found = _FLAT.search(lowered)
        if found:
            flat, lowered = found[1], lowered[: found.start()]
        core, numbers = self._sort_words(lowered, city)
        house = numbers[0].lstrip("0") if numbers else ""
        if not flat and len(numbers) > 1:
            flat = numbers[1]
        return Street(" ".join(sorted(core)), "".join(core), house, flat)

    def _sort_words(self, lowered: str, city: str) -> tuple[list[str], list[str]]:
        """Return the folded words that name the street, and the numbers."""
        core: list[str] = []
        numbers: list[str] = []
        for word in words(lowered):
            if word[0].isdigit():
                numbers.append(word)
            elif word in _NOT_NAMES or (numbers and len(word) == 1):
                continue
            else:
                folded, as_city = self._words.get(word) or self._read(word)
                if folded and (not city or as_city != city):
                    core.append(folded)
        return core, numbers

    def _read(self, word: str) -> tuple[str, str]:
        """Return the folded form of a word, and its key were it a town."""
        known = self._words[word] = (fold_word(word), self.city(word))
        return known
