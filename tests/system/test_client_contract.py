"""The door for clients of other systems, driven by several scripts at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from clients import Json2, XmlRpc

from ground import odoo

SOURCE = "books"
KEYS = [f"K-{number:02}" for number in range(30)]

Answers = list[dict[str, Any]]


def make_rows(version: int) -> list[dict[str, Any]]:
    return [
        {"key": key, "name": f"Timber {key}", "city": f"{version}", "version": version}
        for key in KEYS
    ]


def test_scripts_at_once_make_each_client_once(
    server: odoo.Server, rpc: XmlRpc, api_key: str
) -> None:
    def tell(version: int) -> Answers:
        rows = make_rows(version)
        if version % 2:
            rows.reverse()
        script = Json2(server.url, server.database, api_key)
        answers: Answers = script.call(
            "res.partner", "client_upsert", source=SOURCE, rows=rows
        )
        return answers

    with ThreadPoolExecutor(3) as scripts:
        told = list(scripts.map(tell, range(1, 4)))
    statuses = {answer["status"] for answers in told for answer in answers}
    assert statuses <= {"created", "updated", "stale"}
    assert len({answer["id"] for answers in told for answer in answers}) == len(KEYS)
    domain = [("sync_source", "=", SOURCE)]
    stored = rpc.call("res.partner", "search_read", domain, ["city"])
    assert [one["city"] for one in stored] == ["3"] * len(KEYS)
