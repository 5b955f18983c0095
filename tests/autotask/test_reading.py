import asyncio
import gzip
import json
from typing import Any

import pytest
from aiohttp import web

from isthmus.autotask import AnswerBroken, AutotaskClient, ClientSettings, Credentials, q
from isthmus.autotask.errors import QueryRefused, UnknownEntity
from tests.autotask.fake_vendor import FakeVendor, cut, drop, gzip_cut, page, zipped


async def ids_of(client: AutotaskClient, **kwargs: Any) -> list[int]:
    return [number async for found in client.read("Tickets", **kwargs) for number in found.ids]


async def test_a_short_page_that_names_a_next_one_is_not_taken_for_the_last(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(page([0, 1], more=True), page([7], more=True), page([9]))
    assert await ids_of(client) == [0, 1, 7, 9]
    lasts = [body["filter"][-1]["value"] for body in vendor.bodies]
    assert lasts == [-1, 1, 7]


async def test_a_full_page_without_a_next_one_is_asked_beyond(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(page(list(range(500))), page([]))
    assert len(await ids_of(client)) == 500
    assert len(vendor.bodies) == 2


async def test_each_page_is_asked_by_post_as_the_filter_and_the_ids_after_the_last(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(page([5]))
    where = q.or_(q.eq("status", 1), q.exists("dueDateTime"))
    await ids_of(client, where=where, after_id=3, below_id=90, include=["title"])
    assert vendor.bodies == [
        {
            "filter": [
                {
                    "op": "or",
                    "items": [
                        {"op": "eq", "field": "status", "value": 1},
                        {"op": "exist", "field": "dueDateTime"},
                    ],
                },
                {"op": "gt", "field": "id", "value": 3},
                {"op": "lt", "field": "id", "value": 90},
            ],
            "maxRecords": 500,
            "includeFields": ["id", "title"],
        }
    ]
    assert vendor.paths == ["/ATServicesRest/V1.0/Tickets/query"]


async def test_without_a_condition_all_ids_from_zero_are_asked(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(page([0]))
    assert (await client.query_page("Companies")).ids == (0,)
    assert vendor.bodies[0]["filter"] == [{"op": "gte", "field": "id", "value": 0}]


async def test_rows_are_the_vendors_own_bytes(vendor: FakeVendor, client: AutotaskClient) -> None:
    body = (
        b'{"items":[{"id":1, "hours":1.10000000000000000001},{ "x":{"id":9}, "id":2}],'
        b'"pageDetails":{"count":2,"requestCount":500,"prevPageUrl":null,"nextPageUrl":null}}'
    )
    vendor.then(zipped(gzip.compress(body)))
    found = await client.query_page("Tickets")
    assert found.rows == (b'{"id":1, "hours":1.10000000000000000001}', b'{ "x":{"id":9}, "id":2}')
    assert found.ids == (1, 2)
    assert found.server_time.utcoffset() is not None
    assert vendor.headers[0]["Accept-Encoding"] == "gzip"


async def test_a_lone_surrogate_breaks_no_page(vendor: FakeVendor, client: AutotaskClient) -> None:
    row = b'{"id":1,"title":"a\\ud800b \xc3\xa9"}'
    details = b'"pageDetails" : {"count":2,"nextPageUrl":null}'
    vendor.then(web.Response(body=b'{ "items" : [' + row + b' , {"id":2}],' + details + b" }\n"))
    found = await client.query_page("Tickets")
    assert found.rows == (row, b'{"id":2}')


def body_of(ids: list[int], **details: Any) -> bytes:
    answer = page(ids, **details)
    assert isinstance(answer.body, bytes)
    return answer.body


BROKEN: dict[str, Any] = {
    "cut short": cut(body_of([1, 2, 3]), 40),
    "cut in the zip": gzip_cut(body_of([1, 2, 3])),
    "no zip": zipped(b"not zipped"),
    "dropped": drop,
    "empty": web.Response(body=b""),
    "half a document": web.Response(body=body_of([1, 2])[:-20]),
    "a page of HTML": web.Response(body=b"<html>hello</html>"),
    "no items": web.json_response({"pageDetails": {"count": 0}}),
    "no page details": web.json_response({"items": []}),
    "a count that differs": web.Response(body=body_of([1, 2], count=3)),
    "ids that descend": web.Response(body=body_of([2, 1])),
    "an id twice": web.Response(body=body_of([2, 2])),
    "an id outside": web.Response(body=body_of([2, 200])),
    "a row without id": web.json_response({"items": [{"a": 1}], "pageDetails": {"count": 1}}),
    "an id of text": web.json_response({"items": [{"id": "1"}], "pageDetails": {"count": 1}}),
    "no rows but a next page": web.Response(body=body_of([], nextPageUrl="http://next")),
    "more rows than asked": web.Response(body=body_of(list(range(1, 502)))),
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_answer_is_asked_again_and_nothing_of_it_used(
    kind: str, vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(BROKEN[kind], page([1, 2, 3]))
    assert await ids_of(client, after_id=0, below_id=100) == [1, 2, 3]
    assert len(vendor.bodies) == 2


async def test_an_answer_that_stays_broken_is_an_error(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(web.Response(body=b'{"items":['))
    with pytest.raises(AnswerBroken):
        await ids_of(client)
    assert len(vendor.bodies) == 5


async def test_counts_and_single_records_are_read(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(
        web.json_response({"queryCount": 0}),
        web.json_response({"item": {"id": 7, "hours": 1.5}}),
        web.json_response({"item": None}),
        web.json_response({"Message": "none"}, status=404),
        web.json_response({"items": [{"id": 3}]}),
    )
    assert await client.count("Tickets") == 0
    assert await client.get("Tickets", 7) == {"id": 7, "hours": 1.5}
    assert await client.get("Tickets", 8) is None
    assert await client.get("Tickets", 9) is None
    assert await client.get("TicketAttachments", 3) == {"id": 3}
    assert vendor.paths[1] == "/ATServicesRest/V1.0/Tickets/7"


async def test_a_page_size_the_vendor_does_not_have_is_refused_before_sending(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    for size in (0, 501):
        with pytest.raises(QueryRefused):
            await client.query_page("Tickets", page_size=size)
    with pytest.raises(UnknownEntity):
        await client.query_page("Tickets/../Invoices")
    assert vendor.bodies == []


async def hold_a_moment(_request: web.Request, body: Any) -> web.StreamResponse:
    await asyncio.sleep(0.02)
    return page([])


async def test_never_more_than_three_in_flight_for_an_entity(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(hold_a_moment)
    await asyncio.gather(*(client.query_page("Tickets") for _ in range(15)))
    assert vendor.most_in_flight == 3


async def test_two_clients_share_the_three(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings, client: AutotaskClient
) -> None:
    vendor.then(hold_a_moment)
    other = Credentials(
        username="another@user",
        secret="other-secret",
        integration_code=credentials.integration_code,
    )
    async with AutotaskClient.connect(other, base_url=vendor.url, settings=quick) as second:
        both = [each.query_page("tickets") for each in (client, second) for _ in range(9)]
        await asyncio.gather(*both)
    assert vendor.most_in_flight == 3


async def test_entities_do_not_wait_for_each_other(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(hold_a_moment)
    names = ["Tickets", "Companies"]
    await asyncio.gather(*(client.query_page(name) for name in names for _ in range(6)))
    assert 3 < vendor.most_in_flight <= 6


async def test_numbers_keep_their_digits_in_a_query(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    from decimal import Decimal

    raw: list[bytes] = []

    async def keep(request: web.Request, _body: Any) -> web.StreamResponse:
        raw.append(await request.read())
        return page([])

    vendor.then(keep)
    await client.query_page("Tickets", q.gte("estimatedHours", Decimal("0.10")))
    assert b'"value":0.10' in raw[0]
    assert json.loads(raw[0])["maxRecords"] == 500
