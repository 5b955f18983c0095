"""Kept records must never differ from rows."""

import random

import orjson
import pytest

from isthmus_sim.autotask.store.rendered import WIDTH, Rendered
from isthmus_sim.autotask.store.rows import decimal_text, full_renderer
from isthmus_sim.autotask.store.state import State
from isthmus_sim.autotask.tenant.shapes import UdfDefinition


@pytest.fixture
def state() -> State:
    state = State()
    state.add_udf("Tickets", UdfDefinition("Site", "Site", "String"))
    for number in range(1, 3 * WIDTH, 2):
        state.insert("Tickets", {"id": number, "title": f"ticket {number}\x00", "companyID": 0})
    return state


def fresh(state: State, ids: list[int]) -> list[object]:
    renderer = full_renderer(state, "Tickets")
    marks = ",".join(map(str, ids)) or "NULL"
    found = state.sql(f'SELECT {renderer.columns} FROM "Tickets" WHERE id IN ({marks}) ORDER BY id')
    return [orjson.loads(orjson.dumps(record)) for record in renderer.records(found)]


def edit_and_fail(state: State, row_id: int) -> None:
    with state.transaction():
        state.update("Tickets", row_id, {"title": "never"})
        state.update("Tickets", row_id, {"nosuch": 1})


def kept(rendered: Rendered, ids: list[int]) -> list[object]:
    records: list[object] = orjson.loads(b"[" + rendered.records("Tickets", ids) + b"]")
    return records


def test_cut_records_are_those_of_the_rows_after_any_write(state: State) -> None:
    rendered = Rendered(state)
    chance = random.Random(3)
    for step in range(60):
        everything = state.ids("Tickets")
        some = sorted(chance.sample(everything, chance.choice([0, 3, 200, len(everything)])))
        assert kept(rendered, some) == fresh(state, some)
        victim = chance.choice(everything)
        match step % 6:
            case 0:
                state.update("Tickets", victim, {"title": f"edited {step}", "udf:Site": "x"})
            case 1:
                state.delete("Tickets", victim)
            case 2:
                state.insert("Tickets", {"title": f"new {step}", "estimatedHours": 12_345})
            case 3:
                state.sql('UPDATE "Tickets" SET "priority" = 2 WHERE id = ?', (victim,))
            case 4:
                with pytest.raises(KeyError):
                    edit_and_fail(state, victim)
            case 5:
                state.add_udf("Tickets", UdfDefinition(f"Late {step}", "", "String"))


def test_a_negative_decimal_keeps_its_sign_and_places() -> None:
    assert decimal_text(-5) == "-0.0005"
    assert decimal_text(-123_456) == "-12.3456"
    assert decimal_text(1_000_000) == "100.0000"
    assert decimal_text("0.123456789") == "0.123456789"


def test_every_kind_of_value_survives(state: State) -> None:
    row = state.insert(
        "Tickets",
        {
            "title": 'quote " back \\ tab \t nul \x00 ü 漢 🦊',
            "estimatedHours": "1234567890.123456",
            "hoursToBeScheduled": -5,
            "isVisibleToComanaged": 0,
            "isAssignedToComanaged": 1,
            "createDate": "2026-03-29T01:59:59Z",
        },
    )
    raw = Rendered(state).records("Tickets", [row]).decode()
    record = orjson.loads(raw)
    assert record["title"] == 'quote " back \\ tab \t nul \x00 ü 漢 🦊'
    assert '"estimatedHours":1234567890.123456,' in raw
    assert '"hoursToBeScheduled":-0.0005,' in raw
    assert (record["isVisibleToComanaged"], record["isAssignedToComanaged"]) == (False, True)
    assert record["createDate"] == "2026-03-29T01:59:59Z"
    assert record["dueDateTime"] is None
