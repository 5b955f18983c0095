"""So many queries and downloads at once; who comes then is told, and loses nothing."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit

import pytest

from isthmus.console import sending
from isthmus.console.turns import MOST, Crowded, Turns
from isthmus.wiring.people import Role
from tests.console.exploring import tabled
from tests.console.shore import until
from tests.console.site import Served, signed_in
from tests.threads import waits_in

ASKED = "/explore/sql?sql=select+title+from+Tickets"
DOWNLOADED = "/explore/sql/{}?sql=select+title+from+Tickets"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Served]:
    with tabled(tmp_path / "home") as given:
        given.site.questions.patience = given.site.downloads.patience = 0.0
        yield given


@contextmanager
def all_taken(turns: Turns) -> Iterator[None]:
    """Have every turn that there is while the block lasts."""
    with ExitStack() as others:
        for _ in range(MOST):
            others.enter_context(turns.turn())
        yield


def test_a_query_too_many_is_told_to_come_again_and_stays_in_the_box(console: Served) -> None:
    with signed_in(console, Role.VIEWER) as (client, _):
        with all_taken(console.site.questions):
            told = client.get(ASKED)
            assert told.status_code == 503
            assert f"busy with {MOST} other queries" in told.text
            assert "Try again in a moment." in told.text
            assert "select title from Tickets</textarea>" in told.text
            assert client.get("/explore").status_code == 200
        for _ in range(MOST + 1):
            assert client.get(ASKED).status_code == 200


def test_a_saved_report_waits_for_its_turn_too(console: Served) -> None:
    with console.house.readers.reader() as reader:
        kept = console.site.saved.save(reader, title="Mine", author="ann", sql="select 1 as one")
    with signed_in(console, Role.VIEWER) as (client, _), all_taken(console.site.questions):
        assert client.get(f"/explore/saved/{kept.id}").status_code == 503


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_download_too_many_is_told_before_anything_is_sent(console: Served, form: str) -> None:
    path = DOWNLOADED.format(form)
    with signed_in(console, Role.VIEWER) as (client, _):
        with all_taken(console.site.downloads):
            told = client.get(path)
            assert told.status_code == 503
            assert f"busy with {MOST} other downloads" in told.text
            assert client.get(ASKED).status_code == 200, "downloads hold up no query"
        for _ in range(MOST + 1):
            assert client.get(path).status_code == 200, "each gives its turn back"


def test_a_download_that_nobody_takes_gives_its_turn_back(
    console: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "UNREAD_SECONDS", 1.0)
    console.site.downloads.patience = 60.0
    cookie, place = console.cookie(Role.VIEWER), urlsplit(console.url)
    tens = "with d as (select 1 as n " + "union all select 1 " * 9 + ")"
    sql = urlencode(
        {"sql": f"{tens} select '{'x' * 1000}' as text from d a, d b, d c, d e, d f, d g"}
    )
    head = (
        f"GET /explore/sql/csv?{sql} HTTP/1.1",
        f"Host: {place.netloc}",
        f"Cookie: {cookie['name']}={cookie['value']}",
    )
    with (
        socket.create_connection((place.hostname or "", place.port or 80)) as asleep,
        ExitStack() as others,
    ):
        asleep.sendall("\r\n".join((*head, "", "")).encode())
        assert asleep.recv(15) == b"HTTP/1.1 200 OK"
        for _ in range(MOST):
            others.enter_context(console.site.downloads.turn())
        rest = b"".join(iter(partial(asleep.recv, 2**20), b""))
    assert len(rest) < 10**9
    assert not rest.endswith(b"0\r\n\r\n"), "it must not seem whole"
    until(lambda: not console.house.readers._users)


def test_who_waits_has_the_turn_that_becomes_free() -> None:
    turns = Turns("queries", most=1, patience=60)
    had: list[str] = []

    def wait() -> None:
        with turns.turn():
            had.append("a turn")

    waiting = Thread(target=wait)
    with turns.turn():
        waiting.start()
        assert had == []
    waiting.join()
    assert had == ["a turn"]


def test_no_more_wait_than_may() -> None:
    turns = Turns("queries", most=1, patience=60)
    had: list[str] = []

    def stand() -> None:
        with turns.turn():
            had.append("a turn")

    waiting = [Thread(target=stand) for _ in range(2)]
    with turns.turn():
        for thread in waiting:
            thread.start()
        until(lambda: all(waits_in(thread, "wait") for thread in waiting))
        with pytest.raises(Crowded), turns.turn():
            pass
        assert had == []
    for thread in waiting:
        thread.join()
    assert had == ["a turn", "a turn"]


def test_who_waits_longer_than_they_may_is_told_so() -> None:
    turns = Turns("queries", most=1, patience=0.0)
    with turns.turn(), pytest.raises(Crowded, match="busy with 1 other queries"), turns.turn():
        pass
    with turns.turn():
        pass
