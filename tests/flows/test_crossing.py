"""The whole line, as processes: a simulated Autotask into DuckDB, every row against an oracle."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from chaos.harness import Home, Simulator, Tally, activity, faults, full, kills, must
from chaos.oracle import DATASETS

TENANT = ("--companies", "25", "--tickets", "900")


@pytest.fixture
def simulator(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Simulator]:
    seed = getattr(request, "param", 5)
    with Simulator(tmp_path, "--seed", str(seed), *TENANT) as started:
        started.admin("PATCH", "switches", {"added_latency_scale": 0})
        yield started


@pytest.fixture
def home(tmp_path: Path, simulator: Simulator) -> Home:
    home = Home(tmp_path / "home", simulator)
    must(home.connect())
    return home


def test_ten_rounds_of_activity_leave_no_difference(simulator: Simulator, home: Home) -> None:
    tally = Tally()
    full(home, tally)
    activity(simulator, home, tally, rounds=10, steps=40)

    assert tally.rounds == 11


@pytest.mark.parametrize("simulator", [6], indirect=True)
def test_faults_delay_but_never_falsify(simulator: Simulator, home: Home) -> None:
    tally = Tally()
    full(home, tally)
    faults(simulator, home, tally, rounds=6, rng=random.Random(11))

    assert tally.rounds == 7


@pytest.mark.parametrize("simulator", [7], indirect=True)
def test_kills_at_any_moment_are_mended_by_the_next_run(simulator: Simulator, home: Home) -> None:
    tally = Tally()
    full(home, tally)
    kills(simulator, home, tally, times=5, rng=random.Random(3))

    assert tally.kills_that_hit == 5
    assert tally.differences == 0


def test_a_first_sync_that_is_killed_again_and_again_ends_equal(
    simulator: Simulator, home: Home
) -> None:
    for after_s in (0.6, 1.2, 1.8):
        home.run_killed(after_s, "sync", "--json")
        simulator.admin("POST", "activity", {"steps": 10})

    must(home.run("sync", "--json"))

    assert home.compare() == []


def test_the_oracle_notices_one_wrong_value_and_one_missing_row(
    simulator: Simulator, home: Home
) -> None:
    must(home.run("sync", "--json"))
    with duckdb.connect(str(home.folder / "warehouse.duckdb")) as file:
        file.execute("update autotask.Tickets set title = 'wrong' where id % 100 = 7")
        file.execute("use autotask")
        file.execute("delete from Invoices where id = (select max(id) from Invoices)")

    found = "\n".join(home.compare())

    assert ".title: expected" in found
    assert "Invoices" in found
    assert "is missing" in found


def test_a_second_run_without_activity_writes_nothing(simulator: Simulator, home: Home) -> None:
    must(home.run("sync", "--json"))

    summary = json.loads(must(home.run("sync", "--json")).out)

    assert {d["dataset"] for d in summary["datasets"]} == set(DATASETS)
    assert sum(d["inserted"] + d["updated"] + d["deleted"] for d in summary["datasets"]) == 0
    modes = {d["dataset"]: d["mode"] for d in summary["datasets"]}
    assert modes["Tickets"] == "incremental"
    assert modes["Invoices"] == "reread"
