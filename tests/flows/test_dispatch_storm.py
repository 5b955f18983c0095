"""A short storm over the whole of dispatch; `make chaos-dispatch` is the long one."""

from pathlib import Path

import pytest

from chaos.dispatching import kills
from chaos.dispatching.strikes import table

KILLS = 22
SLOTS = {1: 8, 2: 2}
"""Few where a link in the hands of the dead waits until they have been silent for long enough."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("store", "workers"), [("files", 1), ("postgres", 2)])
def test_whenever_it_is_killed_each_ticket_gets_one_order_and_nothing_is_lost(
    store: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    state = request.getfixturevalue("postgres_url") if store == "postgres" else ""
    plan = kills.Plan(
        24, KILLS, workers, window=24, rest=(1, 12), slots=SLOTS[workers], patience_s=180
    )
    found = kills.storm(tmp_path / "storm", plan, seed=7, state=state)
    assert found.kills.total() >= KILLS, "\n".join(table(found.kills))
    assert found.verdict.doubled == 0
    assert found.verdict.lost == 0
    assert found.verdict.wrong == []
    assert found.letters == []
