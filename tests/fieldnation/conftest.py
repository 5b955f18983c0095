"""Fixtures: a vendor of a few lines, and a client of it that waits for nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from isthmus.fieldnation import (
    ClientSettings,
    Credentials,
    FieldNationClient,
    RetrySettings,
    SettleSettings,
    TransportSettings,
    Waits,
)
from tests.fieldnation.fake_vendor import FakeVendor


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    fake = FakeVendor()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{tail:.*}", fake.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await asyncio.wait_for(runner.cleanup(), 10)


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(
        client_id="client-of-ours",
        client_secret="cl13nt-s3cret",
        username="api-user@example.com",
        password="p4ss of the user",
    )


@pytest.fixture
def quick() -> ClientSettings:
    """Settings that wait for nothing longer than a test may."""
    return ClientSettings(
        retry=RetrySettings(waits=Waits(first=0.001, longest=0.01, jitter=0.001)),
        settle=SettleSettings(seconds=2.0, first=0.005, longest=0.05),
        transport=TransportSettings(trust_env=False, read_timeout=20, call_timeout=30),
    )


@pytest.fixture
async def client(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> AsyncIterator[FieldNationClient]:
    async with FieldNationClient.connect(
        credentials, base_url=vendor.url, settings=quick
    ) as opened:
        yield opened
