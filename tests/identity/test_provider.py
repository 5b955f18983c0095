"""Log-ins by a provider over real HTTP: who is let in, and what is refused."""

import base64
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from isthmus.base import redaction
from isthmus.identity import (
    Identity,
    LoginNotProven,
    NoRole,
    ProviderAway,
    ProviderSettings,
    ProviderWrong,
)
from isthmus.identity.provider import Provider
from tests.identity.provider import ANN, BACK, CLIENT, SECRET, OpenIdProvider, serving


@pytest.fixture
async def there() -> AsyncIterator[OpenIdProvider]:
    async with serving() as provider:
        yield provider


def settings(there: OpenIdProvider, **changed: Any) -> ProviderSettings:
    return replace(ProviderSettings(there.url, CLIENT, SECRET), **changed)


async def log_in(there: OpenIdProvider, ours: Provider | None = None, **changed: Any) -> Identity:
    ours = ours or Provider(settings(there))
    begun = await ours.begin(BACK)
    code, state = there.log_in(begun.url, **changed)
    assert begun.is_answered_by(state)
    return await ours.finish(begun, code, BACK)


async def test_whoever_logs_in_there_is_told_by_issuer_and_subject(there: OpenIdProvider) -> None:
    told = await log_in(there)
    assert told == Identity(there.url, ANN["sub"], "ann@contoso.example", "Ann Lee", None)


async def test_an_issuer_may_be_named_with_or_without_a_slash(there: OpenIdProvider) -> None:
    ours = Provider(settings(there, issuer=there.url + "/"))
    assert (await log_in(there, ours)).issuer == there.url, "as it names itself"


async def test_each_log_in_has_its_own_state_nonce_and_verifier(there: OpenIdProvider) -> None:
    ours = Provider(settings(there))
    first, second = await ours.begin(BACK), await ours.begin(BACK)
    for name in ("state", "nonce", "verifier"):
        values = {getattr(first, name), getattr(second, name)}
        assert len(values) == 2
        assert all(len(value) == 43 for value in values)
    assert not first.is_answered_by(second.state)
    assert not first.is_answered_by("")
    assert not first.is_answered_by("\u00e9\ud83d")
    assert first.verifier not in first.url
    assert first.state not in repr(first)


async def test_an_address_that_has_a_query_keeps_it(there: OpenIdProvider) -> None:
    there.document["authorization_endpoint"] = f"{there.url}/authorize?tenant=7"
    begun = await Provider(settings(there)).begin(BACK)
    assert begun.url.startswith(f"{there.url}/authorize?tenant=7&response_type=code")


@pytest.mark.parametrize(
    ("methods", "secret"),
    [
        (None, SECRET),
        (["client_secret_basic"], SECRET),
        (["client_secret_post"], SECRET),
        (None, ""),
    ],
)
async def test_the_client_proves_itself_as_the_provider_asks(
    there: OpenIdProvider, methods: list[str] | None, secret: str
) -> None:
    there.auth_methods, there.secret = methods, secret
    await log_in(there, Provider(settings(there, client_secret=secret)))
    assert secret not in there.forms[0].values() or methods == ["client_secret_post"] or not secret


async def test_discovery_is_remembered(there: OpenIdProvider) -> None:
    ours = Provider(settings(there))
    for _ in range(3):
        await log_in(there, ours)
    assert there.asked == ["openid-configuration", "keys", "token", "token", "token"]


# What does not hold


async def test_a_code_counts_once(there: OpenIdProvider) -> None:
    ours = Provider(settings(there))
    begun = await ours.begin(BACK)
    code, _ = there.log_in(begun.url)
    await ours.finish(begun, code, BACK)
    with pytest.raises(LoginNotProven, match="used up"):
        await ours.finish(begun, code, BACK)


async def test_a_code_of_another_browser_is_no_use(there: OpenIdProvider) -> None:
    ours = Provider(settings(there))
    mine, theirs = await ours.begin(BACK), await ours.begin(BACK)
    code, _ = there.log_in(theirs.url)
    with pytest.raises(LoginNotProven):
        await ours.finish(mine, code, BACK)


async def test_a_token_of_another_log_in_is_refused(there: OpenIdProvider) -> None:
    with pytest.raises(LoginNotProven, match="nonce"):
        await log_in(there, nonce="another")


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example.com"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"aud": [CLIENT, "another client"]},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"aud": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "never"},
        {"iat": 9_000_000_000},
        {"iat": None},
        {"nbf": 9_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"nonce": None},
        {"nonce": ["x"]},
    ],
    ids=str,
)
async def test_a_claim_that_does_not_hold_lets_nobody_in(
    there: OpenIdProvider, changed: dict[str, Any]
) -> None:
    there.claims |= changed
    with pytest.raises(LoginNotProven):
        await log_in(there)


async def test_a_token_for_us_among_others_is_taken(there: OpenIdProvider) -> None:
    there.claims |= {"aud": [CLIENT, "another client"], "azp": CLIENT}
    await log_in(there)


async def test_clocks_may_differ_by_a_minute(there: OpenIdProvider) -> None:
    there.claims |= {"exp": int(time.time()) - 30, "iat": int(time.time()) + 30}
    await log_in(there)


def part(told: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


async def test_a_token_without_a_signature_is_refused(there: OpenIdProvider) -> None:
    claims = {"iss": there.url, "aud": CLIENT, "exp": 9e9, "iat": 1, "sub": "1", "nonce": "n"}
    for algorithm in ("none", "None", ""):
        there.token = f"{part({'alg': algorithm, 'kid': 'one'})}.{part(claims)}."
        with pytest.raises(LoginNotProven):
            await log_in(there, nonce="n")


async def test_a_token_signed_by_a_shared_secret_is_refused(there: OpenIdProvider) -> None:
    claims = {"iss": there.url, "aud": CLIENT, "exp": 9_000_000_000, "iat": 1, "sub": "1"}
    key = OctKey.import_key(SECRET)
    there.token = jwt.encode({"alg": "HS256", "kid": "one"}, claims, key, algorithms=["HS256"])
    with pytest.raises(LoginNotProven):
        await log_in(there)


async def test_a_token_that_was_changed_is_refused(there: OpenIdProvider) -> None:
    header, claims, signature = there.signed("n").split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    there.token = ".".join((header, part(told | {"sub": "somebody else"}), signature))
    with pytest.raises(LoginNotProven, match="BadSignature"):
        await log_in(there)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b", "a.b.c", "a.b.c.d.e", "\u00e9.x.y"])
async def test_what_is_no_token_is_refused(there: OpenIdProvider, token: str) -> None:
    there.token = token
    with pytest.raises(LoginNotProven):
        await log_in(there)


async def test_a_token_signed_by_the_wrong_key_of_that_name_is_refused(
    there: OpenIdProvider,
) -> None:
    ours = Provider(settings(there))
    begun = await ours.begin(BACK)
    there.add_key("one")  # another one by the same name, after its keys were read
    code, _ = there.log_in(begun.url)
    with pytest.raises(LoginNotProven):
        await ours.finish(begun, code, BACK)


# Keys


async def test_keys_may_be_of_an_elliptic_curve_and_headers_hold_more(
    there: OpenIdProvider,
) -> None:
    there.add_key("curve", "EC")
    there.signs_with = "curve"
    there.header = {"vendor": "something", "typ": "JWT"}
    await log_in(there)


async def test_a_single_key_needs_no_name(there: OpenIdProvider) -> None:
    there.header = {"kid": None}
    await log_in(there)


async def test_new_keys_are_fetched_when_one_is_unknown_but_not_each_time(
    there: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Provider(settings(there))
    await log_in(there, ours)
    there.add_key("two")
    there.signs_with = "two"
    with pytest.raises(LoginNotProven, match="key"):
        await log_in(there, ours)
    assert there.asked.count("keys") == 1, "a minute has to pass"
    now = time.monotonic()
    monkeypatch.setattr("isthmus.identity.provider.monotonic", lambda: now + 61)
    await log_in(there, ours)
    assert there.asked.count("keys") == 2


# Who it is


@pytest.mark.parametrize(
    ("changed", "login", "name"),
    [
        ({"email_verified": None}, "ann@contoso.example", "Ann Lee"),
        ({"email_verified": False, "preferred_username": "ann"}, "ann", "Ann Lee"),
        ({"email": None, "preferred_username": "ann"}, "ann", "Ann Lee"),
        ({"email": None}, ANN["sub"], "Ann Lee"),
        ({"name": None, "given_name": "A.", "family_name": "Lee"}, "ann@contoso.example", "A. Lee"),
        ({"name": None}, "ann@contoso.example", "ann@contoso.example"),
    ],
)
async def test_login_and_name_are_the_best_there_are(
    there: OpenIdProvider, changed: dict[str, Any], login: str, name: str
) -> None:
    there.claims |= changed
    there.document["userinfo_endpoint"] = None
    told = await log_in(there)
    assert (told.login, told.name) == (login, name)


async def test_what_the_token_leaves_out_is_asked_for(there: OpenIdProvider) -> None:
    there.claims = {"sub": "7"}
    there.userinfo = {**ANN, "sub": "7", "iss": "https://evil.example.com"}
    told = await log_in(there)
    assert told == Identity(there.url, "7", "ann@contoso.example", "Ann Lee", None)


async def test_what_is_said_of_somebody_else_is_refused(there: OpenIdProvider) -> None:
    there.claims = {"sub": "7"}
    there.userinfo = dict(ANN)
    with pytest.raises(LoginNotProven, match="two people"):
        await log_in(there)


# Roles


@pytest.mark.parametrize(
    ("claim", "told", "role"),
    [
        ("groups", {"groups": ["Sales", "isthmus-viewer", "isthmus-admin"]}, "admin"),
        ("groups", {"groups": "isthmus-dispatcher"}, "dispatcher"),
        ("realm_access.roles", {"realm_access": {"roles": ["isthmus-viewer"]}}, "viewer"),
        ("https://x.example/roles", {"https://x.example/roles": ["isthmus-viewer"]}, "viewer"),
    ],
)
async def test_the_highest_role_of_a_claim_counts(
    there: OpenIdProvider, claim: str, told: dict[str, Any], role: str
) -> None:
    there.claims |= told
    ours = Provider(settings(there, role_claim=claim))
    assert (await log_in(there, ours)).role == role


@pytest.mark.parametrize("told", [{}, {"groups": []}, {"groups": ["Sales"]}, {"groups": {"a": 1}}])
async def test_who_has_no_role_there_is_not_let_in(
    there: OpenIdProvider, told: dict[str, Any]
) -> None:
    there.claims |= told
    there.userinfo = {"sub": ANN["sub"]}
    with pytest.raises(NoRole):
        await log_in(there, Provider(settings(there, role_claim="groups")))


async def test_a_role_may_be_told_by_userinfo_alone(there: OpenIdProvider) -> None:
    there.userinfo = {"sub": ANN["sub"], "groups": ["isthmus-viewer"]}
    ours = Provider(settings(there, role_claim="groups"))
    assert (await log_in(there, ours)).role == "viewer"


# A provider that cannot be used


async def test_another_issuer_than_was_asked_is_refused(there: OpenIdProvider) -> None:
    there.document["issuer"] = "https://evil.example.com"
    with pytest.raises(ProviderWrong, match="another issuer"):
        await Provider(settings(there)).begin(BACK)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("url", [None, 7, "", "http://id.example.com/x", "javascript:alert(1)"])
async def test_an_address_in_the_clear_is_refused(
    there: OpenIdProvider, name: str, url: Any
) -> None:
    there.document[name] = url
    with pytest.raises(ProviderWrong, match=name):
        await Provider(settings(there)).begin(BACK)


async def test_without_keys_nobody_is_sent_there(there: OpenIdProvider) -> None:
    there.keys.clear()
    with pytest.raises(ProviderWrong, match="keys"):
        await Provider(settings(there)).begin(BACK)


async def test_a_wrong_client_secret_is_told_and_not_shown(there: OpenIdProvider) -> None:
    with pytest.raises(ProviderWrong) as refused:
        await log_in(there, Provider(settings(there, client_secret="wrong-s3cr3t")))
    assert "invalid_client" in refused.value.what
    assert "wrong-s3cr3t" not in str(refused.value)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ((500, {}), ProviderAway),
        ((429, {}), ProviderAway),
        ((400, {"error": "<b>odd</b>"}), ProviderWrong),
        ((400, []), ProviderWrong),
        ((302, {}), ProviderWrong),
        ((200, []), ProviderWrong),
        ((200, {}), LoginNotProven),
    ],
)
async def test_what_else_is_answered_has_a_place(
    there: OpenIdProvider, refusal: tuple[int, Any], error: type[Exception]
) -> None:
    there.refuses = refusal
    with pytest.raises(error) as refused:
        await log_in(there)
    assert "odd" not in str(refused.value)


async def test_a_provider_that_is_away_is_worth_another_try() -> None:
    ours = Provider(ProviderSettings("http://127.0.0.1:9/realm", CLIENT, SECRET))
    with pytest.raises(ProviderAway):
        await ours.begin(BACK)


async def test_secrets_of_a_log_in_are_redacted(there: OpenIdProvider) -> None:
    ours = Provider(settings(there))
    begun = await ours.begin(BACK)
    code, _ = there.log_in(begun.url)
    await ours.finish(begun, code, BACK)
    for secret in (SECRET, begun.state, begun.nonce, begun.verifier, code, "an-access-token"):
        assert redaction.redact(f"x {secret} y") == f"x {redaction.MASK} y"
    assert SECRET not in repr(ours.settings)
