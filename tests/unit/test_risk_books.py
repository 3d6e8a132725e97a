import pytest
from client_risk.tools.books import choose_charges

SOLD = {"order", "shipment"}


@pytest.mark.parametrize(
    ("kinds", "charges"),
    [
        ({}, {}),
        ({"1c": {"shipment", "invoice", "return"}}, {}),
        ({"1c": {"shipment", "payment"}}, {"1c": "shipment"}),
        ({"1c": {"shipment", "invoice", "payment"}}, {"1c": "invoice"}),
        ({"1c": {"invoice", "payment"}, "shop": SOLD}, {"1c": "invoice"}),
        (
            {"1c": {"invoice", "payment"}, "shop": {*SOLD, "payment"}},
            {"1c": "invoice", "shop": "shipment"},
        ),
        ({"bank": {"payment"}}, {"bank": "shipment"}),
        (
            {"bank": {"payment", "return"}, "1c": SOLD, "shop": SOLD},
            {"1c": "shipment", "bank": "shipment", "shop": "shipment"},
        ),
        (
            {"bank": {"payment"}, "1c": {"invoice", "shipment"}},
            {"1c": "invoice", "bank": "invoice"},
        ),
    ],
)
def test_only_who_tells_payments_is_asked_for_debts(kinds, charges):
    assert choose_charges(kinds) == charges


def test_all_together_are_one_set_of_books():
    kinds = {"1c": {"shipment", "payment"}, "shop": SOLD}
    found = choose_charges(kinds, together=True)
    assert found == {"1c": "shipment", "shop": "shipment"}


def test_together_without_a_payment_nobody_owes():
    assert choose_charges({"1c": SOLD, "shop": SOLD}, together=True) == {}


def test_order_of_systems_does_not_matter():
    kinds = {"b": {"invoice", "payment"}, "a": {"shipment", "payment"}}
    turned = dict(reversed(kinds.items()))
    assert list(choose_charges(kinds).items()) == list(choose_charges(turned).items())
