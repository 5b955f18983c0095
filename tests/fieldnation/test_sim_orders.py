"""A work order's writing and its life, against the simulated Field Nation."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from isthmus.fieldnation import (
    Conflict,
    FieldNationClient,
    NotFound,
    ValidationFailed,
    payloads,
)
from tests.fieldnation.orders import AUSTIN, START, act, assigned, made


async def test_a_title_alone_makes_a_draft(fn: FieldNationClient) -> None:
    written = await fn.work_orders.create({"title": "A job"})

    assert written.checked
    assert (written.dropped, written.changed, written.unseen) == ((), (), ())
    assert written.order.title == "A job"
    assert written.order.status is not None
    assert written.order.status.name == "Draft"
    assert "publish" in written.order.actions
    assert set(written.order.milestones) == {"created"}


async def test_a_full_order_comes_back_as_it_was_sent(fn: FieldNationClient) -> None:
    fields = await fn.company.custom_fields()
    texts = [one for one in fields if one.type == "text"]
    types = await fn.company.types_of_work()
    project, *_ = await fn.company.projects()
    manager, *_ = await fn.company.managers()
    written = await fn.work_orders.create(
        {
            "title": "Everything",
            "description": {"html": "<p>Bring a <b>ladder</b> &amp; a lamp.</p>"},
            "location": AUSTIN,
            "schedule": payloads.between(START, START + timedelta(hours=2)),
            "pay": payloads.blended(100, 2, Decimal("45.50"), 3),
            "types_of_work": [{"id": types[0].id, "isPrimary": True}],
            "project": {"id": project.id},
            "manager": {"id": manager.id},
            "custom_fields": payloads.custom_values({texts[0].id: "T20260101.0001"}),
            "contacts": {
                "results": [{"name": "Ann", "role": "Location Contact", "phone": "555-0100"}]
            },
        }
    )

    assert (written.dropped, written.changed) == ((), ())
    assert written.order.custom_value(texts[0].id) == "T20260101.0001"


@pytest.mark.parametrize(
    ("wrong", "dropped"),
    [
        (
            {"location": {k: v for k, v in AUSTIN.items() if k != "mode"}},
            ("location",),
        ),
        ({"scheduling": {"start": "2027-03-01"}}, ("scheduling",)),
        ({"custom_fields": payloads.custom_values({999_999: "x"})}, ("custom_fields[999999]",)),
    ],
    ids=["location without mode", "misspelt key", "unknown custom field"],
)
async def test_what_is_dropped_in_silence_is_told(
    fn: FieldNationClient, wrong: dict[str, Any], dropped: tuple[str, ...]
) -> None:
    written = await fn.work_orders.create({"title": "A job", **wrong})

    assert written.dropped == dropped
    assert written.checked


async def test_a_schedule_without_a_mode_is_refused(fn: FieldNationClient) -> None:
    window = {"service_window": {"start": {"utc": "2027-03-01 15:00:00"}}}
    number = (await fn.work_orders.create({"title": "A job"})).order.id

    with pytest.raises(ValidationFailed) as caught:
        await fn.work_orders.set_schedule(number, window)

    assert caught.value.told.status == 400


async def test_an_update_changes_what_it_names_and_no_more(fn: FieldNationClient) -> None:
    number = await made(fn)

    written = await fn.work_orders.update(number, {"title": "Two switches", "nonsense": 1})

    assert written.order.title == "Two switches"
    assert written.dropped == ("nonsense",)
    assert written.order.raw["location"]["city"] == "Austin"


async def test_a_queued_update_is_told_once_it_shows(fn: FieldNationClient) -> None:
    number = await made(fn)

    written = await fn.work_orders.update(number, {"title": "Later"}, run_async=True)

    assert written.order.title == "Later"
    assert written.changed == ()


async def test_an_order_that_is_not_there_is_not_found(fn: FieldNationClient) -> None:
    with pytest.raises(NotFound):
        await fn.work_orders.get(99_999_999)


async def test_columns_trim_an_order(fn: FieldNationClient) -> None:
    number = await made(fn)

    found = await fn.work_orders.get(number, columns=("id", "title"))

    assert found.title == "Replace the switch"
    assert "location" not in found.raw


# Its life


async def test_a_work_order_lives_from_draft_to_approved(fn: FieldNationClient, sim: Any) -> None:
    orders = fn.work_orders
    number = await made(fn)
    seen = [(await orders.publish(number)).status]
    seen.append((await orders.unpublish(number)).status)
    provider = sim.provider("GET", "api/providers")[0]["id"]
    await orders.route(number, provider)
    seen.append(await orders.status(number))
    sim.provider("POST", f"api/{provider}/orders/{number}/accept")
    order = await orders.get(number)
    seen.append(order.status)
    assert order.assignee is not None
    assert order.assignee.id == provider
    act(sim, number, "check-in")
    seen.append(await orders.status(number))
    act(sim, number, "check-out")
    act(sim, number, "work-done", closing_notes="Done.")
    seen.append(await orders.status(number))
    seen.append((await orders.complete_undo(number, reason="Photo missing", reason_id=1)).status)
    act(sim, number, "work-done")
    seen.append((await orders.approve(number)).status)

    names = [one.name for one in seen if one is not None]
    assert names == [
        "Published",
        "Draft",
        "Routed",
        "Assigned",
        "Assigned",
        "Work Done",
        "Assigned",
        "Approved",
    ]
    assert seen[4] is not None
    assert seen[4].sub_status == "Checked in"
    reached = await orders.milestones(number)
    assert {"created", "assigned", "workdone", "approved"} <= set(reached)
    assert all(at.utcoffset() == timedelta(0) for at in reached.values())


async def test_assigning_and_unassigning(fn: FieldNationClient, sim: Any) -> None:
    number, provider = await assigned(fn, sim)

    order = await fn.work_orders.unassign(number, provider, reason_id="1", comment="Ill")

    assert order.assignee is None
    assert order.status is not None
    assert order.status.name != "Assigned"


async def test_a_mass_route_shows_later(fn: FieldNationClient, sim: Any) -> None:
    number = await made(fn)
    providers = [one["id"] for one in sim.provider("GET", "api/providers")[:3]]

    job = await fn.work_orders.mass_route(number, providers)
    before = await fn.work_orders.status(number)
    after = await fn.work_orders.settle(
        number, lambda order: order.status is not None and order.status.name == "Routed"
    )

    assert job
    assert before.name == "Draft"
    assert after.id == number
    assert len(await fn.work_orders.providers(number)) == 3
    await fn.work_orders.unroute(number, providers[0])
    assert len(await fn.work_orders.providers(number)) == 2


async def test_a_queued_move_shows_later(fn: FieldNationClient) -> None:
    number = await made(fn)

    answered = await fn.work_orders.publish(number, run_async=True)
    after = await fn.work_orders.settle(
        number, lambda order: order.status is not None and order.status.name == "Published"
    )

    assert answered.status is not None
    assert answered.status.name == "Draft"
    assert after.id == number


@pytest.mark.parametrize("status", [409, 400])
@pytest.mark.parametrize("shape", ["problem", "status_message", "error_object", "webhooks"])
async def test_a_move_the_status_forbids_is_a_conflict_whatever_it_is_answered_with(
    fn: FieldNationClient, sim: Any, status: int, shape: str
) -> None:
    sim.admin("PATCH", "switches", {"illegal_transition_status": status, "error_shape": shape})
    number = await made(fn)

    with pytest.raises(Conflict) as caught:
        await fn.work_orders.approve(number)

    assert caught.value.told.status == status


async def test_cancelling_and_reverting(fn: FieldNationClient) -> None:
    number = await made(fn)
    await fn.work_orders.publish(number)

    reverted = await fn.work_orders.revert_to_draft(number)
    await fn.work_orders.publish(number)
    cancelled = await fn.work_orders.cancel(number, "Customer called it off")

    assert reverted.status is not None
    assert reverted.status.name == "Draft"
    assert cancelled.status is not None
    assert cancelled.status.name == "Cancelled"


async def test_a_draft_is_deleted_by_cancelling_it(fn: FieldNationClient) -> None:
    number = await made(fn)

    gone = await fn.work_orders.cancel(number, "A mistake")

    assert gone.status is not None
    assert gone.status.name in {"Deleted", "Cancelled"}
