#!/usr/bin/env python3
"""Tell Odoo the clients and the orders of a CommerceML file, as 1C exports them.

    ODOO_KEY=... python3 onec_clients.py https://odoo.example.com orders.xml

Needs Python 3.10 and nothing else. ODOO_KEY is an API key of an account with the group
"Client Base: Synchronisation"; ODOO_DATABASE names the database where there are many.
Run it as often as you like, by the clock or after each exchange: what is known already
is answered "unchanged". It ends with code 1 when a row was refused or not delivered.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import islice
from typing import Any

SOURCE = "1c"  # the same name for clients and for documents
BATCH = 500  # rows a call, at most 1,000
ATTEMPTS = 5
PHONES = ("Телефон рабочий", "Телефон мобильный", "Телефон домашний", "Телефон")
MAILS = ("Почта", "Электронная почта")
CANCELLED = "Отменен"
CURRENCIES = {"руб": "RUB", "грн": "UAH", "тенге": "KZT"}  # the others are ISO codes

Row = dict[str, Any]


# --- reading the file -----------------------------------------------------------------


def local(element: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def find(element: ET.Element, *path: str) -> ET.Element | None:
    """Follow names down from an element, whatever their namespace."""
    for name in path:
        inside = next((one for one in element if local(one) == name), None)
        if inside is None:
            return None
        element = inside
    return element


def text(element: ET.Element, *path: str) -> str:
    """Return the text at a path, empty when there is none."""
    found = find(element, *path)
    return " ".join((found.text or "").split()) if found is not None else ""


def children(element: ET.Element, *path: str) -> list[ET.Element]:
    found = find(element, *path)
    return list(found) if found is not None else []


def read_client(element: ET.Element) -> Row | None:
    """Return the row of one counterparty; None without a key or any name."""
    key = text(element, "Ид")
    # shops write "5#login# Name" and leave the name itself empty
    spare = [part.strip() for part in key.split("#")[1:] if part.strip()]
    full_name = text(element, "ПолноеНаименование")
    name = text(element, "Наименование") or full_name or "".join(spare[-1:])
    if not key or not name:
        return None
    row: Row = {"key": key, "name": name}
    details = find(element, "РеквизитыЮрЛица")
    if details is not None:
        row["is_company"] = True
    tax_id = text(element, "ИНН") or (
        text(details, "ИНН") if details is not None else ""
    )
    for field, value in (
        ("tax_id", tax_id),
        ("street", text(element, "АдресРегистрации", "Представление")),
        ("comment", text(element, "Комментарий")),
        ("phones", read_contacts(element, PHONES)),
        ("emails", read_contacts(element, MAILS)),
        ("contacts", [read_person(one) for one in children(element, "Представители")]),
    ):
        if value:
            row[field] = value
    return row


def read_contacts(element: ET.Element, kinds: tuple[str, ...]) -> list[str]:
    return [
        text(contact, "Значение")
        for contact in children(element, "Контакты")
        if text(contact, "Тип") in kinds and text(contact, "Значение")
    ]


def read_person(element: ET.Element) -> Row:
    person = find(element, "Контрагент")
    person = element if person is None else person
    return {
        "key": text(person, "Ид"),
        "name": text(person, "Наименование"),
        "function": text(element, "Отношение"),
        "phones": read_contacts(person, PHONES),
        "emails": read_contacts(person, MAILS),
    }


def read_order(element: ET.Element) -> Row | None:
    """Return the row of one order; None for a document of another kind."""
    client = find(element, "Контрагенты", "Контрагент")
    if text(element, "ХозОперация") != "Заказ товара" or client is None:
        return None
    details = {
        text(one, "Наименование"): text(one, "Значение")
        for one in children(element, "ЗначенияРеквизитов")
    }
    currency = text(element, "Валюта").rstrip(".")
    return {
        "key": text(element, "Ид"),
        "number": text(element, "Номер"),
        "date": text(element, "Дата"),
        "kind": "order",
        "partner_key": text(client, "Ид"),
        "amount": text(element, "Сумма"),
        "currency": CURRENCIES.get(currency, currency),
        "cancelled": details.get(CANCELLED) == "true",
        "lines": [read_line(line) for line in children(element, "Товары")],
    }


def read_line(element: ET.Element) -> Row:
    return {
        "product_key": text(element, "Ид"),
        "product": text(element, "Наименование"),
        "quantity": text(element, "Количество"),
        "amount": text(element, "Сумма"),
    }


def read_file(path: str) -> tuple[list[Row], list[Row]]:
    """Return the clients and the orders of a file, each client once."""
    clients: dict[str, Row] = {}
    orders: list[Row] = []
    for _event, element in ET.iterparse(path):
        if local(element) == "Контрагент":
            client = read_client(element)
            if client:
                clients[client["key"]] = client
        elif local(element) == "Документ":
            order = read_order(element)
            if order:
                orders.append(order)
            element.clear()  # a year of orders does not have to fit into memory
    return list(clients.values()), orders


# --- telling Odoo ---------------------------------------------------------------------


class Odoo:
    """Odoo's JSON-2 door."""

    def __init__(self, url: str, key: str, database: str = "") -> None:
        self._url = url.rstrip("/")
        self._headers = {
            "Authorization": f"bearer {key}",
            "Content-Type": "application/json",
        }
        if database:
            self._headers["X-Odoo-Database"] = database

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call a method; what the server could not answer is sent again."""
        body = json.dumps(arguments).encode()
        request = urllib.request.Request(
            f"{self._url}/json/2/{model}/{method}", body, self._headers
        )
        for attempt in range(ATTEMPTS):
            try:
                with urllib.request.urlopen(request, timeout=300) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    raise SystemExit(f"Odoo refused: {error.read().decode()}") from None
            except OSError as error:
                print(f"No answer yet: {error}", file=sys.stderr)
            time.sleep(2**attempt)
        raise SystemExit("Odoo did not answer: nothing is lost, run this again.")


def batches(rows: list[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def tell(odoo: Odoo, model: str, method: str, rows: list[Row]) -> bool:
    """Tell rows, say what became of them; return whether all were taken."""
    counts: dict[str, int] = {}
    for batch in batches(rows):
        for answer in odoo.call(model, method, source=SOURCE, rows=batch):
            counts[answer["status"]] = counts.get(answer["status"], 0) + 1
            if answer["status"] == "error":
                print(f"{answer['key']}: {answer['message']}", file=sys.stderr)
    print(f"{model}: {counts or 'nothing to tell'}")
    return not counts.get("error")


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not os.environ.get("ODOO_KEY"):
        print(__doc__)
        return 2
    url, path = arguments
    odoo = Odoo(url, os.environ["ODOO_KEY"], os.environ.get("ODOO_DATABASE", ""))
    clients, orders = read_file(path)
    # a document is refused while its client is not known: clients go first
    is_good = tell(odoo, "res.partner", "client_upsert", clients)
    return 0 if tell(odoo, "client.transaction", "upsert", orders) and is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
