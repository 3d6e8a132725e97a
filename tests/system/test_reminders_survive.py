"""Reminders that are being given survive what happens to the server."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from background import begin_cron, wait_until
from clients import XmlRpc

from ground import odoo

ADMIN = ("admin", "admin")
CLIENTS = 1500
SUMMARY = "system test"


def prepare(rpc: XmlRpc) -> int:
    """Make clients whose contract ends in a week, and a rule about nobody else.

    :return: the id of the rule
    """
    [user_id] = rpc.call("res.users", "search", [("login", "=", "admin")])
    companies = rpc.call("res.company", "search", [])
    rpc.call("res.company", "write", companies, {"client_daily_cap": 2 * CLIENTS})
    known = rpc.call("client.reminder.rule", "search", [])
    rpc.call("client.reminder.rule", "write", known, {"active": False})
    end = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()
    clients = rpc.call(
        "res.partner",
        "create",
        [
            {"name": f"R{n}", "user_id": user_id, "contract_end_date": end}
            for n in range(CLIENTS)
        ],
    )
    [rule_id] = rpc.call(
        "client.reminder.rule",
        "create",
        [
            {
                "name": SUMMARY,
                "kind": "contract_end",
                "days_ahead": 10,
                "summary": SUMMARY,
                "domain": f"[('id', '>=', {min(clients)})]",
            }
        ],
    )
    return int(rule_id)


def count(rpc: XmlRpc, rule_id: int, state: str) -> int:
    domain = [("rule_id", "=", rule_id), ("state", "=", state)]
    return int(rpc.call("client.reminder", "search_count", domain))


def read_activities(rpc: XmlRpc) -> Counter[int]:
    """:return: client -> how many activities somebody got of it"""
    found = rpc.call(
        "mail.activity", "search_read", [("summary", "=", SUMMARY)], ["res_id"]
    )
    return Counter(activity["res_id"] for activity in found)


@pytest.fixture
def own_server(make_server: Callable[..., odoo.Server]) -> odoo.Server:
    return make_server()


def test_kill_in_mid_batch_gives_each_reminder_once(own_server: odoo.Server) -> None:
    rpc = XmlRpc(own_server.url, own_server.database, *ADMIN)
    rule_id = prepare(rpc)
    for _kill in range(2):
        before = count(rpc, rule_id, "given")

        def is_going_on(before: int = before) -> bool:
            return count(rpc, rule_id, "given") > before

        begin_cron(rpc, "client.reminder", is_going_on)
        wait_until(is_going_on, "the morning began", timeout=120)
        own_server.kill_workers("WorkerCron")
        given = count(rpc, rule_id, "given")
        assert given < CLIENTS, "killed too late to say anything"
        told = sum(read_activities(rpc).values())
        # a new worker may be at it again
        assert given <= told <= count(rpc, rule_id, "given")
    begin_cron(rpc, "client.reminder")
    wait_until(
        lambda: count(rpc, rule_id, "given") == CLIENTS, "all was given", timeout=300
    )
    begin_cron(rpc, "client.reminder")  # once more changes nothing
    time.sleep(5)
    given_clients = read_activities(rpc)
    assert len(given_clients) == CLIENTS
    assert set(given_clients.values()) == {1}
