"""Groups that are being filled survive what happens to the server."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from background import begin_cron, wait_until
from clients import XmlRpc

from ground import odoo

ADMIN = ("admin", "admin")
CLIENTS = 2000
CITY = "Systemtown"


def make_clients(rpc: XmlRpc, count: int) -> list[int]:
    partners = [{"name": f"G{n}", "city": CITY} for n in range(count)]
    made: list[int] = rpc.call("res.partner", "create", partners)
    return made


def make_group(rpc: XmlRpc, **values: Any) -> int:
    """A group of all in the city, with a task for whoever enters."""
    todo = rpc.call(
        "ir.model.data", "check_object_reference", "mail", "mail_activity_data_todo"
    )
    values = {
        "name": CITY,
        "rule": f"[('city', '=', '{CITY}')]",
        "entry_activity_type_id": todo[1],
        "entry_summary": CITY,
        "entry_day_limit": 0,
        **values,
    }
    group: int = rpc.call("client.group", "create", values)
    return group


def count_stays(rpc: XmlRpc, group: int, *conditions: Any) -> int:
    domain = [("group_id", "=", group), ("date_to", "=", False), *conditions]
    return int(rpc.call("client.group.member", "search_count", domain))


def count_done(rpc: XmlRpc, group: int) -> int:
    return count_stays(rpc, group, ("entry_state", "=", "done"))


def read_tasks(rpc: XmlRpc) -> dict[int, int]:
    """:return: id of the task -> id of the client"""
    found = rpc.call(
        "mail.activity", "search_read", [("summary", "=", CITY)], ["res_id"]
    )
    return {task["id"]: task["res_id"] for task in found}


def at_once(*actions: Callable[[], Any]) -> list[Exception]:
    """:return: what went wrong"""
    failures: list[Exception] = []

    def run(action: Callable[[], Any]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the main thread looks at it
            failures.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.fixture
def own_server(make_server: Callable[..., odoo.Server]) -> odoo.Server:
    return make_server(workers=4)


@pytest.fixture
def own_rpc(own_server: odoo.Server) -> Iterator[XmlRpc]:
    yield XmlRpc(own_server.url, own_server.database, *ADMIN)


def test_kill_in_mid_batch_acts_on_each_entry_once(
    own_server: odoo.Server, own_rpc: XmlRpc
) -> None:
    rpc = own_rpc
    make_clients(rpc, CLIENTS)
    group = make_group(rpc, is_rule_on=True)
    told: Counter[int] = Counter()
    for _kill in range(2):
        before = count_done(rpc, group)

        def is_going_on(before: int = before) -> bool:
            return count_done(rpc, group) > before

        begin_cron(rpc, "client.group", is_going_on)
        wait_until(is_going_on, "began", timeout=60)
        own_server.kill_workers("WorkerCron")
        assert count_stays(rpc, group) == CLIENTS
        assert count_done(rpc, group) < CLIENTS, "killed too late to say anything"
        # a new worker may be at it again: what he does meanwhile is counted later
        tasks = read_tasks(rpc)
        told.update(tasks.values())
        # an open task would hide that somebody is told twice
        rpc.call("mail.activity", "unlink", list(tasks))
    begin_cron(rpc, "client.group")
    wait_until(lambda: count_done(rpc, group) == CLIENTS, "all done", timeout=120)
    told.update(read_tasks(rpc).values())
    assert len(told) == CLIENTS
    assert set(told.values()) == {1}


def test_two_recomputations_and_a_writer_at_once(
    own_server: odoo.Server, own_rpc: XmlRpc
) -> None:
    clients = make_clients(own_rpc, 600)
    group = make_group(own_rpc, entry_for_present=True)
    leaving, changed = clients[:100], clients[100:200]

    def connect() -> XmlRpc:
        return XmlRpc(own_server.url, own_server.database, *ADMIN)

    first, second, writer, other = (connect() for _ in range(4))
    failures = at_once(
        lambda: first.call("client.group", "action_recompute", [group]),
        lambda: second.call("client.group", "action_recompute", [group]),
        lambda: writer.call("res.partner", "write", leaving, {"city": "Elsewhere"}),
        lambda: other.call("res.partner", "write", changed, {"comment": "Called"}),
    )
    assert not failures
    own_rpc.call("client.group", "action_recompute", [group])
    assert count_stays(own_rpc, group) == 500
    assert count_stays(own_rpc, group, ("partner_id", "in", leaving)) == 0
    begin_cron(own_rpc, "client.group")
    wait_until(lambda: count_done(own_rpc, group) == 500, "all done", timeout=60)
    tasks = Counter(read_tasks(own_rpc).values())
    assert set(tasks.values()) == {1}
    assert set(clients[100:]) <= set(tasks)


def test_one_client_written_twice_at_once_enters_once(
    own_server: odoo.Server, own_rpc: XmlRpc
) -> None:
    group = make_group(own_rpc, is_rule_on=True)
    client = own_rpc.call("res.partner", "create", {"name": "One", "city": "Elsewhere"})
    connections = [
        XmlRpc(own_server.url, own_server.database, *ADMIN) for _ in range(4)
    ]
    failures = at_once(
        *(
            lambda one=one: one.call("res.partner", "write", [client], {"city": CITY})
            for one in connections
        )
    )
    assert not failures
    domain = [("group_id", "=", group), ("partner_id", "=", client)]
    assert own_rpc.call("client.group.member", "search_count", domain) == 1
    assert list(read_tasks(own_rpc).values()) == [client]
