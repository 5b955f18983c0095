"""The doors with all that stands behind them, and requests as a vendor makes them."""

import http.client
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from isthmus.dispatch.live_keys import LiveKeys
from isthmus.dispatch.receive import Keys
from isthmus.dispatch.reception import Reception
from isthmus.dispatch.relay import Relay, key_of
from isthmus.engine import Agenda
from isthmus.engine.database import open_database
from isthmus.state.dispatch import Arrival, Clerk, Inbox, Receipt, Then
from isthmus.webhooks import DoorServer, DoorSettings
from tests.webhooks.signing import (
    AUTOTASK_SECRET,
    FIELDNATION_SECRET,
    TOKEN,
    autotask_headers,
    fieldnation_headers,
)

KEYS = Keys((AUTOTASK_SECRET,), (FIELDNATION_SECRET,), (TOKEN,), 4_000_001, 4_000_002)
AUTOTASK = "/hooks/autotask/tickets"
FIELDNATION = "/hooks/fieldnation"
CALLOUT = f"/hooks/callout/{TOKEN}"


@dataclass(frozen=True)
class Said:
    """What a door answered; status 0: it hung up without a word."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class HeldInbox(Inbox):
    """An inbox whose disk can be slow, or full."""

    before_keeping: Callable[[], object] | None = None

    def keep(self, arrivals: Sequence[Arrival], then: Then | None = None) -> tuple[Receipt, ...]:
        if self.before_keeping is not None:
            self.before_keeping()
        return super().keep(arrivals, then)


class Site:
    """Inbox, clerk, relay, doors; on PostgreSQL all in one database."""

    def __init__(
        self, place: Path | str, settings: DoorSettings | None = None, most_waiting: int = 2_000
    ) -> None:
        self.engines = self._open(place)
        self.inbox = HeldInbox.open(self.engines[0])
        self.agenda = Agenda.open(self.engines[1])
        self.relay = Relay(self.inbox, self.agenda, lambda one: key_of(one, lambda _order: None))
        then = self.relay.within if isinstance(place, str) else None
        self.clerk = Clerk(self.inbox, then=then, most_waiting=most_waiting)
        self.keys = KEYS
        self.reception = Reception(self.clerk, LiveKeys(lambda: self.keys), self.relay.tell)
        self.doors = DoorServer(self.reception, settings=settings or DoorSettings())

    def _open(self, place: Path | str) -> tuple[Engine, Engine]:
        if isinstance(place, str):
            one = open_database(place)
            return one, one
        return open_database(place / "inbox.sqlite"), open_database(place / "engine.sqlite")

    def start(self) -> "Site":
        self.doors.start()
        return self

    def stop(self) -> None:
        self.doors.stop()
        self.clerk.close()
        for engine in self.engines:
            engine.dispose()

    @property
    def url(self) -> str:
        return f"http://{self.doors.address}"

    def kept(self) -> list[str]:
        """Return the message ids in the inbox, the first first."""
        return [message.message_id for message in reversed(self.inbox.search(limit=100_000))]

    # As a vendor does

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        return ask(self.doors.port, method, path, body, headers)

    def autotask(self, body: bytes, secret: str = AUTOTASK_SECRET, path: str = AUTOTASK) -> Said:
        return self.ask("POST", path, body, autotask_headers(body, secret))

    def fieldnation(
        self, body: bytes, secret: str = FIELDNATION_SECRET, delivery: str = "d-1:1"
    ) -> Said:
        return self.ask("POST", FIELDNATION, body, fieldnation_headers(body, secret, delivery))


def ask(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Said:
    """Make one request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        told = {name.lower(): text for name, text in answer.getheaders()}
        return Said(answer.status, told, answer.read())
    except (ConnectionError, http.client.HTTPException):
        return Said(0)
    finally:
        connection.close()


def raw(site: Site, sent: bytes) -> bytes:
    """Send bytes; return all that comes back before the door hangs up."""
    with socket.create_connection(("127.0.0.1", site.doors.port), timeout=60) as connection:
        connection.sendall(sent)
        parts = []
        try:
            while part := connection.recv(65_536):
                parts.append(part)
        except ConnectionResetError:
            pass
        return b"".join(parts)


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is true, and fail when it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)
