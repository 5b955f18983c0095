"""Every call about work orders and the company, against the simulated Field Nation."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from isthmus.fieldnation import (
    Conflict,
    FieldNationClient,
    FilterIgnored,
    NotFound,
    PermissionDenied,
    ValidationFailed,
    f,
    payloads,
)

START = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
AUSTIN = payloads.place(address1="1 Congress Ave", city="Austin", state="TX", zip_code="78701")


async def made(fn: FieldNationClient, **more: Any) -> int:
    values = {
        "title": "Replace the switch",
        "location": AUSTIN,
        "schedule": payloads.exact(START),
        "pay": payloads.fixed(150),
        **more,
    }
    return (await fn.work_orders.create(values)).order.id


async def assigned(fn: FieldNationClient, sim: Any) -> tuple[int, int]:
    number = await made(fn)
    provider = sim.provider("GET", "api/providers")[0]["id"]
    await fn.work_orders.publish(number)
    await fn.work_orders.assign(number, provider)
    return number, provider


def act(sim: Any, number: int, action: str, **given: Any) -> None:
    sim.admin("POST", "act", {"order": number, "action": action, **given})


# Written and read back


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


# Its parts


async def test_schedule_location_and_pay_are_set_and_read(fn: FieldNationClient) -> None:
    orders = fn.work_orders
    number = (await orders.create({"title": "A job"})).order.id

    await orders.set_location(number, AUSTIN)
    await orders.set_schedule(number, payloads.between(START, START + timedelta(hours=4)))
    await orders.set_pay(number, payloads.hourly(Decimal("61.25"), 3))

    window = (await orders.schedule(number))["service_window"]
    assert window["mode"] == "between"
    assert window["start"]["utc"] == "2027-03-01 15:00:00"
    assert window["start"]["local"] == {"date": "2027-03-01", "time": "09:00:00"}
    assert (await orders.location(number))["city"] == "Austin"
    base = (await orders.pay(number))["base"]
    assert (base["amount"], base["units"]) == (Decimal("61.25"), 3)
    assert isinstance(await orders.eta(number), dict)


async def test_a_time_of_the_site_becomes_a_moment(fn: FieldNationClient) -> None:
    number = (await fn.work_orders.create({"title": "A job", "location": AUSTIN})).order.id
    nine = datetime(2027, 7, 1, 9, 0)  # noqa: DTZ001 - a time of the site's clock has no zone

    await fn.work_orders.set_schedule(number, payloads.between(nine, nine + timedelta(hours=1)))

    window = (await fn.work_orders.schedule(number))["service_window"]
    assert window["start"]["utc"] == "2027-07-01 14:00:00"


async def test_a_saved_location_and_remote_work(fn: FieldNationClient) -> None:
    place, *_ = await fn.company.locations()
    number = (
        await fn.work_orders.create({"title": "A job", "location": payloads.saved_place(place.id)})
    ).order.id

    there = await fn.work_orders.location(number)
    await fn.work_orders.set_location(number, payloads.remote())

    assert there["saved_location"]["id"] == place.id
    assert (await fn.work_orders.location(number))["mode"] == "remote"


async def test_custom_fields_are_set_by_id(fn: FieldNationClient) -> None:
    number = await made(fn)
    field = next(one for one in await fn.work_orders.custom_fields(number) if one.type == "text")

    order = await fn.work_orders.set_custom_field(number, field.id, "T20260101.0002")

    assert order.custom_value(field.id) == "T20260101.0002"
    values = {one.id: one.value for one in await fn.work_orders.custom_fields(number)}
    assert values[field.id] == "T20260101.0002"


async def test_messages_go_both_ways(fn: FieldNationClient, sim: Any) -> None:
    number, provider = await assigned(fn, sim)
    orders = fn.work_orders

    note = await orders.send_message(number, "Ours only", kind="INTERNAL")
    asked = await orders.send_message(number, "When?", kind="SPECIFICTECH", to=provider)
    act(sim, number, "message", text="At nine.")
    assert asked is not None
    answered = await orders.reply(number, asked.id, "Good.")

    found = await orders.messages(number)
    assert note is not None
    assert answered is not None
    assert {one.text for one in found} >= {"Ours only", "When?", "At nine.", "Good."}
    assert len({one.id for one in found}) == len(found)
    by_text = {one.text: one for one in found}
    assert by_text["At nine."].author_id == provider
    assert by_text["Good."].parent_id == asked.id
    assert by_text["Ours only"].id == note.id
    assert by_text["Ours only"].role == "INTERNAL"
    assert all(one.at is not None for one in found)


async def test_files_go_up_and_down_byte_for_byte(fn: FieldNationClient) -> None:
    orders = fn.work_orders
    number = await made(fn)
    content = bytes(range(256)) * 50
    misc = next(one for one in await orders.attachments(number) if one.name == "Misc")

    file = await orders.attach(
        number, misc.id, "rack (4) é.png", content, content_type="image/png", notes="Rack"
    )

    assert file is not None
    assert (file.name, file.size, file.notes) == ("rack (4) é.png", len(content), "Rack")
    assert await orders.download(file) == content
    await orders.update_attachment(number, file, notes="Rack 4", status="APPROVED")
    (kept,) = next(one for one in await orders.attachments(number) if one.id == misc.id).files
    assert (kept.notes, kept.status) == ("Rack 4", "approved")
    await orders.remove_attachment(number, kept)
    assert next(one for one in await orders.attachments(number) if one.id == misc.id).files == ()


async def test_a_folder_is_made_once_and_seen(fn: FieldNationClient) -> None:
    number = await made(fn)

    folders = await fn.work_orders.add_folder(number, "Photos")

    assert [one.name for one in folders].count("Photos") == 1


async def test_time_logs_keep_their_id_when_edited(fn: FieldNationClient, sim: Any) -> None:
    number, _ = await assigned(fn, sim)
    orders = fn.work_orders

    await orders.add_time_log(number, START, START + timedelta(hours=2), devices=3)
    (log,) = await orders.time_logs(number)
    await orders.update_time_log(number, log.id, START, START + timedelta(hours=3))
    (edited,) = await orders.time_logs(number)

    assert (log.start, log.end) == (START, START + timedelta(hours=2))
    assert log.hours == 2
    assert log.devices == 3
    assert edited.id == log.id
    assert edited.hours == 3
    await orders.remove_time_log(number, log.id)
    assert await orders.time_logs(number) == ()


async def test_expenses_are_added_and_reviewed(fn: FieldNationClient, sim: Any) -> None:
    number, _ = await assigned(fn, sim)
    category, *_ = await fn.company.expense_categories()

    await fn.work_orders.add_expense(number, category.raw, "Cable", Decimal("12.40"), quantity=2)
    (spent,) = await fn.work_orders.expenses(number)
    await fn.work_orders.update_expense(
        number, spent.id, category.raw, "Cable", Decimal("12.40"), quantity=2, status="approved"
    )
    (reviewed,) = await fn.work_orders.expenses(number)

    assert (spent.description, spent.amount) == ("Cable", Decimal("12.4"))
    assert spent.quantity == 2
    assert reviewed.id == spent.id
    assert reviewed.status == "approved"


async def test_tags_contacts_tasks_shipments_and_problems(fn: FieldNationClient, sim: Any) -> None:
    orders = fn.work_orders
    number, _ = await assigned(fn, sim)
    tag, *_ = await fn.company.tags()

    await orders.add_tag(number, tag.id)
    assert [one["id"] for one in await orders.tags(number)] == [tag.id]
    await orders.remove_tag(number, tag.id)
    assert await orders.tags(number) == ()

    await orders.add_contact(number, {"name": "Ann", "role": "Technical help", "phone": "1"})
    (contact,) = await orders.contacts(number)
    await orders.update_contact(number, contact["id"], {"name": "Ann Lee", "phone": "2"})
    (contact,) = await orders.contacts(number)
    assert contact["name"] == "Ann Lee"
    await orders.remove_contact(number, contact["id"])
    assert await orders.contacts(number) == ()

    parcel = {
        "name": "Switch",
        "direction": "to site",
        "carrier": {"name": "ups", "tracking": "1Z"},
    }
    await orders.add_shipment(number, parcel)
    (sent,) = await orders.shipments(number)
    await orders.update_shipment(number, sent["id"], {**parcel, "name": "Two switches"})
    (sent,) = await orders.shipments(number)
    assert sent["name"] == "Two switches"
    await orders.remove_shipment(number, sent["id"])
    assert await orders.shipments(number) == ()

    act(sim, number, "problem", comments="No key")
    (problem,) = await orders.problems(number)
    assert problem["comments"] == "No key"
    await orders.update_problem(number, problem["id"], {"resolution": {"status": "resolved"}})
    (problem,) = await orders.problems(number)
    assert problem["resolution"]["status"] == "resolved"
    await orders.report_problem(number, {"type": {"id": 7}, "comments": "Again"})
    assert len(await orders.problems(number)) == 2
    await orders.remove_problem(number, problem["id"])
    assert len(await orders.problems(number)) == 1


async def test_tasks_are_added_changed_and_removed_and_the_vendors_own_are_not(
    fn: FieldNationClient,
) -> None:
    orders = fn.work_orders
    number = await made(fn)
    before = {one["id"] for one in await orders.tasks(number)}

    await orders.add_task(
        number, {"type": {"id": 12}, "label": "Call the desk", "group": {"id": "onsite"}}
    )
    (mine,) = [one for one in await orders.tasks(number) if one["id"] not in before]
    await orders.update_task(number, mine["id"], {"label": "Call the help desk"})
    (changed,) = [one for one in await orders.tasks(number) if one["id"] == mine["id"]]
    await orders.remove_task(number, mine["id"])

    assert changed["label"] == "Call the help desk"
    assert {one["id"] for one in await orders.tasks(number)} == before
    with pytest.raises(PermissionDenied):
        await orders.remove_task(number, min(before))


# Lists


async def test_a_listing_finds_every_order_once_whatever_the_user_filtered_before(
    fn: FieldNationClient, sim: Any
) -> None:
    made_here = [await made(fn, title=f"Job {number}") for number in range(7)]
    sim.get("workorders?list=workorders_draft&f_city=Nowhere")  # stays with the user

    listing = fn.work_orders.list(per_page=3)
    found = [order async for order in listing]

    assert [order.id for order in found if order.id in made_here] == made_here
    assert (listing.seen, listing.total) == (len(found), len(found))
    assert not any(order.is_stub for order in found)
    assert all(order.status is not None for order in found)


async def test_listings_by_list_and_filter(fn: FieldNationClient) -> None:
    draft, published = await made(fn, title="Draft zebra"), await made(fn, title="Other zebra")
    await fn.work_orders.publish(published)

    async def ids(**asked: Any) -> list[int]:
        return [order.id async for order in fn.work_orders.list(**asked)]

    assert published in await ids(list="workorders_published_routed")
    assert draft not in await ids(list="workorders_published_routed")
    assert await ids(filters=f.ids(draft, published)) == [draft, published]
    assert set(await ids(filters=f.search("zebra"))) == {draft, published}
    today = datetime.now(UTC).date()
    day = timedelta(days=1)
    assert draft in await ids(filters=f.on("created", today - day, today + day))
    assert await ids(filters=f.on("created", date(2001, 1, 1))) == []
    assert await ids(filters=f.together(f.search("zebra"), f.one_of("state", "CA"))) == []


async def test_a_filter_the_vendor_does_not_know_is_told(fn: FieldNationClient) -> None:
    await made(fn)

    with pytest.raises(FilterIgnored, match="f_external_id"):
        _ = [order async for order in fn.work_orders.list(filters={"f_external_id": "T-1"})]


# The company


async def test_every_list_of_the_company_is_read_with_names(fn: FieldNationClient) -> None:
    company = fn.company
    for found in (
        await company.projects(),
        await company.templates(),
        await company.types_of_work(),
        await company.managers(),
        await company.locations(),
        await company.clients(),
        await company.tags(),
        await company.expense_categories(),
    ):
        assert found
        assert all(one.name for one in found), found
        assert len({one.id for one in found}) == len(found)
    fields = await company.custom_fields()
    assert {one.type for one in fields} >= {"text", "predefined"}
    assert any(one.options for one in fields if one.type == "predefined")


async def test_saved_locations_are_found_by_a_text(fn: FieldNationClient) -> None:
    every = await fn.company.locations()

    found = await fn.company.locations(every[0].name)

    assert every[0].id in {one.id for one in found}
    assert len(found) < len(every)
