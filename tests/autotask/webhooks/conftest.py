"""Fixtures: a simulated tenant behind the port, and what is wanted of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from isthmus.autotask import ClientSettings, Credentials
from isthmus.autotask.rest import RestRecords
from isthmus.autotask.webhooks import Wanted, Watched, Webhooks

SECRET = "0123456789-a-secret-of-webhooks"


@pytest.fixture
async def records(autotask_sim: Any, quick: ClientSettings) -> AsyncIterator[RestRecords]:
    mine = Credentials(autotask_sim.username, autotask_sim.secret, autotask_sim.integration_code)
    async with RestRecords.connect(mine, base_url=autotask_sim.url, settings=quick) as opened:
        yield opened


@pytest.fixture
def webhooks(records: RestRecords) -> Webhooks:
    return Webhooks(records)


@pytest.fixture
def wanted(autotask_sim: Any) -> Wanted:
    return Wanted(
        entity="Tickets",
        connection="acme",
        url="http://127.0.0.1:9/hooks/acme",
        deactivation_url="http://127.0.0.1:9/hooks/acme/off",
        secret=SECRET,
        fields=(Watched("status"), Watched("Title", fires=False), Watched("QUEUEID", always=False)),
        excluded=(autotask_sim.username,),
    )
