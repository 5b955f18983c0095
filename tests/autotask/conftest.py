"""Fixtures: the little vendor, and a client of it that waits for nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from isthmus.autotask import (
    AutotaskClient,
    BudgetSettings,
    ClientSettings,
    Credentials,
    RetrySettings,
    TransportSettings,
    Waits,
)
from tests.autotask.fake_vendor import CODE, SECRET, USER, FakeVendor


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    fake = FakeVendor()
    app = web.Application(client_max_size=2**22)
    app.router.add_route("*", "/{tail:.*}", fake.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    fake.url = fake.zone_url = f"http://127.0.0.1:{port}/ATServicesRest/"
    yield fake
    await asyncio.wait_for(runner.cleanup(), 10)


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(username=USER, secret=SECRET, integration_code=CODE)


@pytest.fixture
def quick() -> ClientSettings:
    """Settings that wait for nothing longer than a test may."""
    return ClientSettings(
        release_delay=0.0,
        retry=RetrySettings(waits=Waits(first=0.001, longest=0.01, jitter=0.001)),
        budget=BudgetSettings(probe_seconds=0.01),
        transport=TransportSettings(trust_env=False, read_timeout=20, call_timeout=30),
    )


@pytest.fixture
async def client(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> AsyncIterator[AutotaskClient]:
    async with AutotaskClient.connect(credentials, base_url=vendor.url, settings=quick) as opened:
        yield opened
