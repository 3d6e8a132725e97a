"""One door for every request: one person is one client, one event is one effect."""

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from clients import XmlRpc
from doors import Answer, Door, sign
from intake import make_channel, open_door, read_requests, wait_until_worked_on

from ground import odoo

PHONE = "+380671112233"
EMAIL = "olena@example.com"
PERSON = {"name": "Olena Bondar", "phone": "+38 (067) 111-22-33", "email": EMAIL}
FORM = "application/x-www-form-urlencoded"
SENDERS = 4


def at_once(actions: list[Callable[[], Any]]) -> list[Any]:
    """:return: what each action returned or raised, in their order"""
    results: list[Any] = [None] * len(actions)
    barrier = threading.Barrier(len(actions))

    def run(place: int) -> None:
        barrier.wait()
        try:
            results[place] = actions[place]()
        except Exception as error:  # noqa: BLE001 - the main thread looks at it
            results[place] = error

    threads = [
        threading.Thread(target=run, args=(place,)) for place in range(len(actions))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def post_form(door: Door, key: str) -> Answer:
    raw = urlencode(PERSON).encode()
    return door.post(raw, key, **{"Content-Type": FORM})


def miss_call(door: Door, call_id: str, phone: str = PHONE) -> Answer:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = {"call_id": call_id, "event": "missed", "at": moment, "from": phone}
    return door.post({**event, "to": "+380443334455"}, path="/call")


def make_mail_channel(rpc: XmlRpc, code: str) -> str:
    """:return: the address that letters to the channel are written to"""
    domain = "requests.example.com"
    if not rpc.call("mail.alias.domain", "search", [("name", "=", domain)]):
        rpc.call("mail.alias.domain", "create", {"name": domain})
    make_channel(rpc, code, "email", alias_name=code)
    return f"{code}@{domain}"


def deliver(rpc: XmlRpc, address: str, sender: str) -> int:
    """Hand a letter in as a mail server does; its own login, since threads share."""
    own = XmlRpc(rpc.url, rpc.database, "admin", "admin")
    letter = (
        f"From: Known <{sender}>\r\nTo: {address}\r\nSubject: Ten pallets\r\n"
        "Message-Id: <ten.pallets@example.com>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nWhat do ten pallets cost?\r\n"
    )
    own.call("mail.thread", "message_process", False, letter)
    return 200


def test_new_person_through_three_doors_at_once_is_one_client_and_one_lead(
    server: odoo.Server, rpc: XmlRpc
) -> None:
    codes = ["one_form", "one_hook", "one_call"]
    form = make_channel(rpc, "one_form", "form")
    hook = make_channel(rpc, "one_hook", "webhook", is_signed=True)
    call = make_channel(rpc, "one_call", "call")
    answers = at_once(
        [lambda n=n: post_form(form.again(), f"f{n}") for n in range(SENDERS)]
        + [lambda n=n: hook.again().post(PERSON, f"h{n}") for n in range(SENDERS)]
        + [lambda n=n: miss_call(call.again(), f"c{n}") for n in range(SENDERS)]
    )
    assert [answer.status for answer in answers] == [200] * (3 * SENDERS)
    assert len({answer.number for answer in answers}) == 3 * SENDERS
    wait_until_worked_on(rpc, codes, timeout=120)
    requests = read_requests(rpc, codes)
    assert {request["state"] for request in requests} == {"processed", "joined"}
    [client] = {request["partner_id"] for request in requests}
    [lead] = {request["lead_id"] for request in requests}
    assert client
    assert rpc.call("crm.lead", "search_count", [("partner_id", "=", client)]) == 1
    phones = [("phone_sanitized", "=", PHONE)]
    assert rpc.call("res.partner", "search", phones) == [client]
    assert lead


def test_known_client_through_form_call_webhook_and_mail_at_once_is_one_lead(
    server: odoo.Server, rpc: XmlRpc
) -> None:
    codes = ["all_form", "all_hook", "all_call", "all_mail"]
    phone, email = "+380672223344", "olena.known@example.com"
    client = rpc.call(
        "res.partner", "create", {"name": "Known", "phone": phone, "email": email}
    )
    form = make_channel(rpc, "all_form", "form")
    hook = make_channel(rpc, "all_hook", "webhook")
    call = make_channel(rpc, "all_call", "call")
    person = {"name": "Known", "phone": phone, "email": email}
    mail = make_mail_channel(rpc, "all_mail")
    answers = at_once(
        [
            lambda: form.post(person, "f").status,
            lambda: hook.post(person, "h").status,
            lambda: miss_call(call, "c", phone).status,
            lambda: deliver(rpc, mail, email),
        ]
    )
    assert answers == [200] * 4
    wait_until_worked_on(rpc, codes, timeout=120)
    requests = read_requests(rpc, codes)
    assert len(requests) == 4
    assert {request["partner_id"] for request in requests} == {client}
    assert len({request["lead_id"] for request in requests}) == 1
    [card] = rpc.call("res.partner", "read", [client], ["name", "phone", "email"])
    assert card == {"id": client, "name": "Known", "phone": phone, "email": email}


def test_same_event_sent_often_at_once_and_late_is_one_request(
    server: odoo.Server, rpc: XmlRpc
) -> None:
    door = make_channel(rpc, "replay", "webhook", is_signed=True)
    answers = at_once([lambda: door.again().post(PERSON, "same")] * 8)
    numbers = {answer.number for answer in answers}
    wait_until_worked_on(rpc, ["replay"], timeout=60)
    numbers.add(door.post(PERSON, "same").number)
    assert len(numbers) == 1
    [request] = read_requests(rpc, ["replay"])
    assert request["number"] in numbers


def test_signature_that_is_absent_wrong_or_old_is_refused_and_nothing_is_kept(
    server: odoo.Server, rpc: XmlRpc
) -> None:
    door = make_channel(rpc, "signed", "webhook", is_signed=True)
    bare = Door(server.url, door.token)
    raw = b'{"phone": "+380671112233"}'
    old = sign(raw, door.secret, int(time.time()) - 301)
    foreign = sign(raw, "another secret")
    for headers in ({}, {"X-Signature": old}, {"X-Signature": foreign}):
        assert bare.post(raw, **headers).status == 401
    assert not read_requests(rpc, ["signed"])


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"[]", 400), (b"{", 400), (b'{"a": "\\u0000"}', 400), (b" " * 3_000_000, 413)],
)
def test_what_cannot_be_kept_is_refused_in_short_json(
    server: odoo.Server, rpc: XmlRpc, raw: bytes, status: int
) -> None:
    door = Door(server.url, open_hook(rpc).token)
    answer = door.post(raw)
    assert answer.status == status
    assert set(answer.body) == {"error", "message"}


def open_hook(rpc: XmlRpc) -> Door:
    known = rpc.call("lead.channel", "search", [("code", "=", "refusing")])
    return (
        open_door(rpc, known[0]) if known else make_channel(rpc, "refusing", "webhook")
    )


def test_sender_beyond_the_limit_is_told_when_to_come_again(
    server: odoo.Server, rpc: XmlRpc
) -> None:
    door = make_channel(rpc, "limited", "form", address_limit=3)
    statuses = [door.post(PERSON, f"e{number}").status for number in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = door.post(PERSON, "e9")
    assert int(refused.headers["Retry-After"]) > 0
    assert door.post(PERSON, "e1").status == 200  # what is known is answered
