"""The whole line into PostgreSQL: every row against the oracle, one SQL text for both stores."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import psycopg
import pytest

from chaos.harness import Home, Simulator, must
from chaos.oracle import DATASETS, Source, differences, expected_tables

ONE_TEXT = "select companyName, status from autotask.Tickets"
PASSWORD = "tell-nobody"


def with_password(url: str) -> str:
    """Put a password into a URL; the server lets everybody in who comes by its own socket."""
    login = urlsplit(url).netloc.rpartition("@")[0]
    return url.replace(f"//{login}@", f"//{login.partition(':')[0]}:{PASSWORD}@", 1)


def compare(source: Source, url: str) -> list[str]:
    expected = expected_tables(source)
    found: list[str] = []
    with psycopg.connect(url) as server:
        for dataset in DATASETS:
            answer = server.execute(f"select * from autotask.{dataset}".encode())
            columns = [column.name for column in answer.description or []]
            found += differences(expected, dataset, columns, answer.fetchall())
    return found


@pytest.fixture
def homes(tmp_path: Path, postgres_url: str) -> tuple[Path, dict[str, str]]:
    return tmp_path, {"ISTHMUS_WAREHOUSE": with_password(postgres_url)}


def test_a_sync_into_postgresql_equals_the_oracle_and_the_file(
    homes: tuple[Path, dict[str, str]], postgres_url: str
) -> None:
    folder, settings = homes
    with Simulator(folder, "--seed", "9", "--companies", "12", "--tickets", "200") as simulator:
        simulator.admin("PATCH", "switches", {"added_latency_scale": 0})
        server = Home(folder / "server", simulator, **settings)
        must(server.connect())
        must(server.run("sync", "--json"))
        assert compare(simulator.source, postgres_url) == []
        simulator.admin("POST", "activity", {"steps": 40})

        again = json.loads(must(server.run("sync", "--json")).out)

        assert compare(simulator.source, postgres_url) == []
        assert sum(dataset["updated"] for dataset in again["datasets"]) > 0
        file = Home(folder / "file", simulator)
        must(file.connect())
        must(file.run("sync", "--json"))
    with psycopg.connect(postgres_url) as connection:
        theirs = connection.execute(ONE_TEXT.encode()).fetchall()
    with duckdb.connect(str(folder / "file" / "warehouse.duckdb"), read_only=True) as held:
        ours = held.execute(ONE_TEXT).fetchall()
    assert sorted(theirs, key=repr) == sorted(ours, key=repr)
    assert len(ours) >= 200
    _answers(server)


def _answers(home: Home) -> None:
    """Ask through the commands too; none tells the password."""
    rows = json.loads(must(home.run("query", ONE_TEXT, "--format", "json")).out)
    status = must(home.run("status", "--json"))
    shown = must(home.run("status"))
    views = must(home.run("joins", "--sql"))
    wrong = home.run("query", "select * from autotask.Nowhere")

    assert rows
    assert json.loads(status.out)["warehouse"].startswith("postgresql://")
    assert "postgresql://" in shown.out
    assert "Companies" not in views.out
    assert wrong.code == 2
    for done in (status, shown, views, wrong):
        assert PASSWORD not in done.out + done.err


def test_a_server_out_of_reach_is_told_by_the_command(tmp_path: Path) -> None:
    with Simulator(tmp_path, "--companies", "5", "--tickets", "50") as simulator:
        away = f"postgresql://me:{PASSWORD}@127.0.0.1:1/msp"
        home = Home(tmp_path / "home", simulator, ISTHMUS_WAREHOUSE=away)
        must(home.connect())

        done = home.run("sync", "--json")

    error = json.loads(done.out)["error"]
    assert done.code == 6
    assert error["kind"] == "WarehouseAway"
    assert error["where"] == "postgresql://me@127.0.0.1:1/msp"
    assert error["remedy"]
    assert PASSWORD not in done.out + done.err
