"""The company's rate, on a clock of our own."""

import asyncio
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from isthmus.fieldnation import ClientSettings, Credentials, FieldNationClient, RateLimited
from isthmus.fieldnation import bucket as room
from isthmus.fieldnation.bucket import Bucket, bucket_for
from isthmus.fieldnation.settings import RateSettings
from tests.fieldnation.fake_vendor import FakeVendor, order


@dataclass
class Clock:
    """Time that passes only while someone sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(room, "clock", fake)
    return fake


async def test_a_burst_goes_through_and_the_rest_at_the_rate(clock: Clock) -> None:
    bucket = Bucket(RateSettings(per_minute=60, burst=5))

    for _ in range(8):
        await bucket.admit("x")

    assert clock.slept == pytest.approx([1.0, 1.0, 1.0])


async def test_rest_gives_turns_back_up_to_the_burst(clock: Clock) -> None:
    bucket = Bucket(RateSettings(per_minute=60, burst=2))
    for _ in range(2):
        await bucket.admit("x")
    clock.now += 600

    for _ in range(3):
        await bucket.admit("x")

    assert clock.slept == pytest.approx([1.0])


async def test_nobody_passes_while_it_is_closed(clock: Clock) -> None:
    bucket = Bucket(RateSettings())
    await bucket.close(30)
    await bucket.close(10)

    await bucket.admit("x")

    assert sum(clock.slept) == pytest.approx(30)


async def test_what_the_vendor_says_remains_counts(clock: Clock) -> None:
    bucket = Bucket(RateSettings(per_minute=60, burst=100))
    await bucket.learn(1)

    await bucket.admit("x")
    await bucket.admit("x")

    assert clock.slept == pytest.approx([1.0])


async def test_none_remaining_waits_for_a_turn_and_no_longer(clock: Clock) -> None:
    bucket = Bucket(RateSettings(per_minute=60, burst=100))
    await bucket.learn(0)
    await bucket.learn(50)

    await bucket.admit("x")

    assert clock.slept == pytest.approx([1.0])


async def test_a_wait_that_is_too_long_is_refused_at_once(clock: Clock) -> None:
    bucket = Bucket(RateSettings(longest_wait=10))
    await bucket.close(11)

    with pytest.raises(RateLimited) as caught:
        await bucket.admit("GET /x")

    assert clock.slept == []
    assert caught.value.where == "GET /x"
    assert caught.value.told.wait_seconds == pytest.approx(11)


def test_clients_of_one_account_share_a_bucket_and_others_do_not() -> None:
    settings = RateSettings()
    one = bucket_for("https://a", "client", settings)

    assert bucket_for("https://a", "client", RateSettings()) is one
    assert bucket_for("https://a", "other", settings) is not one
    assert bucket_for("https://b", "client", settings) is not one


@pytest.mark.parametrize("spelling", ["X-RateLimit", "X-Rate-Limit"])
async def test_the_client_heeds_what_the_headers_say_in_both_spellings(
    vendor: FakeVendor, credentials: Credentials, quick: ClientSettings, spelling: str
) -> None:
    told = {f"{spelling}-Remaining": "0", f"{spelling}-Reset": "50"}
    vendor.then(web.json_response(order(), headers=told))
    settings = ClientSettings(
        rate=RateSettings(longest_wait=0.5), retry=quick.retry, transport=quick.transport
    )
    async with FieldNationClient.connect(
        credentials, base_url=vendor.url, settings=settings
    ) as client:
        await client.work_orders.get(7)
        with pytest.raises(RateLimited):
            await client.work_orders.get(7)

    assert len(vendor.calls) == 1


@pytest.mark.parametrize("wrong", [{"per_minute": 0}, {"burst": 0}])
def test_a_rate_that_lets_nothing_through_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="per_minute"):
        RateSettings(**wrong)
