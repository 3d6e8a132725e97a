import pytest
from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools import signature
from lead_capture.tools.refusal import Refusal

NOW = 1_800_000_000


def _refusal(*arguments):
    with pytest.raises(Refusal) as caught:
        signature.check(*arguments)
    return caught.value.code


def test_known_value_of_another_implementation():
    """As ``openssl dgst -sha256 -hmac key`` gives it for ``1800000000.{}``."""
    digest = "7321475872b03ff21bdc2dfd86ea2d99ec29c479fbe4a77aa6acf4509505493f"
    assert signature.sign("key", b"{}", NOW) == f"t={NOW},v1={digest}"


@given(st.text(min_size=1), st.binary(), st.integers(-300, 300))
def test_own_signature_is_taken_within_the_window(secret, body, late):
    signature.check(secret, body, signature.sign(secret, body, NOW), NOW + late)


@pytest.mark.parametrize("late", [301, -301])
def test_old_signature_is_stale(late):
    header = signature.sign("key", b"{}", NOW)
    assert _refusal("key", b"{}", header, NOW + late) == "stale_signature"


def test_another_body_secret_or_time_is_refused():
    header = signature.sign("key", b"{}", NOW)
    assert _refusal("key", b"{ }", header, NOW) == "bad_signature"
    assert _refusal("other", b"{}", header, NOW) == "bad_signature"
    moved = header.replace(str(NOW), str(NOW + 1))
    assert _refusal("key", b"{}", moved, NOW) == "bad_signature"


def test_empty_secret_opens_nothing():
    assert _refusal("", b"", signature.sign("", b"", NOW), NOW) == "bad_signature"


def test_one_of_two_signatures_is_enough_while_a_secret_is_changed():
    old = signature.sign("old", b"", NOW)
    new = signature.sign("new", b"", NOW).partition(",")[2]
    signature.check("new", b"", f"{old},{new}", NOW)


@pytest.mark.parametrize(
    "header",
    [
        "t=,v1=",
        "t=x,v1=00",
        "v1=00",
        f"t={NOW}",
        "t=-1,v1=0",
        "t=²,v1=0",
        "é",
        "," * 999,
    ],
)
def test_header_that_is_none_is_refused(header):
    assert _refusal("key", b"", header, NOW) == "bad_signature"


@given(st.text(min_size=1))
def test_no_header_is_an_error_of_the_program(header):
    with pytest.raises(Refusal):
        signature.check("key", b"", header, NOW)


def test_missing_header_says_so():
    assert _refusal("key", b"", "", NOW) == "no_signature"
