"""Records of one simulated tenant over both wires."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from isthmus.autotask import ClientSettings, Credentials, RestRecords
from isthmus.autotask.soap import SoapRecords, SoapSettings
from isthmus_sim.in_thread import AutotaskSim
from tests.autotask.rest_records import SOON, records_of
from tests.autotask.soap.odd_vendor import OddVendor

Connect = Callable[..., SoapRecords]


def credentials_of(sim: AutotaskSim, **changes: str) -> Credentials:
    mine = {
        "username": sim.username,
        "secret": sim.secret,
        "integration_code": sim.integration_code,
    }
    return Credentials(**{**mine, **changes})


def operations(sim: AutotaskSim) -> list[str]:
    """The SOAP operations the simulator has seen, and `atws.wsdl` for the description."""
    seen: list[dict[str, Any]] = sim.admin("GET", "requests")
    return [one["path"].rpartition("/")[2] for one in seen if "/ATServices/" in one["path"]]


@pytest.fixture
def sim(autotask_sim_factory: Callable[..., AutotaskSim]) -> AutotaskSim:
    return autotask_sim_factory(frozen_clock=True)


@pytest.fixture
def wsdls(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def connect(sim: AutotaskSim, quick: ClientSettings, wsdls: Path) -> Connect:
    def make(
        settings: ClientSettings = quick,
        soap: SoapSettings | None = None,
        base_url: str = "",
        **changes: str,
    ) -> SoapRecords:
        return SoapRecords.connect(
            credentials_of(sim, **changes),
            base_url=base_url or sim.url,
            settings=settings,
            writes=SOON,
            soap=soap or SoapSettings(cache=wsdls),
        )

    return make


@pytest.fixture
async def soap(connect: Connect) -> AsyncIterator[SoapRecords]:
    async with connect() as records:
        yield records


@pytest.fixture
async def rest(sim: AutotaskSim, quick: ClientSettings) -> AsyncIterator[RestRecords]:
    async with records_of(sim, quick) as records:
        yield records


@pytest.fixture
async def odd() -> AsyncIterator[OddVendor]:
    vendor = OddVendor()
    app = web.Application(client_max_size=2**22)
    app.router.add_route("*", "/{tail:.*}", vendor.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}/ATServices/1.6/atws.asmx"
    yield vendor
    await asyncio.wait_for(runner.cleanup(), 10)
