"""What the names of two cards say of whether they are one client."""

import pytest
from client_base.tools.identity import city_key
from client_base.tools.matching import ClientIndex, ClientKey
from hypothesis import given
from hypothesis import strategies as st

PHONE = "+380671112233"
MAIL = "olena@example.com"


@pytest.mark.parametrize("name", ["+380 67 111 2233", "0671112233", MAIL, ""])
def test_card_called_by_its_contact_is_whoever_has_the_contact(name: str) -> None:
    card = ClientKey(id=1, name=name, phones=(PHONE,), emails=(MAIL,))
    row = ClientKey(id=0, name="Бондар Олена", phones=(PHONE,))
    assert ClientIndex([card]).identify(row).client_id == 1
    nameless = ClientKey(id=0, name=name, phones=(PHONE,))
    named = ClientKey(id=1, name="Бондар Олена", phones=(PHONE,))
    assert ClientIndex([named]).identify(nameless).client_id == 1


@pytest.mark.parametrize("name", ["24/7", "1000 000", "1+1", "Тел 0671112233"])
def test_number_that_is_a_name_tells_clients_apart(name: str) -> None:
    card = ClientKey(id=1, name=name, phones=(PHONE,))
    row = ClientKey(id=0, name="Бондар Олена", phones=(PHONE,))
    assert ClientIndex([card]).identify(row).reason == "contact_other_name"


TOWN_LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяъыэѕabcdefghijklmnopqrstuvwxyz -.ʼ'07²"


@given(st.one_of(st.text(TOWN_LETTERS, max_size=20), st.text(max_size=20)))
def test_key_of_a_town_is_its_own_key(town: str) -> None:
    key = city_key(town)
    assert city_key(key) == key


@pytest.mark.parametrize(
    ("town", "key"),
    [
        ("м. Вінниця", "vnts"),  # one sound in two letters
        ("Львів", "lvov"),  # two letters that would be one
        ("Каховка", "kohvk"),  # two letters that would be one sound
        ("Шостка", "shstk"),
        ("Зелений Гай", "zln ho"),  # else it would be "г." and go away
        ("м.", "mo"),
        ("Николаев", "mklv"),
        ("Αθήνα", "αθήνα"),
        ("42", "42"),
    ],
)
def test_key_is_spelt_so_that_it_is_read_again(town: str, key: str) -> None:
    assert city_key(town) == city_key(key) == key


def test_towns_of_like_consonants_stay_apart() -> None:
    towns = ["Київ", "Чугуїв", "Тячів", "Кременчук", "Кременець", "Бібрка", "Боярка"]
    assert len(set(map(city_key, towns))) == len(towns)
