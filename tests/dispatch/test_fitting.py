"""What was published and does not fit any more: nothing is sent by it, and people are told once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask.models import UdfInfo
from isthmus.dispatch import metadata
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.shapes import Row
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import Flow, Shores, flowing

NAME = "Rack side"
PATH = f'ticket.udf["{NAME}"]'
DESCRIBED = "description.html"


@pytest.fixture
async def flow(
    autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path
) -> AsyncIterator[Flow]:
    shores = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    shores.settle_switches()
    autotask_sim.admin("POST", "udfs", {"collection": "Tickets", "name": NAME})
    async with flowing(shores) as opened:
        yield opened


@pytest.fixture
def delete_udf(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Callable[[], None]]:
    """Let the field vanish from what Autotask tells of tickets; returns what brings it back."""
    records: Any = type(flow.desk.records)
    read = records.user_defined_fields

    async def without(self: Any, entity: str) -> tuple[UdfInfo, ...]:
        return tuple(one for one in await read(self, entity) if one.name != NAME)

    def delete() -> Callable[[], None]:
        monkeypatch.setattr(metadata, "_BELIEVED_SECONDS", 0.0)
        monkeypatch.setattr(metadata, "_FRESH_SECONDS", 0.0)
        monkeypatch.setattr(records, "user_defined_fields", without)
        return lambda: monkeypatch.setattr(records, "user_defined_fields", read)

    return delete


async def map_it(flow: Flow) -> None:
    """Publish a mapping that reads the field, held against what both sides have."""
    library = flow.desk.library
    mapping = library.mapping("ticket_inbound")
    assert mapping is not None
    row = Row(target=DESCRIBED, action="sync", source=PATH, params={})
    rest = tuple(one for one in mapping.rows if one.target != DESCRIBED)
    changed = replace(mapping, rows=(*rest, row))
    known = await metadata.read_known(flow.desk.records, flow.desk.orders.company, [changed])
    await asyncio.to_thread(library.publish_mapping, export(changed), by="a test", known=known)


async def ask_it(flow: Flow) -> None:
    """Publish a rule whose condition asks for the field, held against what both sides have."""
    library = flow.desk.library
    rule = library.rule("ticket_dispatch")
    assert rule is not None
    changed = replace(rule, when=parse_condition({"field": PATH, "is": "north"}))
    known = await metadata.read_known(
        flow.desk.records, flow.desk.orders.company, library.mappings(), [changed]
    )
    await asyncio.to_thread(library.publish_rule, export_rule(changed), by="a test", known=known)


async def test_nothing_is_sent_by_a_mapping_whose_field_was_deleted(
    flow: Flow, delete_udf: Callable[[], Callable[[], None]]
) -> None:
    await map_it(flow)
    first, second = flow.shores.fit_tickets(2)
    link = await flow.dispatched(first["id"])
    before = flow.shores.order(link.work_order_id or 0)["title"]
    bring_back = delete_udf()
    flow.shores.edit("Tickets", first["id"], title="Changed")
    flow.shores.send_out(second["id"])
    for one in (first, second):
        await flow.ask(f"Tickets/{one['id']}", "record")
    await flow.idle()
    assert len(flow.shores.orders()) == 1
    assert flow.shores.order(link.work_order_id or 0)["title"] == before
    letters = flow.stores.state.dead_letters()
    assert {one.key for one in letters} == {f"Tickets/{one['id']}" for one in (first, second)}
    assert all(NAME in one.what for one in letters), flow.trouble()

    bring_back()
    await asyncio.to_thread(flow.stores.commands.replay, letters, "a test")
    await flow.idle()
    assert len(flow.shores.orders()) == 2, flow.trouble()
    assert flow.shores.order(link.work_order_id or 0)["title"].endswith("Changed")


async def test_a_rule_that_does_not_fit_any_more_is_told_once_until_it_does(
    flow: Flow, delete_udf: Callable[[], Callable[[], None]]
) -> None:
    await ask_it(flow)
    await flow.sweep("standing")
    assert flow.trouble() == "no letters"
    bring_back = delete_udf()
    for _ in range(2):
        await flow.sweep("standing")
    (letter,) = flow.stores.state.dead_letters()
    assert (letter.key, letter.kind) == ("rule/ticket_dispatch", "validation")
    assert NAME in letter.what

    await asyncio.to_thread(flow.stores.commands.replay, [letter], "a test")
    await flow.idle()
    (again,) = flow.stores.state.dead_letters()
    assert again.id != letter.id, "it is told again where it is replayed and does not fit yet"

    bring_back()
    await flow.sweep("standing")
    assert flow.stores.state.dead_letters() == ()


async def test_a_rule_that_fits_is_held_against_both_sides_once_for_each_reading(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    library = type(flow.desk.library)
    check = library.problems_of_rule

    def noted(self: Any, rule: Any, known: Any) -> Any:
        counted.append(rule.name)
        return check(self, rule, known)

    monkeypatch.setattr(library, "problems_of_rule", noted)
    for ticket in flow.shores.fit_tickets(3):
        await flow.dispatched(ticket["id"])
    assert counted == ["ticket_dispatch"]
