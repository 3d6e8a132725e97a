import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools import messenger, telegram

NAMES = (
    *("id", "chat", "from", "text", "type", "contact", "photo", "document", "status"),
    *("file_id", "phone_number", "user_id", "location", "latitude", "longitude"),
    *("date", "message_id", "width", "new_chat_member", "data"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
OLENA = {"id": 700, "first_name": "Олена", "last_name": "Вітер", "username": "olena"}


def message(**values):
    body = {"message_id": 5, "chat": {"id": 700, "type": "private"}, "from": OLENA}
    return {"update_id": 1, "message": {**body, **values}}


def test_text_is_read():
    event = telegram.read_update(message(text="Добрий день", date=1700000000))
    assert event == messenger.ChatEvent(
        event="message",
        messenger="telegram",
        chat_key="700",
        message_key="5",
        person=messenger.ChatPerson("700", "Олена Вітер", "olena"),
        text="Добрий день",
        moment=1700000000,
    )


def test_start_carries_the_payload_of_the_link():
    event = telegram.read_update(message(text="/start spring_sale"))
    assert (event.text, event.payload) == ("", "spring_sale")
    assert telegram.deep_link("oak", "spring") == "https://t.me/oak?start=spring"


@pytest.mark.parametrize(
    ("user_id", "phone", "text"),
    [(700, "+380671234567", ""), (5, "", "380671234567"), (None, "", "380671234567")],
)
def test_only_the_own_phone_is_a_phone(user_id, phone, text):
    contact = {"phone_number": "380671234567", "user_id": user_id}
    event = telegram.read_update(message(contact=contact))
    assert (event.phone, event.text) == (phone, text)


def test_largest_photo_is_taken():
    photo = [{"file_id": "s", "width": 90}, {"file_id": "l", "width": 900}]
    event = telegram.read_update(message(photo=photo, caption="Ось"))
    assert event.file == messenger.ChatFile("l", "photo.jpg", "image/jpeg")
    assert event.text == "Ось"


def test_name_of_a_file_is_no_path():
    document = {"file_id": "d", "file_name": "..\\..\\etc/passwd"}
    assert telegram.read_update(message(document=document)).file.name == "passwd"
    document["file_name"] = "../.."
    assert telegram.read_update(message(document=document)).file.name == "document"


@pytest.mark.parametrize(
    ("status", "event"),
    [("kicked", "blocked"), ("member", "unblocked"), ("left", "other"), (7, "other")],
)
def test_stopping_the_bot(status, event):
    change = {
        "chat": {"id": 700, "type": "private"},
        "from": OLENA,
        "new_chat_member": {"status": status},
    }
    found = telegram.read_update({"update_id": 1, "my_chat_member": change})
    assert found.event == event


def test_button_edit_group_and_robot():
    chat = {"id": 700, "type": "private"}
    query = {"id": "q", "from": OLENA, "data": "yes", "message": {"chat": chat}}
    button = telegram.read_update({"update_id": 1, "callback_query": query})
    assert (button.event, button.text) == ("button", "yes")
    edited = {"update_id": 1, "edited_message": message(text="b")["message"]}
    assert telegram.read_update(edited).event == "edited"
    group = message(text="a", chat={"id": -1, "type": "supergroup"})
    assert telegram.read_update(group).is_group
    robot = message(text="a", **{"from": {**OLENA, "is_bot": True}})
    assert telegram.read_update(robot).event == "other"


@given(JSON)
def test_any_update_is_read_or_malformed(body):
    for name in ("message", "edited_message", "callback_query", "my_chat_member", "x"):
        event = telegram.read_update({"update_id": 1, name: body})
        assert len(event.text) <= 3 * messenger.MAX_TEXT
    for payload in (body, {"update_id": body}):
        try:
            telegram.read_update(payload)
        except messenger.ChatError as error:
            assert error.code == "malformed"


@given(JSON)
def test_any_gateway_is_read_or_malformed(body):
    for payload in (body, {"chat": body, "text": "a", "files": body, "at": body}):
        try:
            messenger.read_gateway(payload)
        except messenger.ChatError as error:
            assert error.code == "malformed"


def test_gateway_is_read():
    event = messenger.read_gateway(
        {
            "chat": 5,
            "message": "m",
            "text": "Ось",
            "messenger": "Viber",
            "files": [
                {"name": "a.jpg", "url": "https://x.com/a"},
                {"url": "file:///a"},
            ],
        }
    )
    assert (event.chat_key, event.messenger) == ("5", "viber")
    assert event.text == "Ось\na.jpg: https://x.com/a"


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (200, {"ok": True, "result": 1}, ""),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, "token"),
        (404, {"ok": False}, "token"),
        (403, {"ok": False, "description": "bot was blocked by the user"}, "blocked"),
        (400, {"ok": False, "description": "Bad Request: chat not found"}, "no_chat"),
        (400, {"ok": False, "description": "file is too big"}, "too_big"),
        (400, {"ok": False, "description": "message is empty"}, "refused"),
        (429, {"ok": False, "parameters": {"retry_after": 5}}, "too_many"),
        (409, {}, "conflict"),
        (502, None, "server"),
        (0, None, "server"),
        (-1, None, "unknown"),
        (200, "<html>", "server"),
    ],
)
def test_answers(status, body, failure):
    answer = telegram.read_answer(status, body)
    assert answer.failure == failure
    assert answer.may_try_again == (failure in ("too_many", "server", "conflict"))


def test_wait_has_a_limit():
    said = {"ok": False, "parameters": {"retry_after": 10**9}}
    assert telegram.read_answer(429, said).retry_after == 86400


@given(st.text(), st.integers(2, 50))
def test_parts_fit_and_lose_nothing(text, limit):
    parts = messenger.split_text(text, limit)
    assert all(part and messenger.units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_text_is_cut_between_sentences():
    assert messenger.split_text("One two. Three four", 15) == ["One two.", "Three four"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://x.com", "no_https"),
        ("https://", "no_host"),
        ("https://u:p@x.com", "no_host"),
        ("https://x.com:99999", "no_host"),
        ("https://[", "no_host"),
        ("", "no_https"),
    ],
)
def test_addresses_that_are_refused(url, code):
    with pytest.raises(messenger.ChatError) as error:
        messenger.check_url(url)
    assert error.value.code == code


def test_address_is_taken_apart():
    assert messenger.check_url("https://x.com/a") == ("x.com", 443)
    assert messenger.check_url(" https://x.com:8443/a ") == ("x.com", 8443)


def test_token_is_taken_out():
    assert telegram.redact("a 1:AB b", "1:AB") == "a *** b"
    assert telegram.redact("a", "") == "a"
