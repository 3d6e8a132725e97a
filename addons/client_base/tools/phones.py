"""Telephone numbers: one number, as people type it, to E.164 and back.

A number is taken when it is possible and fits the numbering plan of its country in
the wide sense. Whether the exact range is in use is asked only where it decides
between two readings: ranges are handed out faster than libraries are updated.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, ValidationResult

# Countries whose people write one another's numbers without "+": 380..., 7..., 8(495).
NEIGHBOURS = frozenset({"", "UA", "RU", "KZ", "BY"})

# A later candidate of guess_country() needs this share of the local-looking phones
# more than an earlier one. Some 4 % of the Russian area codes are American ones too;
# in a mixed base of 600 phones the right country leads by more than 50 points.
COUNTRY_MARGIN = 0.1
# Fewer than this share of the phones is chance, not a country: 600 Russian phones
# hold 2 % that would do as Ukrainian ones and 11 % that would as American ones.
COUNTRY_SHARE = 0.3
# Enough phones to tell countries apart to within 3 points; more only costs time.
COUNTRY_SAMPLE = 1000

_PUNCTUATION = dict.fromkeys(
    map(ord, " \t\u00a0\u2009\u202f()~.-\u2010\u2011\u2012\u2013")
)
_LETTERS_O = re.compile(r"(?<![^\W\dOoОо_])[OoОо]+(?![^\W\dOoОо_])")
_EXCEL_FLOAT = re.compile(r"\+?\d+\.0")
_EXCEL_EXPONENT = re.compile(r"(\d)[.,](\d+)e\+?(\d{1,2})", re.IGNORECASE)
_PLUS_BEFORE_TRUNK = re.compile(r"\+(?=8[\s(\-]+\(?[3489]\d\d\D|80[3-79]|0[1-9])")
_ZERO_OF_380 = re.compile(r"\+?38(?=[\s\-]*\([3-9]\d\))")
_UA_FIRST = "3456789"
_RU_FIRST = "34789"
_UA_MOBILE = frozenset(
    ("39", "50", "63", "66", "67", "68", "73", "75", "77", *map(str, range(91, 100)))
)
_RU_PLAIN = "349"  # +7 7... is Kazakhstan, and 800 has a form of its own
_MIN_DIGITS = 5
_MAX_DIGITS = 19


def repair_digits(text: str) -> str:
    """Return ``text`` with ASCII digits, letters O among digits read as zeros."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(
            str(unicodedata.decimal(char)) if char.isdecimal() else char
            for char in text
        )
    if any(char in text for char in "OoОо"):
        text = _LETTERS_O.sub(lambda found: _zeros(text, found), text)
    return text


def _zeros(text: str, found: re.Match[str]) -> str:
    """Zeros for a run of letters O that touches a digit, else the run itself."""
    before, after = text[: found.start()][-1:], text[found.end() :][:1]
    if before.isdigit() or after.isdigit():
        return "0" * len(found[0])
    return found[0]


def repair_excel_number(text: str) -> str:
    """Undo what Excel does to a long number: ``7701234567.0``, ``7.701234567E+9``.

    An exponent form that has lost digits is returned as it came.
    """
    stripped = text.strip()
    if _EXCEL_FLOAT.fullmatch(stripped):
        return stripped[:-2]
    found = _EXCEL_EXPONENT.fullmatch(stripped)
    if found and len(found[2]) <= int(found[3]) <= len(found[2]) + 1:
        # one digit fewer than the exponent: the last one was a zero
        return found[1] + found[2].ljust(int(found[3]), "0")
    return text


def parse_number(text: str, country: str = "") -> str:
    """Return the E.164 form of one number made of digits and punctuation.

    :param country: ISO code of the country a number without country code is in
    :return: ``""`` when ``text`` holds anything else or is not a number of its country
    """
    if "." in text or "," in text:
        text = repair_excel_number(text)
    text = text.strip()
    if "+8" in text or "+0" in text:
        text = _PLUS_BEFORE_TRUNK.sub("", text)
    if "(" in text:
        # +38 (44) 123-45-67: the zero of 380 was taken for the trunk prefix
        text = _ZERO_OF_380.sub("+380", text)
    bare = text if text.isalnum() else text.translate(_PUNCTUATION)
    digits = bare.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS or _is_one_digit(digits):
        return ""
    is_international = len(bare) > len(digits)
    number = ""
    if is_international or country in NEIGHBOURS:
        number = _read_neighbour(digits, "" if is_international else country)
    if not number:
        number = _read_any(digits, country, is_international=is_international)
    return "" if _is_filler(number) else number


def _read_neighbour(digits: str, country: str) -> str:
    """Return the everyday Ukrainian, Russian and Kazakh forms without a parser.

    Ten times as fast as the parser, and these are nearly all the numbers of a base.
    """
    length = len(digits)
    if length == 12 and digits.startswith("380") and digits[3] in _UA_FIRST:
        return "+" + digits
    if length == 11 and digits[0] in "78" and digits[1] in _RU_FIRST:
        # an 8 is the Russian trunk prefix; after a "+" it is the code of Vietnam
        return "+7" + digits[1:] if digits[0] == "7" or country else ""
    if country == "UA":
        return _read_ukrainian(digits)
    if country == "RU" and length == 10 and digits[0] in _RU_FIRST:
        return "+7" + digits
    return ""


def _read_ukrainian(digits: str) -> str:
    """Return a number written inside Ukraine: 0XX..., 80XX..., XX... (zero lost)."""
    national = digits[-9:]
    if digits[:-9] in ("", "0", "80") and len(national) == 9:
        return "+380" + national if national[0] in _UA_FIRST else ""
    return ""


def _read_any(digits: str, country: str, *, is_international: bool) -> str:
    """Return the number by the rules of every country's numbering plan."""
    if is_international:
        return _e164(_parse("+" + digits), strict=False)
    if digits.startswith("00"):
        return _e164(_parse("+" + digits.lstrip("0")), strict=False)
    local = _parse(digits, country)
    return (
        _e164(local, strict=True)
        or _read_without_plus(digits, country)
        or _e164(local, strict=False)
    )


def _read_without_plus(digits: str, country: str) -> str:
    """Return a number that begins with a country code or a foreign trunk prefix."""
    if len(digits) < 11:
        return ""
    if country in NEIGHBOURS:
        if len(digits) == 11 and digits[0] == "8":
            return _read_trunk(digits)
        if digits.startswith("810"):  # how Russians dialled abroad
            return _e164(_parse("+" + digits[3:]), strict=True)
    return _e164(_parse("+" + digits), strict=True)


def _read_trunk(digits: str) -> str:
    """Return 8 (495) ... as Russian, 80 ... as the one country where it is in use."""
    if digits[1] in _RU_FIRST:
        return "+7" + digits[1:]
    numbers = [
        _e164(_parse("+" + code + digits[2:]), strict=True) for code in ("380", "375")
    ]
    known = [number for number in numbers if number]
    return known[0] if len(known) == 1 else ""


def _parse(digits: str, country: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None


def _e164(number: PhoneNumber | None, *, strict: bool) -> str:
    """Return the E.164 form, ``""`` unless valid (strict) or at least plausible."""
    if number is None:
        return ""
    fits = phonenumbers.is_valid_number if strict else _is_plausible
    if not fits(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_plausible(number: PhoneNumber) -> bool:
    """Tell whether the length and the first digits fit the country's plan."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        return False
    national = phonenumbers.national_significant_number(number)
    code = number.country_code or 0
    for region in phonenumbers.region_codes_for_country_code(code):
        metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
        general = metadata.general_desc if metadata else None
        pattern = general.national_number_pattern if general else None
        if pattern and re.fullmatch(pattern, national):
            return True
    return False


def _is_filler(number: str) -> bool:
    """Tell whether an E.164 number was typed only to fill the field."""
    return number.endswith("0000000") or (bool(number) and _is_one_digit(number[-9:]))


def _is_one_digit(text: str) -> bool:
    return text == text[0] * len(text)


def _split_code(number: str) -> tuple[int, str] | None:
    """Split an E.164 number into country code and national number."""
    for length in (1, 2, 3):
        code = number[1 : 1 + length]
        if code.isdigit() and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return int(code), number[1 + length :]
    return None


def format_phone(e164: str) -> str:
    """Return the international display form of an E.164 number.

    Anything else comes back unchanged.
    """
    everyday = _format_neighbour(e164)
    if everyday:
        return everyday
    parts = _split_code(e164) if e164.startswith("+") else None
    if parts is None or not (parts[1].isascii() and parts[1].isdigit()):
        return e164
    code, national = parts
    zeros = len(national) - len(national.lstrip("0"))
    number = PhoneNumber(
        country_code=code,
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )
    return phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )


def _format_neighbour(e164: str) -> str:
    """Return the form of an Ukrainian mobile or a Russian number, else ``""``.

    The same as the library's, fifty times as fast.
    """
    if not e164[1:].isdigit() or not e164.isascii():
        return ""
    if e164.startswith("+380") and len(e164) == 13 and e164[4:6] in _UA_MOBILE:
        return f"+380 {e164[4:6]} {e164[6:9]} {e164[9:]}"
    if e164.startswith("+7") and len(e164) == 12 and e164[2] in _RU_PLAIN:
        return f"+7 {e164[2:5]} {e164[5:8]}-{e164[8:10]}-{e164[10:]}"
    return ""


def guess_country(phones: Iterable[str], candidates: Sequence[str]) -> str:
    """Return the candidate in which most of ``phones`` are numbers in use.

    An earlier candidate wins unless a later one has ``COUNTRY_MARGIN`` of the telling
    phones more. A number with an international prefix speaks for its own country.

    :param phones: as typed, in any order; a spread sample of them is looked at
    :return: ``""`` when hardly a phone speaks for any of them
    """
    distinct = sorted({repair_digits(phone).strip() for phone in phones})
    step = max(1, len(distinct) // COUNTRY_SAMPLE)
    sample = [phone for phone in distinct[::step] if _looks_like_phone(phone)]
    votes = dict.fromkeys(candidates, 0)
    telling = 0
    for phone in sample:
        countries = [name for name in votes if _is_number_of(phone, name)]
        telling += bool(countries)
        for name in countries:
            votes[name] += 1
    best = ""
    for name, count in votes.items():
        if count > (votes[best] + COUNTRY_MARGIN * telling if best else 0):
            best = name
    return best if best and votes[best] >= COUNTRY_SHARE * len(sample) else ""


def _looks_like_phone(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= _MIN_DIGITS


def _is_number_of(phone: str, country: str) -> bool:
    """Tell whether ``phone``, read inside ``country``, is a valid number of it."""
    number = _parse(parse_number(phone, country))
    return number is not None and phonenumbers.is_valid_number_for_region(
        number, country
    )
