"""Every request that was answered 2xx is there, whatever happens to the server."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import own_cluster
import pytest
from background import wait_until
from clients import XmlRpc
from doors import Door
from intake import (
    count_states,
    make_channel,
    make_managers,
    read_requests,
    wait_until_worked_on,
)

from ground import odoo

ADMIN = ("admin", "admin")
SENDERS = 8
REQUESTS = 200
# numbers of the managers -> most open leads; together more than there are requests
CAPACITIES = {1: 20, 2: 30, 3: 40, 4: 60, 5: 80}


def make_person(number: int) -> dict[str, str]:
    return {"name": f"Sender {number}", "phone": f"+38067{number:07d}"}


@contextmanager
def load(door: Door, senders: int) -> Iterator[dict[str, int]]:
    """Send requests without pause, each until it is answered.

    :return: key -> number of the requests that were answered 2xx; complete at the end
    """
    answered: dict[str, int] = {}
    over = threading.Event()
    failures: list[Exception] = []

    def send(sender: int) -> None:
        own, count = door.again(), 0
        try:
            while not over.is_set():
                count += 1
                key = f"{sender}-{count}"
                person = make_person(sender * 100_000 + count)
                answered[key] = own.post_until_answered(person, key).number
        except Exception as failure:  # noqa: BLE001 - the main thread looks at it
            failures.append(failure)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(1, senders + 1)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures, failures


def check_all_are_there(rpc: XmlRpc, code: str, answered: dict[str, int]) -> None:
    """Each answered request became one lead of its own, and none came twice."""
    wait_until_worked_on(rpc, [code], timeout=300)
    requests = read_requests(rpc, [code])
    kept = {request["event_key"]: request["number"] for request in requests}
    assert len(kept) == len(requests)
    assert {key: kept.get(key) for key in answered} == answered
    assert {request["state"] for request in requests} == {"processed"}
    leads = Counter(request["lead_id"] for request in requests)
    assert set(leads.values()) == {1}
    domain = [("channel_id.code", "=", code)]
    assert rpc.call("crm.lead", "search_count", domain) == len(requests)


def bring_back(server: odoo.Server) -> None:
    """Do what systemd does: Odoo ends itself when it asks a database that is away."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if server.process and server.process.poll() is not None:
            server.start()
            return
        time.sleep(0.2)


@pytest.fixture
def own_server(make_server: Callable[..., odoo.Server]) -> odoo.Server:
    return make_server(workers=4, options=["--max-cron-threads=2"])


@pytest.fixture
def own_rpc(own_server: odoo.Server) -> XmlRpc:
    return XmlRpc(own_server.url, own_server.database, *ADMIN)


def test_shares_are_as_ruled_and_nobody_is_over_capacity(
    own_server: odoo.Server, own_rpc: XmlRpc
) -> None:
    rpc = own_rpc
    team = make_managers(rpc, CAPACITIES)
    door = make_channel(rpc, "shares", "webhook", team_id=team)
    numbers: list[int] = []

    def send(sender: int) -> None:
        own = door.again()
        numbers.extend(
            own.post(make_person(count), f"e{count}").number
            for count in range(sender, REQUESTS, SENDERS)
        )

    threads = [threading.Thread(target=send, args=(n,)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == REQUESTS
    wait_until_worked_on(rpc, ["shares"], timeout=300)
    leads = rpc.call("crm.lead", "search_read", [("team_id", "=", team)], ["user_id"])
    assert len(leads) == REQUESTS
    loads = Counter(lead["user_id"] and lead["user_id"][1] for lead in leads)
    told = {f"Manager {number}": most for number, most in CAPACITIES.items()}
    assert all(count <= told[name] for name, count in loads.items())
    # equal weights: the small ones are full, the others share what is left alike
    assert loads["Manager 1"] == 20
    assert loads["Manager 2"] == 30
    others = [loads[f"Manager {number}"] for number in (3, 4, 5)]
    assert sum(others) == REQUESTS - 50
    assert others[0] == 40
    assert abs(others[1] - others[2]) <= 1


def test_killed_workers_lose_no_answered_request(
    own_server: odoo.Server, own_rpc: XmlRpc
) -> None:
    door = make_channel(own_rpc, "killed", "webhook")
    with load(door, SENDERS) as answered:
        for kind in ("WorkerHTTP", "WorkerCron", "WorkerHTTP", "WorkerCron"):
            before = len(answered)
            wait_until(
                lambda before=before: len(answered) > before + 20, "load", timeout=120
            )
            own_server.kill_workers(kind)
    assert len(answered) > 80
    check_all_are_there(own_rpc, "killed", dict(answered))


def test_database_that_breaks_off_loses_no_answered_request(
    pg: dict[str, str], base_database: str
) -> None:
    with own_cluster.copy_of(pg, base_database) as cluster:
        server = odoo.Server(
            cluster.variables(),
            base_database,
            workers=4,
            options=["--max-cron-threads=2"],
        )
        with odoo.serving(server):
            rpc = XmlRpc(server.url, server.database, *ADMIN)
            door = make_channel(rpc, "broken", "webhook")
            with load(door, SENDERS) as answered:
                for _break in range(2):
                    before = len(answered)
                    wait_until(
                        lambda before=before: len(answered) > before + 20,
                        "load",
                        timeout=120,
                    )
                    cluster.stop("immediate")
                    time.sleep(0.5)
                    cluster.start()
                    bring_back(server)
            assert len(answered) > 40
            rpc = XmlRpc(server.url, server.database, *ADMIN)
            check_all_are_there(rpc, "broken", dict(answered))
            assert count_states(rpc, ["broken"])["processed"] >= len(answered)
