"""The door for accounting systems, driven by several scripts at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from clients import Json2, XmlRpc

from ground import odoo

SOURCE = "1c"
KEYS = [f"S-{number:03}" for number in range(200)]

Answers = list[dict[str, Any]]


@pytest.fixture
def client(rpc: XmlRpc) -> str:
    """The key of a client whom the accounting system knows."""
    values = {"name": "Ridge Timber", "sync_source": SOURCE, "sync_key": "C-1"}
    known = [("sync_source", "=", SOURCE), ("sync_key", "=", "C-1")]
    if not rpc.call("res.partner", "search_count", known):
        rpc.call("res.partner", "create", values)
    return "C-1"


def make_rows(client: str, version: int, prefix: str) -> list[dict[str, Any]]:
    return [
        {
            "key": f"{prefix}{key}",
            "partner_key": client,
            "date": "2026-02-03",
            "kind": "shipment",
            "amount": version,
            "version": version,
            "lines": [{"product": "Paint", "amount": version}],
        }
        for key in KEYS
    ]


def test_both_doors_give_the_same_answer(
    rpc: XmlRpc, json2: Json2, client: str
) -> None:
    rows = [*make_rows(client, 1, "door-"), {"key": "bad"}]
    first = rpc.call("client.transaction", "upsert", SOURCE, rows)
    assert [one["status"] for one in first] == ["created"] * len(KEYS) + ["error"]
    again = json2.call("client.transaction", "upsert", source=SOURCE, rows=rows)
    assert [one["status"] for one in again] == ["unchanged"] * len(KEYS) + ["error"]
    assert [one["id"] for one in again] == [one["id"] for one in first]


def test_scripts_at_once_store_each_document_once(
    server: odoo.Server, rpc: XmlRpc, api_key: str, client: str
) -> None:
    def tell(version: int) -> Answers:
        rows = make_rows(client, version, "race-")
        if version % 2:
            rows.reverse()
        script = Json2(server.url, server.database, api_key)
        answers: Answers = script.call(
            "client.transaction", "upsert", source=SOURCE, rows=rows
        )
        return answers

    with ThreadPoolExecutor(4) as scripts:
        told = list(scripts.map(tell, range(1, 5)))
    statuses = {answer["status"] for answers in told for answer in answers}
    assert statuses <= {"created", "updated", "stale"}
    assert len({answer["id"] for answers in told for answer in answers}) == len(KEYS)
    domain = [("source", "=", SOURCE), ("key", "=like", "race-%")]
    fields = ["amount", "line_ids"]
    stored = rpc.call("client.transaction", "search_read", domain, fields)
    assert len(stored) == len(KEYS)
    assert {one["amount"] for one in stored} == {4.0}
    assert {len(one["line_ids"]) for one in stored} == {1}
