"""What is written of cards whose forms are made anew.

It is made while the database writes what was made before, in another thread: nothing
here reaches a database.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from .cards import Card, NormalCard, Normalizer
from .keys import keys_by_card
from .table import Ints

# How keys are written one after another.
KEY: Final = "<i8"

# What a card says: as ``Card``, then the code of its country and its stamp.
Said = Sequence[Any]


class Stored(NamedTuple):
    """What is known of a form that is kept: stamp and mark as texts, its keys."""

    stamp: str
    mark: str
    keys: Ints


class Change(NamedTuple):
    """What is to be written of some cards, each value by the id of its card.

    ``former`` are the forms that go, ``stamps`` and ``keys`` those of the new ones, and
    ``rows`` the new ones for PostgreSQL's binary COPY.
    """

    former: dict[int, Stored]
    stamps: dict[int, str]
    keys: dict[int, Ints]
    rows: list[bytes]


def prepare_change(
    stale: Iterable[Said],
    former: dict[int, Stored],
    normalizers: dict[str, Normalizer],
    country: str,
) -> tuple[Change, list[NormalCard]]:
    """Make the forms of cards anew.

    :param stale: what the cards say
    :param former: the forms that they had, and those of cards that are none any more
    :param normalizers: by code of country, filled
    :param country: code of that of a card which does not say
    :return: what is to be written, and the forms
    """
    forms, stamps = [], {}
    for *said, own_country, stamp in stale:
        code = own_country or country
        normalizer = normalizers.get(code)
        if normalizer is None:
            normalizer = normalizers[code] = Normalizer(code)
        card = to_card(said)
        stamps[card.id] = stamp
        forms.append(normalizer.normalize(card))
    keys = keys_by_card(forms)
    rows = [to_copy_row(form, stamps[form.id], keys[form.id]) for form in forms]
    return Change(former, stamps, keys, rows), forms


def to_card(said: Said) -> Card:
    """Return what a card says, of values in the order of ``Card``; None for nothing."""
    card_id, name, is_company, phones, emails, *rest = said
    return Card(
        card_id, name, is_company, tuple(phones or ()), tuple(emails or ()), *rest
    )


def to_copy_row(form: NormalCard, stamp: str, keys: Ints) -> bytes:
    """Return id, stamp, mark, text and keys for binary COPY: each after its length."""
    text = form.to_text().encode()
    values = (
        form.id.to_bytes(4, "big"),
        stamp.encode(),
        make_mark(text).encode(),
        text,
        keys.astype(KEY).tobytes(),
    )
    parts = [len(values).to_bytes(2, "big")]
    for value in values:
        parts += (len(value).to_bytes(4, "big"), value)
    return b"".join(parts)


def make_mark(text: bytes) -> str:
    """Return a short sum of all that is compared, of the text of a form.

    Whose card it is and whose person does not count.
    """
    _id, _parent, compared = text.split(b"\t", 2)
    return hashlib.blake2b(compared, digest_size=8).hexdigest()
