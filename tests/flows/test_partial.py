"""One dataset fails; it is named with its remedy, the rest is published."""

import json
from pathlib import Path

import duckdb

from chaos.harness import Home, Simulator, must


def test_a_dataset_without_permission_is_named_and_the_rest_is_published(tmp_path: Path) -> None:
    with Simulator(tmp_path, "--companies", "10", "--tickets", "200") as simulator:
        home = Home(tmp_path / "home", simulator)
        must(home.connect())
        simulator.admin(
            "POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": "Invoices"}
        )

        done = home.run("sync", "--json")

    summary = json.loads(done.out)
    outcomes = {dataset["dataset"]: dataset for dataset in summary["datasets"]}
    assert done.code == 3
    assert [name for name, outcome in outcomes.items() if outcome["status"] == "failed"] == [
        "Invoices"
    ]
    assert "security level" in outcomes["Invoices"]["error"]["remedy"].lower()
    with duckdb.connect(str(tmp_path / "home/warehouse.duckdb"), read_only=True) as file:
        counted = file.execute("select count(*) from autotask.Tickets").fetchone()
    assert counted is not None
    assert counted[0] >= 200
