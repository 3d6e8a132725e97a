"""Cards for the tests of duplicates: a base made up by a rule, and strategies."""

from dataclasses import replace
from itertools import product

from client_base.tools.duplicates.cards import Card, NormalCard, Normalizer
from hypothesis import strategies as st

_SURNAMES = """
Шевченко Коваленко Бондаренко Ткаченко Кравченко Олійник Поліщук Савченко Мороз
Петренко Павленко Левченко Гаврилюк Пономаренко Василенко Харченко Карпенко Руденко
"""
_GIVEN = "Олександр Сергій Андрій Ірина Наталія Тетяна Микола Василь Оксана Юлія"
_FIRMS = "Агротех Будмайстер Вектор Галичина Діамант Еталон Зеніт Імпульс Каскад"
SURNAMES, GIVEN, FIRMS = _SURNAMES.split(), _GIVEN.split(), _FIRMS.split()
CITIES = ("Київ", "Львів", "Одеса", "Харків", "Дніпро", "Полтава")
STREETS = ("Шевченка", "Франка", "Садова", "Польова", "Миру", "Лесі Українки")


def person(number: int) -> Card:
    """Return a person, a different one for each number."""
    given, surname = list(product(GIVEN, SURNAMES))[number % 180]
    return Card(
        number + 1,
        f"{surname} {given}",
        phones=(f"+38067{1_000_000 + number * 7919:07d}",),
        emails=(f"client{number}@example.com",) if number % 3 else (),
        street=f"вул. {STREETS[number % 6]}, {number % 97 + 1}, кв. {number % 41 + 1}",
        city=CITIES[number % 6],
    )


def firm(number: int) -> Card:
    """Return a firm, a different one for each number."""
    first, second = list(product(FIRMS, SURNAMES))[number % 162]
    return Card(
        number + 1,
        f'ТОВ "{first} {second}"',
        is_company=True,
        phones=(f"+38044{2_000_000 + number * 7919:07d}",),
        tax_id=str(30_000_007 + number * 104_729),
        city=CITIES[number % 6],
    )


def respelt(card: Card, card_id: int) -> Card:
    """Return the card as somebody else would have typed it."""
    phone = card.phones[0]
    name = card.name.replace("ТОВ", "ООО").replace("Олександр", "Саша")
    return replace(
        card,
        id=card_id,
        name=" ".join(reversed(name.split())) if not card.is_company else name,
        phones=(f"8 ({phone[3:6]}) {phone[6:9]}-{phone[9:11]}-{phone[11:]}",),
        city=card.city.replace("Київ", "Kyiv").replace("Харків", "г. Харьков"),
    )


def base(size: int = 300, doubled: int = 60) -> list[Card]:
    """Return a base in which the first ``doubled`` cards stand a second time."""
    cards = [person(at) if at % 3 else firm(at) for at in range(size)]
    return cards + [respelt(card, 10_000 + card.id) for card in cards[:doubled]]


def normalized(cards: list[Card]) -> list[NormalCard]:
    """Return the normal forms of cards."""
    normalizer = Normalizer()
    return [normalizer.normalize(card) for card in cards]


_TEXT = st.text(
    alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёъыэ ABCabcxyz'-.,()«»\"№0123456789",
    max_size=30,
)
_NAMES = st.one_of(
    _TEXT,
    st.builds("{} {}".format, st.sampled_from(SURNAMES), st.sampled_from(GIVEN)),
    st.builds("ТОВ «{}»".format, st.sampled_from(FIRMS)),
)


def cards(card_id: int) -> st.SearchStrategy[Card]:
    """Return a strategy for cards of one id."""
    return st.builds(
        Card,
        id=st.just(card_id),
        name=_NAMES,
        is_company=st.booleans(),
        phones=st.tuples(st.sampled_from(("", "0671234567", "+380 67 123 45 68", "5"))),
        emails=st.tuples(
            st.sampled_from(
                ("", "a.b@gmail.com", "ab+x@gmail.com", "info@firm.ua", "@")
            )
        ),
        tax_id=st.sampled_from(("", "12345678", "UA012345678", "нет")),
        street=st.one_of(_TEXT, st.sampled_from(("вул. Садова, 5 кв. 7", "Садовая 5"))),
        city=st.one_of(_TEXT, st.sampled_from(CITIES)),
        zip=st.sampled_from(("", "01001", "1001")),
        birthdate=st.sampled_from(("", "1980-02-03", "1980-03-02")),
        parent_id=st.sampled_from((0, 1, 2)),
    )
