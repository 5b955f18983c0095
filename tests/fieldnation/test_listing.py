"""Listings never trust what the vendor remembers."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from isthmus.fieldnation import (
    COLUMNS,
    ClientSettings,
    Credentials,
    FieldNationClient,
    FilterIgnored,
    f,
)
from tests.fieldnation.fake_vendor import FakeVendor, answer, order


def page(*ids: int, total: int | None = None, **more: Any) -> dict[str, Any]:
    metadata = {"total": len(ids) if total is None else total, "list": "workorders_all"}
    return {"metadata": metadata, "results": [order(number) for number in ids], **more}


async def ids_of(listing: Any) -> list[int]:
    return [one.id async for one in listing]


async def test_list_and_stickiness_and_columns_are_always_said(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer(page()))

    assert await ids_of(client.work_orders.list()) == []

    (query,) = vendor.queries
    assert query["list"] == "workorders_all"
    assert query["sticky"] == "false"
    assert query["columns"] == ",".join(COLUMNS)
    assert (query["page"], query["per_page"]) == ("1", "100")


def pages(*found: dict[str, Any]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def give(request: web.Request) -> web.StreamResponse:
        number = int(request.query["page"])
        return answer(found[min(number, len(found)) - 1])

    return give


async def test_it_reads_until_a_page_is_empty_and_a_short_page_is_not_the_last(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(pages(page(1, 2, total=4), page(3, total=4), page(4, total=4), page(total=4)))
    listing = client.work_orders.list()

    assert await ids_of(listing) == [1, 2, 3, 4]
    assert (listing.total, listing.seen) == (4, 4)
    assert [query["page"] for query in vendor.queries] == ["1", "2", "3", "4"]


async def test_a_row_that_moved_to_the_next_page_comes_once(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(pages(page(1, 2, 2), page(2, 3), page()))

    assert await ids_of(client.work_orders.list()) == [1, 2, 3]


async def test_a_vendor_that_repeats_its_last_page_for_ever_ends_it(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(pages(page(1), page(2)))

    assert await ids_of(client.work_orders.list()) == [1, 2]


async def test_rows_that_were_missed_can_be_told_from_the_total(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(pages(page(1, total=3), page(total=3)))
    listing = client.work_orders.list()

    await ids_of(listing)

    assert (listing.total, listing.seen) == (3, 1)


@pytest.mark.parametrize(
    "echo",
    [
        {"f_state": ["TX"], "fs_state": True},
        {"f_state": "TX", "f_archived": None, "f_city": [], "f_requests": False, "fs_city": True},
    ],
)
async def test_a_filter_that_comes_back_was_understood(
    vendor: FakeVendor, client: FieldNationClient, echo: dict[str, Any]
) -> None:
    vendor.then(pages(page(1, **echo), page(**echo)))

    assert await ids_of(client.work_orders.list(filters=f.one_of("state", "TX"))) == [1]


async def test_a_filter_asked_to_be_false_may_be_echoed_as_false(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(pages(page(1, f_requests=False), page(f_requests=False)))

    assert await ids_of(client.work_orders.list(filters=f.flag("requests", value=False))) == [1]


@pytest.mark.parametrize(
    ("echo", "why"),
    [
        ({}, "ignored the filter f_state"),
        ({"f_state": None}, "ignored the filter f_state"),
        ({"f_state": "TX", "f_city": ["Austin"]}, "not asked for: f_city"),
        ({"metadata": {"list": "workorders_assigned"}}, "workorders_assigned instead"),
    ],
)
async def test_an_echo_of_something_else_is_told_before_a_row_is_used(
    vendor: FakeVendor, client: FieldNationClient, echo: dict[str, Any], why: str
) -> None:
    vendor.then(answer({**page(1, 2), **echo}))
    listing = client.work_orders.list(filters=f.one_of("state", "TX"))

    with pytest.raises(FilterIgnored, match=why):
        await ids_of(listing)

    assert listing.seen == 0


async def test_the_echo_is_not_looked_at_where_the_settings_say_so(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.then(pages(page(1), page()))
    settings = replace(quick, check_echo=False)

    async with FieldNationClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        assert await ids_of(client.work_orders.list(filters=f.one_of("state", "TX"))) == [1]


async def test_a_row_without_columns_is_known_as_a_stub(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    stub = {"id": "9", "schedule": {"status_id": 3}}
    vendor.then(pages({"metadata": {"total": 1}, "results": [stub]}, page()))

    (only,) = [one async for one in client.work_orders.list()]

    assert only.id == 9
    assert only.is_stub
    assert only.status is None


async def test_orders_by_their_ids_are_one_call_where_it_shows_all_of_them(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(pages(page(1, 2, f_work_order_id="1,2")))

    assert sorted(await client.work_orders.by_ids([2, 1])) == [1, 2]

    (query,) = vendor.queries
    assert (query["f_work_order_id"], query["per_page"]) == ("2,1", "2")


async def test_orders_by_their_ids_are_looked_for_on_further_pages_where_one_is_missing(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    echo: dict[str, Any] = {"f_work_order_id": "1,2,3"}
    vendor.then(pages(page(1, **echo), page(3, **echo), page(**echo)))

    assert sorted(await client.work_orders.by_ids([1, 2, 3])) == [1, 3]

    assert len(vendor.queries) == 3
    assert await client.work_orders.by_ids([]) == {}
    assert len(vendor.queries) == 3
