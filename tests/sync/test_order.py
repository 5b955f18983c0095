"""Tables are published in an order in which names are there in time."""

import asyncio

from isthmus.sync.catalog import DATASETS, dataset_named
from isthmus.sync.order import Turns, depends_on


def test_nearly_everything_waits_for_the_names_of_people_and_companies() -> None:
    by_name = {dataset.name: depends_on(dataset) for dataset in DATASETS}

    assert by_name["Resources"] == frozenset()
    assert by_name["Companies"] == {"Resources"}
    assert by_name["ServiceCallTickets"] == {"Resources", "Companies", "Tickets"}


async def test_a_dataset_waits_until_what_it_depends_on_is_through_even_if_that_failed() -> None:
    resources, companies = DATASETS[0], DATASETS[1]
    turns = Turns([resources, companies])
    waiting = asyncio.ensure_future(turns.of(companies)())
    await asyncio.sleep(0)
    assert not waiting.done()

    turns.through(resources)

    await asyncio.wait_for(waiting, 5)


async def test_what_is_not_in_this_run_is_not_waited_for() -> None:
    tickets = dataset_named("Tickets")
    assert tickets is not None

    await asyncio.wait_for(Turns([tickets]).of(tickets)(), 5)
