"""What the names of two cards say of whether they are one client."""

import pytest
from client_base.tools.matching import ClientIndex, ClientKey

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
