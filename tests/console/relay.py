"""A line to a simulated vendor that a test can hold up: what is sent waits until it is let go."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.console.site import Served, served
from tests.dispatch.shores import Shores


class Relay:
    """Hands bytes on between callers and a server; `url` is where callers find it."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._goes = threading.Event()
        self._goes.set()
        self._held = 0
        self._counted = threading.Condition()
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = parts._replace(netloc=f"127.0.0.1:{self._door.getsockname()[1]}").geturl()
        self._begin(self._accept)

    def hold(self) -> None:
        """Hold up all that is sent from now on."""
        self._goes.clear()

    def let_go(self) -> None:
        """Hand on what was held up."""
        self._goes.set()

    def wait_for(self, count: int = 1) -> None:
        """Return as soon as so many messages are held up."""
        with self._counted:
            assert self._counted.wait_for(lambda: self._held >= count, 60), "nothing was sent"

    def close(self) -> None:
        """Break off every line."""
        self.let_go()
        for one in (self._door, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                caller, _ = self._door.accept()
                server = socket.create_connection(self._target)
                self._open += [caller, server]
                self._begin(self._hand_on, caller, server, True)
                self._begin(self._hand_on, server, caller, False)

    def _hand_on(self, here: socket.socket, there: socket.socket, may_be_held: bool) -> None:
        with suppress(OSError):
            while data := here.recv(65_536):
                if may_be_held and not self._goes.is_set():
                    self._count()
                    self._goes.wait()
                there.sendall(data)
            there.shutdown(socket.SHUT_WR)

    def _count(self) -> None:
        with self._counted:
            self._held += 1
            self._counted.notify_all()

    def _begin(self, work: object, *more: object) -> None:
        threading.Thread(target=work, args=more, daemon=True).start()  # type: ignore[arg-type]


@contextmanager
def relayed(shores: Shores) -> Iterator[tuple[Served, Relay]]:
    """Serve the console of a home whose line to Field Nation can be held up."""
    relay = Relay(shores.fieldnation.url)
    environment = {**shores.environment, "ISTHMUS_FIELDNATION_URL": relay.url}
    try:
        with served(shores.home, environment) as given:
            yield given, relay
    finally:
        relay.close()
