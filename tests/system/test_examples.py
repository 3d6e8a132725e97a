"""The script that users copy, run as they run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from clients import XmlRpc

from ground import odoo, paths

SCRIPT = paths.ROOT / "examples" / "onec_clients.py"
FILE = """<?xml version="1.0" encoding="windows-1251"?>
<КоммерческаяИнформация ВерсияСхемы="2.05">
  <Документ>
    <Ид>Z-1</Ид><Номер>17</Номер><Дата>2026-02-03</Дата>
    <ХозОперация>Заказ товара</ХозОперация><Валюта>{currency}</Валюта>
    <Сумма>1250.50</Сумма>
    <Контрагенты>
      <Контрагент>
        <Ид>K-1</Ид><Наименование>Верба Трейд</Наименование>
        <РеквизитыЮрЛица><ИНН>12345678</ИНН></РеквизитыЮрЛица>
        <Контакты>
          <Контакт><Тип>Телефон рабочий</Тип>
            <Значение>+380671110055</Значение></Контакт>
          <Контакт><Тип>Почта</Тип><Значение>verba@example.com</Значение></Контакт>
        </Контакты>
      </Контрагент>
    </Контрагенты>
    <Товары>
      <Товар><Ид>P-1</Ид><Наименование>Фарба фасадна</Наименование>
        <Количество>5</Количество><Сумма>1250.50</Сумма></Товар>
    </Товары>
  </Документ>
  <Документ>
    <Ид>Z-2</Ид><Дата>2026-02-04</Дата><ХозОперация>Заказ товара</ХозОперация>
    <Валюта>{currency}</Валюта><Сумма>10</Сумма>
    <Контрагенты><Контрагент><Ид>7#shop# Ромашка</Ид><Наименование></Наименование>
    </Контрагент></Контрагенты>
  </Документ>
</КоммерческаяИнформация>
"""


def run(server: odoo.Server, key: str, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), server.url, str(file)],
        env={**os.environ, "ODOO_KEY": key, "ODOO_DATABASE": server.database},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def exported(tmp_path: Path, rpc: XmlRpc) -> Path:
    """A file of 1C in the currency of the company."""
    [company] = rpc.call("res.company", "search_read", [], ["currency_id"], limit=1)
    file = tmp_path / "orders.xml"
    text = FILE.format(currency=company["currency_id"][1])
    file.write_bytes(text.encode("windows-1251"))
    return file


def test_clients_and_orders_of_1c_arrive_once(
    server: odoo.Server, rpc: XmlRpc, api_key: str, exported: Path
) -> None:
    first = run(server, api_key, exported)
    assert first.returncode == 0, first.stderr
    domain = [("sync_source", "=", "1c")]
    names = ["sync_key", "name", "phone_sanitized", "email_normalized", "is_company"]
    cards = rpc.call("res.partner", "search_read", domain, names)
    told = {card.pop("sync_key"): card for card in cards}
    assert told["7#shop# Ромашка"]["name"] == "Ромашка"
    verba = told["K-1"]
    assert verba["phone_sanitized"] == "+380671110055"
    assert (verba["name"], verba["is_company"]) == ("Верба Трейд", True)
    orders = rpc.call(
        "client.transaction", "search_read", [("source", "=", "1c")], ["key", "amount"]
    )
    assert {order["key"]: order["amount"] for order in orders} == {
        "Z-1": 1250.5,
        "Z-2": 10.0,
    }
    again = run(server, api_key, exported)
    assert again.returncode == 0
    assert again.stdout.count("{'unchanged': 2}") == 2


def test_key_that_is_wrong_is_told_in_words(
    server: odoo.Server, exported: Path
) -> None:
    refused = run(server, "0" * 40, exported)
    assert refused.returncode == 1
    assert "Odoo refused" in refused.stderr
