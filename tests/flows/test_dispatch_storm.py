"""Short storms over the whole of dispatch; `make chaos-dispatch` has the long ones."""

from pathlib import Path

import pytest

from chaos.dispatching import faults, gone, kills, loops, order, partial
from chaos.dispatching.strikes import table

STORES = [("files", 1), ("postgres", 2)]
KILLS = 22
SLOTS = {1: 8, 2: 2}
"""Few where a link in the hands of the dead waits until they have been silent for long enough."""


def state_of(store: str, request: pytest.FixtureRequest) -> str:
    """Return the database that a storm plays in, "" for files."""
    return str(request.getfixturevalue("postgres_url")) if store == "postgres" else ""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("store", "workers"), STORES)
def test_whenever_it_is_killed_each_ticket_gets_one_order_and_nothing_is_lost(
    store: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    state = state_of(store, request)
    plan = kills.Plan(
        24, KILLS, workers, window=24, rest=(1, 12), slots=SLOTS[workers], patience_s=180
    )
    found = kills.storm(tmp_path / "storm", plan, seed=7, state=state)
    assert found.kills.total() >= KILLS, "\n".join(table(found.kills))
    assert found.verdict.doubled == 0
    assert found.verdict.lost == 0
    assert found.verdict.wrong == []
    assert found.letters == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("store", "workers"), STORES)
def test_there_is_no_write_but_for_a_change(
    store: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    found = loops.flip_all(tmp_path / "storm", 4, 8, state_of(store, request), workers)
    assert found.writes == found.wanted
    assert found.wanted.total() == 40


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("store", "workers"), STORES)
def test_what_an_order_shows_never_goes_back(
    store: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    state = state_of(store, request)
    found = order.edit_all(tmp_path / "storm", 8, 15, rate=60, state=state, workers=workers)
    assert found.inversions == 0
    assert found.wrong == ()
    assert found.writes >= 8


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("store", "workers"), STORES)
def test_a_crash_at_each_call_leaves_one_order_and_both_cross_links(
    store: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    places = partial.CRASHES[2::3]
    state = state_of(store, request)
    for crash in partial.crash_everywhere(tmp_path / "storm", state, workers, places):
        assert crash.is_clean, crash.line()


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("store", "workers"), STORES)
def test_both_sides_are_equal_after_a_storm_of_faults(
    store: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    state = state_of(store, request)
    found = faults.storm(tmp_path / "storm", 40, seed=3, sweep=30, state=state, workers=workers)
    assert found.verdict.wrong == []
    assert found.letters == ()
    assert found.disabled == 1


@pytest.mark.long
@pytest.mark.timeout(900)
def test_what_a_lost_worker_had_in_hand_goes_on_elsewhere(
    tmp_path: Path, postgres_url: str
) -> None:
    for found in gone.lose_workers(tmp_path / "storm", postgres_url, 1):
        assert found.wrong == (), found.line()
        assert found.held > 0, found.line()
