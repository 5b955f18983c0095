"""One attempt over HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from isthmus_sim.fieldnation.hooks.addresses import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isthmus_sim.base.switches import Switches

KEPT_OF_ANSWER = 4_096
AGENT = "FieldNation-Webhooks-Simulator"


@dataclass(frozen=True)
class Outcome:
    """
    How an attempt ended.

    status: 0 without an answer. sent: all headers sent. answer: {status, headers, body} or
    None. error: why there is no answer.
    """

    method: str
    url: str
    status: int
    sent: dict[str, str] = field(default_factory=dict)
    answer: dict[str, Any] | None = None
    error: str = ""


class Sender:
    """Sends signed bodies. Use it as an async context manager."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Sender:
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": AGENT}, cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """
        Make one attempt; whatever goes wrong is in the outcome.

        Source: 30 s documented; that redirects are not followed is assumed.
        """
        sent = dict(headers)
        method = method.upper()
        if self._switches["webhook_targets"] == "loopback" and not is_loopback(url):
            error = "not sent: the target is not this machine; see the switch webhook_targets"
            return Outcome(method, url, 0, sent, error=error)
        timeout = float(self._switches["webhook_timeout_s"])
        try:
            async with asyncio.timeout(timeout):
                return await self._attempt(method, url, sent, body)
        except TimeoutError:
            return Outcome(method, url, 0, sent, error=f"no answer within {timeout:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Outcome(method, url, 0, sent, error=f"{type(error).__name__}: {error}")

    async def _attempt(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> Outcome:
        if self._session is None:
            raise RuntimeError("the sender is not open")
        verify = bool(self._switches["webhook_verify_tls"])
        async with self._session.request(
            method,
            url,
            data=body,
            headers=headers,
            allow_redirects=False,
            ssl=verify,
            timeout=aiohttp.ClientTimeout(),
        ) as reply:
            said = (await reply.content.read(KEPT_OF_ANSWER)).decode("utf-8", "replace")
            shown = {str(name): value for name, value in reply.headers.items()}
            answer = {"status": reply.status, "headers": shown, "body": said}
            return Outcome(method, url, reply.status, headers, answer)
