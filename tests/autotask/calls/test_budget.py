import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from isthmus.autotask import AutotaskClient, BudgetSettings, ClientSettings, HourlyLimitHit
from isthmus.autotask.calls.caller import impatient
from isthmus.autotask.calls.ledger import Ledger, plan_pace
from isthmus.autotask.models import Threshold
from isthmus.autotask.settings import Credentials
from isthmus.base import clock
from tests.autotask.fake_vendor import FakeVendor, errors, page

HOUR = 3600.0


def reading(used: int) -> Threshold:
    return Threshold(limit=100, window_minutes=60, used=used, server_time=clock.utc_now())


def test_calls_are_not_spaced_below_half_of_the_limit() -> None:
    assert plan_pace(5_000, 10_000, HOUR, 0.8) == 0.0


def test_from_half_on_calls_are_spaced_up_to_what_the_share_allows_for_ever() -> None:
    paces = [plan_pace(used, 10_000, HOUR, 0.8) for used in range(5_000, 9_001, 500)]
    assert paces == sorted(paces)
    assert paces[1] > 0
    assert plan_pace(8_000, 10_000, HOUR, 0.8) == HOUR / 8_000
    assert paces[-1] == HOUR / 8_000


def test_a_small_share_is_slowed_before_it_is_used_up() -> None:
    assert plan_pace(3_500, 10_000, HOUR, 0.4) > 0
    assert plan_pace(2_000, 10_000, HOUR, 0.4) == 0.0


def test_our_calls_are_counted_between_two_readings() -> None:
    ledger = Ledger()
    ledger.learn(reading(40))
    for _ in range(5):
        ledger.count(clock.monotonic())
    assert ledger.estimate() == 45
    assert not ledger.over(0.5)
    assert ledger.over(0.45)


def test_the_time_when_use_falls_is_when_enough_of_our_own_calls_leave_the_hour() -> None:
    ledger = Ledger()
    ledger.learn(reading(80))
    now = clock.monotonic()
    ledger.own.extend([(now - 3000, 1), (now - 1000, 1)])
    assert ledger.falls_in(0.8, now) == pytest.approx(600)
    ledger.own.clear()
    assert ledger.falls_in(0.8, now) == HOUR


def with_budget(quick: ClientSettings, budget: BudgetSettings) -> ClientSettings:
    return replace(quick, budget=budget)


async def test_the_limit_is_read_at_the_start_and_then_sparingly(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(page([1]))
    for _ in range(20):
        await client.query_page("Tickets")
    assert vendor.threshold_reads == 1
    usage = client.usage()
    assert usage.calls_made == 21
    assert usage.limit == 10_000
    assert usage.used == 30
    assert usage.used_share == pytest.approx(0.003)


async def test_the_limit_is_read_again_after_so_many_calls(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.then(page([1]))
    settings = with_budget(quick, BudgetSettings(refresh_calls=5))
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        for _ in range(12):
            await client.query_page("Tickets")
    assert vendor.threshold_reads == 3


async def test_above_our_share_the_call_is_not_made_and_the_error_says_when(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.then(page([1]))
    vendor.threshold["currentTimeframeRequestCount"] = 8_100
    settings = with_budget(quick, BudgetSettings(on_limit="raise"))
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        with pytest.raises(HourlyLimitHit, match="8,100 of the tenant's 10,000") as caught:
            await client.query_page("Tickets")
    assert caught.value.falls_at is not None
    assert caught.value.falls_at > clock.utc_now()
    assert vendor.paths == []


async def test_a_client_told_to_wait_goes_on_when_use_has_fallen(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 9_990
    vendor.then(page([1]))
    settings = with_budget(quick, BudgetSettings(probe_seconds=0.01))

    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        vendor.before_threshold = lambda: vendor.threshold.update(
            currentTimeframeRequestCount=vendor.threshold["currentTimeframeRequestCount"] - 900
        )
        assert (await client.query_page("Tickets")).ids == (1,)
    assert vendor.threshold_reads >= 2


async def test_a_refusal_for_the_hour_waits_or_raises_by_setting(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    refusal = errors(429, "The request threshold of 10000 per hour has been exceeded.")
    vendor.then(refusal, page([1]))
    async with AutotaskClient.connect(credentials, base_url=vendor.url, settings=quick) as client:
        assert (await client.query_page("Tickets")).ids == (1,)

    vendor.script.clear()
    vendor.then(refusal, page([1]))
    raising = with_budget(quick, BudgetSettings(on_limit="raise", probe_seconds=600))
    async with AutotaskClient.connect(credentials, base_url=vendor.url, settings=raising) as client:
        with pytest.raises(HourlyLimitHit) as caught:
            await client.query_page("Tickets")
    assert caught.value.falls_at is not None


@pytest.mark.parametrize("used", [10, 8_100])
async def test_a_call_that_is_not_to_wait_fails_at_once(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings, used: int
) -> None:
    vendor.then(errors(429, "The request threshold of 10000 per hour has been exceeded."))
    vendor.threshold["currentTimeframeRequestCount"] = used
    settings = with_budget(quick, BudgetSettings(longest_wait=None))
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        with impatient(), pytest.raises(HourlyLimitHit):
            await client.query_page("Tickets")
    assert len(vendor.paths) == (0 if used > 8_000 else 1)


async def test_waiting_ends_after_the_longest_wait(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.then(errors(500, "Your hourly request limit has been exceeded."))
    settings = with_budget(quick, BudgetSettings(probe_seconds=0.01, longest_wait=0.05))
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        with pytest.raises(HourlyLimitHit):
            await client.query_page("Tickets")


async def test_every_wait_is_told_and_so_is_its_end(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 8_120
    vendor.then(page([1]))
    told: list[tuple[float, int, int]] = []

    def hear(seconds: float, used: int, limit: int) -> None:
        told.append((seconds, used, limit))
        vendor.threshold["currentTimeframeRequestCount"] = 10

    settings = with_budget(quick, BudgetSettings(probe_seconds=0.01, on_waiting=hear))
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        await client.query_page("Tickets")
        await client.query_page("Tickets")

    assert [(used, limit) for _, used, limit in told] == [(8_120, 10_000), (10, 10_000)]
    assert told[0][0] == HOUR
    assert told[1][0] == 0


async def test_calls_that_wait_side_by_side_look_once(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 8_120
    vendor.then(page([1]))
    settings = with_budget(quick, BudgetSettings(probe_seconds=0.2))
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        await client.threshold()
        vendor.threshold["currentTimeframeRequestCount"] = 10
        await asyncio.gather(*(client.query_page("Tickets") for _ in range(8)))
    assert vendor.threshold_reads == 2


async def test_all_calls_of_a_client_wait_the_longest_wait_together(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.threshold["currentTimeframeRequestCount"] = 8_120
    vendor.then(page([1]))
    waits: list[float] = []
    settings = with_budget(
        quick,
        BudgetSettings(
            probe_seconds=0.01, longest_wait=0.05, on_waiting=lambda s, _u, _l: waits.append(s)
        ),
    )
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        with pytest.raises(HourlyLimitHit):
            await client.query_page("Tickets")
        waits.clear()
        for _ in range(3):
            with pytest.raises(HourlyLimitHit, match="8,1") as caught:
                await client.query_page("Tickets")
        assert waits == []
        assert "goes on" in caught.value.remedy
        assert caught.value.falls_at is not None

        vendor.threshold["currentTimeframeRequestCount"] = 10
        await client.threshold()
        assert (await client.query_page("Tickets")).ids == (1,)


async def test_a_threshold_that_is_refused_waits_like_any_call(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.refuse_threshold = 3
    async with AutotaskClient.connect(credentials, base_url=vendor.url, settings=quick) as client:
        assert (await client.threshold()).used == 10
        assert client.exhausted() is None


async def test_a_threshold_that_is_refused_says_when_it_will_not_be(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    vendor.refuse_threshold = 1_000
    settings = with_budget(quick, BudgetSettings(on_limit="raise"))
    async with AutotaskClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        with pytest.raises(HourlyLimitHit) as caught:
            await client.threshold()
        assert caught.value.falls_at is not None
        assert isinstance(client.exhausted(), HourlyLimitHit)


async def test_a_threshold_that_cannot_be_read_does_not_stop_the_work(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.threshold.clear()
    vendor.then(page([1]))
    for _ in range(3):
        assert (await client.query_page("Tickets")).ids == (1,)
    assert vendor.threshold_reads == 1
    assert client.usage().limit is None


async def test_the_threshold_is_given_as_the_vendor_counts_it(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    found = await client.threshold()
    assert (found.limit, found.window_minutes, found.used) == (10_000, 60, 10)
    assert abs(found.server_time - clock.utc_now()) < timedelta(minutes=1)
    assert vendor.threshold_reads == 1


@pytest.mark.parametrize("share", [0.0, 1.1])
def test_a_share_outside_nought_to_one_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        BudgetSettings(share=share)
