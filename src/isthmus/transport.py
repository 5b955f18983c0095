"""
The HTTP session: HTTP/1.1 kept alive, gzip, timeouts, verified TLS; no vendor knowledge.

Bodies are unzipped with ISA-L, which takes 60 % less CPU than zlib. The HTTP library's exceptions
end here.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Any, Final, Self, cast

import httpx2
from isal import isal_zlib

from isthmus.base import log
from isthmus.base.clock import monotonic
from isthmus.base.errors import NeedsPerson, Permanent, Retryable
from isthmus.base.observing import Observer, Seen, observer
from isthmus.base.redaction import redact

_GZIP_WINDOW: Final = 31
_UNZIP_FAILED: Final = cast("type[Exception]", isal_zlib.error)  # its stub types an instance


class ConnectionFailed(Retryable):
    """
    No whole answer came: refused, dropped, timed out or cut short.

    `may_have_arrived` is False only when the request cannot have reached the other side.
    """

    def __init__(self, what: str, *, where: str, remedy: str, may_have_arrived: bool) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.may_have_arrived = may_have_arrived


class CertificateRefused(NeedsPerson):
    """The other side's certificate could not be verified, so nothing was sent."""


class AddressRefused(Permanent):
    """The address is none that can be called."""


class BodyBroken(Retryable):
    """The body could not be unzipped or is larger than allowed; the call itself arrived."""


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """
    Seconds and sizes of the session.

    `read_timeout` is the longest silence, `call_timeout` the longest whole call. `trust_env` lets
    the HTTP library honour proxy and certificate variables. `tls` replaces the default context,
    which trusts what the machine trusts. `on_call` is told of every call of the session; it must
    neither wait nor raise.
    """

    connect_timeout: float = 15.0
    read_timeout: float = 120.0
    call_timeout: float = 330.0
    max_connections: int = 100
    keep_alive_seconds: float = 30.0
    max_body_bytes: int = 512 * 1024 * 1024
    trust_env: bool = True
    tls: ssl.SSLContext | None = None
    user_agent: str = "isthmus"
    on_call: Observer | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, the body unzipped."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def server_time(self) -> datetime | None:
        """Return the `Date` header, UTC, whole seconds; None when absent or unreadable."""
        try:
            moment = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError, TypeError):
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file in a form: the form's name for it, its own name, its media type, its bytes."""

    field: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart form: plain values and files; the boundary and header are the session's."""

    values: Mapping[str, str]
    files: tuple[FilePart, ...]


class HttpSession:
    """One pool of kept-alive connections; use it as an async context manager, in one event loop."""

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        log.guard_library_logs()
        chosen = self._settings
        self._client = httpx2.AsyncClient(
            http1=True,
            http2=False,
            verify=_trusting(chosen.trust_env) if chosen.tls is None else chosen.tls,
            follow_redirects=False,
            trust_env=chosen.trust_env,
            timeout=httpx2.Timeout(
                connect=chosen.connect_timeout,
                read=chosen.read_timeout,
                write=chosen.read_timeout,
                pool=chosen.call_timeout,
            ),
            limits=httpx2.Limits(
                max_connections=chosen.max_connections,
                max_keepalive_connections=chosen.max_connections,
                keepalive_expiry=chosen.keep_alive_seconds,
            ),
            headers={"User-Agent": chosen.user_agent, "Accept-Encoding": "gzip"},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Form | None = None,
    ) -> Answer:
        """
        Send one request and return the whole answer, whatever its status; never retries.

        Args: body: bytes as they are (name their type in the headers), or a multipart form.
        Raises: ConnectionFailed, CertificateRefused, AddressRefused, BodyBroken. None holds a
        secret. RuntimeError: the session is not open.
        """
        if self._client is None:
            raise RuntimeError("The HTTP session is not open; use `async with`.")
        told, begun = observer(), monotonic()
        answer: Answer | None = None
        try:
            answer = await self._fetch(self._client, method, url, headers, body)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise AddressRefused(
                f"This address cannot be called: {redact(str(error))}",
                where=redact(url),
                remedy="Check the base URL; it starts with https:// or, for a simulator, http://.",
            ) from None
        except (httpx2.RequestError, TimeoutError) as error:
            raise _translate(error, url) from None
        else:
            return answer
        finally:
            listening = [one for one in (told, self._settings.on_call) if one is not None]
            if listening:
                seen = _seen(method, url, body, answer, monotonic() - begun)
                for one in listening:
                    one(seen)

    async def _fetch(
        self,
        client: httpx2.AsyncClient,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Form | None,
    ) -> Answer:
        async with (
            asyncio.timeout(self._settings.call_timeout),
            client.stream(method, url, headers=dict(headers), **_content(body)) as response,
        ):
            limit = self._settings.max_body_bytes
            raw = await _collect(response, limit, url)
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, names, _unzip(raw, names, limit, url))


def _seen(
    method: str, url: str, body: bytes | Form | None, answer: Answer | None, seconds: float
) -> Seen:
    """Return a call as an observer gets it; of a form the bytes of its files are left out."""
    sent = b"(a form with files)" if isinstance(body, Form) else body or b""
    status, answered = (0, b"") if answer is None else (answer.status, answer.body)
    bare = redact(url.partition("?")[0])
    return Seen(method, bare, status, round(seconds * 1000), sent, answered)


def _content(body: bytes | Form | None) -> dict[str, Any]:
    """Return a body in the HTTP library's words."""
    if not isinstance(body, Form):
        return {"content": body}
    files = [(one.field, (one.filename, one.content, one.content_type)) for one in body.files]
    return {"data": dict(body.values), "files": files}


@cache
def _trusting(trust_env: bool) -> ssl.SSLContext:
    """Return the context that trusts what this machine trusts; made once, as it costs 0.1 s."""
    return httpx2.create_ssl_context(trust_env=trust_env)


async def _collect(response: httpx2.Response, limit: int, url: str) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit, url)
        chunks.append(chunk)
    return b"".join(chunks)


def _unzip(raw: bytes, headers: Mapping[str, str], limit: int, url: str) -> bytes:
    """Return the body as it was before gzip; a stream that ends early is broken, not shorter."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"} or not raw:
        return raw
    if encoding not in {"gzip", "x-gzip"}:
        raise BodyBroken(
            f"The answer is packed in a way we did not ask for: {redact(encoding[:40])}",
            where=redact(url),
        )
    decoder = isal_zlib.decompressobj(wbits=_GZIP_WINDOW)
    try:
        body = decoder.decompress(raw, limit)
    except _UNZIP_FAILED as error:
        raise BodyBroken(f"The answer cannot be unzipped: {error}", where=redact(url)) from None
    if not decoder.eof:
        if len(body) >= limit:
            raise _too_large(limit, url)
        raise BodyBroken("The zipped answer ends too early", where=redact(url))
    return body


def _too_large(limit: int, url: str) -> BodyBroken:
    return BodyBroken(f"The answer is larger than {limit} bytes", where=redact(url))


def _translate(error: Exception, url: str) -> ConnectionFailed | CertificateRefused:
    """Turn the HTTP library's exception into ours; the library's text may hold the URL."""
    text = redact(str(error)) or type(error).__name__
    if isinstance(error, httpx2.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in text:
        return CertificateRefused(
            f"The certificate of the other side is not trusted: {text}",
            where=redact(url),
            remedy="If your network inspects TLS, add its root certificate to this machine's"
            " trust store (or name it in SSL_CERT_FILE). Verification is never switched off.",
        )
    never_sent = isinstance(
        error,
        (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError),
    )
    return ConnectionFailed(
        f"{'No connection' if never_sent else 'The connection failed'}: {text}",
        where=redact(url),
        remedy="Check the address, the network and the proxy; if they are right, try again later.",
        may_have_arrived=not never_sent,
    )
