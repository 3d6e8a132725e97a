"""E-mail addresses: one address, as people type it, in one form."""

import re
import unicodedata

MAX_ADDRESS = 254
MAX_LOCAL = 64

_CYRILLIC_LOOKALIKES = str.maketrans("асеорхуіѕј", "aceopxyisj")
_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-яёіїєґўѕј]")
_HIDDEN = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_LABEL = re.compile(
    r"[<\s]*(?:mailto|e-?mail|мейл|почта|пошта)\s*[:.]\s*", re.IGNORECASE
)
_LOCAL = re.compile(r"[\w!#$%&'*+=?^`{|}~-]+(?:\.[\w!#$%&'*+=?^`{|}~-]+)*")
_DOMAIN_LABEL = re.compile(r"[^\W_](?:[^\W_]|-)*(?<!-)")
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,}|xn--[a-z0-9-]+")


def normalize_email(text: str) -> str:
    """Return one address in lower case, ``""`` when ``text`` is not an address.

    A domain in national letters stays in them (``почта.рф``), also when it came as
    ``xn--``: that is what the user knows it by, and Odoo encodes it when it sends.
    Cyrillic letters that slipped into a Latin part are repaired when all of them have
    a Latin twin; otherwise the text is no address. Plus tags and dots stay: they are
    part of the address, and whether they matter is for matching to say.
    """
    address = unicodedata.normalize("NFKC", _HIDDEN.sub("", text)).strip()
    label = _LABEL.match(address)
    address = (
        address[label.end() if label else 0 :].strip(" \t\r\n<>\"'()[],;:").lower()
    )
    address = re.sub(r"\s*@\s*", "@", address).rstrip(".")
    local, at, domain = address.rpartition("@")
    if not at or len(address) > MAX_ADDRESS or len(local) > MAX_LOCAL:
        return ""
    labels = [_decode(_repair(label)) for label in domain.split(".")]
    local = _repair(local, is_latin=_LATIN.search("".join(labels)) is not None)
    if not _LOCAL.fullmatch(local) or not _is_domain(labels):
        return ""
    return local + "@" + ".".join(labels)


def _repair(label: str, *, is_latin: bool = False) -> str:
    """Return ``label`` with Cyrillic twins of Latin letters in a Latin label replaced.

    :return: ``""`` when letters without a twin are mixed in
    """
    if label.isascii() or not _CYRILLIC.search(label):
        return label
    if not is_latin and not _LATIN.search(label):
        return label
    repaired = label.translate(_CYRILLIC_LOOKALIKES)
    return repaired if repaired.isascii() else ""


def _decode(label: str) -> str:
    """Return a label of a domain in national letters."""
    if label.startswith("xn--"):
        try:
            return label.encode("ascii").decode("idna").lower()
        except UnicodeError:
            return label
    return label


def _is_domain(labels: list[str]) -> bool:
    return (
        len(labels) > 1
        and all(len(label) < 64 and _DOMAIN_LABEL.fullmatch(label) for label in labels)
        and _TOP_LEVEL.fullmatch(labels[-1]) is not None
    )
