"""Serves a web application in a thread of its own, so that work never holds up an answer."""

import asyncio
import logging
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from isthmus.base.errors import NeedsPerson
from isthmus.base.log import RedactRecords, get_logger

HEAD_SECONDS: Final = 10.0
"""How long a request's first lines may take to arrive."""
HEAD_MOST: Final = 16 * 2**10
KEEP_ALIVE_SECONDS: Final = 15
GRACE_SECONDS: Final = 10
CONNECTIONS_MOST: Final = 900
_BACKLOG: Final = 1_024
_START_SECONDS: Final = 30
App: TypeAlias = ASGIApp
"""What answers requests; made by a door."""
_log = get_logger("listening")


class AddressTaken(NeedsPerson):
    """The address to listen at cannot be had."""


@dataclass(frozen=True, slots=True)
class OneAddress:
    """Several applications at one address: the first whose path begins so, else the last."""

    parts: Mapping[str, ASGIApp]
    otherwise: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        path = str(scope.get("path", ""))
        chosen = next((app for head, app in self.parts.items() if path.startswith(head)), None)
        await (chosen or self.otherwise)(scope, receive, send)


class PatientProtocol(H11Protocol):
    """HTTP/1.1, closed on who does not bring a request's first lines to an end in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """
        Begin to count; and send each part of an answer at once.

        asyncio turns Nagle's delay off only where a socket names its protocol, which those of
        `socket.create_server` do not: a body would wait 40 ms for the head to be acknowledged.
        """
        made: socket.socket = transport.get_extra_info("socket")
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._mind()

    def data_received(self, data: bytes) -> None:
        """Count while a head is incomplete."""
        super().data_received(data)
        self._mind()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count no more."""
        self._forget()
        super().connection_lost(exc)

    def _mind(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    """Tells when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set()


class Listener:
    """
    One listening address. Port 0: any free one; `port` says which.

    Args: what: is served, and `setting` names its address, for who reads an error. proxies: the
    addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
    Stopping takes no new connection, lets those end that are being answered, and then returns.
    """

    def __init__(
        self,
        app: ASGIApp,
        listen: tuple[str, int] = ("127.0.0.1", 0),
        *,
        what: str = "the doors for webhooks",
        setting: str = "ISTHMUS_LISTEN",
        proxies: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._host, self.port = listen
        self._what, self._setting, self._proxies = what, setting, tuple(proxies)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Return `host:port`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self.port}"

    @property
    def is_serving(self) -> bool:
        """Tell whether it still does what it was started for."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Listen; returns when connections are accepted. Raises: AddressTaken."""
        listening = self._listen()
        self.port = listening.getsockname()[1]
        _hush()
        self._server = server = _Server(_config(self._app, self._proxies))
        self._thread = threading.Thread(
            target=self._serve, args=(server, listening), name="isthmus-listener", daemon=True
        )
        self._thread.start()
        if not server.begun.wait(_START_SECONDS) or not server.started:
            raise AddressTaken(
                f"Nothing was opened at {self.address}.",
                where=self._what,
                remedy="The log of this process says why.",
            )

    def stop(self) -> None:
        """Stop; twice does no harm. Blocks."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self.port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise AddressTaken(
                f"Cannot listen at {self._host} port {self.port}: {error.strerror}",
                where=self._what,
                remedy=f"Stop what uses that port, or name another ({self._setting}).",
            ) from error

    def _serve(self, server: _Server, listening: socket.socket) -> None:
        try:
            with listening:
                server.run([listening])
        except BaseException as error:  # the thread ends; who looks after it sees that
            _log.exception("listener_ended", kind=type(error).__name__)
            raise
        finally:
            server.begun.set()


def _config(app: ASGIApp, proxies: Sequence[str]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),  # never None, or a variable of uvicorn's own counts
        server_header=False,
        workers=1,
        limit_concurrency=CONNECTIONS_MOST,
        backlog=_BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=HEAD_MOST,
    )


def _hush() -> None:
    """Have the server's own words redacted, and printed only where somebody set that up."""
    logger = logging.getLogger("uvicorn.error")
    if not any(isinstance(kept, RedactRecords) for kept in logger.filters):
        logger.addFilter(RedactRecords())
        logger.addHandler(logging.NullHandler())
