"""Two homes on one PostgreSQL: one has the doors, the other, as on another machine, the work."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.dispatch.hooks.secrets import FIELDNATION
from isthmus.dispatch.library import Library
from isthmus.engine import Again, Done
from isthmus.state import KeyWrong
from isthmus.wiring.dispatch.attending import Attend
from isthmus.wiring.dispatch.doors import load_keys
from isthmus.wiring.dispatch.hooks import open_hooks
from isthmus.wiring.dispatch.secrets import hook_secrets
from isthmus.wiring.dispatch.stores import Stores
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import Shores, until

ROOT = Path(__file__).parents[2]
NO_RUN: Any = None
"""Of which the handler asks nothing."""
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
def front(
    autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path, postgres_url: str
) -> Shores:
    more = {"ISTHMUS_LISTEN": "127.0.0.1:0", "ISTHMUS_SWEEP_S": "86400", "ISTHMUS_KEY": KEY}
    made = Shores(autotask_sim, fieldnation_sim, tmp_path / "front", postgres_url, more)
    made.settle_switches()
    return made


@pytest.fixture
def back(front: Shores, tmp_path: Path) -> Shores:
    return replace(front, home=tmp_path / "back", more=dict(front.more))


@asynccontextmanager
async def begun(shores: Shores, *command: str) -> AsyncIterator[str]:
    """Run a command of Isthmus until the block ends; gives where its doors are."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("ISTHMUS")}
    process = subprocess.Popen(
        [sys.executable, "-m", "isthmus", *command],
        env={**rest, **shores.environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        lines: list[str] = []
        while not lines or "Ctrl+C" not in lines[-1]:
            lines.append(await asyncio.to_thread(process.stdout.readline))  # type: ignore[union-attr]
            assert lines[-1], f"it ended: {lines}"
        doors = [line.split()[-1] for line in lines if "http://" in line]
        yield doors[0] if doors else ""
    finally:
        process.kill()
        process.communicate()


async def installed(shores: Shores, url: str) -> None:
    shores.more["ISTHMUS_PUBLIC_URL"] = url
    with shores.house() as house, Stores.open(house) as stores:
        Library(stores.definitions).enable("ticket_dispatch", is_enabled=True, by="a test")
        async with open_hooks(house, stores) as hooks:
            done = await hooks.install()
        assert all(plan.is_well for plan in done)


async def test_a_ticket_that_one_home_hears_of_is_dispatched_by_the_other(
    front: Shores, back: Shores
) -> None:
    async with begun(front, "serve", "--no-dispatch", "--no-refresh") as doors:
        await installed(back, doors)  # made where the doors are not
        del back.more["ISTHMUS_PUBLIC_URL"]
        async with begun(back, "worker", "--no-refresh"):
            with back.house() as house, Stores.open(house) as stores:
                sides = ("swept/autotask", "swept/fieldnation")
                await until(lambda: all(stores.state.mark(side) for side in sides))
                ticket = front.fit_tickets(1)[0]["id"]
                await asyncio.to_thread(front.send_out, ticket)
                await until(lambda: len(front.orders()) == 1)
                (told,) = {m.source for m in stores.inbox.search(f"Tickets/{ticket}")}
                assert told == "autotask"


async def test_secrets_of_webhooks_lie_locked_in_the_database_that_is_shared(
    front: Shores, back: Shores
) -> None:
    await installed(front, "http://127.0.0.1:9")
    with front.house() as house, Stores.open(house) as stores:
        secret = hook_secrets(house, stores).newest(FIELDNATION)
        assert house.state.secrets() == ()
        assert secret is not None
        with stores.state.engine.connect() as session:
            rows = session.exec_driver_sql("SELECT value FROM secrets").fetchall()
        assert rows
        assert not any(secret.encode() in bytes(row[0]) for row in rows)
    with back.house() as house, Stores.open(house) as stores:
        assert load_keys(house, stores).fieldnation == (secret,)


async def test_what_a_home_kept_before_is_shared_from_then_on(front: Shores, back: Shores) -> None:
    with front.house() as house, Stores.open(house) as stores:
        house.state.save_secret(FIELDNATION, "old")
        house.state.rotate_secret(FIELDNATION, "new")
        assert load_keys(house, stores).fieldnation == ("new", "old")
    with back.house() as house, Stores.open(house) as stores:
        assert load_keys(house, stores).fieldnation == ("new", "old")


async def test_a_home_with_another_key_touches_no_webhook_and_says_what_it_lacks(
    front: Shores, back: Shores
) -> None:
    await installed(front, "http://127.0.0.1:9")
    before = front.autotask.rows("TicketWebhooks"), front.fieldnation.admin("GET", "state/webhook")
    back.more |= {"ISTHMUS_KEY": KEY.replace("A", "B"), "ISTHMUS_PUBLIC_URL": "http://127.0.0.1:9"}
    with back.house() as house, Stores.open(house) as stores:
        assert isinstance(await Attend(house, stores)(NO_RUN), Again)
        with pytest.raises(KeyWrong, match="ISTHMUS_STATE"):
            load_keys(house, stores)
    after = front.autotask.rows("TicketWebhooks"), front.fieldnation.admin("GET", "state/webhook")
    assert after == before


async def test_two_homes_that_look_after_webhooks_leave_each_others_alone(
    front: Shores, back: Shores
) -> None:
    await installed(front, "http://127.0.0.1:9")
    await installed(back, "http://127.0.0.1:9")
    before = front.autotask.rows("TicketWebhooks"), front.fieldnation.admin("GET", "state/webhook")
    for shores in (front, back, front):
        with shores.house() as house, Stores.open(house) as stores:
            assert isinstance(await Attend(house, stores)(NO_RUN), Done)
    after = front.autotask.rows("TicketWebhooks"), front.fieldnation.admin("GET", "state/webhook")
    assert after == before
