"""Every call the client can make, each with every option it has."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from isthmus.fieldnation import EVENTS, FieldNationClient, File, f, payloads

_MOMENT: Final = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
_ACTING: Final[dict[str, Any]] = {"acting_user_id": 5}
_QUEUED: Final[dict[str, Any]] = {"run_async": True}
_FILE: Final = File(4, 5, "a", "text/plain", 1, "", "", None, None, "", {})
_AUSTIN: Final = payloads.place(
    address1="1 Congress Ave",
    address2="Floor 2",
    city="Austin",
    state="TX",
    zip_code="78701",
    name="Tower",
)
_CATEGORY: Final = {"uid": 1, "id": 2, "company_expense_id": 3, "label": "Parts"}


async def make_every_call(client: FieldNationClient) -> None:
    """Make them all; the answers are looked at no further than the client does."""
    for group in (_life, _moves, _plan, _talk, _labour, _sides, _company, _webhooks):
        await group(client)


async def _drain(rows: AsyncIterator[Any]) -> None:
    async for _ in rows:
        pass


async def _life(client: FieldNationClient) -> None:
    orders = client.work_orders
    whole = {
        "title": "A job",
        "description": {"html": "<p>x</p>"},
        "location": _AUSTIN,
        "schedule": payloads.between(_MOMENT, _MOMENT),
        "pay": payloads.blended(1, 2, 3, 4),
        "types_of_work": [{"id": 1, "isPrimary": True}],
    }
    await orders.create(whole, **_QUEUED)
    await orders.update(7, {"title": "A job"}, **_QUEUED)
    await orders.get(7, columns=("id", "title"), **_ACTING)
    wanted = f.together(
        f.ids(1),
        f.search("x"),
        f.on("created", date(2027, 1, 1)),
        f.one_of("state", "TX"),
        f.flag("requests"),
    )
    await _drain(aiter(orders.list(filters=wanted, **_ACTING)))
    await orders.by_ids([7], ("id", "title"))
    await orders.settle(7, lambda _order: True)
    for read in (orders.status, orders.milestones, orders.providers):
        await read(7)


async def _moves(client: FieldNationClient) -> None:
    orders = client.work_orders
    await orders.publish(7, **_QUEUED)
    await orders.unpublish(7, **_QUEUED)
    await orders.revert_to_draft(7, **_QUEUED)
    await orders.route(7, 3, **_QUEUED)
    await orders.unroute(7, 3, **_QUEUED)
    await orders.mass_route(7, [1, 2])
    await orders.assign(7, 3, ignore_missing_qualifications=True, **_ACTING, **_QUEUED)
    await orders.unassign(7, 3, reason_id="1", comment="x", **_QUEUED)
    await orders.approve(7)
    await orders.complete_undo(7, reason="x", reason_id=3, **_ACTING, **_QUEUED)
    await orders.cancel(7, "x")


async def _plan(client: FieldNationClient) -> None:
    orders = client.work_orders
    for read in (orders.schedule, orders.location, orders.pay, orders.eta):
        await read(7, **_ACTING)
    await orders.set_schedule(7, payloads.hours(_MOMENT, _MOMENT))
    await orders.set_location(7, _AUSTIN)
    await orders.set_location(7, payloads.saved_place(4))
    for pay in (payloads.fixed(Decimal("1.5")), payloads.hourly(1, 2), payloads.per_device(1, 2)):
        await orders.set_pay(7, pay)


async def _talk(client: FieldNationClient) -> None:
    orders = client.work_orders
    both = {**_ACTING, **_QUEUED}
    await orders.messages(7)
    await orders.send_message(7, "x", kind="SPECIFICTECH", to=3, notify=[4], **both)
    await orders.reply(7, "12", "x", **both)
    await orders.attachments(7, **_ACTING)
    await orders.add_folder(7, "Photos")
    await orders.attach(7, 5, "a", b"x", notes="x", force_upload=True, **both)
    changes: dict[str, Any] = {"notes": "x", "status": "APPROVED", "show_before_assignment": True}
    await orders.update_attachment(7, _FILE, **changes, **_ACTING)
    await orders.remove_attachment(7, _FILE, **_ACTING)


async def _labour(client: FieldNationClient) -> None:
    orders = client.work_orders
    both = {**_ACTING, **_QUEUED}
    await orders.time_logs(7, **_ACTING)
    await orders.add_time_log(7, _MOMENT, _MOMENT, devices=1, **_ACTING)
    await orders.update_time_log(7, 3, _MOMENT, _MOMENT, devices=1, **_ACTING)
    await orders.remove_time_log(7, 3, **_ACTING)
    await orders.expenses(7)
    await orders.add_expense(7, _CATEGORY, "x", Decimal("2.5"), **both)
    reviewed: dict[str, Any] = {"status": "approved", "status_description": "x"}
    await orders.update_expense(7, 3, _CATEGORY, "x", Decimal(1), **reviewed, **both)


async def _sides(client: FieldNationClient) -> None:
    orders = client.work_orders
    both = {**_ACTING, **_QUEUED}
    for read in (orders.custom_fields, orders.tags, orders.contacts, orders.tasks):
        await read(7)
    await orders.shipments(7, **_ACTING)
    await orders.problems(7)
    await orders.set_custom_field(7, 3, "x", **both)
    await orders.add_tag(7, 3)
    await orders.remove_tag(7, 3, **_QUEUED)
    await orders.add_contact(7, {"name": "Ann"})
    await orders.update_contact(7, 3, {"name": "Ann"})
    await orders.add_task(7, {"type": {"id": 1}, "label": "x", "group": {"id": "onsite"}})
    await orders.update_task(7, 3, {"label": "x"}, **_ACTING)
    parcel = {"name": "x", "direction": "to site", "carrier": {"name": "ups", "tracking": "1"}}
    await orders.add_shipment(7, parcel, **_ACTING)
    await orders.update_shipment(7, 3, parcel, **_ACTING)
    await orders.remove_shipment(7, 3, **both)
    await orders.report_problem(7, {"type": {"id": 7}, "comments": "x"}, **_ACTING)
    await orders.update_problem(7, 3, {"resolution": {"status": "resolved"}}, **both)
    for remove in (orders.remove_contact, orders.remove_task, orders.remove_problem):
        await remove(7, 3)


async def _company(client: FieldNationClient) -> None:
    company = client.company
    for read in (company.projects, company.templates, company.types_of_work, company.managers):
        await read()
    for read in (company.clients, company.tags, company.expense_categories):
        await read()
    await company.custom_fields()
    await company.locations("x")


async def _webhooks(client: FieldNationClient) -> None:
    hooks = client.webhooks
    url, secret = "https://hooks.example.com/a", "3f1d0a70-13c5-4a39-9d3e-8a4a2c2a0a11"
    email, headers = "ops@example.com", {"X-Ours": "1"}
    await hooks.create(
        url,
        EVENTS[:2],
        secret=secret,
        notification_email=email,
        headers=headers,
        integration_only=True,
    )
    await hooks.list()
    await hooks.get("w")
    await hooks.update(
        "w",
        url=url,
        events=EVENTS[:1],
        method="put",
        status="inactive",
        secret=secret,
        notification_email=email,
        headers=headers,
    )
    await hooks.delete("w")
    await hooks.remove_header("w", "X-Ours")
    await hooks.events("WorkOrder")
    await hooks.history("w")
    await _drain(
        hooks.delivery_logs(webhook_id="w", work_order_id=3, event="x", delivery_status="200")
    )
    await hooks.delivery_log("d:1")
    await hooks.retry_delivery("d:1")
