"""Every fault and every shape of refusal, against the simulated Field Nation."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from isthmus.fieldnation import (
    AnswerBroken,
    AuthFailed,
    ClientSettings,
    Conflict,
    Credentials,
    FieldNationClient,
    FieldNationError,
    NotFound,
    RateLimited,
    RateSettings,
    RetrySettings,
    ServerTrouble,
    ValidationFailed,
)

SHAPES = ["problem", "status_message", "error_object", "oauth", "webhooks"]
each_shape = pytest.mark.parametrize("shape", SHAPES)


@pytest.fixture
async def once(
    sim: Any, sim_credentials: Credentials, quick: ClientSettings
) -> AsyncIterator[FieldNationClient]:
    """A client that tries nothing again."""
    settings = replace(quick, retry=RetrySettings(server_trouble=0))
    async with FieldNationClient.connect(
        sim_credentials, base_url=sim.url, settings=settings
    ) as opened:
        yield opened


def break_(sim: Any, kind: str, **settings: Any) -> None:
    sim.admin("POST", "faults", {"kind": kind, "path": "workorders", **settings})


def posts(sim: Any) -> int:
    return len(sim.admin("GET", "requests?method=POST&path=workorders"))


async def count(fn: FieldNationClient) -> int:
    return len([order async for order in fn.work_orders.list(columns=("id", "title"))])


@each_shape
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ValidationFailed),
        (404, NotFound),
        (409, Conflict),
        (500, ServerTrouble),
        (503, ServerTrouble),
    ],
)
async def test_a_status_means_the_same_in_every_shape(
    once: FieldNationClient, sim: Any, shape: str, status: int, kind: type[FieldNationError]
) -> None:
    break_(sim, "status", status=status, shape=shape, text="Out of luck")

    with pytest.raises(kind, match="Out of luck") as caught:
        await once.work_orders.get(1)

    assert caught.value.told.status == status


@each_shape
async def test_a_real_refusal_names_its_field_where_the_shape_can(
    fn: FieldNationClient, sim: Any, shape: str
) -> None:
    sim.admin("PATCH", "switches", {"error_shape": shape})

    with pytest.raises(ValidationFailed) as caught:
        await fn.work_orders.create({"description": "no title"})

    if shape == "problem":
        assert [field.path for field in caught.value.fields] == ["title"]
        assert caught.value.correlation_id
        assert caught.value.told.action == "FIX_INPUT"


@pytest.mark.parametrize("answered", [400, 401])
async def test_a_token_that_ran_out_is_renewed_without_a_word(
    fn: FieldNationClient, sim: Any, answered: int
) -> None:
    sim.admin("PATCH", "switches", {"expired_token_answer": answered})
    number = (await fn.work_orders.create({"title": "A job"})).order.id
    break_(sim, "expired_token", count=1)

    assert (await fn.work_orders.get(number)).id == number
    assert len(sim.admin("GET", "requests?path=oauth")) == 2


@pytest.mark.parametrize("shape", ["oauth", "status_code"])
async def test_a_wrong_password_is_told_in_both_shapes(
    sim: Any, quick: ClientSettings, shape: str
) -> None:
    sim.admin("PATCH", "switches", {"oauth_error_shape": shape})
    wrong = Credentials(
        client_id=sim.client_id,
        client_secret=sim.client_secret,
        username=sim.username,
        password="not the password",
    )
    async with FieldNationClient.connect(wrong, base_url=sim.url, settings=quick) as client:
        with pytest.raises(AuthFailed):
            await client.check()


async def test_the_token_goes_where_the_vendor_looks_for_it(
    sim: Any, sim_credentials: Credentials, quick: ClientSettings
) -> None:
    sim.admin("PATCH", "switches", {"token_place": "header"})
    by_header = replace(quick, sign_in_by="header")
    async with FieldNationClient.connect(
        sim_credentials, base_url=sim.url, settings=by_header
    ) as client:
        assert (await client.work_orders.create({"title": "A job"})).order.id
    async with FieldNationClient.connect(
        sim_credentials, base_url=sim.url, settings=quick
    ) as client:
        with pytest.raises(AuthFailed):
            await client.work_orders.create({"title": "A job"})


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html_error"},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "truncate"},
        {"kind": "empty_body"},
        {"kind": "malformed_json"},
        {"kind": "status", "status": 408},
        {"kind": "status", "status": 504},
        {"kind": "delay", "seconds": 0.05},
        {"kind": "slow", "seconds": 0.05},
        {"kind": "rate_limited", "retry_after_s": 0},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
async def test_a_read_comes_through_a_passing_fault(
    fn: FieldNationClient, sim: Any, fault: dict[str, Any]
) -> None:
    number = (await fn.work_orders.create({"title": "A job"})).order.id
    break_(sim, **{**fault, "count": 2})

    assert (await fn.work_orders.get(number)).title == "A job"


@pytest.mark.parametrize(
    ("fault", "is_made"),
    [
        ({"kind": "drop_before"}, False),
        ({"kind": "drop_after"}, True),
        ({"kind": "truncate"}, True),
        ({"kind": "empty_body"}, True),
        ({"kind": "malformed_json"}, True),
        ({"kind": "html_error"}, False),
        ({"kind": "status", "status": 503, "after_effect": True}, True),
    ],
    ids=lambda value: str(value["kind"]) if isinstance(value, dict) else str(value),
)
async def test_a_create_is_sent_once_and_says_that_it_may_be_made(
    fn: FieldNationClient, sim: Any, fault: dict[str, Any], is_made: bool
) -> None:
    before = await count(fn)
    break_(sim, method="POST", count=1, **fault)

    with pytest.raises((ServerTrouble, AnswerBroken)) as caught:
        await fn.work_orders.create({"title": "A job"})

    assert caught.value.may_have_taken_effect
    assert posts(sim) == 1
    assert await count(fn) == before + is_made


async def test_a_create_refused_for_the_rate_is_sent_again_and_made_once(
    fn: FieldNationClient, sim: Any
) -> None:
    before = await count(fn)
    break_(sim, "rate_limited", method="POST", retry_after_s=0, count=2)

    await fn.work_orders.create({"title": "A job"})

    assert posts(sim) == 3
    assert await count(fn) == before + 1


@pytest.mark.parametrize("spelling", ["X-RateLimit", "X-Rate-Limit"])
async def test_the_rate_the_vendor_tells_is_kept_so_that_it_refuses_nothing(
    sim: Any, sim_credentials: Credentials, quick: ClientSettings, spelling: str
) -> None:
    sim.admin(
        "PATCH",
        "switches",
        {"rate_limit_per_minute": 600, "rate_limit_burst": 4, "rate_limit_headers": spelling},
    )
    settings = replace(quick, rate=RateSettings(per_minute=600, burst=100))
    async with FieldNationClient.connect(
        sim_credentials, base_url=sim.url, settings=settings
    ) as client:
        for _ in range(12):
            await client.company.tags()

    assert len(sim.admin("GET", "requests?path=company&status=200")) == 12
    assert sim.admin("GET", "requests?path=company&status=429") == []


async def test_a_limit_that_lasts_is_told_with_its_wait(fn: FieldNationClient, sim: Any) -> None:
    break_(sim, "rate_limited", retry_after_s=600)

    with pytest.raises(RateLimited) as caught:
        await fn.work_orders.get(1)

    assert caught.value.told.wait_seconds == 600


async def test_an_order_that_is_in_no_list_yet_is_still_read_by_its_id(
    fn: FieldNationClient, sim: Any
) -> None:
    break_(sim, "replication_lag", seconds=60)
    before = await count(fn)

    number = (await fn.work_orders.create({"title": "A job"})).order.id

    assert await count(fn) == before
    assert (await fn.work_orders.get(number)).id == number
