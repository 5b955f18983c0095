"""Whom our own calls act as is found out on both sides, or it is said that it cannot be."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from isthmus.autotask import ServerTrouble
from isthmus.autotask.port import Records
from isthmus.dispatch.identity import Own, load_own, own_resource, own_user, save_own
from isthmus.engine.database import open_database
from isthmus.fieldnation import FieldNationClient
from isthmus.state.dispatch import DispatchState
from isthmus.wiring.vendors.clients import fieldnation_client, records
from isthmus_sim.in_thread import AutotaskSim
from tests.dispatch.shores import Shores

URL = "http://127.0.0.1:9/hooks/fieldnation"


@pytest.fixture(params=["rest", "soap"])
async def mine(shores: Shores, request: pytest.FixtureRequest) -> AsyncIterator[Records]:
    shores.more["ISTHMUS_AUTOTASK_API"] = request.param
    with shores.house() as house:
        async with records(house.config, house.connection(), patient=False) as opened:
            yield opened


@pytest.fixture
async def orders(shores: Shores) -> AsyncIterator[FieldNationClient]:
    with shores.house() as house:
        connection = house.fieldnation_connection()
        async with fieldnation_client(house.config, connection, patient=False) as opened:
            yield opened


def own_row(sim: AutotaskSim) -> int:
    """Return the resource that the simulated tenant names as the maker of what we write."""
    made = sim.post("Tickets", {
        "title": "Whose?", "companyID": 0, "status": 1, "priority": 2, "queueID": 29682833,
        "dueDateTime": "2027-01-01T00:00:00Z",
    }).json["itemId"]  # fmt: skip
    return int(sim.rows("Tickets", made)[0]["creatorResourceID"])


async def test_the_resource_is_the_one_that_has_made_what_we_wrote(
    mine: Records, shores: Shores
) -> None:
    sim = shores.autotask

    assert await own_resource(mine, sim.username) == own_row(sim)


async def test_who_is_nobody_is_not_found(mine: Records) -> None:
    assert await own_resource(mine, "nobody@example.com") is None


async def test_where_resources_are_hidden_it_is_not_known(mine: Records, shores: Shores) -> None:
    shores.autotask.admin("POST", "faults", {"kind": "permission_lost", "entity": "Resources"})

    assert await own_resource(mine, shores.autotask.username) is None


async def test_an_outage_is_no_answer(mine: Records, shores: Shores) -> None:
    shores.autotask.admin("POST", "faults", {"kind": "status", "status": 503})

    with pytest.raises(ServerTrouble):
        await own_resource(mine, shores.autotask.username)


async def test_the_manager_of_an_order_that_we_made_is_our_user(
    orders: FieldNationClient, shores: Shores
) -> None:
    sim = shores.fieldnation
    assert await own_user(orders, sim.username) is None
    order = sim.post("workorders", {"title": "A visit"}).json

    assert await own_user(orders, sim.username.upper()) == order["manager"]["id"]
    assert await own_user(orders, "somebody@example.com") is None


async def test_before_the_first_order_the_maker_of_our_webhook_is_our_user(
    orders: FieldNationClient, shores: Shores
) -> None:
    made = await orders.webhooks.create(URL, ["workorder.created"])
    user = shores.fieldnation.admin("GET", "account")["user_id"]

    assert await own_user(orders, shores.fieldnation.username, URL) == user == made.raw["userId"]


def test_what_was_found_counts_for_the_same_log_in_alone(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "dispatch.db")
    state = DispatchState.open(engine)
    save_own(state, Own(7, 8), "me@example.com", "us@example.com")
    save_own(state, Own(), "me@example.com", "us@example.com")

    assert load_own(state, "me@example.com", "us@example.com") == Own(7, 8)
    assert load_own(state, "other@example.com", "us@example.com") == Own(None, 8)
    assert "example.com" not in str([state.mark("own/resource"), state.mark("own/user")])
    engine.dispose()
