"""What is known of a client or of a row, and what a comparison says."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from .alphabet import VOWELS, fold_word, words
from .names import (
    NameParts,
    may_be_person,
    parse_name,
    part_mark,
    people_differ,
    similarity,
)

# Below it two names have nothing in common. On 10,000 generated cards with known truth
# 94 % of the pairs of one client are above, and 13 % of the pairs that are related but
# not one (household, branch, brand). Two people of one surname come to 0.5, «Альфа» and
# «Альфа Трейд» to 0.67.
NAME_IN_COMMON = 0.6
# From here on two names are one name with a typo, an initial or a word left out that
# says little: 81 % of the pairs of one client, 0.8 % of the related ones. «Альфа» and
# «Альфа 2» (0.75), «Волков» and «Волк» (0.8) stay below.
NAME_ALIKE = 0.85
# End of the rule of two rows that one accounting system keeps under two keys.
OTHER_KEY = "_other_key"
# Rule of two rows that have the name in common and nothing else.
SAME_NAME = "name"

# Fewer are a name made of a number: "1+1", "24/7", "1000 000".
MIN_PHONE_DIGITS = 9

_MAILBOX = re.compile(r"[^\s@]+@[^\s@]+")
_CITY_WORDS = frozenset(
    map(fold_word, ("м", "г", "місто", "город", "смт", "пгт", "с", "село", "city"))
)
# Cities whose consonants differ as well: Николаев and Миколаїв.
_CITY_NAMES = {"nklv": "mklv"}
# The sounds of folded words, and how those without a letter are spelt.
_SPELLINGS = str.maketrans({"Q": "ts", "C": "ch", "S": "sh", "Z": "zh"})
_SOUND_LETTERS = "abdefhiklmnoprstuvzQCSZ"
_SOUNDS = re.compile(f"[{_SOUND_LETTERS}]+")
# The first of two sounds that are read otherwise when nothing stands between them.
_READ_TOGETHER = {
    left: "".join(
        right
        for right in _SOUND_LETTERS
        if fold_word(f"{left}{right}".translate(_SPELLINGS)) != left + right
    )
    for left in _SOUND_LETTERS
}
_TOGETHER = re.compile(
    "|".join(f"{left}(?=[{rights}])" for left, rights in _READ_TOGETHER.items())
)

MatchKind = Literal["certain", "ambiguous", "none"]


@dataclass(frozen=True, slots=True)
class ClientKey:
    """What the matcher needs to know of a client (``id`` set) or of a row (``id`` 0).

    ``tax_id`` is in the form of ``tax_id_key``, phones are E.164, e-mails normalised.
    ``sync_key`` is the key in the system ``sync_source``, ``other_keys`` are those of a
    client in further systems: (system, key). ``client_id`` is what the id column of a
    row says. Empty means unknown, never different.
    """

    id: int
    name: str
    city: str = ""
    is_company: bool | None = None
    tax_id: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    sync_source: str = ""
    sync_key: str = ""
    client_id: int = 0
    other_keys: tuple[tuple[str, str], ...] = ()

    @property
    def all_keys(self) -> dict[tuple[str, str], None]:
        """The (system, key) of every system that knows the client, each once."""
        own = ((self.sync_source, self.sync_key),) if self.sync_key else ()
        return dict.fromkeys(own + self.other_keys)

    @property
    def contacts(self) -> tuple[str, ...]:
        """Phones and e-mails; they cannot be mistaken for each other."""
        return self.phones + self.emails


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client that may be meant; ``score`` is the likeness of the names, 0 to 1."""

    client_id: int
    score: float
    rule: str


@dataclass(frozen=True, slots=True)
class Match:
    """Which client a row means.

    ``client_id`` is set when ``kind`` is "certain" only; ``rule`` is the rung of the
    ladder that decided, ``reason`` the code of what stands against certainty.
    ``former_id`` is the merged card that the row names, when it names none that stays.
    ``evidence`` is what speaks for the best candidate (``duplicates.evidence``).
    """

    kind: MatchKind
    client_id: int = 0
    rule: str = ""
    score: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    former_id: int = 0
    evidence: tuple[tuple[str, str, float, float], ...] = ()

    @classmethod
    def certain(cls, client_id: int, rule: str) -> "Match":
        """Return the match with a client that is sure for a reason of its own."""
        return cls("certain", client_id, rule, 1.0)

    @classmethod
    def none(cls) -> "Match":
        """Return the match of a row that means no client of the base."""
        return cls("none")

    @property
    def data(self) -> dict[str, Any]:
        """The numbers behind the verdict, fit for JSON."""
        return {
            "rule": self.rule,
            "score": self.score,
            "candidates": [[item.client_id, item.score] for item in self.candidates],
        }


@dataclass(frozen=True, slots=True)
class Twin:
    """The earlier row of the file that means the same client, and by which rule."""

    first_index: int
    rule: str

    @property
    def is_certain(self) -> bool:
        """Whether the two are one; by a name only or by other keys they may be two."""
        return self.rule != SAME_NAME and not self.rule.endswith(OTHER_KEY)


def tax_ids_differ(left: ClientKey, right: ClientKey) -> bool:
    """Tell whether both tax ids are known and not the same."""
    return bool(left.tax_id and right.tax_id and left.tax_id != right.tax_id)


def sync_keys_differ(left: ClientKey, right: ClientKey) -> bool:
    """Tell whether one system keeps the two under different keys."""
    if not (left.other_keys or right.other_keys):
        return bool(
            left.sync_key
            and right.sync_key
            and left.sync_source == right.sync_source
            and left.sync_key != right.sync_key
        )
    ours, theirs = left.all_keys, right.all_keys
    agreed = {source for source, _key in ours.keys() & theirs.keys()}
    systems = {source for source, _key in ours} & {source for source, _key in theirs}
    return bool(systems - agreed)


def disagree(left: ClientKey, right: ClientKey) -> bool:
    """Tell whether the cities differ, and the phones or the e-mails do."""
    ours, theirs = city_key(left.city), city_key(right.city)
    if not ours or not theirs or ours == theirs:
        return False
    return any(
        mine and yours and set(mine).isdisjoint(yours)
        for mine, yours in ((left.phones, right.phones), (left.emails, right.emails))
    )


def share_contact(left: ClientKey, right: ClientKey) -> bool:
    """Tell whether the two have a phone or an e-mail in common."""
    return not set(left.contacts).isdisjoint(right.contacts)


class Pair:
    """The names of two cards beside each other."""

    __slots__ = ("left", "left_name", "right", "right_name", "score")

    def __init__(
        self,
        left: ClientKey,
        right: ClientKey,
        left_name: NameParts,
        right_name: NameParts | None = None,
    ) -> None:
        self.left = left
        self.right = right
        self.left_name = left_name
        if right_name is None:  # equal names are the usual case, and parsing costs
            same = left.name == right.name
            right_name = left_name if same else parse_name(right.name)
        self.right_name = right_name
        self.score = similarity(self.left_name, self.right_name)

    @property
    def is_known(self) -> bool:
        """Whether both names say anything."""
        return not any(
            is_nameless(key.name, name)
            for key, name in (
                (self.left, self.left_name),
                (self.right, self.right_name),
            )
        )

    @property
    def is_same(self) -> bool:
        """Whether both names are known and equal but for the way of writing."""
        return self.is_known and self.left_name.key == self.right_name.key

    @property
    def is_alike(self) -> bool:
        """Whether nothing speaks against one name; an unknown name does not."""
        return not self.is_known or (self.score >= NAME_ALIKE and not self.is_family)

    @property
    def has_nothing_in_common(self) -> bool:
        """Whether the names are of two clients, also of one family or one firm."""
        if not self.is_known:
            return False
        return self.score < NAME_IN_COMMON or self.is_family or self.are_parts

    @property
    def is_family(self) -> bool:
        """Whether these are people of different given names or patronymics."""
        return people_differ(self.left_name, self.right_name)

    @property
    def are_parts(self) -> bool:
        """Whether one is a branch and the other its firm or another branch.

        Also when the place in the name is the city of both: a firm may well have a
        branch of its own where it sits.
        """
        marks = part_mark(self.left_name)
        if marks != part_mark(self.right_name):
            return True
        return bool(any(marks)) and self.score < NAME_ALIKE

    @property
    def are_two_people(self) -> bool:
        """Whether the names are of two people, or of a firm and a person.

        A firm may change its name altogether, a person with a tax id does not.
        """
        if not self.is_known or self.score >= NAME_IN_COMMON:
            return False
        return can_be_person(self.left, self.left_name) or can_be_person(
            self.right, self.right_name
        )


def is_nameless(text: str, name: NameParts) -> bool:
    """Tell whether a name says nothing: empty, or the phone or e-mail in its place.

    So a card is called that was made of a missed call, until somebody says his name.
    """
    if not name.tokens or _MAILBOX.fullmatch(text.strip()):
        return True
    digits = sum(map(str.isdigit, text))
    return digits >= MIN_PHONE_DIGITS and not any(map(str.isalpha, text))


def can_be_person(key: ClientKey, name: NameParts) -> bool:
    """Tell whether the card can be a person's: as it says, else as its name reads."""
    if key.is_company is not None:
        return not key.is_company
    return may_be_person(key.name, name)


def city_key(city: str) -> str:
    """Return a key of a city: consonants only, without "м.", "г." and the like.

    The languages differ in the vowels: Київ and Киев, Рівне and Ровно. A key is spelt
    so that it is the key of itself.
    """
    if not city:
        return ""
    found = [(word, folded) for word in words(city) if (folded := fold_word(word))]
    names = [pair for pair in found if pair[1] not in _CITY_WORDS] or found
    return " ".join(_spell_key(word, folded) for word, folded in names)


def _spell_key(word: str, folded: str) -> str:
    """Return the consonants of a folded word in letters that fold to them again.

    A vowel keeps apart what would be read as one sound, or as "м." and the like.
    """
    skeleton = folded[0] + folded[1:].translate(VOWELS)
    if not _SOUNDS.fullmatch(skeleton):
        return folded if folded.isascii() and folded.isdigit() else word
    skeleton = _CITY_NAMES.get(skeleton, skeleton)
    key = _TOGETHER.sub(r"\g<0>o", skeleton).translate(_SPELLINGS)
    return f"{key}o" if key in _CITY_WORDS else key
