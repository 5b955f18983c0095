"""A tenant is the same, however it was loaded."""

import pytest

from isthmus_sim.autotask.store import load_helper
from isthmus_sim.autotask.store.loading import load, load_plan
from isthmus_sim.autotask.store.rendered import Rendered
from isthmus_sim.autotask.store.state import State
from isthmus_sim.autotask.tenant.seed import generate
from isthmus_sim.autotask.tenant.shapes import TenantPlan

PLAN = TenantPlan(3, 10, 300)


def tables(state: State) -> list[tuple[str, str]]:
    text = "SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    return [(str(kind), str(sql)) for kind, sql in state.sql(text)]


def test_a_helper_process_loads_what_one_process_would(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, helped = State(), State()
    load(alone, generate(PLAN))
    monkeypatch.setattr(load_helper, "WORTH_IT", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    load_plan(helped, PLAN)
    assert tables(helped) == tables(alone)
    for collection in ("Tickets", "TimeEntries", "Companies"):
        assert list(helped.rows(collection)) == list(alone.rows(collection))
        assert helped.live_keys(collection) == alone.live_keys(collection)
    ids = alone.ids("Tickets")
    assert Rendered(helped).records("Tickets", ids) == Rendered(alone).records("Tickets", ids)
    assert helped.insert("Tickets", {"title": "next"}) == alone.insert("Tickets", {"title": "next"})


def test_rows_from_an_id_on_are_the_end_of_all_rows() -> None:
    part = next(part for part in generate(PLAN).parts if part.collection == "Tickets")
    rows = list(part.rows())
    assert part.rows_from is not None
    for number in (0, 1, 255, 299):
        assert list(part.rows_from(rows[number][0])) == rows[number:]
    assert list(part.rows_from(rows[-1][0] + 1)) == []


def test_a_helper_that_fails_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_helper, "WORTH_IT", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("sys.executable", "false")
    state = State()
    load_plan(state, PLAN)
    assert state.count("Tickets") == 300
    ids = state.ids("Tickets")
    kept = Rendered(state).records("Tickets", ids)
    state.sql("DELETE FROM _rendered")
    assert Rendered(state).records("Tickets", ids) == kept


def test_one_core_needs_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_helper, "WORTH_IT", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert load_helper.helper_for(PLAN, None) is None


def test_records_kept_while_loading_are_those_of_the_rows() -> None:
    state = State()
    load(state, generate(PLAN))
    ids = state.ids("Tickets")
    quick = Rendered(state).records("Tickets", ids)
    assert state.sql("SELECT count(*) FROM _rendered")[0][0] > 0
    state.sql("DELETE FROM _rendered")
    assert Rendered(state).records("Tickets", ids) == quick
