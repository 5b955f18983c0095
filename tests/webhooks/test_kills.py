"""Who was told 2xx is on disk, whenever the process dies."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from isthmus.engine.database import open_database
from isthmus.state.dispatch import Inbox
from tests.webhooks.serving import Serving
from tests.webhooks.signing import GUID, autotask_body, autotask_headers
from tests.webhooks.site import AUTOTASK, ask

KILLS = 20
SENDERS = 6


@pytest.fixture
def inbox(place: Path | str) -> Iterator[Inbox]:
    where = place if isinstance(place, str) else place / "inbox.sqlite"
    engine = open_database(where)
    yield Inbox.open(engine)
    engine.dispose()


class Senders:
    """Deliver one after the other until the door is gone; remember what was acknowledged."""

    def __init__(self, port: int, first: int, kill_after: int, kill: Serving) -> None:
        self._port = port
        self._next = first
        self._kill_after = kill_after
        self._serving = kill
        self._lock = threading.Lock()
        self.acknowledged: list[int] = []
        self.sent = 0

    def run(self) -> None:
        with ThreadPoolExecutor(SENDERS) as threads:
            list(threads.map(lambda _: self._deliver(), range(SENDERS)))

    def _deliver(self) -> None:
        while True:
            with self._lock:
                number, self._next = self._next, self._next + 1
                self.sent += 1
            body = autotask_body(number, Fields={"Title": "x" * 2_000})
            said = ask(self._port, "POST", AUTOTASK, body, autotask_headers(body))
            if said.status == 0:
                return
            assert said.status == 200
            with self._lock:
                self.acknowledged.append(number)
                if len(self.acknowledged) == self._kill_after:
                    self._serving.kill()


def test_what_was_acknowledged_survives_any_kill(place: Path | str, inbox: Inbox) -> None:
    chance, acknowledged, first = random.Random(7), list[int](), 1
    for _ in range(KILLS):
        serving = Serving.start(place)
        senders = Senders(serving.port, first, chance.randint(1, 12), serving)
        senders.run()
        acknowledged += senders.acknowledged
        first += senders.sent
        kept = {message.message_id for message in inbox.search(limit=100_000)}
        assert {f"{GUID}:{number}" for number in acknowledged} <= kept
    assert len(acknowledged) >= KILLS


def test_what_was_not_acknowledged_is_kept_once_when_it_comes_again(
    place: Path | str, inbox: Inbox
) -> None:
    serving = Serving.start(place)
    senders = Senders(serving.port, 1, 5, serving)
    senders.run()
    again = Serving.start(place)
    for number in range(1, senders.sent + 1):
        body = autotask_body(number, Fields={"Title": "x" * 2_000})
        assert ask(again.port, "POST", AUTOTASK, body, autotask_headers(body)).status == 200
    again.kill()
    kept = [message.message_id for message in inbox.search(limit=100_000)]
    assert sorted(kept) == sorted(f"{GUID}:{number}" for number in range(1, senders.sent + 1))
