"""Files are fetched by their links, and nobody else gets the log-in."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from isthmus.fieldnation import (
    Credentials,
    FieldNationClient,
    File,
    FileUnavailable,
    ServerTrouble,
)
from tests.fieldnation.fake_vendor import FakeVendor, answer


def file_at(link: str) -> File:
    return File(
        id=8,
        folder_id=5,
        name="a.txt",
        mime="text/plain",
        size=3,
        status="pending",
        notes="",
        author_id=None,
        at=None,
        link=link,
        raw={},
    )


@pytest.fixture
async def elsewhere() -> AsyncIterator[FakeVendor]:
    fake = FakeVendor()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", fake.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


def bytes_of(content: bytes) -> web.Response:
    return web.Response(body=content)


def to(place: str) -> web.Response:
    return web.Response(status=302, headers={"Location": place})


async def test_a_link_to_another_host_is_asked_without_the_log_in(
    vendor: FakeVendor, elsewhere: FakeVendor, client: FieldNationClient
) -> None:
    elsewhere.then(bytes_of(b"\x00abc"))

    got = await client.work_orders.download(file_at(f"{elsewhere.url}/b/x?signature=hush&a="))

    assert got == b"\x00abc"
    assert elsewhere.queries == [{"signature": "hush", "a": ""}]
    assert "Authorization" not in elsewhere.headers[0]
    assert vendor.calls == []


@pytest.mark.parametrize("absolute", [True, False])
async def test_a_link_to_the_vendor_itself_is_asked_with_it(
    vendor: FakeVendor, client: FieldNationClient, absolute: bool
) -> None:
    vendor.then(bytes_of(b"abc"))
    link = f"{vendor.url if absolute else ''}/files/8?key=1"

    assert await client.work_orders.download(file_at(link)) == b"abc"
    assert vendor.calls == [("GET", "/files/8")]
    assert vendor.queries[0]["key"] == "1"
    assert vendor.queries[0]["access_token"]


@pytest.mark.parametrize(
    "refusal",
    [answer({"message": "Expired token"}, 400), answer({"error": "invalid_token"}, 401)],
    ids=["400", "401"],
)
async def test_a_token_that_ran_out_is_renewed_for_a_file_too(
    vendor: FakeVendor, client: FieldNationClient, refusal: web.Response
) -> None:
    vendor.then(refusal, bytes_of(b"abc"))

    assert await client.work_orders.download(file_at("/files/8")) == b"abc"
    assert len(vendor.log_ins) == 2


async def test_a_redirect_is_followed_and_the_log_in_stays_at_home(
    vendor: FakeVendor, elsewhere: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(to(f"{elsewhere.url}/x?signature=hush"))
    elsewhere.then(bytes_of(b"abc"))

    assert await client.work_orders.download(file_at("/files/8")) == b"abc"
    assert elsewhere.queries == [{"signature": "hush"}]


async def test_redirects_without_end_are_not_followed(
    elsewhere: FakeVendor, client: FieldNationClient
) -> None:
    elsewhere.then(to("/again"))

    with pytest.raises(FileUnavailable, match="place to place"):
        await client.work_orders.download(file_at(f"{elsewhere.url}/x"))

    assert len(elsewhere.calls) == 4


@pytest.mark.parametrize("link", ["", " ", "ftp://host/x", "file:///etc/passwd", "https://"])
async def test_what_is_no_link_is_not_followed(client: FieldNationClient, link: str) -> None:
    with pytest.raises(FileUnavailable, match="no link"):
        await client.work_orders.download(file_at(link))


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_link_that_ran_out_is_told_without_showing_it(
    elsewhere: FakeVendor,
    client: FieldNationClient,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    caplog.set_level(logging.DEBUG, "isthmus")
    elsewhere.then(answer({"message": "gone"}, status))

    with pytest.raises(FileUnavailable) as caught:
        await client.work_orders.download(file_at(f"{elsewhere.url}/secret-path?signature=hush"))

    shown = f"{caught.value!r} {caught.value} {caplog.text}"
    assert "hush" not in shown
    assert "secret-path" not in shown
    assert "file 8" in shown


async def test_a_link_from_https_to_http_is_not_followed(credentials: Credentials) -> None:
    client = FieldNationClient.connect(credentials, base_url="https://api.example.test")

    with pytest.raises(FileUnavailable, match="https to http"):
        await client.work_orders.download(file_at("http://files.example.test/x"))


async def test_a_link_to_the_vendor_itself_is_a_secret_too(
    vendor: FakeVendor, client: FieldNationClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "isthmus")
    vendor.then(bytes_of(b"abc"), answer({}, 404))

    await client.work_orders.download(file_at("/files/secret-path"))
    with pytest.raises(FileUnavailable) as caught:
        await client.work_orders.download(file_at("/files/secret-path"))

    assert "secret-path" not in f"{caught.value} {caplog.text}"
    assert caplog.text.count("status") >= 2


async def drop(request: web.Request) -> Any:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def test_trouble_with_a_link_is_tried_again_and_never_shows_it(
    elsewhere: FakeVendor, client: FieldNationClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "isthmus")
    elsewhere.then(drop)

    with pytest.raises(ServerTrouble) as caught:
        await client.work_orders.download(file_at(f"{elsewhere.url}/x?signature=hush"))

    assert len(elsewhere.calls) == 5
    assert "hush" not in f"{caught.value!r} {caught.value} {caplog.text}"

    elsewhere.script[:] = [answer({}, 503), bytes_of(b"abc")]
    assert await client.work_orders.download(file_at(f"{elsewhere.url}/x")) == b"abc"
