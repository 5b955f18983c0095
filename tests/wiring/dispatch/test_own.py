"""Whom our calls act as is looked for until it is known."""

import asyncio
from datetime import timedelta
from pathlib import Path

from isthmus.dispatch.identity import load_own
from isthmus.wiring.dispatch.doors import logins
from isthmus.wiring.dispatch.own import find_own, seek_own
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import QUICK, Shores


async def test_what_an_outage_hid_at_the_start_is_found_afterwards(
    autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path
) -> None:
    shores = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    shores.settle_switches()
    with shores.house() as house, Stores.open(house) as stores:
        async with open_desk(house, stores, QUICK) as desk:
            autotask_sim.admin("POST", "faults", {"kind": "status", "status": 500})
            assert not await find_own(house, stores, desk)
            assert load_own(stores.state, *logins(house)).resource is None
            await desk.orders.work_orders.create({"title": "By us"})  # by it our user is known
            autotask_sim.admin("DELETE", "faults")

            await asyncio.wait_for(
                seek_own(house, stores, desk, timedelta(milliseconds=10)), timeout=20
            )

            own = load_own(stores.state, *logins(house))
            assert own.resource is not None
            assert own.user is not None
