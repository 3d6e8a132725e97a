"""Hand-overs that are begun or given back survive what happens to the server."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from background import begin_cron, wait_until
from clients import XmlRpc

from ground import odoo

ADMIN = ("admin", "admin")
HANDOVERS = 8
CLIENTS = 100  # of each hand-over


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def make_people(rpc: XmlRpc, mark: str) -> list[int]:
    """:return: the ids of the former and of the acting manager"""
    groups = [
        rpc.call("ir.model.data", "check_object_reference", module, name)[1]
        for module, name in (
            ("base", "group_user"),
            ("client_base", "group_client_user"),
        )
    ]
    users = [
        {"name": name, "login": f"{mark}_{name}", "group_ids": [(6, 0, groups)]}
        for name in ("former", "acting")
    ]
    people: list[int] = rpc.call("res.users", "create", users)
    return people


def make_handover(rpc: XmlRpc, people: list[int], clients: int, **values: Any) -> int:
    """Choose new clients of the former manager for a hand-over to the acting one."""
    former, acting = people
    partners = [{"name": f"H{n}", "user_id": former} for n in range(clients)]
    # Odoo writes a letter for each client who gets a manager otherwise
    quiet = {"mail_auto_subscribe_no_notify": True}
    made = rpc.call("res.partner", "create", partners, context=quiet)
    values = {
        "to_user_id": acting,
        "partner_ids": made,
        "date_until": day(9),
        **values,
    }
    handover: int = rpc.call("client.handover", "create", values)
    return handover


def read_states(rpc: XmlRpc, handovers: list[int]) -> dict[int, str]:
    found = rpc.call("client.handover", "read", handovers, ["state"])
    return {handover["id"]: handover["state"] for handover in found}


def count_states(rpc: XmlRpc, handovers: list[int], state: str) -> int:
    return Counter(read_states(rpc, handovers).values())[state]


def count_clients(rpc: XmlRpc, user_id: int) -> int:
    return int(rpc.call("res.partner", "search_count", [("user_id", "=", user_id)]))


def count_lines(rpc: XmlRpc, handover: int) -> int:
    """:return: how many clients the hand-over says that it moved"""
    domain = [("handover_id", "=", handover), ("kind", "=", "client")]
    return int(rpc.call("client.handover.line", "search_count", domain))


def kill_in_mid_batch(
    server: odoo.Server, rpc: XmlRpc, handovers: list[int], state: str
) -> int:
    """:return: how many were in ``state`` when the worker was killed"""
    begin_cron(rpc, "client.handover")
    wait_until(lambda: count_states(rpc, handovers, state) > 0, "it began", timeout=60)
    server.kill_workers("WorkerCron")
    reached = count_states(rpc, handovers, state)
    assert reached < len(handovers), "killed too late to say anything"
    return reached


@pytest.fixture
def own_server(make_server: Callable[..., odoo.Server]) -> odoo.Server:
    return make_server()


@pytest.fixture
def own_rpc(own_server: odoo.Server) -> Iterator[XmlRpc]:
    yield XmlRpc(own_server.url, own_server.database, *ADMIN)


def test_kill_in_mid_batch_moves_and_returns_each_client_once(
    own_server: odoo.Server, own_rpc: XmlRpc
) -> None:
    rpc = own_rpc
    people = make_people(rpc, "kill")
    handovers = [
        make_handover(rpc, people, CLIENTS, date_from=day(5)) for _ in range(HANDOVERS)
    ]
    rpc.call("client.handover", "action_apply", handovers)
    assert set(read_states(rpc, handovers).values()) == {"planned"}
    rpc.call("client.handover", "write", handovers, {"date_from": day(-3)})

    done = kill_in_mid_batch(own_server, rpc, handovers, "done")
    states = read_states(rpc, handovers)
    for handover, state in states.items():
        assert count_lines(rpc, handover) == (CLIENTS if state == "done" else 0)
    assert count_clients(rpc, people[1]) == done * CLIENTS
    begin_cron(rpc, "client.handover")
    wait_until(
        lambda: count_states(rpc, handovers, "done") == HANDOVERS, "all", timeout=90
    )
    assert count_clients(rpc, people[1]) == HANDOVERS * CLIENTS

    rpc.call("client.handover", "write", handovers, {"date_until": day(-2)})
    returned = kill_in_mid_batch(own_server, rpc, handovers, "returned")
    assert count_clients(rpc, people[0]) == returned * CLIENTS
    begin_cron(rpc, "client.handover")
    wait_until(
        lambda: count_states(rpc, handovers, "returned") == HANDOVERS,
        "all came back",
        timeout=90,
    )
    assert [count_clients(rpc, user) for user in people] == [HANDOVERS * CLIENTS, 0]
    assert {count_lines(rpc, handover) for handover in handovers} == {CLIENTS}


def test_two_people_pressing_at_once_hand_over_once(
    own_server: odoo.Server, own_rpc: XmlRpc
) -> None:
    rpc = own_rpc
    people = make_people(rpc, "twice")
    handover = make_handover(rpc, people, 1000)
    failures = press_at_once(own_server, handover, "action_apply")
    # whoever comes second is told so, or finds the work done
    assert all("client.handover" not in failure for failure in failures)
    assert len(failures) < 2
    assert read_states(rpc, [handover]) == {handover: "done"}
    assert count_lines(rpc, handover) == count_clients(rpc, people[1]) == 1000

    failures = press_at_once(own_server, handover, "action_undo")
    assert len(failures) < 2
    assert read_states(rpc, [handover]) == {handover: "undone"}
    assert [count_clients(rpc, user) for user in people] == [1000, 0]


def press_at_once(server: odoo.Server, handover: int, method: str) -> list[str]:
    """:return: what those were told whose press was refused"""
    connections = [XmlRpc(server.url, server.database, *ADMIN) for _ in range(2)]
    failures: list[str] = []

    def press(connection: XmlRpc) -> None:
        try:
            connection.call("client.handover", method, [handover])
        except Exception as error:  # noqa: BLE001 - the main thread looks at it
            failures.append(str(error))

    threads = [threading.Thread(target=press, args=(one,)) for one in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures
