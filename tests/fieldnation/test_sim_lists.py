"""Listings and the lists of the company, against the simulated Field Nation."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from isthmus.fieldnation import (
    FieldNationClient,
    FilterIgnored,
    f,
)
from tests.fieldnation.orders import made


async def test_a_listing_finds_every_order_once_whatever_the_user_filtered_before(
    fn: FieldNationClient, sim: Any
) -> None:
    made_here = [await made(fn, title=f"Job {number}") for number in range(7)]
    sim.get("workorders?list=workorders_draft&f_city=Nowhere")  # stays with the user

    listing = fn.work_orders.list(per_page=3)
    found = [order async for order in listing]

    assert [order.id for order in found if order.id in made_here] == made_here
    assert (listing.seen, listing.total) == (len(found), len(found))
    assert not any(order.is_stub for order in found)
    assert all(order.status is not None for order in found)


async def test_orders_by_their_ids_are_read_in_one_call(fn: FieldNationClient, sim: Any) -> None:
    made_here = [await made(fn, title=f"Job {number}") for number in range(3)]
    before = len(sim.admin("GET", "requests?method=GET&path=workorders"))

    assert sorted(await fn.work_orders.by_ids(made_here)) == made_here

    assert len(sim.admin("GET", "requests?method=GET&path=workorders")) == before + 1


async def test_listings_by_list_and_filter(fn: FieldNationClient) -> None:
    draft, published = await made(fn, title="Draft zebra"), await made(fn, title="Other zebra")
    await fn.work_orders.publish(published)

    async def ids(**asked: Any) -> list[int]:
        return [order.id async for order in fn.work_orders.list(**asked)]

    assert published in await ids(list="workorders_published_routed")
    assert draft not in await ids(list="workorders_published_routed")
    assert await ids(filters=f.ids(draft, published)) == [draft, published]
    assert set(await ids(filters=f.search("zebra"))) == {draft, published}
    today = datetime.now(UTC).date()
    day = timedelta(days=1)
    assert draft in await ids(filters=f.on("created", today - day, today + day))
    assert await ids(filters=f.on("created", date(2001, 1, 1))) == []
    assert await ids(filters=f.together(f.search("zebra"), f.one_of("state", "CA"))) == []


async def test_a_filter_the_vendor_does_not_know_is_told(fn: FieldNationClient) -> None:
    await made(fn)

    with pytest.raises(FilterIgnored, match="f_external_id"):
        _ = [order async for order in fn.work_orders.list(filters={"f_external_id": "T-1"})]


async def test_every_list_of_the_company_is_read_with_names(fn: FieldNationClient) -> None:
    company = fn.company
    for found in (
        await company.projects(),
        await company.templates(),
        await company.types_of_work(),
        await company.managers(),
        await company.locations(),
        await company.clients(),
        await company.tags(),
        await company.expense_categories(),
    ):
        assert found
        assert all(one.name for one in found), found
        assert len({one.id for one in found}) == len(found)
    fields = await company.custom_fields()
    assert {one.type for one in fields} >= {"text", "predefined"}
    assert any(one.options for one in fields if one.type == "predefined")


async def test_saved_locations_are_found_by_a_text(fn: FieldNationClient) -> None:
    every = await fn.company.locations()

    found = await fn.company.locations(every[0].name)

    assert every[0].id in {one.id for one in found}
    assert len(found) < len(every)
