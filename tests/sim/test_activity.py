from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from isthmus_sim.autotask.life import activity
from isthmus_sim.autotask.store.catalog import catalog
from isthmus_sim.autotask.store.loading import load
from isthmus_sim.autotask.store.state import State
from isthmus_sim.autotask.tenant.seed import Tenant, TenantPlan, generate
from isthmus_sim.autotask.tenant.udfs import DISPATCH

NOW = datetime(2026, 6, 15, 15, 5, 0, 125_000, tzinfo=UTC)
NOW_TEXT = "2026-06-15T15:05:00.125Z"
Copies = Callable[[], State]


@cache
def small_tenant() -> Tenant:
    return generate(TenantPlan(seed=5, companies=25, tickets=400))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("activity") / "tenant.sqlite"
    state = State(str(path))
    load(state, small_tenant())
    state.close()
    return path


@pytest.fixture
def copies(stored: Path, tmp_path: Path) -> Iterator[Copies]:
    made: list[State] = []

    def copy() -> State:
        path = tmp_path / f"{len(made)}.sqlite"
        copyfile(stored, path)
        made.append(State(str(path), now=lambda: NOW))
        return made[-1]

    yield copy
    for state in made:
        state.close()


@pytest.fixture
def state(copies: Copies) -> State:
    return copies()


def everything(state: State) -> dict[str, list[tuple[Any, ...]]]:
    names = [row[0] for row in state.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = sorted(name for name in names if name in catalog().entities)
    return {name: state.sql(f'SELECT * FROM "{name}" ORDER BY id') for name in kept}


def ids(state: State) -> dict[str, set[int]]:
    return {name: set(state.ids(name)) for name in everything(state)}


def test_the_same_seed_plays_the_same(state: State, copies: Copies) -> None:
    other = copies()
    assert activity.play(state, 1, 150) == activity.play(other, 1, 150)
    assert everything(state) == everything(other)


def test_steps_in_two_portions_are_the_steps_at_once(state: State, copies: Copies) -> None:
    other = copies()
    done = activity.play(state, 1, 20) + activity.play(state, 1, 30)
    assert done == activity.play(other, 1, 50)
    assert [told["step"] for told in done] == list(range(1, 51))


def test_another_seed_plays_something_else(state: State, copies: Copies) -> None:
    other = copies()
    assert activity.play(state, 1, 30) != activity.play(other, 2, 30)


@pytest.mark.parametrize("kind", sorted(activity.ACTIONS))
def test_every_kind_can_happen(state: State, kind: str) -> None:
    (told,) = activity.play(state, 3, 1, [kind])
    assert told["action"] == kind
    assert told["collection"] in catalog().entities


def test_an_unknown_kind_is_refused(state: State) -> None:
    with pytest.raises(KeyError, match="no such activity: dance"):
        activity.play(state, 1, 1, ["dance"])


def test_all_kinds_happen_in_time_and_the_rare_ones_only_when_asked_for(state: State) -> None:
    seen = Counter(told["action"] for told in activity.play(state, 1, 700))
    usual = {name for name, action in activity.ACTIONS.items() if action.weight}
    assert len(usual - seen.keys()) <= 4
    assert seen.keys() <= usual


def test_all_stamps_are_the_clock(state: State) -> None:
    activity.play(state, 1, 200)
    for name in everything(state):
        entity = catalog()[name]
        for row in state.rows(name):
            for field in (*entity.modified_fields, entity.created_field):
                text = row.get(field or "")
                assert text is None or str(text) <= NOW_TEXT, (name, field)


def test_references_still_hold_after_much_activity(state: State) -> None:
    hard = {
        (case["collection"], case["id"])
        for group in small_tenant().summary["hard_cases"].values()
        for case in group
    }
    activity.play(state, 1, 500)
    there = ids(state)
    wrong = [
        (name, row["id"], field.name)
        for name in there
        if not name.startswith("Deleted")
        for row in state.rows(name)
        for field in catalog()[name].fields
        if field.reference
        and row[field.name] is not None
        and row[field.name] not in there.get(field.reference, set())
        and (name, row["id"]) not in hard
    ]
    assert wrong == []


def test_only_tickets_and_visits_links_are_deleted_by_themselves(state: State) -> None:
    before = ids(state)
    activity.play(state, 1, 500)
    after = ids(state)
    gone = {name for name, known in before.items() if known - after[name]}
    links = {"ServiceCallTickets", "ServiceCallTasks", "ServiceCallTicketResources",
             "ServiceCallTaskResources"}  # fmt: skip
    assert gone <= {"Tickets", "TicketNotes", *links}


def test_a_deleted_ticket_has_no_time_and_is_logged(state: State) -> None:
    told = activity.play(state, 1, 10, ["delete_ticket"])
    logged = {row["ticketID"] for row in state.rows("DeletedTicketLogs")}
    assert {t["id"] for t in told if t["action"] == "delete_ticket"} == logged
    booked = {row["ticketID"] for row in state.rows("TimeEntries")}
    assert not logged & booked


def test_a_bulk_edit_stamps_many_tickets_alike(state: State) -> None:
    (told,) = activity.play(state, 1, 1, ["bulk_edit"])
    found = [state.get("Tickets", ticket) for ticket in told["ids"]]
    assert {row["lastActivityDate"] for row in found if row} == {NOW_TEXT}


def test_a_rename_leaves_the_rows_that_refer_to_it_alone(state: State) -> None:
    before = everything(state)
    activity.play(state, 1, 5, ["rename_company", "rename_resource", "rename_service"])
    after = everything(state)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"Companies", "Resources", "Services"}
    assert changed


def test_a_new_udf_is_filled_in_at_once(state: State) -> None:
    known = {name: len(found) for name, found in state.udfs.items()}
    (told,) = activity.play(state, 1, 1, ["new_udf"])
    definition = state.udf_definitions(told["collection"])[known[told["collection"]]]
    row = state.get(told["collection"], told["id"])
    assert row is not None
    assert row[f"udf:{definition.name}"] is not None


def test_a_new_picklist_value_is_used_at_once(state: State) -> None:
    known = {field: {e.value for e in state.picklist("Tickets", field)}
             for field in ("queueID", "status", "source")}  # fmt: skip
    (told,) = activity.play(state, 1, 1, ["new_picklist_value"])
    row = state.get("Tickets", told["id"])
    assert row is not None
    assert any(
        str(row[field]) in {e.value for e in state.picklist("Tickets", field)} - known[field]
        for field in known
    )


def test_the_store_decides_what_time_it_is() -> None:
    at = NOW
    state = State(now=lambda: at)
    load(state, small_tenant())
    activity.play(state, 1, 1, ["new_ticket"])
    at = NOW + timedelta(days=2)
    (told,) = activity.play(state, 1, 1, ["new_ticket"])
    row = state.get("Tickets", told["id"])
    assert row is not None
    assert (row["createDate"], row["ticketNumber"]) == (
        "2026-06-17T15:05:00.125Z", "T20260617.0001",
    )  # fmt: skip


def test_an_empty_tenant_can_live_too() -> None:
    state = State(now=lambda: NOW)
    load(state, generate(TenantPlan(companies=2, tickets=0)))
    assert len(activity.play(state, 1, 100)) == 100


def test_a_life_dispatches_nothing_by_itself(state: State) -> None:
    activity.play(state, 3, 600)
    for collection in ("Tickets", "Tasks", "ServiceCalls"):
        entries = state.picklist(collection, "status")
        code = next(int(e.value) for e in entries if e.label == "Dispatch to Field")
        assert state.ids(collection, '"status" = ?', (code,)) == [], collection
    for collection, fields in DISPATCH.items():
        for name, _kind in fields:
            column = state.column(collection, f"udf:{name}")
            assert state.ids(collection, f"{column} IS NOT NULL") == [], name
