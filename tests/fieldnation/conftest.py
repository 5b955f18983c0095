"""Fixtures: a vendor of a few lines, and a client of it that waits for nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from isthmus.fieldnation import (
    ClientSettings,
    Credentials,
    FieldNationClient,
    RateSettings,
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
        settle=SettleSettings(seconds=1.0, first=0.005, longest=0.05),
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


@pytest.fixture
def sim(fieldnation_sim: Any) -> Any:
    """A simulated account whose queued work shows soon and whose rate holds up no test."""
    fieldnation_sim.admin("PATCH", "switches", {"settle_s": 0.2, "rate_limit_per_minute": 0})
    return fieldnation_sim


@pytest.fixture
def sim_credentials(sim: Any) -> Credentials:
    return Credentials(
        client_id=sim.client_id,
        client_secret=sim.client_secret,
        username=sim.username,
        password=sim.password,
    )


@pytest.fixture
async def fn(
    sim: Any, sim_credentials: Credentials, quick: ClientSettings
) -> AsyncIterator[FieldNationClient]:
    """A client of the simulated account."""
    settings = replace(quick, rate=RateSettings(per_minute=60_000, burst=1000))
    async with FieldNationClient.connect(
        sim_credentials, base_url=sim.url, settings=settings
    ) as opened:
        yield opened
