"""The first sync: how it ended is told as it is, and choosing anew costs no calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from isthmus.sync import extract
from isthmus.wiring.people import Role
from isthmus_sim.in_thread import AutotaskSim
from tests.console.shore import reached, shore, until
from tests.console.site import Served, served, signed_in

GO_ON = "Go on with the sync"
DONE = "<strong>Done.</strong>"


@dataclass
class Walk:
    """An admin on the page of the first sync, without a browser."""

    console: Served
    http: httpx2.Client
    token: str

    def begin(self, *datasets: str) -> str:
        """Choose datasets, or go on without choosing; returns where that is watched."""
        chosen = {"chosen": "yes", "dataset": list(datasets)} if datasets else {}
        answer = self.http.post("/welcome/sync", data={"csrf": self.token, **chosen})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def ended(self, path: str) -> str:
        """Return the page once what was asked for is over."""
        key = path.partition("key=")[2]
        until(lambda: (self.console.site.syncing.asked(key) or self.console).state == "done")  # type: ignore[union-attr]
        return self.http.get(path).text


@pytest.fixture
def walk(tmp_path: Path, autotask_sim: AutotaskSim) -> Iterator[Walk]:
    with (
        shore(tmp_path / "home", autotask_sim) as console,
        signed_in(console, Role.ADMIN) as (http, token),
    ):
        yield Walk(console, http, token)


def refuse(sim: AutotaskSim, entity: str) -> None:
    sim.admin("POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": entity})


def test_a_first_sync_that_was_stopped_says_so_and_goes_on(
    autotask_sim_factory: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "PAGE_SIZE", 20)
    sim = autotask_sim_factory(tickets=600, companies=12, latency_ms=250)
    with (
        shore(tmp_path / "home", sim) as console,
        signed_in(console, Role.ADMIN) as (http, token),
    ):
        walk = Walk(console, http, token)
        assert DONE in walk.ended(walk.begin("Services"))
        path = walk.begin("Services", "Tickets")
        until(lambda: any(line.rows >= 60 for line in console.site.syncing.progress()))
        http.post("/datasets/stop", data={"csrf": token, "back": path})
        stopped = walk.ended(path)
        assert "still to be read; what was read is kept" in stopped
        assert GO_ON in stopped
        assert "refreshed by themselves" not in stopped
        done = walk.ended(walk.begin())
    assert DONE in done
    assert GO_ON not in done


def test_what_was_stopped_before_it_began_can_be_gone_on_with(
    tmp_path: Path, autotask_sim: AutotaskSim
) -> None:
    with (
        served(tmp_path / "home", reached(autotask_sim)) as console,
        signed_in(console, Role.ADMIN) as (http, token),
    ):
        walk = Walk(console, http, token)
        path = walk.begin("Companies")
        assert console.site.syncing.stop(by="ann")
        shown = walk.ended(path)
    assert "1 dataset is still to be read" in shown
    assert GO_ON in shown


def test_one_dataset_that_may_not_be_read_leaves_the_rest_done(
    walk: Walk, autotask_sim: AutotaskSim
) -> None:
    refuse(autotask_sim, "Invoices")
    shown = walk.ended(walk.begin("Companies", "Invoices"))
    assert "Done, but 1 dataset could not be read." in shown
    assert '<a href="/datasets/Invoices">' in shown
    for name in ("Look at your data", "See reports", "See the permissions"):
        assert f">{name}</a>" in shown
    assert "ended early" not in shown
    assert GO_ON not in shown


def test_only_where_nothing_was_read_it_ended_early(walk: Walk, autotask_sim: AutotaskSim) -> None:
    assert DONE in walk.ended(walk.begin("Companies"))
    refuse(autotask_sim, "Invoices")
    refuse(autotask_sim, "Companies")
    shown = walk.ended(walk.begin("Companies", "Invoices"))
    assert "The sync ended early." in shown
    assert "right to" in shown
    assert GO_ON in shown


def test_leaving_datasets_out_and_taking_them_in_again_asks_autotask_nothing(
    tmp_path: Path, autotask_sim: AutotaskSim
) -> None:
    with (
        served(tmp_path / "home", reached(autotask_sim)) as console,
        signed_in(console, Role.ADMIN) as (http, token),
    ):
        walk, names = Walk(console, http, token), console.site.syncing.names()
        walk.begin(*names[:7])
        assert console.site.syncing.names() == names[:7]
        walk.begin(*names)
        assert console.site.syncing.names() == names
    assert autotask_sim.admin("GET", "calls")["calls"] == 0
