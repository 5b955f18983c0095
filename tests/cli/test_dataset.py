"""`dataset` and `quota` on one home, against the simulated Autotask."""

from pathlib import Path

import pytest

from isthmus.cli.exits import Exit
from isthmus_sim.in_thread import AutotaskSim
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture
def connected(home: Path, autotask_sim: AutotaskSim, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ISTHMUS_AUTOTASK_USERNAME", autotask_sim.username)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_SECRET", autotask_sim.secret)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_INTEGRATION_CODE", autotask_sim.integration_code)
    monkeypatch.setenv("ISTHMUS_AUTOTASK_URL", autotask_sim.url)
    return home


def test_what_is_set_is_said_shown_and_kept_to(isthmus: Run, autotask_sim: AutotaskSim) -> None:
    active = {row["id"] for row in autotask_sim.rows("Products") if row["isActive"]}
    done = isthmus(
        "dataset", "set", "products", "--only", "isActive eq true", "--columns-without", "name"
    )
    assert done.code == Exit.OK, done
    assert f"{len(active):,} of {len(autotask_sim.rows('Products')):,} records meet" in done.out
    assert isthmus("sync", "Products", "--json").json()["datasets"][0]["rows"] == len(active)

    shown = isthmus("dataset", "show", "Products", "--columns")
    assert "only isActive eq true" in shown.out
    assert "without name" in shown.out
    told = isthmus("dataset", "show", "products", "--json").json()
    assert (told["only"], told["without"], told["rows"]) == (
        "isActive eq true",
        ["name"],
        len(active),
    )
    assert told["full_read"]["calls"] == 6
    assert told["needs_full"] == ""
    assert isthmus("dataset", "set", "Products", "--only", "").code == Exit.OK
    assert isthmus("dataset", "show", "Products", "--json").json()["needs_full"]


def test_what_is_wrong_is_told_and_nothing_is_set(isthmus: Run) -> None:
    wrong = isthmus("dataset", "set", "Tickets", "--only", "statis eq 5", "--json")
    assert wrong.code != Exit.OK
    assert "status" in wrong.json()["error"]["remedy"]
    assert isthmus("dataset", "set", "Tickets").code != Exit.OK
    assert isthmus("dataset", "set", "Tickets", "--since", "soon").code != Exit.OK
    assert isthmus("dataset", "show", "Tickets", "--json").json()["only"] == ""


def test_permissions_that_a_test_found_are_shown(isthmus: Run, autotask_sim: AutotaskSim) -> None:
    fault = {"kind": "permission_lost", "mode": "refuse", "entity": "Invoices"}
    autotask_sim.admin("POST", "faults", fault)
    assert "not looked at yet" in isthmus("dataset", "show", "Invoices").out
    isthmus("test", "--json")
    allowed = isthmus("dataset", "show", "Invoices", "--json").json()["permission"]
    assert allowed["can_read"] == "no"
    assert "Security Levels" in allowed["remedy"]
    assert isthmus("dataset", "show", "Tickets", "--json").json()["full_read"]["calls"]


def test_a_dataset_that_is_not_kept_is_left_out_until_it_is_kept_again(isthmus: Run) -> None:
    assert "no longer refreshed" in isthmus("dataset", "set", "Tickets", "--no-keep").out
    assert "not kept" in isthmus("dataset", "show", "Tickets").out
    names = [one["dataset"] for one in isthmus("sync", "--json").json()["datasets"]]
    assert len(names) == 21
    assert "Tickets" not in names
    assert "refreshed again" in isthmus("dataset", "set", "Tickets", "--keep").out


def test_another_collection_comes_and_goes(isthmus: Run) -> None:
    added = isthmus("dataset", "add", "roles")
    assert "Roles: copied from now on" in added.out
    assert isthmus("sync", "roles", "--json").code == Exit.OK
    gone = isthmus("dataset", "remove", "Roles", "--drop-table", "--json").json()
    assert gone == {
        "dataset": "Roles",
        "follows": "Roles: no longer copied; its table is gone.",
    }
    assert isthmus("query", "select count(*) from autotask.Roles").code != Exit.OK


def test_the_calls_of_the_hour_are_shown_with_their_history(isthmus: Run) -> None:
    assert "Nothing is known" in isthmus("quota").out
    isthmus("sync", "Roles", "--json")
    assert "of 10,000 calls used" in isthmus("quota").out
    told = isthmus("quota", "--hours", "1", "--json").json()
    assert told["now"]["limit"] == 10_000
    assert [one["limit"] for one in told["history"]] == [10_000]
    assert isthmus("quota", "--hours", "0").code != Exit.OK
