from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.base.redaction import MASK, guard, guard_token, redact, redact_value

GUARDED = "p@ss word/é+1"


@pytest.mark.parametrize(
    "form", [GUARDED, quote(GUARDED), quote(GUARDED, safe=""), quote_plus(GUARDED)]
)
def test_a_guarded_value_is_hidden_in_every_form(form: str) -> None:
    guard(GUARDED)
    assert redact(f"before {form} after") == f"before {MASK} after"


def test_log_ins_in_urls_are_hidden() -> None:
    assert redact("https://me:pw@host/x?USER=a&b=1") == f"https://{MASK}@host/x?USER={MASK}&b=1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /x?a=1&access_token=9f-0c&b=2", f"GET /x?a=1&access_token={MASK}&b=2"),
        ("Authorization: Bearer eyJh.bGc_iOi-J9==", f"Authorization: Bearer {MASK}"),
        ('{"access_token": "9f0c", "x": 1}', f'{{"access_token": "{MASK}", "x": 1}}'),
        ("{'refresh_token':'9f0c'}", f"{{'refresh_token':'{MASK}'}}"),
        ("a Bearer token is required", "a Bearer token is required"),
        ("access_token is missing", "access_token is missing"),
    ],
)
def test_a_token_is_hidden_where_tokens_stand_even_if_nobody_guarded_it(
    text: str, shown: str
) -> None:
    assert redact(text) == shown


def test_a_live_token_is_hidden_anywhere_and_old_ones_are_not_kept_for_ever() -> None:
    guard("long lived secret")
    guard_token("token/number/0000")
    assert redact("see token%2Fnumber%2F0000") == f"see {MASK}"

    for number in range(1, 200):
        guard_token(f"token/number/{number:04}")

    assert redact("token/number/0199 token/number/0150") == f"{MASK} {MASK}"
    assert redact("token/number/0000") == "token/number/0000"
    assert redact("long lived secret") == MASK


def test_values_too_short_to_be_secrets_do_not_garble_texts() -> None:
    guard("a", "")
    assert redact("a banana") == "a banana"


@pytest.mark.parametrize(
    "key", ["secret", "ApiIntegrationCode", "user_name", "UserName", "api_key"]
)
def test_what_stands_under_a_secrets_name_is_hidden_whatever_it_is(key: str) -> None:
    assert redact_value(key, ["x"]) == MASK
    assert redact_value(key, None) is None


@given(st.text(), st.text())
def test_no_guarded_value_survives(before: str, after: str) -> None:
    guard(GUARDED)
    assert GUARDED not in redact(before + GUARDED + after)
