"""A small OpenID Connect provider on loopback, as strict as the specification lets one be."""

import asyncio
import base64
import hashlib
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from yarl import URL

CLIENT, SECRET = "isthmus console", "s3cr3t+client/value="
BACK = "http://127.0.0.1:8484/login/back"
ANN: dict[str, Any] = {
    "sub": "248289761001",
    "email": "ann@contoso.example",
    "email_verified": True,
    "name": "Ann Lee",
}


@dataclass
class OpenIdProvider:
    """What it says, and what went wrong: `claims` go into the next ID token, None takes one out."""

    url: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    signs_with: str = "one"
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=lambda: dict(ANN))
    userinfo: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    auth_methods: list[str] | None = None
    secret: str = SECRET
    token: str | None = None  # instead of one that is signed
    refuses: tuple[int, Any] | None = None
    state: str = ""  # instead of the one that was sent
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add_key("one")

    def add_key(self, kid: str, kind: str = "RSA") -> None:
        told: Any = {"kid": kid, "use": "sig"}
        made = (
            RSAKey.generate_key(2048, told) if kind == "RSA" else ECKey.generate_key("P-256", told)
        )
        self.keys[kid] = made

    def log_in(self, url: str, **changed: Any) -> tuple[str, str]:
        """Stand for a browser whose person logs in; returns code and state as they come back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["redirect_uri"] == BACK
        assert "openid" in query["scope"].split()
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}-abcdefgh"
        self.codes[code] = query | changed
        return code, query["state"]

    async def authorize(self, request: web.Request) -> web.Response:
        """Show a person the provider's own page; its one link logs in and goes back."""
        code = f"code-{len(self.codes)}-abcdefgh"
        self.codes[code] = dict(request.query)
        back = URL(request.query["redirect_uri"]).with_query(
            code=code, state=self.state or request.query["state"]
        )
        head = "<!doctype html><title>Provider</title><link rel=icon href=data:,>"
        link = f'<a href="{escape(str(back))}">Go on</a>'
        return web.Response(text=head + link, content_type="text/html")

    async def discovery(self, request: web.Request) -> web.Response:
        told: dict[str, Any] = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
        }
        if self.auth_methods is not None:
            told["token_endpoint_auth_methods_supported"] = self.auth_methods
        told |= self.document
        return web.json_response({name: value for name, value in told.items() if value is not None})

    async def key_set(self, request: web.Request) -> web.Response:
        published = KeySet(list(self.keys.values())).as_dict(private=False)
        odd = [{"kty": "AKP", "alg": "ML-DSA-44", "kid": "new", "pub": "AAAA"}, "nonsense"]
        return web.json_response({"keys": [*published["keys"], *odd]})

    async def tokens(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        if self.refuses is not None:
            status, told = self.refuses
            return web.json_response(told, status=status)
        if not self._knows(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        begun = self.codes.pop(form["code"], None)  # a code counts once
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        is_ours = begun is not None and form["redirect_uri"] == begun["redirect_uri"]
        if begun is None or not is_ours or challenge != begun["code_challenge"]:
            return web.json_response(
                {"error": "invalid_grant", "error_description": "no"}, status=400
            )
        access = {"access_token": "an-access-token", "token_type": "Bearer"}
        token = self.token if self.token is not None else self.signed(begun["nonce"])
        return web.json_response({**access, "id_token": token})

    def signed(self, nonce: str) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce}
        told = {n: v for n, v in (usual | self.claims).items() if v is not None}
        key = self.keys[self.signs_with]
        algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
        header = {"alg": algorithm, "kid": key.kid} | self.header
        registry = JWSRegistry(algorithms=["RS256", "ES256"], strict_check_header=False)
        shown = {n: v for n, v in header.items() if v is not None}
        return jwt.encode(shown, told, key, registry=registry)

    def _knows(self, request: web.Request, form: dict[str, str]) -> bool:
        """Tell whether it is the client; the secret comes by the one way that was told."""
        header = request.headers.get("Authorization", "")
        by_header = self.auth_methods is None or "client_secret_basic" in self.auth_methods
        if not self.secret:
            return not header and form.get("client_id") == CLIENT and "client_secret" not in form
        if by_header:
            pair = base64.b64decode(header.removeprefix("Basic ")).decode()
            client, _, secret = (unquote_plus(part) for part in pair.partition(":"))
            return (client, secret) == (CLIENT, self.secret) and "client_secret" not in form
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, self.secret)

    async def user(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer an-access-token":
            return web.Response(status=401)
        return web.json_response(self.userinfo)

    @web.middleware
    async def noted(self, request: web.Request, handler: Any) -> Any:
        self.asked.append(request.path.rpartition("/")[2])
        return await handler(request)


@contextmanager
def serving_beside() -> Iterator[OpenIdProvider]:
    """Serve a provider in a thread, at another site than the console's: `localhost`."""
    given: Future[OpenIdProvider] = Future()
    over = asyncio.Event()

    async def serve() -> None:
        async with serving() as provider:
            provider.url = provider.url.replace("127.0.0.1", "localhost")
            given.set_result(provider)
            await over.wait()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        yield given.result(30)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(30)
        loop.close()


@asynccontextmanager
async def serving() -> AsyncIterator[OpenIdProvider]:
    """Serve a provider while the block lasts."""
    kept = OpenIdProvider()
    app = web.Application(middlewares=[kept.noted])
    app.router.add_get("/realm/.well-known/openid-configuration", kept.discovery)
    app.router.add_get("/realm/authorize", kept.authorize)
    app.router.add_get("/realm/keys", kept.key_set)
    app.router.add_post("/realm/token", kept.tokens)
    app.router.add_get("/realm/userinfo", kept.user)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/realm"
    try:
        yield kept
    finally:
        await runner.cleanup()
