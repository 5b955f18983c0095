"""An OpenID Connect provider: where to send a browser, and who came back."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc.jwk import KeySet

from isthmus.base.clock import monotonic, utc_now
from isthmus.base.ids import new_secret
from isthmus.base.redaction import guard, guard_token
from isthmus.identity.calls import get, post, read_object, safe, wrong
from isthmus.identity.claims import KeyUnknown, has_all, identity_of, read_keys, verify
from isthmus.identity.errors import LoginNotProven, ProviderWrong
from isthmus.identity.shapes import Begun, Identity, ProviderSettings
from isthmus.transport import Answer

DISCOVERY: Final = "/.well-known/openid-configuration"
_FRESH_SECONDS: Final = 3600.0
_KEYS_AGAIN_SECONDS: Final = 60.0  # whoever sends tokens with made-up keys must not make us call


@dataclass(frozen=True, slots=True)
class _Found:
    """What discovery told; `at` is on the monotonic clock."""

    issuer: str
    authorize: str
    token: str
    userinfo: str
    takes_basic: bool
    at: float
    keys: KeySet


class Provider:
    """
    One provider. May be kept for the life of a process; remembers what discovery told for an hour.

    Every method may raise ProviderAway and ProviderWrong.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._found: _Found | None = None
        if settings.client_secret:
            guard(settings.client_secret)

    async def begin(self, redirect_uri: str) -> Begun:
        """Begin a log-in. Args: redirect_uri: where the browser comes back to, as registered."""
        found = await self._discover()
        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        for secret in (state, nonce, verifier):
            guard_token(secret)
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(found.authorize).query else "?"
        return Begun(f"{found.authorize}{joint}{urlencode(asked)}", state, nonce, verifier)

    async def finish(self, begun: Begun, code: str, redirect_uri: str) -> Identity:
        """
        Return who came back with a code. Compare the state first: `begun.is_answered_by`.

        Raises: LoginNotProven. NoRole: roles are the provider's matter, and it gives none.
        """
        found = await self._discover()
        guard_token(code)
        told = await self._exchange(found, begun, code, redirect_uri)
        claims = await self._verified(found, str(told.get("id_token") or ""), begun.nonce)
        access = told.get("access_token")
        if not has_all(claims, self.settings) and found.userinfo and isinstance(access, str):
            claims = await _completed(found.userinfo, access, claims)
        return identity_of(claims, self.settings, found.issuer)

    async def _exchange(
        self, found: _Found, begun: Begun, code: str, redirect_uri: str
    ) -> dict[str, Any]:
        """Turn a code into tokens. Raises: LoginNotProven, ProviderWrong."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": begun.verifier,
        }
        client, secret = self.settings.client_id, self.settings.client_secret
        headers = {}
        if secret and found.takes_basic:
            pair = f"{quote_plus(client)}:{quote_plus(secret)}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        else:
            form |= {"client_id": client, **({"client_secret": secret} if secret else {})}
        answer = await post(found.token, form, headers)
        if answer.status != 200:
            raise _refusal(answer, found.token)
        told = read_object(answer, found.token)
        for name in ("access_token", "refresh_token", "id_token"):
            if isinstance(told.get(name), str):
                guard_token(told[name])
        return told

    async def _verified(self, found: _Found, token: str, nonce: str) -> dict[str, Any]:
        try:
            return verify(token, found.keys, self.settings, found.issuer, nonce, now=utc_now())
        except KeyUnknown:
            pass
        keys = await self._newer_keys(found)
        try:
            return verify(token, keys, self.settings, found.issuer, nonce, now=utc_now())
        except KeyUnknown:
            raise LoginNotProven("its token is signed by a key it does not name") from None

    async def _newer_keys(self, found: _Found) -> KeySet:
        if monotonic() - found.at < _KEYS_AGAIN_SECONDS:
            return found.keys
        self._found = await self._look()
        return self._found.keys

    async def _discover(self) -> _Found:
        if self._found is None or monotonic() - self._found.at > _FRESH_SECONDS:
            self._found = await self._look()
        return self._found

    async def _look(self) -> _Found:
        place = safe(self.settings.issuer, "issuer").rstrip("/") + DISCOVERY
        told = await get(place)
        issuer = told.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self.settings.issuer.rstrip("/"):
            raise wrong("it says it is another issuer", place)
        keys_url = safe(told.get("jwks_uri"), "jwks_uri")
        userinfo = told.get("userinfo_endpoint")
        try:
            keys = read_keys(await get(keys_url))
        except ValueError as error:
            raise wrong(str(error), keys_url) from None
        return _Found(
            issuer=issuer,
            authorize=safe(told.get("authorization_endpoint"), "authorization_endpoint"),
            token=safe(told.get("token_endpoint"), "token_endpoint"),
            userinfo=safe(userinfo, "userinfo_endpoint") if userinfo else "",
            takes_basic=_takes_basic(told.get("token_endpoint_auth_methods_supported")),
            at=monotonic(),
            keys=keys,
        )


def challenge_of(verifier: str) -> str:
    """Return what proves later that a code came to whom it was given. Source: RFC 7636, S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _takes_basic(methods: object) -> bool:
    """Tell how the secret is sent; where nothing is said, it is by the header."""
    return not isinstance(methods, list) or "client_secret_basic" in methods


async def _completed(userinfo: str, access: str, claims: Mapping[str, Any]) -> dict[str, Any]:
    """Add what the provider says only when it is asked for it; the ID token's word comes first."""
    more = await get(userinfo, bearer=access)
    if more.get("sub") != claims["sub"]:
        raise LoginNotProven("it speaks of two people")
    return {**more, **claims}


def _refusal(answer: Answer, url: str) -> LoginNotProven | ProviderWrong:
    """Return why a code was not taken: it is the browser's matter, or ours."""
    told = read_object(answer, url) if answer.body else {}
    why = told.get("error")
    if why == "invalid_grant":
        return LoginNotProven("the code is used up, too old, or not ours")
    known = {"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope"}
    shown = f" ({why})" if why in known else ""
    return wrong(f"it answered {answer.status}{shown}", url)
