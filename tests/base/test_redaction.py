from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.base.redaction import MASK, guard, redact, redact_value

GUARDED = "p@ss word/é+1"


@pytest.mark.parametrize(
    "form", [GUARDED, quote(GUARDED), quote(GUARDED, safe=""), quote_plus(GUARDED)]
)
def test_a_guarded_value_is_hidden_in_every_form(form: str) -> None:
    guard(GUARDED)
    assert redact(f"before {form} after") == f"before {MASK} after"


def test_log_ins_in_urls_are_hidden() -> None:
    assert redact("https://me:pw@host/x?USER=a&b=1") == f"https://{MASK}@host/x?USER={MASK}&b=1"


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
