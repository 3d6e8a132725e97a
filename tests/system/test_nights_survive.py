"""The nightly evaluation of clients survives what happens to the server."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from background import begin_cron, wait_until, wait_until_held_up
from clients import XmlRpc

from ground import odoo

ADMIN = ("admin", "admin")
SOURCE = "night"
CLIENTS = 3000
BUYERS = 1000
BATCH = 1000
PROFILES, MOVES = "client.profile", "client.profile.move"


def make_clients(rpc: XmlRpc) -> list[int]:
    """:return: ids of clients, of whom the first have bought and were judged at once"""
    made: list[int] = []
    for start in range(0, CLIENTS, BATCH):
        made += rpc.call(
            "res.partner",
            "create",
            [
                {"name": f"N{n}", "sync_source": SOURCE, "sync_key": f"N{n}"}
                for n in range(start, start + BATCH)
            ],
        )
    for number in range(1, 4):
        buy(rpc, range(BUYERS), 30 * number)
    return made


def get_day(days: int) -> str:
    """:return: the day so many days from now"""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def buy(rpc: XmlRpc, clients: range, days_ago: int) -> None:
    day = get_day(-days_ago)
    rows = [
        {
            "key": f"{client}-{days_ago}",
            "partner_key": f"N{client}",
            "date": day,
            "kind": "shipment",
            "amount": 100 + client,
        }
        for client in clients
    ]
    answers = rpc.call("client.transaction", "upsert", SOURCE, rows)
    assert {answer["status"] for answer in answers} == {"created"}


def begin_night(rpc: XmlRpc) -> None:
    """Let the cron worker judge everybody, as it does after midnight."""
    companies = rpc.call("res.company", "search", [])
    rpc.call("res.company", "write", companies, {"client_judged_on": False})
    begin_cron(rpc, PROFILES)


def is_over(rpc: XmlRpc) -> bool:
    waiting = [("client_judged_on", "=", False)]
    return not rpc.call("res.company", "search_count", waiting)


def count_by_client(rpc: XmlRpc, model: str, clients: list[int]) -> Counter[int]:
    """:return: client -> how many profiles, or changes of status, there are"""
    domain = [("partner_id", "in", clients)]
    found = rpc.call(model, "search_read", domain, ["partner_id"])
    return Counter(one["partner_id"][0] for one in found)


@pytest.fixture
def own_server(make_server: Callable[..., odoo.Server]) -> odoo.Server:
    return make_server()


@pytest.fixture
def cursor(open_cursor: Callable[[str], Any], own_server: odoo.Server) -> Any:
    return open_cursor(own_server.database)


def test_killed_night_is_made_up_for_once(own_server: odoo.Server, cursor: Any) -> None:
    rpc = XmlRpc(own_server.url, own_server.database, *ADMIN)
    clients = make_clients(rpc)
    assert len(count_by_client(rpc, PROFILES, clients)) == BUYERS
    told = count_by_client(rpc, MOVES, clients)
    for _kill in range(2):
        # the night has written profiles when it comes to the changes of status
        cursor.execute("LOCK TABLE client_profile_move IN SHARE MODE")
        begin_night(rpc)
        wait_until_held_up(cursor)
        own_server.kill_workers("WorkerCron")
        cursor.connection.rollback()
        assert not is_over(rpc)
        assert len(count_by_client(rpc, PROFILES, clients)) == BUYERS
        assert count_by_client(rpc, MOVES, clients) == told
    begin_night(rpc)
    wait_until(lambda: is_over(rpc), "all clients were judged", timeout=300)
    profiles = count_by_client(rpc, PROFILES, clients)
    assert len(profiles) == CLIENTS
    assert set(profiles.values()) == {1}
    moves = count_by_client(rpc, MOVES, clients)
    assert {moves[client] for client in clients[BUYERS:]} == {1}
    # by the rhythm of all the night may say something else of who has bought, once
    assert {moves[one] - told[one] for one in clients[:BUYERS]} <= {0, 1}
    begin_night(rpc)  # once more changes nothing
    wait_until(lambda: is_over(rpc), "all clients were judged again", timeout=300)
    assert count_by_client(rpc, MOVES, clients) == moves


def test_date_told_during_the_night_counts(
    own_server: odoo.Server, cursor: Any
) -> None:
    rpc = XmlRpc(own_server.url, own_server.database, *ADMIN)
    [client, *_others] = make_clients(rpc)
    # there is something for the night to write
    cursor.execute("UPDATE client_profile SET overdue_days = 999")
    cursor.connection.commit()
    cursor.execute(
        "UPDATE client_profile SET told_date = %s WHERE partner_id = %s",
        (get_day(9), client),
    )
    begin_night(rpc)
    wait_until_held_up(cursor)
    cursor.connection.commit()
    wait_until(lambda: is_over(rpc), "all clients were judged", timeout=300)
    told = [("partner_id", "=", client), ("is_told", "=", True)]
    assert rpc.call(PROFILES, "search_count", told) == 1
