"""Connections that are slow, broken, shared or never end."""

import asyncio
import socket

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from isthmus import listening
from isthmus.webhooks import DoorServer, DoorSettings, DoorTaken
from tests.webhooks.conftest import MakeSite
from tests.webhooks.signing import (
    fieldnation_body,
)
from tests.webhooks.site import CALLOUT, FIELDNATION, Site, raw, until


def test_what_is_no_http_is_hung_up_on(file_site: Site) -> None:
    answer = raw(file_site, b"\x16\x03\x01 hello\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"hello" not in answer


def test_a_head_without_end_is_hung_up_on(file_site: Site) -> None:
    answer = raw(file_site, b"GET / HTTP/1.1\r\nA: " + b"x" * 200_000)
    assert answer[:12] in {b"HTTP/1.1 400", b""}


@pytest.mark.parametrize("sent", [b"", b"POST /hooks/fieldnation HTT"])
def test_who_never_says_what_he_wants_is_hung_up_on(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(listening, "HEAD_SECONDS", 0.1)
    assert raw(make_site(), sent) == b""


def is_hung_up_on(connection: socket.socket) -> bool:
    """Send one byte more."""
    try:
        connection.sendall(b"G")
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def test_who_drips_his_head_is_hung_up_on(file_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEAD_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", file_site.doors.port), timeout=60) as connection:
        until(lambda: is_hung_up_on(connection))


@pytest.mark.parametrize("head", ["Content-Length: 500", "Transfer-Encoding: chunked"])
def test_who_never_ends_his_body_is_to_come_again(make_site: MakeSite, head: str) -> None:
    site = make_site(settings=DoorSettings(body_seconds=0.1))
    answer = raw(site, f"POST {FIELDNATION} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 503")


def test_who_hangs_up_in_the_middle_leaves_nothing(file_site: Site) -> None:
    head = f"POST {FIELDNATION} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"
    with socket.create_connection(("127.0.0.1", file_site.doors.port)) as connection:
        connection.sendall(head.encode() + b"half")
    assert file_site.fieldnation(fieldnation_body()).status == 200
    assert file_site.kept() == ["d-1"]


def test_one_connection_carries_many_requests(file_site: Site) -> None:
    one = (
        f"GET {CALLOUT}?id=5 HTTP/1.1\r\nHost: x\r\n\r\n"
        f"GET {CALLOUT}?id=6 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    assert raw(file_site, one.encode()).count(b"HTTP/1.1 200") == 2
    assert len(file_site.kept()) == 2


def test_no_part_of_an_answer_waits_for_the_one_before_to_be_acknowledged(
    file_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    begin = H11Protocol.connection_made

    def look(protocol: H11Protocol, transport: asyncio.Transport) -> None:
        taken = transport.get_extra_info("socket")
        seen.append(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        begin(protocol, transport)

    monkeypatch.setattr(H11Protocol, "connection_made", look)
    assert file_site.fieldnation(fieldnation_body()).status == 200
    assert seen == [1]


def test_an_address_that_is_taken_is_told(file_site: Site) -> None:
    with pytest.raises(DoorTaken, match=str(file_site.doors.port)):
        DoorServer(file_site.reception, ("127.0.0.1", file_site.doors.port)).start()


def test_doors_that_were_stopped_take_nothing_and_stop_twice(file_site: Site) -> None:
    file_site.doors.stop()
    file_site.doors.stop()
    assert not file_site.doors.is_serving
    assert file_site.fieldnation(fieldnation_body()).status == 0
