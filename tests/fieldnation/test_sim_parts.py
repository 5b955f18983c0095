"""Every part of a work order, against the simulated Field Nation."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from isthmus.fieldnation import (
    FieldNationClient,
    PermissionDenied,
    payloads,
)
from tests.fieldnation.orders import AUSTIN, START, act, assigned, made


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
