import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.autotask.webhooks import sign, verify
from isthmus.autotask.webhooks.signature import ESCAPED_MOST, escape

NOW, BEFORE = "the-secret-of-today", "the-secret-of-yesterday"
BODY = b'{"Action":"Update","Id":7}'

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_a_signature_made_by_hand_as_the_vendor_tells_it_holds() -> None:
    digest = hmac.new(NOW.encode(), BODY, hashlib.sha1).digest()
    found = verify(BODY, "sha1=" + base64.b64encode(digest).decode(), [NOW])
    assert found is not None
    assert (found.secret, found.form) == (0, "raw")


def test_it_tells_which_of_two_live_secrets_signed() -> None:
    for at, secret in enumerate((NOW, BEFORE)):
        found = verify(BODY, sign(BODY, secret), [NOW, BEFORE])
        assert found is not None
        assert found.secret == at


def test_the_current_secret_is_told_when_both_are_the_same() -> None:
    found = verify(BODY, sign(BODY, NOW), [NOW, NOW])
    assert found is not None
    assert found.secret == 0


def test_any_changed_byte_of_the_body_breaks_it() -> None:
    header = sign(BODY, NOW)
    for at in range(len(BODY)):
        changed = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
        assert verify(changed, header, [NOW, BEFORE]) is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha1=",
        "sha1",
        sign(BODY, NOW).removeprefix("sha1="),
        sign(BODY, NOW).replace("sha1", "sha256"),
        sign(BODY, NOW)[:-1],
        sign(BODY, NOW) + "=",
        "sha1=" + hmac.new(NOW.encode(), BODY, hashlib.sha1).hexdigest(),
        "sha1=" + base64.b64encode(bytes(20)).decode(),
        "sha1=" + "é" * 28,
        "sha1=" + "\udcff" * 28,
    ],
)
def test_a_header_that_is_no_signature_is_refused(header: str | None) -> None:
    assert verify(BODY, header, [NOW]) is None


def test_case_and_spaces_around_the_header_do_not_matter() -> None:
    assert verify(BODY, " SHA1 = " + sign(BODY, NOW)[5:] + " ", [NOW]) is not None


def test_an_empty_secret_lets_nothing_in() -> None:
    assert verify(BODY, sign(BODY, ""), [""]) is None
    assert verify(BODY, sign(BODY, ""), ["", NOW]) is None
    assert verify(BODY, sign(BODY, NOW), []) is None


def test_the_vendors_escaping_is_that_of_its_json_writer() -> None:
    text = json.dumps({"a": "&<>'\"`+\\/é😀\n\x7f\x01"}, ensure_ascii=False)
    assert escape(text.encode()) == (
        b'{"a":"\\u0026\\u003C\\u003E\\u0027\\u0022\\u0060\\u002B\\\\/\\u00E9\\uD83D\\uDE00'
        b'\\n\\u007F\\u0001"}'
    )


@given(json_values)
def test_a_body_that_was_decoded_and_encoded_again_on_the_way_still_verifies(value: object) -> None:
    signed = escape(json.dumps(value).encode())
    assert signed is not None
    header = sign(signed, NOW)
    for again in (
        json.dumps(value, ensure_ascii=False, indent=2),
        json.dumps(value),
        json.dumps(value, ensure_ascii=False, separators=(",", ":")),
    ):
        assert verify(again.encode("utf-8", "surrogatepass"), header, [BEFORE, NOW]) is not None


@given(json_values)
def test_escaping_changes_no_value(value: object) -> None:
    escaped = escape(json.dumps(value, ensure_ascii=False).encode())
    assert escaped is not None
    assert escaped.isascii()
    assert json.loads(escaped) == value
    assert escape(escaped) == escaped


@given(st.binary(max_size=300), st.none() | st.text(max_size=60))
def test_no_bytes_and_no_header_raise(body: bytes, header: str | None) -> None:
    assert verify(body, header, [NOW, BEFORE]) is None


@given(st.binary(max_size=300))
def test_a_raw_signature_holds_whatever_the_bytes_are(body: bytes) -> None:
    found = verify(body, sign(body, BEFORE), [NOW, BEFORE])
    assert found is not None
    assert (found.secret, found.form) == (1, "raw")


def test_a_body_nested_without_end_is_refused_and_does_not_raise() -> None:
    assert verify(b"[" * 200_000, sign(b"x", NOW), [NOW]) is None


def test_a_long_body_is_verified_as_it_came_and_never_rewritten_for_a_stranger() -> None:
    body = b'{"a":"' + b"x" * ESCAPED_MOST + b'"}'
    assert verify(body, sign(body, NOW), [NOW]) is not None
    assert escape(body) is None
    assert escape(body[: ESCAPED_MOST // 2] + b'"}') is not None
