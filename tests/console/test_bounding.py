"""What is sent is counted as it comes, whatever the head of the request says of it."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest

from isthmus.console.api.table import PREFIX
from isthmus.console.app import OPENED
from isthmus.console.bounding import MOST_CALL, MOST_FORM, MOST_OPEN
from isthmus.wiring.people import Role
from tests.console.site import Served, signed_in
from tests.console.test_api import client
from tests.console.test_rights import OPEN

PIECE = b"x" * 65_536


def answer_to(console: Served, head: str, pieces: int) -> str:
    """Send the head of a request and pieces of a body without end; return what is answered."""
    address = urlsplit(console.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 20) as wire:
        wire.sendall(f"{head}\r\nHost: {address.netloc}\r\n\r\n".encode())
        with suppress(ConnectionError):  # it was answered, and hung up on
            for _ in range(pieces):
                wire.sendall(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
        told = b""
        while b"\r\n\r\n" not in told and (more := wire.recv(65_536)):
            told += more
    return told.decode(errors="replace")


def test_an_endless_form_is_refused_when_more_than_the_limit_came(console: Served) -> None:
    with signed_in(console, Role.DISPATCHER) as (client, _):
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    head = (
        f"POST /rules/import HTTP/1.1\r\nCookie: {cookie}\r\nContent-Length: 10\r\n"
        "Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded"
    )
    assert " 413 " in answer_to(console, head, MOST_FORM // len(PIECE) + 1)


@pytest.mark.parametrize("path", OPENED)
def test_who_is_not_logged_in_may_send_little(console: Served, path: str) -> None:
    console.cookie(Role.VIEWER)
    head = (
        f"POST {path} HTTP/1.1\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/x-www-form-urlencoded"
    )
    assert " 413 " in answer_to(console, head, MOST_OPEN // len(PIECE) + 1)
    large = {"login": "x" * MOST_OPEN}
    answer = httpx2.post(console.url + path, data=large)
    assert answer.status_code == 413
    assert "More was sent than 64 KB" in answer.text


def test_each_form_that_anybody_may_send_is_a_small_one() -> None:
    assert set(OPENED) == OPEN


def test_what_somebody_sends_who_is_not_logged_in_is_not_taken_for_a_form(console: Served) -> None:
    console.cookie(Role.VIEWER)
    broken = {"Content-Type": "multipart/form-data"}
    answer = httpx2.post(f"{console.url}/rules/import", content=b"\0" * 2**20, headers=broken)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_an_endless_call_is_refused_when_more_than_the_limit_came(console: Served) -> None:
    with client(console) as asking:
        token = asking.headers["authorization"]
    head = (
        f"POST {PREFIX}/datasets/sync HTTP/1.1\r\nAuthorization: {token}\r\n"
        "Transfer-Encoding: chunked"
    )
    told = answer_to(console, head, MOST_CALL // len(PIECE) + 1)
    assert " 413 " in told
    assert "application/problem+json" in told


def test_a_call_may_come_in_pieces_without_its_length(console: Served) -> None:
    with client(console) as asking:
        answer = asking.post("/datasets/sync", content=iter([b'{"datasets"', b': ["Tickets"]}']))
    assert answer.status_code == 200


@pytest.mark.parametrize("role", [None, Role.VIEWER])
def test_a_call_is_refused_before_its_body_is_read(console: Served, role: Role | None) -> None:
    token = ""
    if role is not None:
        with client(console, role) as asking:
            token = f"\r\nAuthorization: {asking.headers['authorization']}"
    head = f"POST {PREFIX}/datasets/sync HTTP/1.1{token}\r\nContent-Length: 1000"
    assert f" {401 if role is None else 403} " in answer_to(console, head, 0)
