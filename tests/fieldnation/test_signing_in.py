"""The token: asked for once, kept, renewed, shown to nobody."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from isthmus.base import log
from isthmus.fieldnation import (
    AuthFailed,
    ClientSettings,
    Credentials,
    CredentialsUnusable,
    FieldNationClient,
    RateLimited,
    ServerTrouble,
    Unreachable,
    WrongAddress,
)
from tests.fieldnation.fake_vendor import FakeVendor, answer, order

EXPIRED_400 = answer({"status": 400, "message": "Expired token"}, 400)
EXPIRED_401 = answer(
    {"type": "x", "title": "No", "status": 401, "code": "AUTHENTICATION_REQUIRED"}, 401
)


async def test_the_log_in_is_a_password_grant_in_json(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    await client.check()

    assert vendor.log_ins == [
        {
            "grant_type": "password",
            "client_id": "client-of-ours",
            "client_secret": "cl13nt-s3cret",
            "username": "api-user@example.com",
            "password": "p4ss of the user",
        }
    ]


async def test_many_callers_share_one_log_in(vendor: FakeVendor, client: FieldNationClient) -> None:
    vendor.log_in_takes = 0.05
    vendor.then(answer(order()))

    await asyncio.gather(*(client.work_orders.get(7) for _ in range(20)))

    assert len(vendor.log_ins) == 1
    assert {query["access_token"] for query in vendor.queries} == {f"token-1-{'x' * 20}"}


@pytest.mark.parametrize("refusal", [EXPIRED_400, EXPIRED_401], ids=["400", "401"])
async def test_an_expired_token_is_renewed_once_for_all_who_met_it(
    vendor: FakeVendor, client: FieldNationClient, refusal: web.Response
) -> None:
    async def only_the_second(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.01)
        fresh = request.query["access_token"].startswith("token-2")
        return answer(order()) if fresh else answer_again(refusal)

    vendor.then(only_the_second)

    await asyncio.gather(*(client.work_orders.get(7) for _ in range(10)))

    assert len(vendor.log_ins) == 2


def answer_again(found: web.Response) -> web.Response:
    return web.Response(body=found.body, status=found.status, content_type="application/json")


async def test_a_token_refused_when_fresh_is_for_a_person_after_one_more_try(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(EXPIRED_401)

    with pytest.raises(AuthFailed):
        await client.work_orders.get(7)

    assert len(vendor.calls) == 2
    assert len(vendor.log_ins) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        answer({"error": "invalid_grant", "error_description": "Bad password"}, 400),
        answer({"status_code": 401, "message": "Bad password"}, 401),
        answer({"error": "invalid_client"}, 403),
    ],
    ids=["oauth", "spec", "403"],
)
async def test_a_wrong_password_is_tried_once_however_many_wait_for_it(
    vendor: FakeVendor, client: FieldNationClient, refusal: web.Response
) -> None:
    vendor.refuse_log_in = refusal
    vendor.log_in_takes = 0.05

    found = await asyncio.gather(
        *(client.work_orders.get(7) for _ in range(5)), return_exceptions=True
    )

    kinds = {type(one).__name__ for one in found}
    assert kinds <= {"AuthFailed", "PermissionDenied"}
    assert len(vendor.log_ins) == 1
    assert vendor.calls == []


async def test_the_first_caller_going_away_does_not_take_the_token_from_the_others(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.log_in_takes = 0.1
    vendor.then(answer(order()))
    first = asyncio.create_task(client.work_orders.get(7))
    second = asyncio.create_task(client.work_orders.get(7))
    await asyncio.sleep(0.02)

    first.cancel()

    assert (await second).id == 7
    assert len(vendor.log_ins) == 1


async def test_a_token_is_not_used_up_to_its_very_end(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.life = 0.2
    vendor.then(answer(order()))
    async with FieldNationClient.connect(
        credentials, base_url=vendor.url, settings=quick
    ) as client:
        await client.work_orders.get(7)
        await asyncio.sleep(0.12)
        await client.work_orders.get(7)

    assert len(vendor.log_ins) == 2


@pytest.mark.parametrize("life", [None, "soon", -5])
async def test_a_token_without_a_sensible_life_is_kept_as_usual(
    vendor: FakeVendor, client: FieldNationClient, life: Any
) -> None:
    vendor.life = life
    vendor.then(answer(order()))

    await client.work_orders.get(7)
    await client.work_orders.get(7)

    assert len(vendor.log_ins) == 1


async def test_trouble_while_logging_in_is_tried_again_even_for_a_create(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer(order()))
    vendor.log_in_troubles = 2

    written = await client.work_orders.create({"title": "A job"})

    assert written.order.id == 7
    assert len(vendor.log_ins) == 3
    assert [path for method, path in vendor.calls if method == "POST"] == [
        "/api/rest/v2/workorders"
    ]


async def test_rest_gets_the_token_in_the_query_and_webhooks_in_the_header(
    vendor: FakeVendor, client: FieldNationClient
) -> None:
    vendor.then(answer(order()), answer({"metadata": {}, "result": []}))

    await client.work_orders.get(7)
    await client.webhooks.list()

    assert vendor.queries[0]["access_token"]
    assert "Authorization" not in vendor.headers[0]
    assert "access_token" not in vendor.queries[1]
    assert vendor.headers[1]["Authorization"] == f"Bearer token-1-{'x' * 20}"


async def test_rest_gets_the_token_in_the_header_where_the_settings_say_so(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.then(answer(order()))
    settings = replace(quick, sign_in_by="header")

    async with FieldNationClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        await client.work_orders.get(7)

    assert "access_token" not in vendor.queries[0]
    assert vendor.headers[0]["Authorization"].startswith("Bearer ")


async def drop(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    "act",
    [
        lambda vendor: vendor.then(answer({"message": "token-1-xxxxxxxxxxxxxxxxxxxx bad"}, 500)),
        lambda vendor: vendor.then(drop),
        lambda vendor: vendor.then(EXPIRED_401),
        lambda vendor: setattr(vendor, "refuse_log_in", EXPIRED_401),
    ],
    ids=["echoed", "dropped", "refused", "log-in refused"],
)
async def test_no_token_and_no_secret_is_in_an_error_or_a_log(
    vendor: FakeVendor,
    client: FieldNationClient,
    credentials: Credentials,
    caplog: pytest.LogCaptureFixture,
    act: Callable[[FakeVendor], None],
) -> None:
    log.guard_library_logs()
    caplog.set_level(logging.DEBUG)
    act(vendor)

    with pytest.raises((AuthFailed, ServerTrouble)) as caught:
        await client.work_orders.get(7)

    shown = f"{caught.value!r} {caught.value} {caught.value.told} {caplog.text} {credentials!r}"
    secrets = (
        "token-1-x",
        "token-2-x",
        "cl13nt-s3cret",
        "p4ss of",
        "client-of-ours",
        "api-user@",
    )
    assert [secret for secret in secrets if secret in shown] == []
    assert "workorders/7" in shown or "oauth/token" in shown


@pytest.mark.parametrize("value", ["", " x", "a\nb"])
def test_credentials_that_cannot_be_right_are_refused_before_anything_is_sent(value: str) -> None:
    with pytest.raises(CredentialsUnusable, match="password"):
        Credentials(client_id="abcd", client_secret="abcd", username="abcd", password=value)


@pytest.mark.parametrize("url", ["", "ftp://x", "api.example.com", "http://", "http://u:p@h/?a=1"])
def test_an_address_that_cannot_be_one_is_refused(credentials: Credentials, url: str) -> None:
    with pytest.raises(WrongAddress):
        FieldNationClient.connect(credentials, base_url=url)


async def test_an_address_where_nobody_answers_is_unreachable(
    credentials: Credentials, quick: ClientSettings, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with FieldNationClient.connect(credentials, base_url=url, settings=quick) as client:
        with pytest.raises(Unreachable) as caught:
            await client.work_orders.create({"title": "A job"})

    assert not caught.value.may_have_taken_effect
    assert not isinstance(caught.value, RateLimited)
