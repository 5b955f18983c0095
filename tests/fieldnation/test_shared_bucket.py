"""One rate for several processes; here each bucket has a budget of its own on one file."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from isthmus.fieldnation import ClientSettings, Credentials, FieldNationClient, RateLimited
from isthmus.fieldnation.bucket import Bucket, bucket_for
from isthmus.fieldnation.settings import RateSettings
from isthmus.state.budget import SharedBudget
from tests.fieldnation.fake_vendor import FakeVendor, order

Share = Callable[[], SharedBudget]
SLOW = RateSettings(per_minute=1, burst=4, longest_wait=0.5)


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    opened: list[SharedBudget] = []

    def more() -> SharedBudget:
        opened.append(SharedBudget(tmp_path / "budget.db"))
        return opened[-1]

    yield more
    for budget in opened:
        budget.close()


def bucket(share: Share, settings: RateSettings = SLOW, client: str = "me") -> Bucket:
    return bucket_for("https://a", client, settings, share())


async def test_all_processes_spend_from_one_burst(share: Share) -> None:
    one, two, other = bucket(share), bucket(share), bucket(share, client="other")
    for _ in range(2):
        await one.admit("x")
        await two.admit("x")
    with pytest.raises(RateLimited):
        await one.admit("x")
    with pytest.raises(RateLimited):
        await two.admit("x")
    await other.admit("x")


async def test_turns_come_back_at_the_rate_for_all_together(share: Share) -> None:
    one_a_second = RateSettings(per_minute=60, burst=1)
    one, two = bucket(share, one_a_second), bucket(share, one_a_second)
    closed = bucket(share, replace(one_a_second, longest_wait=0.0))
    await asyncio.gather(one.admit("x"), two.admit("x"))
    with pytest.raises(RateLimited):
        await closed.admit("x")


async def test_what_one_is_told_holds_for_all(share: Share) -> None:
    one, two = bucket(share), bucket(share)
    await one.learn(1)
    await two.admit("x")
    with pytest.raises(RateLimited):
        await two.admit("x")
    await one.close(30)
    with pytest.raises(RateLimited) as caught:
        await two.admit("x")
    assert caught.value.told.wait_seconds == pytest.approx(30, abs=5)


async def test_a_refusal_of_one_client_closes_the_account_for_others(
    share: Share, vendor: FakeVendor, credentials: Credentials, quick: ClientSettings
) -> None:
    refused = web.json_response({"message": "slow"}, status=429, headers={"Retry-After": "60"})
    vendor.then(refused, web.json_response(order()))
    rate = RateSettings(longest_wait=0.5)
    for said in ("slow", "may be made in"):
        settings = replace(quick, rate=rate, shared=share())
        async with FieldNationClient.connect(
            credentials, base_url=vendor.url, settings=settings
        ) as client:
            with pytest.raises(RateLimited, match=said):
                await client.work_orders.get(7)
    assert len(vendor.calls) == 1


async def test_no_name_is_kept(share: Share, tmp_path: Path) -> None:
    await bucket(share, client="client-of-ours").admit("x")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("budget.db*"))
    assert b"fieldnation turns" in kept
    assert b"client-of-ours" not in kept
    assert b"https://a" not in kept
