"""A file that is being applied survives what happens to the server."""

import base64
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from background import wait_until
from clients import XmlRpc

from ground import odoo

ADMIN = ("admin", "admin")
ROWS = 3000
FIRST_BATCH = 1000  # applied before the click is answered


def make_file(prefix: str, count: int = ROWS) -> dict[str, str]:
    """Values of ``client.import`` for a table of invented clients."""
    lines = ["Code;Name;Phone;City"]
    lines += [
        f"{prefix}{number};{prefix} Trade {number};+38067{number:07d};Kyiv"
        for number in range(count)
    ]
    data = base64.b64encode("\n".join(lines).encode()).decode()
    return {"data": data, "filename": f"{prefix}.csv"}


def bring_in(rpc: XmlRpc, values: dict[str, str]) -> int:
    file_id: int = rpc.call("client.import", "create", values)
    rpc.call("client.import", "action_read", [file_id])
    return file_id


def get_state(rpc: XmlRpc, file_id: int) -> str:
    [file] = rpc.call("client.import", "read", [file_id], ["state"])
    return str(file["state"])


def count_applied(rpc: XmlRpc, file_id: int) -> int:
    domain = [("import_id", "=", file_id), ("state", "=", "done")]
    return int(rpc.call("client.import.row", "search_count", domain))


def read_keys(rpc: XmlRpc, prefix: str) -> Counter[str]:
    found = rpc.call(
        "res.partner",
        "search_read",
        [("sync_key", "=like", f"{prefix}%")],
        ["sync_key"],
    )
    return Counter(partner["sync_key"] for partner in found)


@pytest.fixture
def own_server(make_server: Callable[..., odoo.Server]) -> odoo.Server:
    return make_server()


def test_kill_in_mid_apply_neither_doubles_nor_loses_a_row(
    own_server: odoo.Server,
) -> None:
    rpc = XmlRpc(own_server.url, own_server.database, *ADMIN)
    file_id = bring_in(rpc, make_file("K"))
    rpc.call("client.import", "action_apply", [file_id])
    wait_until(
        lambda: count_applied(rpc, file_id) > FIRST_BATCH,
        "the background began",
        timeout=120,
    )
    own_server.kill()
    own_server.start()
    rpc = XmlRpc(own_server.url, own_server.database, *ADMIN)
    before = count_applied(rpc, file_id)
    assert before == len(read_keys(rpc, "K"))
    wait_until(lambda: get_state(rpc, file_id) == "done", "applied", timeout=300)
    assert count_applied(rpc, file_id) == ROWS
    assert read_keys(rpc, "K") == Counter(f"K{number}" for number in range(ROWS))


def test_stopped_file_is_continued(own_server: odoo.Server) -> None:
    rpc = XmlRpc(own_server.url, own_server.database, *ADMIN)
    file_id = bring_in(rpc, make_file("S"))
    rpc.call("client.import", "action_apply", [file_id])
    rpc.call("client.import", "action_stop", [file_id])
    stopped_at = count_applied(rpc, file_id)
    assert FIRST_BATCH <= stopped_at < ROWS
    assert get_state(rpc, file_id) == "read"
    rpc.call("client.import", "action_apply", [file_id])
    wait_until(lambda: get_state(rpc, file_id) == "done", "applied", timeout=300)
    assert len(read_keys(rpc, "S")) == ROWS


def test_two_people_applying_one_file_at_once_create_each_client_once(
    own_server: odoo.Server,
) -> None:
    rpc = XmlRpc(own_server.url, own_server.database, *ADMIN)
    file_id = bring_in(rpc, make_file("T", count=300))
    connections = [
        XmlRpc(own_server.url, own_server.database, *ADMIN) for _ in range(2)
    ]
    failures: list[Exception] = []

    def apply(connection: XmlRpc) -> None:
        try:
            connection.call("client.import", "action_apply", [file_id])
        except Exception as error:  # noqa: BLE001 - the main thread looks at it
            failures.append(error)

    threads = [
        threading.Thread(target=apply, args=(connection,)) for connection in connections
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    wait_until(lambda: get_state(rpc, file_id) == "done", "applied", timeout=60)
    assert read_keys(rpc, "T") == Counter(f"T{number}" for number in range(300))
