"""The store: ids, definitions, transactions, restart."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from isthmus_sim.autotask.store.loading import load
from isthmus_sim.autotask.store.state import State, storage_time
from isthmus_sim.autotask.tenant.seed import generate
from isthmus_sim.autotask.tenant.shapes import PicklistEntry, TenantPlan, UdfDefinition


def insert_two_and_fail(state: State) -> None:
    with state.transaction():
        state.insert("Roles", {"name": "a"})
        with state.transaction():
            state.insert("Roles", {"name": "b"})
        state.insert("Roles", {"nosuch": 1})


def test_an_id_is_never_given_twice() -> None:
    state = State()
    first = state.insert("Roles", {"name": "a"})
    second = state.insert("Roles", {"name": "b"})
    state.delete("Roles", second)
    assert state.insert("Roles", {"name": "c"}) > second > first


def test_id_zero_is_an_id() -> None:
    state = State()
    assert state.insert("Companies", {"id": 0, "companyName": "us"}) == 0
    found = state.get("Companies", 0)
    assert found is not None
    assert found["companyName"] == "us"


def test_names_that_differ_in_case_are_two_user_defined_fields() -> None:
    state = State()
    for name in ("Site", "SITE", 'odd " name'):
        state.add_udf("Tickets", UdfDefinition(name, name, "String"))
    row = state.insert("Tickets", {"udf:Site": "1", "udf:SITE": "2", 'udf:odd " name': "3"})
    found = state.get("Tickets", row)
    assert found is not None
    assert [found[key] for key in ("udf:Site", "udf:SITE", 'udf:odd " name')] == ["1", "2", "3"]
    with pytest.raises(ValueError, match="already"):
        state.add_udf("Tickets", UdfDefinition("Site", "", "String"))


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        State().insert("Tickets", {"nosuch": 1})
    with pytest.raises(KeyError):
        State().insert("Tickets", {"udf:nosuch": "1"})


def test_a_transaction_is_whole_or_nothing() -> None:
    state = State()
    state.table("Roles")
    with pytest.raises(KeyError):
        insert_two_and_fail(state)
    assert state.count("Roles") == 0
    with state.transaction():
        state.insert("Roles", {"name": "c"})
    assert state.count("Roles") == 1


def test_a_table_first_used_in_a_transaction_that_fails_can_be_used_again() -> None:
    state = State()
    with pytest.raises(KeyError):
        insert_two_and_fail(state)
    assert state.insert("Roles", {"name": "b"})
    found = next(state.rows("Roles"))
    assert found["name"] == "b"


def test_a_restart_goes_on_with_rows_and_definitions(tmp_path: Path) -> None:
    path = str(tmp_path / "tenant.sqlite")
    state = State(path)
    state.add_udf(
        "Tickets",
        UdfDefinition("Kind", "Kind", "List", entries=(PicklistEntry("1", "One"),)),
    )
    state.add_picklist_value("Tickets", "status", PicklistEntry("99", "Odd", is_active=False))
    row = state.insert("Tickets", {"title": "x", "udf:Kind": "1"})
    state.meta_set("steps", 7)
    state.close()
    again = State(path)
    assert again.udf_definitions("Tickets")[0].entries == (PicklistEntry("1", "One"),)
    assert again.picklist("Tickets", "status")[-1].label == "Odd"
    found = again.get("Tickets", row)
    assert found is not None
    assert (found["title"], found["udf:Kind"]) == ("x", "1")
    assert again.meta_get("steps") == 7
    assert again.live_keys("Tickets") == {"id", "title", "udf:Kind"}
    again.close()


def test_the_same_seed_loads_the_same_rows() -> None:
    plan = TenantPlan(5, 8, 40)
    first, second = State(), State()
    load(first, generate(plan))
    load(second, generate(plan))
    for collection in ("Tickets", "Companies", "TimeEntries"):
        assert list(first.rows(collection)) == list(second.rows(collection))
        assert first.count(collection) > 0


def test_storage_time_is_utc_with_milliseconds() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC)
    assert storage_time(at) == "2026-01-02T03:04:05.678Z"


def test_a_restart_can_add_a_user_defined_field_before_any_row_is_read(tmp_path: Path) -> None:
    path = str(tmp_path / "tenant.sqlite")
    state = State(path)
    row = state.insert("Tickets", {"title": "x"})
    state.close()
    again = State(path)
    again.add_udf("Tickets", UdfDefinition("Late", "Late", "String"))
    again.update("Tickets", row, {"udf:Late": "1"})
    found = again.get("Tickets", row)
    assert found is not None
    assert found["udf:Late"] == "1"
    again.close()
