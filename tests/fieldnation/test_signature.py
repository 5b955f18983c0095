"""The signature of webhooks, checked against the standard library's own words."""

import hashlib
import hmac

import pytest

from isthmus.fieldnation import sign, signature_of, verify

SECRET = "3f1d0a70-13c5-4a39-9d3e-8a4a2c2a0a11"
BODY = b'{"event": {"name": "x"}, "n": 1.10}\n'


def test_a_signature_is_the_hex_hmac_of_the_raw_bytes() -> None:
    expected = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()

    assert sign(SECRET, BODY) == f"sha256={expected}"


def test_a_known_signature_does_not_change() -> None:
    # RFC 4231, test case 2
    signed = sign("Jefe", b"what do ya want for nothing?")

    assert signed == ("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")


@pytest.mark.parametrize("secrets", [[SECRET], ["old", SECRET], [SECRET, "new"]])
def test_any_live_secret_fits(secrets: list[str]) -> None:
    assert verify(BODY, sign(SECRET, BODY), secrets)


def test_the_bytes_must_be_the_very_ones() -> None:
    signed = sign(SECRET, BODY)

    assert not verify(BODY.strip(), signed, [SECRET])
    assert not verify(BODY.replace(b"1.10", b"1.1"), signed, [SECRET])


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256", "sha1=00", "sha256=zz", "sha256=é", sign("other", BODY), "=" * 99],
)
def test_anything_else_does_not_fit(signature: str) -> None:
    assert not verify(BODY, signature, [SECRET])


def test_no_secret_and_an_empty_one_sign_nothing() -> None:
    assert not verify(BODY, sign(SECRET, BODY), [])
    assert not verify(BODY, sign("", BODY), [""])


def test_case_and_a_missing_prefix_do_not_matter() -> None:
    signed = sign(SECRET, BODY)

    assert verify(BODY, signed.upper(), [SECRET])
    assert verify(BODY, signed.removeprefix("sha256="), [SECRET])


@pytest.mark.parametrize("name", ["X-FN-Signature", "x-fn-signature", "X-Signature", "Fn-Hash"])
def test_the_header_is_found_by_every_name_it_had(name: str) -> None:
    assert signature_of({"Content-Type": "x", name: "sha256=ab"}) == "sha256=ab"


def test_the_present_name_wins_and_none_is_empty() -> None:
    assert signature_of({"Fn-Hash": "old", "X-FN-Signature": "new"}) == "new"
    assert signature_of({}) == ""
