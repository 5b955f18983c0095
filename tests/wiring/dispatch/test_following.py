"""The work on a link is seen through, whoever does it."""

import asyncio
import getpass
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from isthmus.dispatch.library import Library
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.following import person_here, see_through
from isthmus.wiring.dispatch.stores import Stores
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import Shores
from tests.postgres import postgres_server, postgres_url  # noqa: F401 - fixtures

A_MINUTE = timedelta(minutes=1)
A_MOMENT = timedelta(milliseconds=200)


@pytest.fixture(params=["file", "server"])
def shores(
    request: pytest.FixtureRequest,
    autotask_sim: AutotaskSim,
    fieldnation_sim: FieldNationSim,
    tmp_path: Path,
) -> Shores:
    state = request.getfixturevalue("postgres_url") if request.param == "server" else ""
    made = Shores(autotask_sim, fieldnation_sim, tmp_path / "home", state)
    made.settle_switches()
    return made


@pytest.fixture
def house(shores: Shores) -> Iterator[House]:
    with shores.house() as opened:
        yield opened


@pytest.fixture
def stores(house: House) -> Iterator[Stores]:
    with Stores.open(house) as opened:
        Library(opened.definitions).enable("ticket_dispatch", is_enabled=True, by="a test")
        yield opened


def ask(shores: Shores, stores: Stores) -> str:
    ticket = shores.fit_tickets(1)[0]["id"]
    shores.send_out(ticket)
    stores.commands.dispatch(f"Tickets/{ticket}", "", "a test")
    return f"Tickets/{ticket}"


async def test_where_no_worker_lives_the_work_is_done_here(
    shores: Shores, house: House, stores: Stores
) -> None:
    key = await asyncio.to_thread(ask, shores, stores)

    assert await see_through(house, stores, key, A_MINUTE)
    assert len(shores.orders()) == 1
    assert stores.agenda.alive() == ()


async def test_a_worker_that_died_without_a_word_is_not_waited_for(
    shores: Shores, house: House, stores: Stores
) -> None:
    key = await asyncio.to_thread(ask, shores, stores)
    stores.agenda.enter("1-killed")

    assert await see_through(house, stores, key, A_MINUTE, A_MOMENT)
    assert len(shores.orders()) == 1


async def test_what_a_living_worker_does_not_do_in_time_is_left_to_it(
    shores: Shores, house: House, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await asyncio.to_thread(ask, shores, stores)
    stores.agenda.enter("1-slow")
    monkeypatch.setattr("isthmus.engine.roll.is_proven_dead", lambda *_: False)

    assert not await see_through(house, stores, key, A_MOMENT)
    assert shores.orders() == []
    assert stores.agenda.find("link", key) is not None


async def test_nothing_to_do_is_no_reason_to_wait(house: House, stores: Stores) -> None:
    assert await see_through(house, stores, "Tickets/1", A_MINUTE)


def test_a_person_whom_the_machine_cannot_name_is_somebody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ana")
    assert person_here() == "ana"

    def fails() -> str:
        raise KeyError("uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", fails)
    assert person_here() == "somebody"
