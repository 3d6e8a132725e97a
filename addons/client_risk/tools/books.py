"""Whose word says who has paid: the accounting systems that tell payments."""

from collections.abc import Collection, Mapping

PAYMENT = "payment"
INVOICE = "invoice"
SHIPMENT = "shipment"


def choose_charges(
    kinds: Mapping[str, Collection[str]], *, together: bool = False
) -> dict[str, str]:
    """Choose the documents that have to be paid, of each accounting system.

    A system that never told a payment says nothing about debts: all it told would look
    unpaid for ever. One that tells payments and nothing to be paid, as a bank does,
    pays the documents of all the others.

    :param kinds: kinds of documents that each system has told, by its name
    :param together: take all systems as one set of books if any of them tells payments
    :return: "invoice", or "shipment" where no invoices are told, by the name of the
        system, in the order of names; empty where nobody tells payments
    """
    telling = {source for source, told in kinds.items() if PAYMENT in told}
    if not telling:
        return {}
    if together or any(_get_charge(kinds[source]) is None for source in telling):
        every = {kind for told in kinds.values() for kind in told}
        return dict.fromkeys(sorted(kinds), _get_charge(every) or SHIPMENT)
    return {one: _get_charge(kinds[one]) or SHIPMENT for one in sorted(telling)}


def _get_charge(told: Collection[str]) -> str | None:
    """:return: the kind that has to be paid; None where none of it is told"""
    return next((kind for kind in (INVOICE, SHIPMENT) if kind in told), None)
