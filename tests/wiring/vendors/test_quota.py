"""The calls of the hour as every process of a home knows them, kept for a chart."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from isthmus.sync.catalog import dataset_named
from isthmus.sync.outcomes import SilentObserver
from isthmus.wiring.vendors import quota
from isthmus.wiring.vendors.quota import Sampler, quota_history, quota_now
from isthmus_sim.in_thread import AutotaskSim
from tests.wiring.homes import Home


@pytest.fixture(params=["files", "postgres"])
def home(request: pytest.FixtureRequest, autotask_sim: AutotaskSim, tmp_path: Path) -> Home:
    made = Home(autotask_sim, tmp_path / "home")
    if request.param == "postgres":
        made.more["ISTHMUS_STATE"] = request.getfixturevalue("postgres_url")
    return made


def sync(home: Home) -> None:
    products = dataset_named("Products")
    assert products is not None
    with home.house() as house:
        asyncio.run(house.sync([products], full=False, observer=SilentObserver()))


def test_a_sync_leaves_a_sample_of_what_it_used(home: Home) -> None:
    with home.house() as house:
        assert quota_now(house.config).limit is None
        Sampler(house.config, house.copying)()
        assert house.copying.last_sample() is None  # nothing is known, nothing is kept
    sync(home)
    with home.house() as house:
        now, sample = quota_now(house.config), house.copying.last_sample()
        assert sample is not None
        assert (sample.limit, now.limit) == (10_000, 10_000)
        assert sample.ours
        assert sample.used is not None
        assert sample.used >= sample.ours
        (only,) = quota_history(house.copying, sample.at - timedelta(hours=1))
        assert only == sample


def test_what_has_not_changed_is_not_kept_again(home: Home, monkeypatch: Any) -> None:
    sync(home)
    with home.house() as house:
        told = quota_now(house.config)
        samples = [
            replace(told, at=told.at + timedelta(minutes=2 * n), used=used)
            for n, used in enumerate((50, 50, 50, 51, 51), 1)
        ]
        sampler = Sampler(house.config, house.copying)
        for sample in samples:
            monkeypatch.setattr(quota, "quota_now", lambda _, sample=sample: sample)
            monkeypatch.setattr(quota, "utc_now", lambda sample=sample: sample.at)
            sampler()
        kept = quota_history(house.copying, samples[0].at)
    assert kept == (samples[0], samples[3])


def test_of_a_long_history_some_are_given_evenly(home: Home) -> None:
    with home.house() as house:
        now = quota_now(house.config)
        for minutes in range(50):
            at = now.at + timedelta(minutes=2 * minutes)
            house.copying.add_sample(replace(now, at=at, used=minutes, limit=100))
        found = quota_history(house.copying, now.at, most=10)
    assert [sample.used for sample in found] == list(range(0, 50, 5))
