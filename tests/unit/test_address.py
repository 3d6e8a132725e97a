"""Addresses in one cell: the parts found, and nothing lost."""

import re

import pytest
from client_base.tools.address import Address, split_address
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", Address()),
        (
            "21471, г. Москва, ул. Рябиновая, д. 41, корп. 1, стр. 6",
            Address("21471", "Москва", "ул. Рябиновая, д. 41, корп. 1, стр. 6"),
        ),
        (
            "143921, МО, Балашихинский р-он, Черновская промзона, д. 5",
            Address("143921", "", "МО, Балашихинский р-он, Черновская промзона, д. 5"),
        ),
        (
            "м. Київ, вул. Хрещатик, 1, 01001",
            Address("01001", "Київ", "вул. Хрещатик, 1"),
        ),
        (
            "Kyiv 01001, Khreshchatyk st. 1",
            Address("01001", "Kyiv", "Khreshchatyk st. 1"),
        ),
        (
            "01001, Київська обл., Біла Церква м., Садова вул., будинок № 1",
            Address("01001", "Біла Церква", "Київська обл., Садова вул., будинок № 1"),
        ),
        ("Москва", Address(city="Москва")),
        ("127282,  г.Москва, д.41", Address("127282", "Москва", "д.41")),
        ("127282, г .Москва, д.41", Address("127282", "Москва", "д.41")),
        ("г. Н. Новгород, д. 1", Address("", "Н. Новгород", "д. 1")),
        ("г. Лобня ул. Бойко, 4", Address("", "Лобня", "ул. Бойко, 4")),
        ("г. Самараул. Бойко, 4", Address("", "Самара", "ул. Бойко, 4")),
        (
            "г. Нижний Новгород ул. Мира, 4",
            Address("", "Нижний Новгород", "ул. Мира, 4"),
        ),
        (
            "г. Москва Ленинский проспект 5",
            Address("", "Москва", "Ленинский проспект 5"),
        ),
        ("г. Люберцы. Отделение 3", Address("", "Люберцы", "Отделение 3")),
    ],
)
def test_code_and_town_are_found(text, address):
    assert split_address(text) == address


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("м. Кам'янець-Подільський, вул. Садова", "Кам'янець-Подільський"),
        ("г. Ростов-на-Дону, ул. Мира", "Ростов-на-Дону"),
        ("с. Велика Димерка, вул. Садова", "Велика Димерка"),
        ("смт Коцюбинське, вул. Садова", "Коцюбинське"),
        ("МО, р-н, пос. им. Воровского", "им. Воровского"),
        ("МО, д. Снопово, д. 127", "Снопово"),
        ("РТ, г. Казань, пгт Левченко", "Казань"),
        ("ул. Мира, д. 5", ""),
        ("ул. Мира, д. 5 Б", ""),
        ("Реутов, ул. Мира", ""),
        ("пр. Победы, с. 5", ""),
    ],
)
def test_town_is_known_by_its_mark(text, city):
    assert split_address(text).city == city


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1410007, г. Мытищи", ""),
        ("г. Мытищи, д. 12345/6", ""),
        ("ул. Мира, № 12345, кв. 5, оф. 54321/2", ""),
        ("01001 Київ, вул. Садова 12345", "01001"),
        ("вул. Садова 1, 01001.", "01001"),
    ],
)
def test_postal_code_has_five_or_six_digits_of_its_own(text, code):
    assert split_address(text).zip == code


def test_region_is_taken_out_on_demand():
    text = "142205, Московская обл., г. Серпухов, ул. Мира, д. 1"
    assert split_address(text, split_state=True) == Address(
        "142205", "Серпухов", "ул. Мира, д. 1", "Московская обл."
    )


def test_second_address_follows_whole():
    text = "г. Москва, ул. Мира, д. 1\n125130, г. Тула, ул. Садовая, д. 2"
    assert split_address(text) == Address(
        "", "Москва", "ул. Мира, д. 1; 125130, г. Тула, ул. Садовая, д. 2"
    )


PARTS = st.sampled_from(
    [
        *("г. Москва", "м. Київ", "Київ м.", "с. Нове", "пос. им. Кирова", "Москва"),
        *("01001", "143921", "МО", "Київська обл.", "ул. Мира", "д. 5 Б", "№ 7", ";"),
        *("Ленинский проспект", "оф. 12345", "(во дворе)", "Seaside Rd. 7", "\n", "г."),
    ]
)
MARKS = {"г", "м", "с", "пос"}


def words_of(text):
    return sorted(word for word in re.findall(r"\w+", text) if word not in MARKS)


@given(
    st.lists(PARTS, max_size=8).map(", ".join) | st.lists(PARTS).map(" ".join),
    st.booleans(),
)
def test_no_word_is_lost(text, split_state):
    found = split_address(text, split_state=split_state)
    parts = (found.zip, found.city, found.street, found.state)
    assert words_of(" ".join(parts)) == words_of(text)


@given(st.text(max_size=60))
def test_any_text_keeps_its_letters(text):
    found = split_address(text)
    kept = f"{found.zip}{found.city}{found.street}"
    letters = [char for char in kept if char.isalnum()]
    expected = [char for char in text if char.isalnum()]
    assert len(expected) - len(letters) <= 12  # the mark of a town is not kept
