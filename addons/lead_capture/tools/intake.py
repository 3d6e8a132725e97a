"""What a request says of its sender, and which requests of a batch are one person's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# Longer is no name of anybody, but a text that came into the wrong field.
MAX_NAME: Final = 120
MAX_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a request, in normal forms; empty means not told.

    ``phones`` are E.164, ``emails`` normalised; ``phone`` and ``email`` are the first
    of them as people read it, or as they came when they are not understood. ``names``
    are those to compare with the names of cards. ``account`` is the conversation in a
    messenger, which is nobody else's; ``telegram`` the public name there.
    """

    contact_name: str = ""
    company: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    tax_id: str = ""
    city: str = ""
    text: str = ""
    names: tuple[str, ...] = ()
    account: str = ""
    telegram: str = ""

    @property
    def contacts(self) -> tuple[str, ...]:
        """Phones and e-mails; they cannot be mistaken for each other."""
        return self.phones + self.emails

    @property
    def keys(self) -> frozenset[str]:
        """What no two processes may look at together."""
        own = {f"tax:{self.tax_id}"} if self.tax_id else set()
        if self.account:
            own.add(f"chat:{self.account}")
        return frozenset(own.union(self.contacts))

    @property
    def is_reachable(self) -> bool:
        """Whether the sender can be answered, and so may have a card."""
        return bool(self.contacts or self.account)

    @property
    def who(self) -> str:
        """The best there is to call the sender by."""
        return self.contact_name or self.company or self.email or self.phone

    @property
    def is_nobody(self) -> bool:
        """Whether nothing is told that could be answered or read."""
        return not (self.who or self.text)


def as_text(values: Mapping[str, Any], name: str, limit: int = MAX_TEXT) -> str:
    """Return one value as text; what is no text and no number is none."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\x00", "").strip()[:limit]


def first_of_each(keys: Sequence[Collection[str]]) -> list[int]:
    """Return the positions of those who share nothing with anybody before them.

    The others may be the same person: they are looked at again when the first one has
    become a client.
    """
    seen: set[str] = set()
    chosen = []
    for position, own in enumerate(keys):
        if seen.isdisjoint(own):
            chosen.append(position)
        seen.update(own)
    return chosen


def domain_of(email: str) -> str:
    """Return what stands after the at sign."""
    return email.rpartition("@")[2].lower()


def enclosing_domains(domain: str) -> list[str]:
    """Return a domain and those it is a part of: "a.b.ua", "b.ua"."""
    parts = domain.split(".")
    return [".".join(parts[start:]) for start in range(max(len(parts) - 1, 1))]


# What people write who only want to see whether the form works.
_TEST_WORDS: Final = frozenset(
    {"test", "testing", "test test", "тест", "тестування", "тестирование", "тест тест"}
)


def is_test(sender: Sender) -> bool:
    """Tell whether everything in words that was written is the word "test"."""
    said = [sender.contact_name, sender.company, sender.text]
    words = [text.lower().strip(" .!") for text in said if text]
    return bool(words) and all(word in _TEST_WORDS for word in words)
