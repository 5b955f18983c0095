"""A run after a crash ends as a run that was never disturbed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask import AutotaskClient, Credentials
from isthmus.state import State
from isthmus.sync import extract as module
from isthmus.sync.catalog import Dataset, dataset_named
from isthmus.sync.outcomes import RunSummary, SilentObserver
from isthmus.sync.run import run_sync
from isthmus.sync.settings import SyncSettings
from isthmus.sync.tenant import OtherTenant
from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.warehouse.ports import TooManyRemovals


class PlugPulled(BaseException):
    """What a crash looks like from inside."""


class Crash(SilentObserver):
    """Pulls the plug at the n-th page of the run."""

    def __init__(self, at_page: int) -> None:
        super().__init__()
        self._left = at_page

    def page_read(self, dataset: str, rows: int, calls: int) -> None:
        self._left -= 1
        if self._left == 0:
            raise PlugPulled


class House:
    def __init__(self, folder: Path, sim: Any) -> None:
        self.folder = folder
        self.sim = sim
        self.state = State.open(folder / "state.db")
        self.warehouse = DuckDBWarehouse.open(folder / "warehouse.duckdb")

    async def sync(
        self, observer: SilentObserver | None = None, *, full: bool = False
    ) -> RunSummary:
        credentials = Credentials(
            username=self.sim.username,
            secret=self.sim.secret,
            integration_code=self.sim.integration_code,
        )
        async with AutotaskClient.connect(credentials, base_url=self.sim.url) as client:
            return await run_sync(
                client,
                self.warehouse,
                self.state,
                [named("Tickets"), named("Products")],
                spool_root=self.folder / "spool",
                full=full,
                settings=SyncSettings(),
                observer=observer or SilentObserver(),
            )

    def titles(self) -> dict[Any, Any]:
        answer = self.warehouse.query("select id, title from autotask.Tickets")
        return dict(answer.rows)  # type: ignore[arg-type]


def named(name: str) -> Dataset:
    found = dataset_named(name)
    assert found is not None
    return found


@pytest.fixture
def house(
    tmp_path: Path, autotask_sim_factory: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    monkeypatch.setattr(module, "PAGE_SIZE", 50)
    monkeypatch.setattr(module, "SEGMENT_PAGES", 2)
    house = House(tmp_path, autotask_sim_factory(tickets=600, companies=15))
    yield house
    house.warehouse.close()
    house.state.close()


async def test_a_record_edited_between_crash_and_resume_is_read_again(house: House) -> None:
    with pytest.raises(BaseExceptionGroup):
        await house.sync(Crash(at_page=9))
    first = min(row["id"] for row in house.sim.rows("Tickets"))
    house.sim.patch("Tickets", {"id": first, "title": "Edited after its page was on disk"})

    summary = await house.sync()

    assert summary.failed == ()
    assert house.titles()[first] == "Edited after its page was on disk"
    assert house.titles() == {
        row["id"]: row["title"].replace("\0", "") for row in house.sim.rows("Tickets")
    }


async def test_what_was_safe_before_the_crash_costs_no_call_again(house: House) -> None:
    with pytest.raises(BaseExceptionGroup):
        await house.sync(Crash(at_page=11))
    safe = sum(
        segment.rows
        for found in house.state.open_extractions()
        for segment in house.state.segments(found.id)
    )

    summary = await house.sync()

    tickets = next(o for o in summary.outcomes if o.dataset == "Tickets")
    assert safe > 0
    assert tickets.inserted == len(house.sim.rows("Tickets"))
    assert tickets.rows_read <= tickets.inserted - safe + 100


async def test_nothing_of_a_finished_run_stays_on_disk(house: House) -> None:
    await house.sync()

    assert house.state.open_extractions() == ()
    assert list((house.folder / "spool").iterdir()) == []


async def test_a_ticket_deleted_while_it_was_being_read_goes_in_the_same_run(house: House) -> None:
    await house.sync()
    house.sim.admin("POST", "activity", {"steps": 3, "kinds": ["delete_ticket"]})
    left = {row["id"] for row in house.sim.rows("Tickets")}

    summary = await house.sync()

    assert next(o for o in summary.outcomes if o.dataset == "Tickets").deleted == 3
    assert set(house.titles()) == left


async def test_without_the_right_to_the_deletion_log_the_run_says_what_stays(house: House) -> None:
    house.sim.admin(
        "POST",
        "faults",
        {"kind": "permission_lost", "mode": "refuse", "entity": "DeletedTicketLogs"},
    )

    summary = await house.sync()

    tickets = next(o for o in summary.outcomes if o.dataset == "Tickets")
    assert tickets.status == "ok"
    assert any("Deleted Tickets stay in the table" in warning.text for warning in tickets.warnings)


async def test_a_deletion_log_that_was_refused_is_read_later_from_where_it_was_owed(
    house: House,
) -> None:
    await house.sync()
    house.sim.admin(
        "POST",
        "faults",
        {"kind": "permission_lost", "mode": "refuse", "entity": "DeletedTicketLogs"},
    )
    house.sim.admin("POST", "activity", {"steps": 2, "kinds": ["delete_ticket"]})
    await house.sync()
    house.sim.admin("POST", "clock", {"advance_s": 3_600})
    await house.sync()
    house.sim.admin("DELETE", "faults")

    await house.sync()

    assert set(house.titles()) == {row["id"] for row in house.sim.rows("Tickets")}


async def test_a_ticket_deleted_between_crash_and_resume_does_not_come_back(house: House) -> None:
    with pytest.raises(BaseExceptionGroup):
        await house.sync(Crash(at_page=11))
    house.sim.admin("POST", "clock", {"advance_s": 3_600})
    house.sim.admin("DELETE", f"state/Tickets/{min(r['id'] for r in house.sim.rows('Tickets'))}")

    await house.sync()

    assert set(house.titles()) == {row["id"] for row in house.sim.rows("Tickets")}


async def test_a_spool_that_was_removed_is_read_again(house: House) -> None:
    with pytest.raises(BaseExceptionGroup):
        await house.sync(Crash(at_page=11))
    shutil.rmtree(house.folder / "spool")

    summary = await house.sync()

    assert summary.failed == ()
    assert set(house.titles()) == {row["id"] for row in house.sim.rows("Tickets")}


async def test_a_new_user_defined_field_brings_the_values_of_rows_that_did_not_change(
    house: House,
) -> None:
    await house.sync()
    house.sim.admin(
        "POST", "udfs", {"collection": "Tickets", "name": "Rack Number", "type": "String"}
    )
    first = min(row["id"] for row in house.sim.rows("Tickets"))
    values = {"userDefinedFields": [{"name": "Rack Number", "value": "R-17"}], "raw": True}
    house.sim.admin("PATCH", f"state/Tickets/{first}", values)
    house.sim.admin("POST", "clock", {"advance_s": 3_600})

    await house.sync()

    answer = house.warehouse.query("select id from autotask.Tickets where udf_Rack_Number = 'R-17'")
    assert answer.rows == ((first,),)


async def test_a_dataset_never_becomes_empty_unasked(house: House) -> None:
    await house.sync()
    hidden = {"kind": "permission_lost", "mode": "hide", "entity": "Products", "share": 1.0}
    house.sim.admin("POST", "faults", hidden)

    summary = await house.sync()

    (failed,) = summary.failed
    assert failed.dataset == "Products"
    assert isinstance(failed.error, TooManyRemovals)
    assert house.warehouse.query("select count(*) from autotask.Products").rows != ((0,),)


async def test_another_tenant_is_not_mixed_into_these_tables(
    house: House, autotask_sim_factory: Callable[..., Any]
) -> None:
    await house.sync()
    before = house.titles()
    house.sim = autotask_sim_factory(seed=99, tickets=50, companies=12)

    with pytest.raises(OtherTenant):
        await house.sync()

    assert house.titles() == before
    assert house.state.runs()[0].status == "failed"


async def test_trouble_nobody_thought_of_stops_one_dataset_and_not_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(client: Any, entity: str, *rest: Any, **more: Any) -> Any:
        if entity == "Products":
            raise OSError(28, "No space left on device", "/spool/x")
        return await module.extract(client, entity, *rest, **more)

    monkeypatch.setattr("isthmus.sync.reading.extract", broken)

    summary = await house.sync()

    assert [(o.dataset, type(o.error).__name__) for o in summary.failed] == [
        ("Products", "SpoolUnusable")
    ]
    assert house.titles() != {}
