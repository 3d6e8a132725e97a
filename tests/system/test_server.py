"""The server itself: it answers at each door and survives what happens to it."""

import re
import time
from collections.abc import Callable

import pytest
from clients import Browser, Json2, Json2Error, XmlRpc

from ground import addons, odoo

ADMIN = ("admin", "admin")


def wait_until(condition: Callable[[], bool], *, timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def test_login_page_is_answered(server: odoo.Server) -> None:
    assert server.answers("/web/login")


def test_pages_find_their_scripts_and_styles_made(
    server: odoo.Server, rpc: XmlRpc
) -> None:
    """Otherwise every copy of the template makes them anew, and every tour."""
    browser = Browser(server.url, server.database)
    pages = [browser.read("/web/login")]
    browser.log_in(*ADMIN)
    pages.append(browser.read("/odoo"))
    for page in pages:
        urls = set(re.findall(r'"(/web/assets/[^"]+)"', page))
        assert urls
        made = rpc.call(
            "ir.attachment", "search_read", [("url", "in", sorted(urls))], ["url"]
        )
        assert {row["url"] for row in made} == urls


def test_addons_are_installed(rpc: XmlRpc) -> None:
    domain = [("state", "=", "installed"), ("name", "in", addons.names())]
    assert rpc.call("ir.module.module", "search_count", domain) == len(addons.names())


def test_wrong_password_is_refused(server: odoo.Server) -> None:
    with pytest.raises(PermissionError):
        XmlRpc(server.url, server.database, "admin", "wrong")


def test_record_written_at_one_door_is_read_at_the_other(
    rpc: XmlRpc, json2: Json2
) -> None:
    partner_id = rpc.call("res.partner", "create", {"name": "Ridge Timber"})
    [found] = json2.call("res.partner", "read", ids=[partner_id], fields=["name"])
    assert found == {"id": partner_id, "name": "Ridge Timber"}


def test_wrong_api_key_is_refused(server: odoo.Server) -> None:
    stranger = Json2(server.url, server.database, "0" * 40)
    with pytest.raises(Json2Error) as refusal:
        stranger.call("res.partner", "search_count", domain=[])
    assert refusal.value.status == 401


@pytest.mark.parametrize("kind", ["WorkerHTTP", "WorkerCron"])
def test_killed_workers_are_replaced(server: odoo.Server, kind: str) -> None:
    wait_until(lambda: bool(server.worker_pids(kind)))
    killed = server.kill_workers(kind)
    assert killed
    wait_until(lambda: bool(set(server.worker_pids(kind)) - set(killed)))
    assert server.answers("/web/login")


def test_records_survive_a_kill_of_everything(
    make_server: Callable[..., odoo.Server],
) -> None:
    server = make_server()
    rpc = XmlRpc(server.url, server.database, *ADMIN)
    partner_id = rpc.call("res.partner", "create", {"name": "Ridge Timber"})
    server.kill()
    server.start()
    rpc = XmlRpc(server.url, server.database, *ADMIN)
    [found] = rpc.call("res.partner", "read", [partner_id], ["name"])
    assert found["name"] == "Ridge Timber"
