"""Normal forms: what is one thing in two spellings, and stays what it is."""

import pytest
from client_base.tools.alphabet import fold_word
from client_base.tools.duplicates import mail_forms, place_forms
from client_base.tools.duplicates.cards import Card, NormalCard, Normalizer, zip_key
from client_base.tools.duplicates.mail_forms import email_key
from client_base.tools.duplicates.name_forms import NameForm, NameReader
from client_base.tools.duplicates.place_forms import PlaceReader
from client_base.tools.emails import normalize_email
from duplicate_cards import FIRMS, GIVEN, STREETS, SURNAMES, cards
from hypothesis import example, given
from hypothesis import strategies as st

# A letter of another alphabet for each letter of folded words.
_UNFOLDED = str.maketrans("abvhdeZziklmnoprstufQCS", "абвгдежзиклмнопрстуфцчш")


def read(name: str, *, is_company: bool = False) -> NameForm:
    return NameReader().parse(name, PlaceReader(), is_company=is_company)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Шевченко Олександр Іванович", "Олександр Іванович Шевченко"),
        ("Шевченко Саша", "Shevchenko Oleksandr"),
        ("Коваленко Євген", "Коваленко Евгений"),
        ("Петрова Анна", "Петров Ганна"),
        ("Вишневська Ірина", "Вишневский Ирина"),
        ("В’ячеслав Мороз", "Вячеслав Мороз"),
    ],
)
def test_spellings_of_a_person_are_one(one: str, other: str):
    assert set(read(one).tokens) == set(read(other).tokens)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ТОВ «Лесо-торг»", 'ООО "Лесоторг"'),
        ("Товариство з обмеженою відповідальністю Вектор", "Vektor LLC"),
        ("Общество c ограниченной ответственнocтью «Зенит»", "ТОВ Зеніт"),
        ("ТОО «Вектор»", "ТОВ Вектор"),
    ],
)
def test_spellings_of_a_firm_are_one(one: str, other: str):
    ours, theirs = (read(name, is_company=True) for name in (one, other))
    assert (ours.tokens, ours.legal_form) == (theirs.tokens, "llc")


def test_initials_are_no_words():
    form = read("Шевченко О.І.")
    assert (form.tokens, form.initials) == (("SevCenko",), "oi")


def test_patronymic_stands_apart():
    form = read("Шевченко Іван Петрович")
    assert form.patronymic == "petroviC"
    assert "petroviC" not in form.tokens


def test_branch_and_its_number_stand_apart():
    form = read("Філія №3 ТОВ Вектор", is_company=True)
    assert (form.tokens, form.branch) == (("vektor",), "part3")


@pytest.mark.parametrize(
    "text", ["Филипп Киркоров", "Філатов Остап", "Складаний Іван", "Филимонова Анна"]
)
def test_name_that_begins_like_a_branch_is_a_name(text: str):
    form = read(text)
    assert (form.branch, len(form.tokens)) == ("", 2)


@pytest.mark.parametrize(
    "mark",
    ["Філія", "філії", "Филиал", "фил.", "Склад", "склада", "Відділення", "Branch"],
)
def test_branch_is_marked_in_many_ways(mark: str):
    assert read(f"{mark} ТОВ Вектор", is_company=True).branch == "part"


@pytest.mark.parametrize(
    "text", ["Вектор (Львів)", "Вектор - Львов", "Вектор у м. Львів"]
)
def test_place_of_a_branch_stands_apart(text: str):
    form = read(text, is_company=True)
    assert (form.tokens, form.place) == (("vektor",), PlaceReader().city("Lviv"))


def test_activity_is_dropped_unless_it_is_all():
    assert read("Транспортна компанія Вектор", is_company=True).tokens == ("vektor",)
    assert read("Компания", is_company=True).tokens


def test_wrong_keyboard_layout_is_read_when_sure():
    assert "vasil" in "".join(read("Ntcnjd Dfcbkm").tokens)
    assert read("Strngthsk Mrk").tokens == read("strngthsk mrk").tokens


def test_long_name_keeps_its_longest_words():
    form = read("а1 бб ввв гггг ддддд еееееее жжжжжжж")
    assert len(form.tokens) == 5


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Ivan.Petrenko+shop@googlemail.com", "ivanpetrenko@gmail.com"),
        ("INFO@Firm.ua", "info@firm.ua"),
        ("a@gmial.com", "a@gmail.com"),
        ("no address", ""),
        ("", ""),
    ],
)
def test_one_mailbox_has_one_key(text: str, key: str):
    assert email_key(text) == key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("вул. Садова, буд. 5, кв. 7", ("sadova", "5", "7")),
        ("Садова 5/7", ("sadova", "5", "7")),
        ("вул. Польова 2-га, буд. 34", ("polova", "34", "")),
        ("", ("", "", "")),
    ],
)
def test_street_is_taken_apart(text: str, expected: tuple[str, str, str]):
    street = PlaceReader().street(text)
    assert (street.words, street.house, street.flat) == expected


@pytest.mark.parametrize(
    "text",
    [
        "улица Садовая, дом 9, строение 5",
        "Садовая ул., 9, стр. 5",
        "Садовая ул., вл. 9, корпус 5",
        "вулиця Садова, буд. 9, корп. 5",
    ],
)
def test_parts_of_a_building_do_not_name_the_street(text: str):
    assert PlaceReader().street(text) == PlaceReader().street("ул. Садовая, 9, к. 5")


def test_renamed_town_is_one():
    places = PlaceReader()
    assert places.city("м. Дніпро") == places.city("Днепропетровск")
    assert places.city("Київ") == places.city("Kiev") == places.city("г. Киев")
    for old, new in place_forms.RENAMED:
        key = places.city(old)
        assert places.city(new) == PlaceReader().city(key) == key


def test_excel_takes_no_zeros_from_a_zip():
    assert zip_key("01001") == zip_key("1001")


def test_order_of_phones_says_nothing():
    phones = ("0671234567", "+38 050 765-43-21")
    forms = [
        Normalizer().normalize(Card(1, "А", phones=order)).phones
        for order in (phones, phones[::-1])
    ]
    assert forms[0] == forms[1] == ("+380507654321", "+380671234567")


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("UA", "044/234-56-78", "+380442345678"),
        ("US", "702/734-0410", "+17027340410"),
        ("UA", "044 234-56-78/79", "044234567879"),
    ],
)
def test_code_may_end_in_a_slash(country: str, text: str, number: str):
    assert Normalizer(country).normalize(Card(1, "А", phones=(text,))).phones == (
        number,
    )


@given(st.text(alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёъыэ", max_size=14))
@example("ттц")
def test_folded_word_folds_to_itself(word: str):
    folded = fold_word(word)
    assert fold_word(folded.translate(_UNFOLDED)) == folded


_PEOPLE = st.builds("{} {}".format, st.sampled_from(SURNAMES), st.sampled_from(GIVEN))
_FIRMS = st.lists(st.sampled_from(FIRMS), min_size=1, max_size=3, unique=True).map(
    " ".join
)


@given(st.one_of(_PEOPLE, _FIRMS))
def test_normal_form_of_a_name_is_its_own(name: str):
    form = read(name)
    again = read(" ".join(form.tokens).translate(_UNFOLDED))
    assert (again.tokens, again.joined) == (form.tokens, form.joined)


@given(st.sampled_from(STREETS), st.integers(1, 400), st.integers(1, 400))
def test_normal_form_of_a_street_is_its_own(name: str, house: int, flat: int):
    street = PlaceReader().street(f"вул. {name}, буд. {house}, кв. {flat}")
    words = street.words.translate(_UNFOLDED)
    again = PlaceReader().street(f"{words} {street.house} кв {street.flat}")
    assert (again.words, again.house, again.flat) == street[:1] + street[2:]


@given(st.lists(cards(1), max_size=4))
def test_many_cards_are_read_as_each_alone(typed: list[Card]):
    alone = [Normalizer().normalize(card) for card in typed]
    assert Normalizer().normalize_all(typed) == alone


@given(cards(1))
def test_contacts_normalize_to_themselves(card: Card):
    form = Normalizer().normalize(card)
    again = Normalizer().normalize(
        Card(
            1,
            card.name,
            phones=form.phones,
            emails=form.emails,
            tax_id=form.tax_id,
            zip=form.zip,
            birthdate=form.birthdate,
        )
    )
    for name in ("phones", "emails", "tax_id", "zip", "birthdate"):
        assert getattr(again, name) == getattr(form, name)


_WORDS = st.text(alphabet="abxn019_-", min_size=1, max_size=6)


@given(st.lists(_WORDS, max_size=3), st.lists(_WORDS, max_size=3))
def test_plain_address_is_read_the_same_the_long_way(local: list[str], host: list[str]):
    text = f"{'.'.join(local)}@{'.'.join(host)}.ua"
    if mail_forms._PLAIN.fullmatch(text):
        assert normalize_email(text) == text


@given(cards(1), cards(2))
def test_what_was_read_before_changes_nothing(card: Card, other: Card):
    used = Normalizer()
    used.normalize(other)
    assert used.normalize(card) == Normalizer().normalize(card)


def test_pages_in_a_field_are_cut():
    forms = [
        Normalizer().normalize(Card(1, text, street=text, city=text))
        for text in ("слово " * 40, "слово " * 100_000)
    ]
    assert forms[0] == forms[1]


@given(cards(1))
def test_form_survives_being_stored(card: Card):
    form = Normalizer().normalize(card)
    assert NormalCard.from_text(form.to_text()) == form


@given(st.text(), st.text(), st.text(), st.booleans())
def test_form_of_any_text_survives_being_stored(
    name: str, place: str, email: str, is_company: bool
):
    card = Card(
        1, name, is_company, emails=(email,), street=place, city=place, zip=place
    )
    form = Normalizer().normalize(card)
    assert NormalCard.from_text(form.to_text()) == form
