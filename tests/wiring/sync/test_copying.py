"""What people set about datasets, and what the tables hold then; in files and on a server."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from isthmus.sync import extract
from isthmus.sync.catalog import dataset_named
from isthmus.sync.outcomes import DatasetOutcome, RunSummary, SilentObserver
from isthmus.sync.spool import SegmentWriter
from isthmus.warehouse.ports import TooManyRemovals
from isthmus.wiring.sync import copying
from isthmus.wiring.sync.copying import ChoiceWrong, DatasetChoice, FilterWrong
from isthmus.wiring.sync.syncing import Syncing
from isthmus_sim.in_thread import AutotaskSim
from tests.postgres import postgres_server, postgres_url
from tests.wiring.homes import Home

__all__ = ["postgres_server", "postgres_url"]

COMPLETE, OPEN = 5, 1


class Kept(Home):
    """A home, with what these tests ask it."""

    def sync(self, *names: str, full: bool = False) -> RunSummary:
        with self.house() as house:
            wanted = [one for one in map(dataset_named, names) if one] or house.standing()
            return asyncio.run(house.sync(wanted, full=full, observer=SilentObserver()))

    def refresh(self, name: str, *, full: bool = False) -> DatasetOutcome:
        outcome = self.sync(name, full=full).outcomes[0]
        assert outcome.status == "ok", outcome.error
        return outcome

    def choose(self, name: str, *, only: str = "", since: date | None = None, **more: Any) -> str:
        with self.house() as house:
            choice = replace(copying.choice_of(house, name), by="ann", **more)
            if only or since:
                choice = copying.with_filter(choice, since, only)
            return copying.set_choice(house, name, choice)

    def rows(self, sql: str) -> tuple[tuple[object, ...], ...]:
        with self.house() as house:
            return house.query(sql).rows

    def ids(self, name: str) -> set[object]:
        return {row[0] for row in self.rows(f"select id from autotask.{name}")}

    def later(self, name: str, row: int, **values: object) -> None:
        """Edit a record an hour later, as any tool would."""
        self.sim.admin("POST", "clock", {"advance_s": 3_600})
        self.sim.patch(name, {"id": row, **values})


@pytest.fixture(params=["duckdb", "postgres"])
def home(
    request: pytest.FixtureRequest, autotask_sim_factory: Callable[..., Any], tmp_path: Path
) -> Kept:
    sim = autotask_sim_factory(tickets=120, companies=12)
    made = Kept(sim, tmp_path / "home")
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        made.more.update({"ISTHMUS_WAREHOUSE": url, "ISTHMUS_STATE": url})
    return made


@pytest.fixture
def filed(autotask_sim_factory: Callable[..., Any], tmp_path: Path) -> Kept:
    """A home in files: for what no database changes."""
    return Kept(autotask_sim_factory(tickets=120, companies=12), tmp_path / "home")


def statuses(sim: AutotaskSim) -> dict[int, int]:
    return {row["id"]: row["status"] for row in sim.rows("Tickets")}


def those(sim: AutotaskSim, status: int) -> set[object]:
    return {number for number, one in statuses(sim).items() if one == status}


def test_a_filter_keeps_what_meets_it_and_follows_what_enters_and_leaves(home: Kept) -> None:
    told = home.choose("tickets", only="status eq complete")
    assert f"{len(those(home.sim, COMPLETE))} of " in told
    first = home.refresh("Tickets")
    assert first.mode == "full"
    kept = those(home.sim, COMPLETE)
    assert home.ids("Tickets") == kept
    assert 0 < len(kept) < len(statuses(home.sim))

    entering = min(those(home.sim, OPEN) or set(statuses(home.sim)) - kept)  # type: ignore[type-var]
    leaving, edited = sorted(kept)[:2]  # type: ignore[type-var]
    home.later("Tickets", entering, status=COMPLETE)  # type: ignore[arg-type]
    home.sim.patch("Tickets", {"id": leaving, "status": OPEN})
    home.sim.patch("Tickets", {"id": edited, "title": "Edited"})
    again = home.refresh("Tickets")

    assert again.mode == "incremental"
    assert (again.inserted, again.deleted) == (1, 1)
    assert home.ids("Tickets") == those(home.sim, COMPLETE)
    assert home.rows(f"select title from autotask.Tickets where id = {edited}") == (("Edited",),)
    assert again.rows_held == len(those(home.sim, COMPLETE))


def test_a_table_that_is_narrowed_loses_what_does_not_meet_it_and_widened_gets_it_back(
    home: Kept,
) -> None:
    home.refresh("Tickets")
    whole = home.ids("Tickets")
    told = home.choose("Tickets", only="status eq Complete")
    assert "reads all that is kept again" in told
    with home.syncing() as (_, syncing):
        assert syncing.standing_of("Tickets").needs_full

    narrowed = home.refresh("Tickets")

    assert narrowed.mode == "full"
    assert home.ids("Tickets") == those(home.sim, COMPLETE)
    assert narrowed.deleted == len(whole) - len(those(home.sim, COMPLETE))
    with home.syncing() as (_, syncing):
        assert not syncing.standing_of("Tickets").needs_full
    assert home.refresh("Tickets").mode == "incremental"

    home.choose("Tickets", condition="")
    assert home.refresh("Tickets").mode == "full"
    assert home.ids("Tickets") == whole
    assert home.refresh("Tickets").mode == "incremental"


def test_columns_left_out_are_empty_and_come_back_with_their_values(home: Kept) -> None:
    home.sync("Companies", "Resources", "Tickets")
    held = "select count(title), count(companyID), count(companyName), count(status),"
    sql = f"{held} count(status_code) from autotask.Tickets"
    before = home.rows(sql)
    assert all(before[0])
    told = home.choose("Tickets", left_out=("title", "status_code", "companyid"))
    assert "3 fields are left out" in told

    outcome = home.refresh("Tickets")

    assert outcome.mode == "incremental"
    assert home.rows(sql) == ((0, 0, 0, 0, 0),)
    with home.house() as house:
        out = {one.name for one in copying.columns_of(house, "Tickets") if one.is_left_out}
    assert {"title", "companyID", "companyName", "status", "status_code"} == out
    assert home.refresh("Tickets", full=True).mode == "full"
    assert home.rows(sql) == ((0, 0, 0, 0, 0),)

    home.choose("Tickets", left_out=())
    with home.syncing() as (_, syncing):
        assert "taken back" in syncing.standing_of("Tickets").needs_full
    assert home.refresh("Tickets").mode == "full"
    assert home.rows(sql) == before
    with home.syncing() as (_, syncing):
        assert not syncing.standing_of("Tickets").needs_full


def test_names_taken_from_what_is_left_out_become_empty_elsewhere(home: Kept) -> None:
    home.sync("Companies", "Tickets")
    assert "becomes empty too" in home.choose("Companies", left_out=("companyName",))
    home.sync("Companies", "Tickets")
    assert home.rows("select count(companyName) from autotask.Companies") == ((0,),)
    assert home.rows("select count(companyName) from autotask.Tickets") == ((0,),)


def test_what_is_left_out_reaches_no_disk(filed: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    filed.choose("Tickets", left_out=("title",))
    seen: list[bytes] = []
    write = SegmentWriter.write

    def watched(self: Any, rows: list[bytes], last_id: int) -> None:
        seen.extend(rows)
        write(self, rows, last_id)

    monkeypatch.setattr(SegmentWriter, "write", watched)
    filed.refresh("Tickets")
    assert len(seen) == len(statuses(filed.sim))
    assert not any(b'"title"' in row for row in seen)
    assert all(b'"status"' in row for row in seen)
    assert "title" not in {column.lower() for column in columns(filed, "Tickets")}


def columns(home: Kept, name: str) -> tuple[str, ...]:
    with home.house() as house:
        return house.columns()[name]


def test_since_a_day_counts_what_was_made_or_changed_from_then_on(filed: Kept) -> None:
    moments = sorted(row["lastActivityDate"] or "" for row in filed.sim.rows("Tickets"))
    day = date.fromisoformat(moments[len(moments) // 2][:10])
    filed.choose("Tickets", since=day)
    filed.refresh("Tickets")
    fields = ("lastTrackedModificationDateTime", "lastActivityDate", "createDate")
    wanted = {
        row["id"]
        for row in filed.sim.rows("Tickets")
        if any((row[name] or "") >= day.isoformat() for name in fields)
    }
    assert filed.ids("Tickets") == wanted
    assert 0 < len(wanted) < len(statuses(filed.sim))
    old = min(set(statuses(filed.sim)) - wanted)
    filed.later("Tickets", old, title="Old, but touched")
    assert filed.refresh("Tickets").inserted == 1
    assert old in filed.ids("Tickets")


def test_a_deleted_record_goes_under_a_filter_too(filed: Kept) -> None:
    filed.choose("Tickets", only="status eq Complete")
    filed.refresh("Tickets")
    gone = min(those(filed.sim, COMPLETE))  # type: ignore[type-var]
    filed.sim.admin("DELETE", f"state/Tickets/{gone}")
    assert filed.refresh("Tickets").deleted == 1
    assert filed.ids("Tickets") == those(filed.sim, COMPLETE)


def test_a_filter_on_a_dataset_without_dates_is_read_whole_and_right(filed: Kept) -> None:
    products = filed.sim.rows("Products")
    filed.choose("Products", only="isActive eq true")
    filed.refresh("Products")
    active = {row["id"] for row in products if row["isActive"]}
    assert filed.ids("Products") == active
    for number in sorted(active)[: len(active) // 2 + 1]:
        filed.sim.admin("PATCH", f"state/Products/{number}", {"isActive": False})
    again = filed.refresh("Products")  # so many leave that a brake on rows would hold
    assert again.mode == "reread"
    assert filed.ids("Products") == {
        row["id"] for row in filed.sim.rows("Products") if row["isActive"]
    }


def test_a_filter_on_a_user_defined_field_is_read_whole_each_time(filed: Kept) -> None:
    filed.sim.admin(
        "POST", "udfs", {"collection": "Tickets", "name": "Site code", "type": "String"}
    )
    some = sorted(statuses(filed.sim))[:3]
    for number in some:
        value = {"name": "Site code", "value": "North"}
        filed.sim.patch("Tickets", {"id": number, "userDefinedFields": [value]})
    told = filed.choose("Tickets", only='"Site code" eq North')
    assert "read whole each time" in told
    assert filed.refresh("Tickets").rows_held == 3
    assert filed.ids("Tickets") == set(some)
    assert filed.refresh("Tickets").mode == "reread"


def test_a_lost_permission_is_not_taken_for_a_filter(filed: Kept) -> None:
    filed.refresh("Tickets")
    filed.choose("Tickets", only="status eq Complete")
    hidden = {"kind": "permission_lost", "mode": "hide", "entity": "Tickets"}
    filed.sim.admin("POST", "faults", hidden)
    outcome = filed.sync("Tickets").outcomes[0]
    assert isinstance(outcome.error, TooManyRemovals)
    filed.sim.admin("DELETE", "faults")
    assert len(filed.ids("Tickets")) == len(statuses(filed.sim))
    filed.refresh("Tickets")
    assert filed.ids("Tickets") == those(filed.sim, COMPLETE)
    filed.sim.admin("POST", "faults", hidden)
    outcome = filed.sync("Tickets", full=True).outcomes[0]
    assert isinstance(outcome.error, TooManyRemovals)


def test_the_own_company_is_kept_whatever_the_filter(filed: Kept) -> None:
    filed.choose("Companies", only="id lt 0")
    filed.refresh("Companies")
    assert filed.ids("Companies") == {0}


class _PlugPulled(BaseException):
    pass


class _Crash(SilentObserver):
    """Pulls the plug at the sixth page."""

    def __init__(self) -> None:
        super().__init__()
        self._left = 6

    def page_read(self, dataset: str, rows: int, calls: int) -> None:
        self._left -= bool(rows)
        if not self._left:
            raise _PlugPulled


def test_interrupted_reading_of_one_filter_is_not_taken_for_another(
    filed: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "PAGE_SIZE", 10)
    tickets = dataset_named("Tickets")
    assert tickets is not None
    with filed.house() as house, pytest.raises(BaseExceptionGroup):
        asyncio.run(house.sync([tickets], full=False, observer=_Crash()))
    with filed.house() as house:
        assert house.state.open_extractions()
    filed.choose("Tickets", only="status eq Complete")
    filed.refresh("Tickets")
    assert filed.ids("Tickets") == those(filed.sim, COMPLETE)


def test_interrupted_reading_of_a_filter_goes_on_and_ends_right(
    filed: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "PAGE_SIZE", 3)
    filed.choose("Tickets", only="status eq Complete")
    tickets = dataset_named("Tickets")
    assert tickets is not None
    with filed.house() as house, pytest.raises(BaseExceptionGroup):
        asyncio.run(house.sync([tickets], full=False, observer=_Crash()))
    kept = sorted(those(filed.sim, COMPLETE))  # type: ignore[type-var]
    filed.later("Tickets", kept[0], status=OPEN)  # type: ignore[arg-type]
    entering = min(set(statuses(filed.sim)) - set(kept) - {kept[0]})
    filed.sim.patch("Tickets", {"id": entering, "status": COMPLETE})
    filed.refresh("Tickets")
    assert filed.ids("Tickets") == those(filed.sim, COMPLETE)


@pytest.mark.parametrize(
    ("only", "told"),
    [
        ("statis eq Complete", "Did you mean status"),
        ("status eq Compleet", "Did you mean Complete"),
        ("status resembles 5", "no operator"),
        ("status eq", "has no value"),
        ("status eq 5 and priority eq 1 or id gt 4", "cannot be mixed"),
        ("createDate gt yesterday", "2026-01-31"),
        ("companyID eq Contoso", "companyID"),
        ("status contains Comp", "no text"),
        ("id exist 5", "no value"),
        ('title eq "open', "not closed"),
    ],
)
def test_a_filter_that_cannot_be_asked_is_refused_and_nothing_is_set(
    only: str, told: str, filed: Kept
) -> None:
    with pytest.raises(FilterWrong) as refused:
        filed.choose("Tickets", only=only)
    assert told in f"{refused.value.what} {refused.value.remedy}"
    with filed.house() as house:
        assert copying.choice_of(house, "Tickets") == DatasetChoice("Tickets")


def test_since_is_refused_where_no_date_tells(filed: Kept) -> None:
    with pytest.raises(FilterWrong) as refused:
        filed.choose("ContractRates", since=date(2026, 1, 1))
    assert "no date of change or creation" in refused.value.what


@pytest.mark.parametrize(
    ("name", "column", "told"),
    [
        ("Tickets", "id", "cannot be left out"),
        ("Tickets", "lastActivityDate", "what has changed"),
        ("Tickets", "createDate", "what is new"),
        ("Tickets", "companyName", "companyID"),
        ("Tickets", "titel", "title"),
    ],
)
def test_a_column_that_has_to_stay_or_is_none_is_refused(
    name: str, column: str, told: str, filed: Kept
) -> None:
    with pytest.raises(ChoiceWrong) as refused:
        filed.choose(name, left_out=(column,))
    assert told in f"{refused.value.what} {refused.value.remedy}"


def test_a_dataset_that_is_not_kept_is_left_alone_by_a_plain_sync(filed: Kept) -> None:
    told = filed.choose("Invoices", is_kept=False)
    assert "no longer refreshed" in told
    assert "Invoices" not in {one.dataset for one in filed.sync().outcomes}
    with filed.syncing() as (_, syncing):
        assert "Invoices" not in syncing.names()
        assert not syncing.standing_of("Invoices").is_kept
    filed.choose("Invoices", is_kept=True)
    with filed.house() as house:
        assert "Invoices" in {one.name for one in house.standing()}


def test_another_collection_is_added_refreshed_and_removed_with_or_without_its_table(
    home: Kept,
) -> None:
    with home.syncing() as (stores, _), home.house() as house:
        assert "TicketNotes" in {one.name for one in copying.addable(house)}
        told = copying.add(house, stores.agenda, "ticketnotes", "ann")
        assert "Ticket notes: copied from now on, every 15 minutes." in told
        assert "TicketNotes" not in {one.name for one in copying.addable(house)}
        standing = Syncing.of(stores).standing_of("TicketNotes")
        assert standing.is_own
        assert standing.next_at is not None
        assert standing.permission is not None
    home.refresh("TicketNotes")
    notes = len(home.ids("TicketNotes"))
    assert notes
    with home.syncing() as (stores, syncing), home.house() as house:
        told = copying.remove(house, stores.agenda, "TicketNotes", "ann")
        assert "stays" in told
        assert "TicketNotes" not in syncing.names()
        assert "TicketNotes" not in {one.name for one in house.standing()}
    assert len(home.ids("TicketNotes")) == notes
    with home.syncing() as (stores, syncing), home.house() as house:
        copying.remove(house, stores.agenda, "TicketNotes", "ann", drop=True)
    with home.house() as house:
        assert "TicketNotes" not in {table.dataset for table in house.warehouse.describe()}
        assert "TicketNotes" in {one.name for one in copying.addable(house)}
    with home.syncing() as (stores, _), home.house() as house:
        copying.add(house, stores.agenda, "TicketNotes", "ann")
    home.refresh("TicketNotes")
    assert len(home.ids("TicketNotes")) == notes


def test_a_name_that_is_no_collection_is_refused_with_near_ones(filed: Kept) -> None:
    with filed.house() as house, pytest.raises(ChoiceWrong) as refused:
        copying.choice_of(house, "TicketNots")
    assert "TicketNotes" in refused.value.remedy


def test_a_filter_is_shown_as_it_was_written_and_in_parts(filed: Kept) -> None:
    text = 'status in Complete, "Waiting Customer" or title contains "server room"'
    filed.choose("Tickets", only=text, since=date(2020, 1, 1))
    with filed.house() as house:
        found = copying.filter_of(copying.choice_of(house, "Tickets"))
    assert (found.only, found.since, found.is_any) == (text, date(2020, 1, 1), True)
    assert [term.op for term in found.terms] == ["in", "contains"]
    assert found.terms[0].values == ("Complete", "Waiting Customer")
    written = copying.write_only(copying.Only(found.terms, found.is_any))
    assert written == "status in Complete, Waiting Customer or title contains server room"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.sync.noting.BEAT", 0.05)
