"""What is told to clients and managers is told once, whatever happens to the server.

An answer in a messenger, a word about a deadline, a letter: a power cut comes while
they go out, and afterwards nothing is lost. What may be told twice is told with the
number it had before.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import receivers
from background import begin_cron, finish_cron, wait_until, wait_until_held_up
from clients import XmlRpc
from doors import Door
from intake import make_channel, make_managers, wait_until_worked_on
from receivers import Receiver

from ground import odoo

ADMIN = ("admin", "admin")
PEOPLE = 6
HELD = 3  # which of them the power cut meets
TOKEN = "123456789:AAExampleExampleExampleExampleExample"
MANAGERS = 12
LEADS = 60  # five a manager: more at once are told in one sentence
BATCH = 50  # of deadlines, committed together
OUTBOX, LETTERS = "lead.chat.message", "mail.mail"


@pytest.fixture
def rpc(server: odoo.Server) -> XmlRpc:
    """The administrator; also when the test before has left the server dead."""
    if not server.answers():
        server.kill()
        server.start()
    return XmlRpc(server.url, server.database, *ADMIN)


@pytest.fixture
def cursor(open_cursor: Callable[[str], Any], server: odoo.Server) -> Any:
    """Somebody else in the database; what he changes is committed at once."""
    cursor = open_cursor(server.database)
    cursor.connection.autocommit = True
    return cursor


def cut_power(server: odoo.Server, receiver: Receiver) -> None:
    """End all processes while the receiver holds an arrival, and start anew."""
    server.kill()
    receiver.let_go()
    server.start()


# --------------------------------------------------------------- messengers


def make_bot(rpc: XmlRpc, receiver: Receiver) -> Door:
    """:return: Telegram at the door of a bot, with what it proves itself by"""
    rpc.call(
        "ir.config_parameter", "set_param", "lead_capture.telegram_url", receiver.url
    )
    return make_channel(rpc, "bot", "telegram", telegram_token=TOKEN, asks_phone=False)


def make_gateway(rpc: XmlRpc, receiver: Receiver) -> Door:
    rpc.call("ir.config_parameter", "set_param", "lead_capture.private_urls", "1")
    url = f"{receiver.url}/answers"
    return make_channel(rpc, "gateway", "webhook", is_signed=True, reply_url=url)


def let_write(rpc: XmlRpc, code: str, door: Door) -> list[dict[str, Any]]:
    """Let people write in a messenger.

    :return: id, chat_key and lead_id of their conversations
    """
    domain = [("code", "=", code)]
    [channel] = rpc.call("lead.channel", "search_read", domain, ["secret"])
    for number in range(1, PEOPLE + 1):
        update = {
            "update_id": number,
            "message": {
                "message_id": number,
                "from": {"id": number, "is_bot": False, "first_name": f"P{number}"},
                "chat": {"id": number, "type": "private"},
                "text": "What is the price?",
            },
        }
        told = {"chat": f"c{number}", "message": f"m{number}", "text": "The price?"}
        secret = {"X-Telegram-Bot-Api-Secret-Token": channel["secret"]}
        answer = door.post(update, **secret) if code == "bot" else door.post(told)
        assert answer.number
    wait_until_worked_on(rpc, [code], timeout=60)
    domain = [("channel_id", "=", channel["id"])]
    chats = rpc.call("lead.chat", "search_read", domain, ["chat_key", "lead_id"])
    assert len(chats) == PEOPLE
    return list(chats)


def answer(rpc: XmlRpc, chats: list[dict[str, Any]]) -> None:
    """Answer each conversation from its lead; the text names the conversation."""
    for chat in chats:
        values = {"lead_id": chat["lead_id"][0], "chat_id": chat["id"]}
        values["body"] = f"To {chat['chat_key']}"
        answers = rpc.call("lead.chat.answer", "create", [values])
        rpc.call("lead.chat.answer", "action_send", answers)


def read_answers(rpc: XmlRpc, code: str) -> dict[str, tuple[str, Any]]:
    """:return: text of an answer -> how it stands, and why"""
    domain = [("direction", "=", "out"), ("chat_id.channel_id.code", "=", code)]
    names = ["body", "state", "reason_code"]
    found = rpc.call(OUTBOX, "search_read", domain, names)
    assert len(found) == PEOPLE
    return {one["body"]: (one["state"], one["reason_code"]) for one in found}


def cut_off_an_answer(
    server: odoo.Server, receiver: Receiver, rpc: XmlRpc, code: str, door: Door
) -> str:
    """Answer everybody, cut the power in one of the calls, let the rest be sent.

    :return: the text of the answer that was under way
    """
    chats = let_write(rpc, code, door)
    receiver.hold(HELD)
    answer(rpc, chats)
    _path, told = receiver.wait_until_held()
    cut_power(server, receiver)
    text = str(told["text"])
    begin_cron(rpc, OUTBOX)

    def is_rest_sent() -> bool:
        stand = read_answers(rpc, code)
        assert stand.pop(text) == ("sending", False)
        return set(stand.values()) == {("sent", False)}

    wait_until(is_rest_sent, "the other answers were sent", timeout=60)
    return text


def give_up_who_claimed(cursor: Any) -> None:
    """Let two minutes pass, in which no call of the killed process has ended."""
    cursor.execute(
        "UPDATE lead_chat_message SET claimed_at = claimed_at - INTERVAL '5 minutes'"
        " WHERE state = 'sending'"
    )
    assert cursor.rowcount == 1


def test_killed_sender_repeats_no_answer_in_telegram(
    server: odoo.Server, rpc: XmlRpc, cursor: Any
) -> None:
    """Telegram has no number by which it would know the second copy."""
    with receivers.messenger() as telegram:
        door = make_bot(rpc, telegram)
        cut_off = cut_off_an_answer(server, telegram, rpc, "bot", door)
        give_up_who_claimed(cursor)
        finish_cron(rpc, OUTBOX)
        stand = read_answers(rpc, "bot")
        assert stand[cut_off] == ("failed", "unknown")
        texts = Counter(told["text"] for _path, told in telegram.got)
        assert texts == Counter(stand.keys())
        # the author is told, once
        told = [("body", "ilike", "did not arrive"), ("model", "=", "crm.lead")]
        assert rpc.call("mail.message", "search_count", told) == 1
        finish_cron(rpc, OUTBOX)
        assert rpc.call("mail.message", "search_count", told) == 1
        assert len(telegram.got) == PEOPLE


def test_killed_sender_repeats_to_a_gateway_with_the_same_number(
    server: odoo.Server, rpc: XmlRpc, cursor: Any
) -> None:
    with receivers.messenger() as gateway:
        door = make_gateway(rpc, gateway)
        cut_off = cut_off_an_answer(server, gateway, rpc, "gateway", door)
        give_up_who_claimed(cursor)
        finish_cron(rpc, OUTBOX)
        assert read_answers(rpc, "gateway")[cut_off] == ("queued", False)
        cursor.execute("UPDATE lead_chat_message SET next_try_at = NULL")
        finish_cron(rpc, OUTBOX)
        stand = read_answers(rpc, "gateway")
        assert set(stand.values()) == {("sent", False)}
        told = Counter((one["message"], one["text"]) for _path, one in gateway.got)
        assert {text for _number, text in told} == set(stand)
        assert len(told) == PEOPLE
        assert {text for (_number, text), count in told.items() if count > 1} == {
            cut_off
        }


# ---------------------------------------------------------------- deadlines


def make_late_leads(rpc: XmlRpc, cursor: Any) -> list[int]:
    """Make leads that nobody has answered in time: each is to be given to another.

    :return: the ids of their rounds, in the order in which they are worked on
    """
    team = make_managers(rpc, dict.fromkeys(range(MANAGERS), 0))
    old = rpc.call("lead.sla.policy", "search", [])
    rpc.call("lead.sla.policy", "write", old, {"active": False})
    policy = {"name": "An Hour", "response_hours": 1, "warn_minutes": 15}
    rules = [(0, 0, {"minutes": 0, "kind": "reassign"})]
    rpc.call("lead.sla.policy", "create", {**policy, "rule_ids": rules})
    domain = [("crm_team_id", "=", team)]
    members = rpc.call("crm.team.member", "search_read", domain, ["user_id"])
    values = [
        {
            "name": f"Late {number}",
            "type": "opportunity",
            "team_id": team,
            "user_id": members[number % MANAGERS]["user_id"][0],
        }
        for number in range(LEADS)
    ]
    quiet = {"mail_auto_subscribe_no_notify": True}  # no letter to each manager
    leads = rpc.call("crm.lead", "create", values, context=quiet)
    moment = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=10)
    cursor.execute(
        "UPDATE lead_response SET asked_at = %(at)s, deadline = %(at)s,"
        " warn_at = %(at)s, next_step_at = %(at)s, verdict = 'late'"
        " WHERE lead_id = ANY(%(leads)s)",
        {"at": moment, "leads": leads},
    )
    assert cursor.rowcount == LEADS
    cursor.execute(
        "SELECT id FROM lead_response WHERE lead_id = ANY(%s) ORDER BY lead_id",
        (leads,),
    )
    return [id_ for (id_,) in cursor.fetchall()]


def count_effects(rpc: XmlRpc) -> list[Counter[str]]:
    """:return: lead -> how often: given away, its manager told, both taken down"""
    effects: list[Counter[str]] = []
    for model, lead, domain in (
        ("lead.assignment", "lead_id", [("kind", "=", "escalation")]),
        ("mail.activity", "res_id", [("summary", "ilike", "No answer since")]),
        ("lead.escalation", "lead_id", [("kind", "=", "reassign")]),
    ):
        found = rpc.call(model, "search_read", domain, [lead])
        effects.append(Counter(str(one[lead]) for one in found))
    return effects


def test_killed_escalation_gives_each_late_request_away_once(
    server: odoo.Server, rpc: XmlRpc, cursor: Any
) -> None:
    rounds = make_late_leads(rpc, cursor)
    # the first batch is committed, the second has done everything but its last word
    cursor.connection.autocommit = False
    cursor.execute(
        "SELECT FROM lead_response WHERE id = %s FOR UPDATE", (rounds[BATCH + 5],)
    )
    begin_cron(rpc, "lead.escalation")
    wait_until_held_up(cursor)
    server.kill()
    cursor.connection.rollback()
    server.start()
    assert [len(counts) for counts in count_effects(rpc)] == [BATCH] * 3
    for _run in range(2):  # once more changes nothing
        finish_cron(rpc, "lead.escalation")
        for counts in count_effects(rpc):
            assert len(counts) == LEADS
            assert set(counts.values()) == {1}


# ------------------------------------------------------------------ letters


def make_asking(rpc: XmlRpc, mails: Receiver) -> Door:
    """:return: the door of a channel that answers by letter"""
    rpc.call(
        "ir.mail_server",
        "create",
        {"name": "ours", "smtp_host": receivers.HOST, "smtp_port": mails.port},
    )
    companies = rpc.call("res.company", "search", [])
    rpc.call("res.company", "write", companies, {"email": "us@example.com"})
    return make_channel(rpc, "asking", "webhook", is_auto_replied=True)


def read_receivers(mails: Receiver) -> Counter[str]:
    """:return: address of a client -> how many letters he got"""
    return Counter(str(one["To"]) for one in mails.got)


def test_killed_server_writes_one_letter_to_each_client(
    server: odoo.Server, rpc: XmlRpc, cursor: Any
) -> None:
    with receivers.mail_server() as mails:
        door = make_asking(rpc, mails)
        cursor.execute("DELETE FROM mail_mail")  # notices to managers of other tests
        cursor.connection.autocommit = False
        cursor.execute("LOCK TABLE mail_mail IN SHARE MODE")
        for number in range(PEOPLE):
            person = {"name": f"P{number}", "email": f"p{number}@client.example"}
            assert door.post(person, f"e{number}").number
        wait_until_held_up(cursor)
        server.kill()
        cursor.connection.rollback()
        server.start()
        assert not rpc.call("lead.auto.reply", "search_count", [])
        begin_cron(rpc, "lead.request")
        wait_until_worked_on(rpc, ["asking"], timeout=60)
        mails.hold(HELD)
        begin_cron(rpc, LETTERS)
        held = mails.wait_until_held()
        cut_power(server, mails)
        finish_cron(rpc, LETTERS)
        counts = read_receivers(mails)
        assert len(counts) == PEOPLE
        # who got it as the power went gets it again: the same letter, by its number
        assert {to for to, count in counts.items() if count > 1} <= {held["To"]}
        assert len({one["Message-Id"] for one in mails.got}) == len(counts)
        replies = rpc.call("lead.auto.reply", "search_read", [], ["client_key"])
        assert Counter(one["client_key"] for one in replies) == Counter(
            f"p{number}@client.example" for number in range(PEOPLE)
        )
        finish_cron(rpc, LETTERS)
        assert read_receivers(mails) == counts
