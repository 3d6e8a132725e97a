import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools.robots import Envelope, Robot, is_robot_address, judge

PERSON = "olena@client.example.com"


def _judge(*headers, sender=PERSON, subject="Price of 20 pumps", **more):
    return judge(Envelope(headers=headers, sender=sender, subject=subject, **more))


def test_letter_of_a_person_is_no_robots():
    headers = (
        ("Message-ID", "<1@client.example.com>"),
        ("Precedence", "normal"),
        ("Auto-Submitted", "no"),
        ("X-Autoreply", "no"),
        ("X-Auto-Response-Suppress", "DR, RN"),
    )
    assert _judge(*headers) is None


@pytest.mark.parametrize(
    "header",
    [
        ("Auto-Submitted", "auto-replied"),
        ("AUTO-SUBMITTED", "Auto-Replied (vacation)"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "Re: your letter"),
        ("Precedence", "auto_reply"),
    ],
)
def test_header_of_an_automatic_answer(header):
    assert _judge(header) is Robot.ANSWER


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Offer 12",
        "Out of Office: Offer 12",
        "Автоматична відповідь: Пропозиція",
        "Автоответ: Предложение",
        "Abwesenheitsnotiz: Angebot",
    ],
)
def test_subject_of_an_automatic_answer(subject):
    assert _judge(subject=subject) is Robot.ANSWER


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic gates, price?",
        "Office furniture: out of stock?",
        "Автоматичні ворота",
        "Re: Automatic reply: Offer 12",
        "Delay of our order",
        "Vacation packages",
        "Undelivered goods",
    ],
)
def test_subject_of_a_person_about_such_things(subject):
    assert _judge(subject=subject) is None


def test_report_on_a_delivery_is_a_bounce():
    content_type = 'multipart/report; report-type="delivery-status"'
    assert _judge(content_type=content_type) is Robot.BOUNCE
    assert _judge(content_type=content_type, action="failed") is Robot.BOUNCE


def test_report_that_it_takes_longer_is_no_failure():
    report = {"content_type": "multipart/report; report-type=delivery-status"}
    assert _judge(**report, action="delayed", status="4.4.1") is Robot.DELAY
    assert _judge(**report, status="4.4.7") is Robot.DELAY
    assert _judge(**report, status="5.1.1") is Robot.BOUNCE


def test_report_that_it_was_read_is_an_answer():
    content_type = "multipart/report; report-type=disposition-notification"
    assert _judge(content_type=content_type) is Robot.ANSWER


@pytest.mark.parametrize(
    "sender", ["MAILER-DAEMON@mx.example.com", "mailer.daemon@x.y"]
)
def test_daemon_bounces_without_a_report(sender):
    assert _judge(sender=sender, subject="Hello") is Robot.BOUNCE
    assert _judge(sender=sender, subject="Delivery delayed") is Robot.DELAY


def test_postmaster_may_be_a_person():
    assert _judge(sender="postmaster@firm.example.com") is not Robot.BOUNCE
    subject = "Undeliverable: Offer 12"
    assert _judge(sender="postmaster@firm.example.com", subject=subject) is Robot.BOUNCE


def test_failed_recipients_are_a_bounce():
    assert _judge(("X-Failed-Recipients", "a@example.com")) is Robot.BOUNCE


@pytest.mark.parametrize(
    "header",
    [
        ("List-Id", "<news.shop.example.com>"),
        ("List-Unsubscribe", "<https://shop.example.com/out>"),
        ("Precedence", "bulk"),
    ],
)
def test_letter_to_many(header):
    assert _judge(header) is Robot.LIST


def test_gravest_wins():
    both = (("List-Id", "<x>"), ("Auto-Submitted", "auto-replied"))
    assert _judge(*both) is Robot.ANSWER
    assert _judge(*both, action="failed") is Robot.BOUNCE


def test_program_on_its_own_account():
    assert _judge(("Auto-Submitted", "auto-generated")) is Robot.NOTICE
    assert _judge(sender="no-reply@site.example.com") is Robot.NOTICE


@pytest.mark.parametrize(
    "address",
    [
        "noreply@example.com",
        "No-Reply@example.com",
        "do_not_reply@example.com",
        "donotreply@example.com",
        "shop.no-reply@example.com",
        "noreply+42@example.com",
        "bounce+ann=example.com@news.example.com",
        "notifications@example.com",
        "mailer-daemon@example.com",
    ],
)
def test_nobody_reads_it(address):
    assert is_robot_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "olena.noreh@example.com",
        "reply@example.com",
        "bouncer@example.com",
        "trampolines.bouncecastle@example.com",
        "noor@example.com",
        "info@noreply.example.com",
        "robotics@example.com",
        "",
    ],
)
def test_somebody_reads_it(address):
    assert not is_robot_address(address)


@given(
    st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=6),
    st.text(max_size=60),
    st.text(max_size=80),
)
def test_any_envelope_gets_a_verdict_whatever_the_order(headers, sender, subject):
    there = judge(Envelope(tuple(headers), sender, subject))
    back = judge(Envelope(tuple(reversed(headers)), sender, subject))
    assert there == back
