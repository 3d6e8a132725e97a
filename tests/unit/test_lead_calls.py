"""One call, told in any order and any number of times, is the same call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools.call_payload import (
    CallPayloadError,
    Reader,
    is_safe_url,
    look_up,
)
from lead_capture.tools.call_presets import PRESETS
from lead_capture.tools.calls import CallEvent, add_events, describe

NOON = datetime(2026, 3, 2, 12)
CLIENT, OURS = "+380670001122", "+380440001122"


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def event(kind, seconds=0, **values):
    values = {"from_number": CLIENT, "to_number": OURS, **values}
    return CallEvent(kind=kind, at=at(seconds), **values)


def call(*events):
    return describe(add_events({}, events))


EVENTS = st.builds(
    CallEvent,
    kind=st.sampled_from(["start", "answer", "end", "missed", "recording", "other"]),
    at=st.integers(0, 300).map(at),
    direction=st.sampled_from(["", "in", "out", "internal"]),
    disposition=st.sampled_from(["", "answered", "missed", "busy", "failed"]),
    from_number=st.sampled_from(["", CLIENT, "101"]),
    to_number=st.sampled_from(["", OURS, "102"]),
    extension=st.sampled_from(["", "101", "102"]),
    url=st.sampled_from(["", "https://records.example.com/1"]),
    started=st.none() | st.integers(0, 300).map(at),
    talk=st.none() | st.integers(0, 300),
    wait=st.none() | st.integers(0, 300),
)


@given(st.lists(EVENTS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(events, random):
    shuffled = events * 2
    random.shuffle(shuffled)
    assert add_events({}, shuffled) == add_events({}, events)


@given(st.lists(EVENTS, min_size=2, max_size=6), st.integers(1, 5))
def test_events_may_come_in_parts(events, cut):
    parts = add_events(add_events({}, events[:cut]), events[cut:])
    assert parts == add_events({}, events)


@given(st.lists(EVENTS, min_size=1, max_size=6))
def test_lengths_are_never_negative_and_no_talk_without_an_answer(events):
    found = call(*events)
    assert found.wait >= 0
    assert found.talk >= 0
    assert found.state == "answered" or not (found.talk or found.answered)


def test_answered_call_has_wait_and_talk():
    found = call(event("start"), event("answer", 12, extension="101"), event("end", 72))
    assert (found.state, found.direction) == ("answered", "in")
    assert (found.wait, found.talk, found.extension) == (12, 60, "101")
    assert (found.started, found.ended) == (NOON, at(72))
    assert found.client_number == CLIENT


def test_missed_call_waited_until_the_end():
    found = call(event("start"), event("missed", 25))
    assert (found.state, found.wait, found.talk) == ("missed", 25, 0)


def test_ringing_as_long_as_nothing_else_is_known():
    assert call(event("start")).state == "ringing"


def test_end_without_an_answer_is_a_missed_call():
    assert call(event("start"), event("end", 20)).state == "missed"


def test_late_answer_corrects_a_missed_call():
    assert call(event("missed", 20), event("answer", 10)).state == "answered"


def test_length_of_a_missed_call_is_no_talk():
    found = call(event("missed", 20), event("end", 20, talk=20))
    assert (found.state, found.talk) == ("missed", 0)


def test_only_the_end_is_known():
    found = call(event("end", 100, talk=60, wait=10))
    assert (found.state, found.started, found.answered) == ("answered", at(30), at(40))


def test_recording_alone_speaks_of_a_talk():
    found = call(event("recording", 90, url="https://records.example.com/1"))
    assert found.state == "answered"


def test_older_event_does_not_overwrite_newer_facts():
    newer = event("answer", 50, extension="102")
    older = event("answer", 10, extension="101")
    assert call(newer, older).extension == "102"
    assert call(newer, older).answered == at(10)


def test_whoever_answered_outweighs_those_it_rang_at():
    found = call(event("answer", 5, extension="101"), event("start", 9, extension="7"))
    assert found.extension == "101"


def test_busy_and_failed_are_told():
    for word in ("busy", "failed"):
        assert call(event("end", 3, disposition=word, talk=0)).state == word


@pytest.mark.parametrize(
    ("caller", "called", "direction", "client"),
    [
        (CLIENT, "101", "in", CLIENT),
        ("101", CLIENT, "out", CLIENT),
        ("101", "102", "internal", ""),
    ],
)
def test_the_short_number_is_ours(caller, called, direction, client):
    found = call(event("start", from_number=caller, to_number=called))
    assert (found.direction, found.client_number) == (direction, client)
    assert found.extension in ("101", "102")


# === READING ===


def normalize(text):
    digits = "".join(filter(str.isdigit, text))
    if len(digits) < 7:
        return ""
    return "+" + (digits if digits.startswith("380") else "38" + digits)


def make_reader(name=""):
    if not name:
        return Reader({}, UTC, normalize)
    preset = PRESETS[name]
    return Reader(
        preset.field_map,
        UTC,
        normalize,
        prefix="https://pbx.example.com/monitor",
        default_event=preset.default_event,
    )


OWN = {"call_id": "c1", "event": "start", "at": "2026-03-02T12:00:00Z", "from": CLIENT}


def read(payload, name="", received=NOON):
    return make_reader(name).parse(payload, received)


def test_own_form_is_read():
    reading = read({**OWN, "to": OURS, "extension": 101})
    assert (reading.call_id, reading.event_key) == ("c1", "c1:start")
    assert reading.event == event("start", extension="101")


@pytest.mark.parametrize("payload", [{"event": "start"}, {**OWN, "call_id": "x" * 201}])
def test_without_a_call_there_is_no_event(payload):
    with pytest.raises(CallPayloadError, match="call_id"):
        read(payload)


@pytest.mark.parametrize("word", ["", "hello", None, ["start"], {"a": 1}])
def test_unknown_event_is_refused(word):
    with pytest.raises(CallPayloadError, match="event"):
        read({**OWN, "event": word})


def test_services_may_tell_more_than_we_need():
    payload = {"event": "NOTIFY_IVR", "pbx_call_id": "in_1", "caller_id": CLIENT}
    assert read(payload, "zadarma").event.kind == "other"


@pytest.mark.parametrize(
    "moment",
    ["2026-03-02T14:00:00+02:00", "2026-03-02 12:00:00", "1772452800", 1772452800000],
)
def test_moment_is_read_in_every_form(moment):
    assert read({**OWN, "at": moment}, received=at(60)).event.at == NOON


@pytest.mark.parametrize(
    "moment", ["", "soon", "2126-01-01T00:00:00Z", "1970-01-01", "9" * 30, "NaN", None]
)
def test_impossible_moment_is_that_of_arrival(moment):
    assert read({**OWN, "at": moment}).event.at == NOON


@pytest.mark.parametrize(
    "url",
    [
        "http://records.example.com/1",
        "javascript:alert(1)",
        "https://user:secret@records.example.com/",
        "https://records.example.com/<script>",
        "https://",
        "https://[",
        "https://records.example.com/" + "a" * 2000,
    ],
)
def test_unsafe_link_is_left_out(url):
    assert read({**OWN, "url": url}).event.url == ""


def test_name_of_a_file_gets_the_prefix():
    reading = read({"uniqueid": "1.1", "recordingfile": "2026/in 1.wav"}, "asterisk")
    assert reading.event.url == "https://pbx.example.com/monitor/2026/in%201.wav"
    assert is_safe_url(reading.event.url)


def test_path_is_found_in_json_and_in_a_form():
    assert look_up({"a": {"b": 5}}, "a.b") == "5"
    assert look_up({"a[b]": "5"}, "a.b") == "5"
    assert look_up({"a": "5"}, "a.b") == ""
    assert look_up({"a": True}, "a") == ""


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_samples_of_a_service_make_an_answered_call(name):
    readings = [
        read(sample, name, datetime(2026, 3, 2, 11)) for sample in PRESETS[name].samples
    ]
    first = readings[0].call_id
    found = call(*(item.event for item in readings if item.call_id == first))
    assert (found.state, found.direction) == ("answered", "in")
    assert (found.client_number, found.talk) == (CLIENT, 60)
    assert found.extension
    assert len({item.event_key for item in readings}) == len(readings)


def test_unanswered_leg_of_a_table_is_missed():
    reading = read(PRESETS["asterisk"].samples[1], "asterisk")
    found = call(reading.event)
    assert (found.state, found.wait, found.talk) == ("missed", 24, 0)


def test_legs_of_a_group_that_rings_together_are_one_answered_call():
    answered = PRESETS["asterisk"].samples[0]
    missed = {**answered, "dst": "102", "disposition": "NO ANSWER", "billsec": "0"}
    received = datetime(2026, 3, 2, 11)
    legs = [read(leg, "asterisk", received).event for leg in (answered, missed)]
    assert call(*legs) == call(*reversed(legs))
    assert call(*legs).state == "answered"


def test_outgoing_call_of_zadarma():
    payload = {
        "event": "NOTIFY_OUT_END",
        "pbx_call_id": "out_1",
        "call_start": "2026-03-02 12:00:00",
        "internal": "100",
        "destination": CLIENT,
        "caller_id": OURS,
        "duration": "7",
        "disposition": "no answer",
    }
    found = call(read(payload, "zadarma").event)
    assert (found.state, found.direction) == ("missed", "out")
    assert (found.client_number, found.extension) == (CLIENT, "100")


@given(
    st.dictionaries(
        st.sampled_from(["call_id", "event", "at", "from", "to", "url", "duration"]),
        st.text("0:-TZ+\x00\ud800єa.[]", max_size=30)
        | st.integers()
        | st.floats()
        | st.none()
        | st.lists(st.just("start")),
    )
)
def test_no_payload_breaks_the_reader(payload):
    try:
        reading = read({**OWN, **payload})
    except CallPayloadError:
        return
    found = call(reading.event)
    assert found.state
    assert replace(found) == found
