import asyncio
import gzip
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from isthmus.transport import (
    AddressRefused,
    Answer,
    BodyBroken,
    CertificateRefused,
    ConnectionFailed,
    FilePart,
    Form,
    HttpSession,
    TransportSettings,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable[str]]
QUICK = TransportSettings(trust_env=False, connect_timeout=5, read_timeout=5, call_timeout=10)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    runners: list[web.AppRunner] = []

    async def start(handler: Handler, context: ssl.SSLContext | None = None) -> str:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        scheme = "http" if context is None else "https"
        return f"{scheme}://127.0.0.1:{runner.addresses[0][1]}/"

    yield start
    for runner in runners:
        await runner.cleanup()


async def ask(url: str, settings: TransportSettings = QUICK) -> Answer:
    async with HttpSession(settings) as session:
        return await session.send("GET", url, headers={})


def giving(body: bytes, **headers: str) -> Handler:
    async def give(_request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, headers=named)

    return give


async def test_connections_are_kept_alive(serve: Serve) -> None:
    ports: set[Any] = set()

    async def note(request: web.Request) -> web.Response:
        assert request.transport is not None
        assert request.version == (1, 1)
        ports.add(request.transport.get_extra_info("peername"))
        return web.Response(text="ok")

    url = await serve(note)
    async with HttpSession(QUICK) as session:
        for _ in range(5):
            assert (await session.send("GET", url, headers={})).status == 200
    assert len(ports) == 1


async def test_a_zipped_body_is_given_unzipped(serve: Serve) -> None:
    body = b"row " * 100_000
    url = await serve(giving(gzip.compress(body), Content_Encoding="gzip"))
    answer = await ask(url)
    assert answer.body == body
    assert answer.server_time is not None
    assert abs(answer.server_time - datetime.now(UTC)) < timedelta(minutes=1)


BROKEN = {
    "cut": giving(gzip.compress(b"row " * 1000)[:-9], Content_Encoding="gzip"),
    "no zip": giving(b"plain", Content_Encoding="gzip"),
    "another packing": giving(b"...", Content_Encoding="br"),
    "too large": giving(b"x" * 100_001),
    "too large once unzipped": giving(gzip.compress(b"x" * 100_001), Content_Encoding="gzip"),
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_body_that_cannot_be_had_whole_is_an_error(kind: str, serve: Serve) -> None:
    url = await serve(BROKEN[kind])
    with pytest.raises(BodyBroken):
        await ask(url, TransportSettings(trust_env=False, max_body_bytes=100_000))


@pytest.mark.parametrize("limit", ["read_timeout", "call_timeout"])
async def test_silence_and_slowness_end_in_an_error_that_leaves_the_effect_open(
    limit: str, serve: Serve
) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b".")
            await asyncio.sleep(1 if limit == "read_timeout" else 0.01)
        return response

    url = await serve(drip)
    settings = replace(QUICK, **{limit: 0.1})  # type: ignore[arg-type]
    with pytest.raises(ConnectionFailed) as caught:
        await ask(url, settings)
    assert caught.value.may_have_arrived


async def test_no_connection_means_that_nothing_arrived() -> None:
    with pytest.raises(ConnectionFailed) as caught:
        await ask("http://127.0.0.1:9/zoneInformation?user=someone%40here")
    assert not caught.value.may_have_arrived
    assert "someone" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://127.0.0.1:port/", "nowhere"])
async def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        await ask(url)


async def test_redirects_are_not_followed(serve: Serve) -> None:
    async def away(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})

    assert (await ask(await serve(away))).status == 302


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "both.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem


async def test_a_certificate_nobody_vouches_for_is_refused(serve: Serve, tmp_path: Path) -> None:
    pem = self_signed(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem)
    url = await serve(giving(b"ok"), server)
    with pytest.raises(CertificateRefused, match="not trusted") as caught:
        await ask(url)
    assert "trust store" in caught.value.remedy
    trusting = TransportSettings(trust_env=False, tls=ssl.create_default_context(cafile=pem))
    assert (await ask(url, trusting)).body == b"ok"


async def test_a_session_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        await HttpSession(QUICK).send("GET", "http://127.0.0.1/", headers={})


@pytest.mark.parametrize("date", [None, "yesterday", ""])
def test_an_unreadable_date_is_none(date: str | None) -> None:
    headers = {} if date is None else {"date": date}
    assert Answer(200, headers, b"").server_time is None


async def test_a_form_carries_values_and_files_byte_for_byte(serve: Serve) -> None:
    got: dict[str, Any] = {}

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        got["notes"] = form["notes"]
        file = form["file"]
        assert isinstance(file, web.FileField)
        got["file"] = (file.filename, file.content_type, file.file.read())
        return web.Response(text="ok")

    content = bytes(range(256)) * 10
    form = Form({"notes": "señal"}, (FilePart("file", "a (b) é.png", "image/png", content),))
    async with HttpSession(QUICK) as session:
        url = await serve(take)
        assert (await session.send("POST", url, headers={}, body=form)).status == 200

    assert got == {"notes": "señal", "file": ("a (b) é.png", "image/png", content)}
