"""A card of a client, and the normal form in which cards are compared."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ..phones import parse_number, repair_digits
from ..tax_id import tax_id_key
from .collector import paused_collector
from .mail_forms import email_key
from .name_forms import NameForm, NameReader
from .place_forms import PlaceReader

# Goes up whenever a normal form or a blocking key of some card changes: what is stored
# under another number is to be made again.
VERSION: Final = 5
MAX_PHONES: Final = 4
MAX_EMAILS: Final = 3
# Letters of a name, a street or a town that are read: a remark of pages in the field of
# the name must not slow everything down.
MAX_LETTERS: Final = 200
_MIN_PHONE_DIGITS = 6
_EXTENSION = re.compile(r"(?:дод|доб|вн|ext|x|х|#).*$", re.IGNORECASE)
_NOT_DIGIT = re.compile(r"\D+")


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says, as typed or already normalised; empty means unknown.

    ``parent_id`` is the card this one belongs to: the firm of a person, 0 for none.
    ``birthdate`` is an ISO date.
    """

    id: int
    name: str
    is_company: bool = False
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    tax_id: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    birthdate: str = ""
    parent_id: int = 0


class NormalCard(NamedTuple):
    """The normal form of a card; see ``NameForm`` for the name.

    ``street`` holds its words sorted, ``street_joined`` the same in their order without
    blanks. Phones are E.164 where they can be read, digits otherwise.
    """

    id: int
    parent_id: int
    is_company: bool
    name: NameForm
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    tax_id: str
    street: str
    street_joined: str
    house: str
    flat: str
    city: str
    zip: str
    birthdate: str

    def to_text(self) -> str:
        """Return the form as one line, for ``from_text``.

        Its values stand between tabs, several of one field between blanks: no word,
        phone or e-mail of a normal form holds white space.
        """
        name = self.name
        return "\t".join(
            (
                *(str(self.id), str(self.parent_id), "1" if self.is_company else ""),
                *(" ".join(name.tokens), " ".join(name.plain), *name[2:]),
                *(" ".join(self.phones), " ".join(self.emails), *self[6:]),
            )
        )

    @classmethod
    def from_text(cls, text: str) -> "NormalCard":
        """Return the form that ``to_text`` wrote, of the same ``VERSION``."""
        card_id, parent_id, is_company, tokens, plain, *rest = text.split("\t")
        of_name = len(NameForm._fields) - 2
        name = NameForm(_words(tokens), _words(plain), *rest[:of_name])
        phones, emails = map(_words, rest[of_name : of_name + 2])
        of_card = int(card_id), int(parent_id), is_company == "1", name
        return cls(*of_card, phones, emails, *rest[of_name + 2 :])

    @property
    def content(self) -> tuple[Any, ...]:
        """Everything but whose card it is, the name first; fit for sorting."""
        name = self.name
        return (
            *(name.joined, name.tokens, name.plain, name.patronymic, name.initials),
            *(name.legal_form, name.branch, name.place, self.phones, self.emails),
            *(self.tax_id, self.street, self.street_joined, self.house, self.flat),
            *(self.city, self.zip, self.birthdate, name.gender, self.is_company),
        )


def _words(text: str) -> tuple[str, ...]:
    """Return what stands between blanks."""
    return tuple(text.split(" ")) if text else ()


class Normalizer:
    """Makes normal forms; remembers the words it has met as long as it lives.

    What it remembers never changes a form: it is only faster the second time.

    :param country: ISO code of the country local phone numbers belong to
    """

    def __init__(self, country: str = "UA") -> None:
        self._country = country
        self._names = NameReader()
        self._places = PlaceReader()

    def normalize(self, card: Card) -> NormalCard:
        """Return the normal form of a card."""
        places = self._places
        city = places.city(card.city[:MAX_LETTERS])
        street = places.street(card.street[:MAX_LETTERS], city)
        name = card.name[:MAX_LETTERS]
        return NormalCard(
            card.id,
            card.parent_id,
            card.is_company,
            self._names.parse(name, places, is_company=card.is_company),
            _distinct(self._phone, card.phones, MAX_PHONES) if card.phones else (),
            _distinct(email_key, card.emails, MAX_EMAILS) if card.emails else (),
            tax_id_key(card.tax_id) if card.tax_id else "",
            street.words,
            street.joined,
            street.house,
            street.flat,
            city,
            zip_key(card.zip) if card.zip else "",
            card.birthdate.strip(),
        )

    def normalize_all(self, cards: Iterable[Card]) -> list[NormalCard]:
        """Return the normal forms of many cards, in their order."""
        with paused_collector():
            return list(map(self.normalize, cards))

    def _phone(self, text: str) -> str:
        if not text:
            return ""
        number = parse_number(text, self._country)
        if number:
            return number
        # 044/234-56-78 is one number: whoever means two writes two values
        bare = _EXTENSION.sub("", repair_digits(text)).replace("/", " ")
        number = parse_number(bare, self._country)
        if number:
            return number
        digits = _NOT_DIGIT.sub("", bare)
        return digits if len(digits) >= _MIN_PHONE_DIGITS else ""


def zip_key(text: str) -> str:
    """Return a postal code without blanks and the zeros that Excel loses."""
    return "".join(text.split()).lower().lstrip("0")


def _distinct(
    to_key: Callable[[str], str], texts: tuple[str, ...], limit: int
) -> tuple[str, ...]:
    """Return the keys that are not empty, sorted: their order says nothing."""
    if len(texts) == 1:
        key = to_key(texts[0])
        return (key,) if key else ()
    known = set(map(to_key, texts))
    known.discard("")
    return tuple(sorted(known)[:limit])
