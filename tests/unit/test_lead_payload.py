import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools import payload as payloads
from lead_capture.tools.http_names import is_local_path
from lead_capture.tools.refusal import Refusal


def _refusal(function, *arguments):
    with pytest.raises(Refusal) as caught:
        function(*arguments)
    return caught.value.code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"{}", "empty"),
        (b"[1]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"{", "malformed"),
        (b'{"a": NaN}', "malformed"),
        (b'{"a": 1e999}', "malformed"),
        (b'{"a": ' + b"9" * 50 + b"}", "malformed"),
        (b'{"a": ' + b"9" * 5000 + b"}", "malformed"),
        (b'{"a": "\xff"}', "bad_encoding"),
        (b'{"a": "\\u0000"}', "bad_text"),
        (b'{"a": "\\ud800"}', "bad_text"),
        (b'{"\\u0000": 1}', "bad_text"),
        (b'{"a":' * 13 + b"1" + b"}" * 13, "too_deep"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
        (json.dumps({"a": [0] * 2000}).encode(), "too_many_fields"),
    ],
)
def test_bad_json_is_refused_with_its_reason(body, code):
    assert _refusal(payloads.read_json, body) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"a=%ff", "bad_encoding"),
        ("a=é".encode("latin-1"), "bad_encoding"),
        (b"a=%00", "bad_text"),
        (b"a&" * 2000, "too_many_fields"),
        (b"a=1&a[b]=2", "malformed"),
        (b"a" + b"[b]" * 12 + b"=1", "too_deep"),
    ],
)
def test_bad_form_is_refused_with_its_reason(body, code):
    assert _refusal(payloads.read_form, body) == code


def test_form_gives_lists_and_objects():
    body = b"a=1&a=2&b[]=3&c[d][e]=4&c[d][f]=5&g[=6&h="
    assert payloads.read_form(body) == {
        "a": ["1", "2"],
        "b": "3",
        "c": {"d": {"e": "4", "f": "5"}},
        "g[": "6",
        "h": "",
    }


def test_mark_of_byte_order_is_no_error():
    assert payloads.read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_what_python_knows_and_json_does_not_is_refused():
    assert _refusal(payloads.check, {"a": b"1"}) == "malformed"
    assert _refusal(payloads.check, {"a": object()}) == "malformed"


def test_digest_does_not_depend_on_the_order():
    first = payloads.make_digest({"a": 1, "b": "é"})
    assert first == payloads.make_digest({"b": "é", "a": 1})
    assert first != payloads.make_digest({"a": 1, "b": "e"})


def test_key_is_short_plain_text():
    assert payloads.tidy_key(" e-1 ") == "e-1"
    assert payloads.tidy_key(17) == "17"
    assert payloads.tidy_key(None) == ""
    assert payloads.tidy_key("x" * 999).startswith("sha256:")
    for key in (True, [1], {"a": 1}, "a\nb", "a\x00"):
        assert _refusal(payloads.tidy_key, key) == "bad_event_key"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body):
    for reader in (payloads.read_json, payloads.read_form):
        try:
            payload = reader(body)
        except Refusal:
            continue
        assert isinstance(payload, dict) and payload
        assert "\\u0000" not in json.dumps(payload).replace("\\\\", "")
        json.dumps(payload, allow_nan=False).encode("utf-8")


@pytest.mark.parametrize(
    "path", ["/thanks", "/", "/a/b?c=d#e", "/дякуємо", "/a//b", "/a:b"]
)
def test_page_of_the_same_site_is_local(path):
    assert is_local_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "thanks",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/a\r\nSet-Cookie: a=b",
        " //evil.example",
        "/a b",
        "/" + "a" * 600,
    ],
)
def test_anything_else_is_not(path):
    assert not is_local_path(path)
