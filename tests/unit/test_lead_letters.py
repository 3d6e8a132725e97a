import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools import letter_text, letters
from lead_capture.tools.letter_text import Forward
from lead_capture.tools.robots import Robot

HEAD = b"From: Ann <Ann@Example.com>\r\nTo: info@our.example\r\nSubject: Pumps\r\n"


def _make(text="20 pumps, please.", **headers):
    message = EmailMessage()
    for name, value in {
        "From": "Ann <ann@example.com>",
        "To": "info@our.example",
        "Subject": "Pumps",
        "Message-ID": "<1@example.com>",
        **headers,
    }.items():
        if value is not None:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def _read(message):
    return letters.read(message.as_bytes())


def _read_files(message):
    return letters.read_files(message.as_bytes())


def test_plain_letter():
    letter = _read(_make(References="<0@our.example>", In_Reply_To="<0@our.example>"))
    assert letter.key == letter.message_id == "<1@example.com>"
    assert (letter.sender, letter.sender_name) == ("ann@example.com", "Ann")
    assert letter.recipients == ("info@our.example",)
    assert letter.references == ("<0@our.example>",)
    assert (letter.subject, letter.text) == ("Pumps", "20 pumps, please.")
    assert (letter.robot, letter.forward) == (None, None)


def test_letter_without_id_is_known_by_its_digest():
    first = letters.read(HEAD + b"\r\nHello")
    assert first.message_id == ""
    assert first.key == letters.read(HEAD + b"\r\nHello").key
    assert first.key != letters.read(HEAD + b"\r\nHello!").key


def test_id_without_brackets_is_the_same_id():
    letter = letters.read(b"Message-ID: 1@example.com\r\n" + HEAD + b"\r\nHello")
    assert letter.key == "<1@example.com>"


def test_names_in_other_alphabets():
    letter = _read(_make(From="Олена Шевченко <olena@example.com>", Subject="Насоси"))
    assert (letter.sender_name, letter.subject) == ("Олена Шевченко", "Насоси")


def test_name_with_a_comma_and_an_address_in_it():
    source = (
        b"From: =?utf-8?q?Shevchenko=2C_boss=40other=2Eexample?= <ann@example.com>\r\n"
    )
    letter = letters.read(source + b"To: info@our.example\r\n\r\nHello")
    assert letter.sender == "ann@example.com"
    assert letter.sender_name == "Shevchenko, boss@other.example"


def test_who_it_was_delivered_to_is_a_recipient():
    message = _make(To="all@firm.example", Cc="Info <INFO@our.example>")
    message["Delivered-To"] = "box@our.example"
    assert _read(message).recipients == (
        "box@our.example",
        "all@firm.example",
        "info@our.example",
    )


def test_letter_without_from_has_no_sender():
    letter = _read(_make(From=None))
    assert (letter.sender, letter.text) == ("", "20 pumps, please.")


@pytest.mark.parametrize(
    ("charset", "content", "expected"),
    [
        (b"windows-1251", "Насос".encode("cp1251"), "Насос"),
        (b"x-unknown", "Насос".encode(), "Насос"),
        (b"utf-8", "Насос".encode("cp1251"), "Насос"),
        (b"us-ascii", b"a\x00b", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_text_in_any_letters(charset, content, expected):
    kind = b'Content-Type: text/plain; charset="' + charset + b'"\r\n'
    letter = letters.read(HEAD + kind + b"\r\n" + content)
    assert letter.text == expected


def test_html_alone():
    message = _make()
    message.set_content(
        "<style>p {color: red}</style><p>20 pumps,<br>please</p><script>x()</script>"
        "<table><tr><td>P-20</td><td>20</td></tr></table>",
        subtype="html",
    )
    assert _read(message).text == "20 pumps,\nplease\n\nP-20 20"


def test_plain_text_outranks_its_html_twin():
    message = _make("plain")
    message.add_alternative("<p>rich</p>", subtype="html")
    assert _read(message).text == "plain"


def test_files_of_nested_parts():
    message = _make()
    message.add_alternative("<p>20 pumps</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a")
    message.add_attachment(
        b"tnef", maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    assert [(file.name, file.content) for file in _read_files(message)] == [
        ("a", b"%PDF"),
        ("winmail.dat", b"tnef"),
    ]


def test_name_of_a_file_has_no_folders():
    message = _make()
    message.add_attachment(
        b"x", maintype="a", subtype="b", filename="..\\..\\etc/hosts"
    )
    assert [file.name for file in _read_files(message)] == ["hosts"]


def test_broken_base64_and_missing_boundary():
    kind = b"Content-Type: multipart/mixed; boundary=x\r\n"
    letter = letters.read(HEAD + kind + b"\r\nno parts at all")
    assert letter.sender == "ann@example.com"
    kind = b"Content-Transfer-Encoding: base64\r\n"
    assert letters.read(HEAD + kind + b"\r\n!!!").sender == "ann@example.com"


def test_letter_that_breaks_its_reader_still_has_sender_and_recipient(monkeypatch):
    monkeypatch.setattr(letters, "_read_message", lambda *args: 1 / 0)
    letter = letters.read(HEAD.replace(b"To: ", b"To:\r\n ") + b"\r\nHello")
    assert (letter.sender, letter.recipients) == (
        "ann@example.com",
        ("info@our.example",),
    )


def test_bomb_of_parts_is_cut():
    part = b"--x\r\nContent-Disposition: attachment\r\n\r\n1\r\n"
    kind = b"Content-Type: multipart/mixed; boundary=x\r\n"
    files = letters.read_files(HEAD + kind + b"\r\n" + part * 5000)
    assert 0 < len(files) < letters.MAX_PARTS


@given(st.binary(max_size=300))
def test_no_bytes_raise(source):
    letter = letters.read(HEAD + source)
    assert letter.key
    letter.text.encode()
    assert "\x00" not in letter.text + letter.subject + letter.sender_name


@given(st.text(max_size=200))
def test_no_text_raises(text):
    letter_text.html_to_text(text)
    assert letter_text.strip_history(text) or not " ".join(text.split()).strip("\x1f")


# ------------------------------------------------------------ history


@pytest.mark.parametrize(
    "head",
    [
        "On Mon, 2 Nov 2026 at 10:00, We <info@our.example> wrote:",
        "On Mon, 2 Nov 2026 at 10:00, We <info@our.example>\nwrote:",
        "пн, 2 лист. 2026 р. о 10:00 Ми <info@our.example> пише:",
        "02.11.2026 10:00, Мы пишет:",
        "-----Original Message-----",
        "________________________________",
        "From: We <info@our.example>\nSent: Monday\nTo: Ann",
        "Від: Ми <info@our.example>\nНадіслано: понеділок\nКому: Ann",
    ],
)
def test_letters_that_are_answered_are_left_out(head):
    text = f"Yes, 20.\n\n{head}\n> Do you want 20?\n\nRegards"
    assert letter_text.strip_history(text) == "Yes, 20."


def test_quoted_lines_between_are_left_out():
    text = "> Do you want 20?\nYes.\n> And a pump?\nNo."
    assert letter_text.strip_history(text) == "Yes.\nNo."


def test_letter_of_history_alone_stays_whole():
    assert letter_text.strip_history("> 20 pumps") == "> 20 pumps"


@pytest.mark.parametrize(
    "text",
    [
        "From: Kyiv\nWe need 20 pumps",
        "He wrote:\nnothing",
        "From: 10 to 20 pieces\nDate: as soon as you can\nThanks",
    ],
)
def test_words_of_the_writer_stay(text):
    assert letter_text.strip_history(text) == text


def test_letter_sent_on_stays_whole():
    text = "Look\n\n-----Original Message-----\nFrom: Bob"
    assert letter_text.strip_history(text, "Fwd: Pumps") == text


# ---------------------------------------------------------------- sent on

FORWARDED = """Please take it.

---------- Forwarded message ---------
From: Bob Smith <Bob@client.example>
Date: Mon, 2 Nov 2026 at 10:00
Subject: Pumps
To: <manager@our.example>

20 pumps. From: x <other@example.com>
"""


@pytest.mark.parametrize("subject", ["Fwd: Pumps", "FW: Pumps", "WG: Pumps"])
def test_sender_of_a_letter_sent_on(subject):
    assert letter_text.find_forward(FORWARDED, subject) == Forward(
        "Bob Smith", "bob@client.example"
    )


def test_sender_in_other_languages():
    text = "Від: Боб <bob@client.example>\nДата: 2 лист.\nТема: Насоси\nКому: ми"
    assert letter_text.find_forward(text, "Fwd: Насоси") == Forward(
        "Боб", "bob@client.example"
    )


def test_sender_is_not_guessed():
    two = FORWARDED.replace("<Bob@client.example>", "<a@x.example>, <b@y.example>")
    assert letter_text.find_forward(two, "Fwd: Pumps") is None
    without = FORWARDED.replace(" <Bob@client.example>", "")
    assert letter_text.find_forward(without, "Fwd: Pumps") is None
    assert letter_text.find_forward(FORWARDED, "Re: Pumps") is None


def test_sender_of_a_letter_sent_on_as_a_file():
    message = _make(Subject="Fwd: Pumps")
    message.add_attachment(_make(From="Bob <bob@client.example>"))
    letter = _read(message)
    assert letter.forward == Forward("Bob", "bob@client.example")
    (file,) = _read_files(message)
    assert file.mimetype == "message/rfc822"
    assert b"20 pumps" in file.content


# ---------------------------------------------------------------- bounces

BOUNCE = b"""From: MAILER-DAEMON@mx.example.com
To: info@our.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

It failed.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; Gone@client.example
Action: failed
Status: 5.1.1
--x
Content-Type: message/rfc822

From: info@our.example
To: gone@client.example
Subject: Offer

Hello
--x--
"""


def test_bounce_names_whom_it_did_not_reach():
    letter = letters.read(BOUNCE)
    assert (letter.robot, letter.bounced) == (Robot.BOUNCE, "gone@client.example")


def test_delay_is_told_from_a_bounce():
    letter = letters.read(BOUNCE.replace(b"failed\nStatus: 5", b"delayed\nStatus: 4"))
    assert letter.robot is Robot.DELAY


@pytest.mark.parametrize(
    "greeting",
    [
        "Hello, https://evil.example!",
        "Hello, www.evil!",
        "Hello, evil.example!",
        "Вітаємо, казино.укр!",
        "Hello, me@evil!",
        "Hello, call +38 067 123-45-67!",
        "Hello, " + "x" * 100,
    ],
)
def test_greeting_that_strangers_would_read_is_an_advert(greeting):
    assert letter_text.is_advert(greeting)


@pytest.mark.parametrize(
    "greeting",
    ["Hello, Ann!", "Вітаємо, Іваненко П. О.!", "Hello, O'Neil-Smith Jr.!", "Hello!"],
)
def test_greeting_of_a_person_is_none(greeting):
    assert not letter_text.is_advert(greeting)


BOMBS = {
    "no address": b"Cc: " + b"a" * 500_000 + b"\r\n" + HEAD + b"\r\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nx",
    "parameters": b"Content-Type: text/plain" + b";" * 400_000 + b"\r\n" + HEAD,
    "lines": HEAD + b"\r\n" + b"\n" * 5_000_000,
    "quoted lines": HEAD + b"\r\n" + b"> \n" * 600_000,
    "heads": HEAD + b"\r\n" + b"From: a\n" * 250_000,
    "parts": HEAD.replace(b"Subject", b"Content-Type: multipart/mixed; boundary=b\r\nX")
    + b"\r\n"
    + b"--b\r\n\r\nx\r\n" * 100_000,
    "headers": b"X: y\r\n" * 300_000 + HEAD + b"\r\nx",
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_letter_takes_long_to_read(name):
    begin = time.process_time()
    letters.read(BOMBS[name])
    letters.read_files(BOMBS[name])
    assert time.process_time() - begin < 20  # of hours without a bound


def test_bomb_still_says_whose_it_is():
    letter = letters.read(BOMBS["lines"])
    assert letter.sender == "ann@example.com"
    assert letter.recipients == ("info@our.example",)
