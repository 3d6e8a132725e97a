"""Invented clients for the benchmarks: the same for the same seed, on any machine."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

import xlsxwriter

SEED = 20_260
HEADER = (
    "Key",
    "Name",
    "Tax ID",
    "Phone",
    "E-mail",
    "Website",
    "ZIP",
    "City",
    "Street",
    "Notes",
)
# What core's base_import calls the same columns.
CORE_FIELDS = (
    "id",
    "name",
    "vat",
    "phone",
    "email",
    "website",
    "zip",
    "city",
    "street",
    "comment",
)

FORMS = ("ТОВ", "ПП", "ФОП", "ООО", "ПрАТ")
TRADES = ("Буд", "Агро", "Тех", "Метал", "Транс", "Еко", "Енерго", "Мед", "Тепло")
ENDINGS = ("сервіс", "трейд", "груп", "комплект", "проект", "лайн", "імпекс", "плюс")
SYLLABLES = (
    *("ва", "ро", "ні", "ме", "ску", "ла", "до", "те", "бру", "ка", "зо", "ми"),
    *("гра", "сі", "пле", "ту", "на", "фо", "ре", "ді", "чу", "хо", "бі", "же"),
)
SURNAMES = ("енко", "чук", "ський", "юк", "ак", "ець", "ій")
GIVEN_NAMES = ("Олена", "Іван", "Марія", "Петро", "Оксана", "Андрій", "Юлія", "Богдан")
CITIES = ("Київ", "Львів", "Одеса", "Полтава", "Харків", "Дніпро", "Луцьк", "Суми")
STREETS = ("Садова", "Шевченка", "Лісова", "Миру", "Польова", "Франка", "Зелена")
OPERATORS = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")
PHONE_FORMS = ("+380{0}{1}{2}{3}", "0{0} {1}-{2}-{3}", "(0{0}) {1} {2} {3}")


@dataclass(frozen=True)
class Client:
    """One row of a file; ``cells`` stand in the order of ``HEADER``."""

    number: int
    cells: tuple[str, ...]


def make_clients(count: int, first: int = 0, *, edition: int = 0) -> Iterator[Client]:
    """Yield clients ``first`` to ``first + count - 1``.

    :param edition: another one has another phone, city and street for each client
    """
    for number in range(first, first + count):
        fixed = random.Random(f"{SEED} {number}")
        changing = random.Random(f"{SEED} {number} {edition}")
        name = _make_name(fixed)
        mail = f"client{number}@example.com"
        cells = (
            f"C{number:06}",
            name,
            str(fixed.randrange(10**7, 10**8)) + f"{number:06}",
            _make_phone(changing, number, edition),
            mail,
            f"www.client{number}.example.com",
            f"{fixed.randrange(1_000, 99_999):05}",
            changing.choice(CITIES[edition % 2 :: 2]),
            f"вул. {changing.choice(STREETS)}, {changing.randrange(1, 200)}-{edition}",
            f"Угода {number}",
        )
        yield Client(number, cells)


def _make_name(source: random.Random) -> str:
    word = "".join(source.choices(SYLLABLES, k=3)).capitalize()
    if source.random() < 0.3:
        return f"{word}{source.choice(SURNAMES)} {source.choice(GIVEN_NAMES)}"
    trade = source.choice(TRADES) + source.choice(ENDINGS)
    return f"{source.choice(FORMS)} «{trade} {word}»"


def _make_phone(source: random.Random, number: int, edition: int) -> str:
    """Write a number that no other client and no other edition has."""
    unique = f"{(number * 10 + edition) * 7_919 % 10**7:07}"
    operator = OPERATORS[(number * 10 + edition) // 10**7 % len(OPERATORS)]
    return source.choice(PHONE_FORMS).format(
        operator, unique[:3], unique[3:5], unique[5:]
    )


def write_file(clients: Iterator[Client]) -> bytes:
    """Return a workbook as Excel itself would save it: its texts in one shared list."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("Clients")
    sheet.write_row(0, 0, HEADER)
    for line, client in enumerate(clients, 1):
        for column, text in enumerate(client.cells):
            sheet.write_string(line, column, text)
    book.close()
    return target.getvalue()
