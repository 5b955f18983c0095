"""The status machine: which move is open when, what it stamps, which events it raises."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from isthmus_sim.fieldnation.account.ground import Ground
from isthmus_sim.fieldnation.base.errors import Refusal
from isthmus_sim.fieldnation.base.events import EVENTS, Happening
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.view.order import show
from isthmus_sim.fieldnation.world import Wanted, make_world
from isthmus_sim.in_thread import FieldNationSim

BUYER, ONE, TWO = 51200, 62000, 62001


class Told:
    """A world, and what its bus told since it was last asked."""

    def __init__(self, world: Ground) -> None:
        self.world = world
        self.heard: list[Happening] = []
        world.bus.subscribe(self.heard.append)

    def names(self) -> list[str]:
        names = [happening.name.removeprefix("workorder.") for happening in self.heard]
        self.heard.clear()
        return names


@pytest.fixture
def told() -> Iterator[Told]:
    world = make_world(Wanted(frozen_clock=True))
    yield Told(world.ground)
    world.close()


def draft(told: Told) -> int:
    order: int = moves.create(told.world, BUYER, {"title": "Visit"})["id"]
    assert told.names() == ["created", "status.draft"]
    return order


def assigned(told: Told) -> int:
    order = draft(told)
    moves.assign(told.world, order, BUYER, ONE)
    told.names()
    return order


def test_an_order_goes_all_the_way(told: Told) -> None:
    world, order = told.world, draft(told)
    steps: list[tuple[Callable[..., Any], int, list[str], str]] = [
        (moves.publish, BUYER, ["status.published"], "Published"),
        (moves.request, TWO, ["requested"], "Published"),
        (lambda w, o, by: moves.mass_route(w, o, by, [ONE, TWO]), BUYER,
         ["routed", "routed", "status.routed"], "Routed"),
        (moves.decline, TWO, ["declined"], "Routed"),
        (moves.undecline, TWO, ["undeclined"], "Routed"),
        (moves.accept, ONE, ["status.assigned"], "Assigned"),
        (moves.confirm, ONE, ["status.confirmed"], "Assigned: Confirmed"),
        (moves.on_my_way, ONE, ["status.on_my_way"], "Assigned: On my way"),
        (moves.check_in, ONE, ["status.checked_in", "task_completed"], "Assigned: Checked in"),
        (moves.check_out, ONE, ["status.checked_out", "task_completed"], "Assigned: Checked out"),
        (moves.work_done, ONE, ["status.work_done"], "Work Done"),
        (moves.complete_undo, BUYER, ["status.assigned"], "Assigned"),
        (moves.work_done, ONE, ["status.work_done"], "Work Done"),
        (moves.approve, BUYER, ["status.approved"], "Approved"),
        (moves.mark_paid, BUYER, ["status.paid"], "Paid"),
    ]  # fmt: skip
    for move, by, names, display in steps:
        world.clock.advance(600)
        stored = move(world, order, by)
        assert told.names() == names, move
        assert show(world, stored)["status"]["display"] == display
    stamped = show(world, stored)["milestones"]
    assert stamped.keys() == {
        "created", "published", "routed", "assigned", "workdone", "approved", "paid",
    }  # fmt: skip
    assert stamped["created"]["utc"] < stamped["published"]["utc"] < stamped["paid"]["utc"]


def test_a_late_report_raises_three_events_and_does_not_move_the_arrival(told: Told) -> None:
    order = assigned(told)
    eta = moves.confirm(told.world, order, ONE, "2026-06-15 15:00:00")["eta"]
    told.names()
    stored = moves.report_late(told.world, order, ONE, 1800)
    assert told.heard[0].params["estimated_delay"] == 1800
    assert told.names() == ["status.delayed", "message_posted", "problem_reported"]
    shown = show(told.world, stored)
    assert shown["status"]["display"] == "Assigned: Delayed"
    assert shown["status"]["code"] == "delayed"
    assert shown["problems"]["sum"] == {"active": 1, "resolved": 0}
    assert stored["eta"] == eta
    number = shown["problems"]["results"][0]["id"]
    resolved = moves.resolve_problem(told.world, order, BUYER, number)
    assert told.names() == ["problem_resolved"]
    assert show(told.world, resolved)["status"]["display"] == "Assigned"


def test_status_events_carry_the_ids_before_and_after(told: Told) -> None:
    order = draft(told)
    moves.publish(told.world, order, BUYER)
    (published,) = told.heard
    assert published.params == {"work_order_id": order, "status_id": 2, "previous_status_id": 1}
    assert published.by_user_id == BUYER


def test_unassigning_falls_back_to_what_it_was(told: Told) -> None:
    order = assigned(told)
    moves.unassign(told.world, order, BUYER)
    assert told.names() == ["status.assigned_cancelled", "status.draft"]
    moves.publish(told.world, order, BUYER)
    moves.assign(told.world, order, BUYER, ONE)
    told.names()
    stored = moves.unassign(told.world, order, BUYER)
    assert told.names() == ["status.assigned_cancelled", "status.published"]
    assert show(told.world, stored)["assignee"].keys().isdisjoint({"user"})


def test_side_moves_raise_their_events(told: Told) -> None:
    world = told.world
    order = assigned(told)
    moves.put_at_risk(world, order, BUYER)
    moves.postpone(world, order, BUYER)
    moves.revert_to_draft(world, order, BUYER)
    moves.publish(world, order, BUYER)
    moves.unpublish(world, order, BUYER)
    moves.route(world, order, BUYER, ONE)
    moves.unroute(world, order, BUYER, ONE)
    moves.publish(world, order, BUYER)
    moves.cancel(world, order, BUYER, "No need")
    assert told.names() == [
        "status.at_risk", "status.postponed", "status.draft", "status.published", "status.draft",
        "routed", "status.routed", "status.draft", "status.published", "status.cancelled",
    ]  # fmt: skip
    moves.delete(world, draft(told), BUYER)
    assert told.names() == ["status.deleted"]


def test_parts_raise_their_events_and_quiet_ones_none(told: Told) -> None:
    world = told.world
    order = assigned(told)
    window = {"service_window": {"mode": "exact", "start": {"utc": "2026-07-01 10:00:00"}}}
    moves.set_schedule(world, order, BUYER, window)
    moves.set_custom_field(world, order, BUYER, 8101, "T1")
    moves.set_custom_field(world, order, BUYER, 8101, "T1")  # no change, no event
    moves.add_tag(world, order, BUYER, 121)
    moves.add_tag(world, order, BUYER, 121)
    moves.remove_tag(world, order, BUYER, 121)
    moves.add_shipment(world, order, BUYER, {"name": "Router"})
    moves.report_problem(world, order, BUYER, 3)
    stored = moves.add_message(world, order, BUYER, "Hi")
    task, folder = stored["tasks"][0]["id"], stored["folders"][0]["id"]
    moves.complete_task(world, order, ONE, task)
    moves.complete_task(world, order, ONE, task, done=False)
    moves.add_attachment(world, order, ONE, folder, name="a.txt", data=b"a")
    assert told.names() == [
        "schedule_updated", "custom_field_value_updated", "tag_added", "tag_removed",
        "part_updated", "problem_reported", "message_posted", "task_completed", "task_incomplete",
        "provider_upload",
    ]  # fmt: skip
    moves.add_attachment(world, order, BUYER, folder, name="b.txt", data=b"b")
    moves.update(world, order, BUYER, {"title": "New", "description": "New"})
    moves.set_location(world, order, BUYER, {"mode": "remote"})
    moves.set_pay(world, order, BUYER, {"type": "fixed", "base": {"units": 1, "amount": 5}})
    moves.add_expense(world, order, ONE, category_id=501, amount=5)
    times = {"in": {"created": {"utc": "2026-06-15 10:00:00"}}}
    moves.add_time_log(world, order, BUYER, times)
    assert told.names() == []


def test_every_event_told_is_one_of_the_vendors(told: Told) -> None:
    assert len(EVENTS) == 33
    order = assigned(told)
    moves.check_in(told.world, order, ONE)
    assert {happening.name for happening in told.heard} <= set(EVENTS)


def test_a_refused_move_changes_nothing_and_tells_nobody(told: Told) -> None:
    order = assigned(told)
    before = told.world.store.get("work_order", order)
    with pytest.raises(Refusal):
        moves.check_out(told.world, order, ONE)
    with pytest.raises(Refusal):
        moves.work_done(told.world, order, TWO)
    moves.check_in(told.world, order, ONE)
    told.names()
    with pytest.raises(Refusal):
        moves.check_in(told.world, order, ONE)
    with pytest.raises(Refusal):
        moves.work_done(told.world, order, ONE)
    assert told.names() == []
    assert before is not None
    assert before["status"] == "Assigned"


def test_an_illegal_move_is_409_or_400_by_switch(fieldnation_sim: FieldNationSim) -> None:
    order = fieldnation_sim.post("workorders", {"title": "x"}).json["id"]
    refused = fieldnation_sim.post(f"workorders/{order}/approve")
    assert refused.status == 409
    assert refused.json["code"] == "RESOURCE_CONFLICT"
    assert refused.json["agent"] == {"action": "FIX_INPUT"}
    fieldnation_sim.service.world.ground.switches.change({"illegal_transition_status": 400})
    assert fieldnation_sim.post(f"workorders/{order}/approve").status == 400


def test_actions_tell_what_may_be_done_now(fieldnation_sim: FieldNationSim) -> None:
    order = fieldnation_sim.post("workorders", {"title": "x"}).json
    assert {"publish", "route", "edit"} <= set(order["actions"])
    published = fieldnation_sim.post(f"workorders/{order['id']}/publish").json
    assert "unpublish" in published["actions"]
    assert "approve" not in published["actions"]


def test_only_providers_are_routed_to(fieldnation_sim: FieldNationSim) -> None:
    order = fieldnation_sim.post("workorders", {"title": "x"}).json["id"]
    body = {"technician": {"id": fieldnation_sim.user_id}}
    assert fieldnation_sim.post(f"workorders/{order}/route", body).status == 400
    assert fieldnation_sim.post(f"workorders/{order}/assignee", {"user": {}}).status == 400


def test_a_status_id_can_be_corrected(fieldnation_sim: FieldNationSim) -> None:
    fieldnation_sim.service.world.ground.switches.change({"status_ids": "Work Done=10,draft=0"})
    assert fieldnation_sim.post("workorders", {"title": "x"}).json["status"]["id"] == 0
