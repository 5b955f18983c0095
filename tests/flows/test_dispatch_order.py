"""What happened to an order is told though it happens again, or the times say otherwise."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.dispatch.shores import Flow


async def look(flow: Flow, ticket: int) -> None:
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()


def told_of_schedule(flow: Flow, ticket: int) -> int:
    notes = flow.shores.of_ticket("TicketNotes", ticket)
    return sum("chedul" in str(one["title"]) for one in notes)


async def test_each_change_of_the_schedule_is_told_also_back_to_an_earlier_one(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    await look(flow, ticket)
    before = told_of_schedule(flow, ticket)
    for count, day in enumerate(("05", "06", "05", "06"), 1):
        window = {"mode": "exact", "start": {"utc": f"2027-01-{day} 15:00:00"}}
        moved = {"service_window": window}
        assert flow.shores.fieldnation.put(f"workorders/{number}/schedule", moved).status < 300
        kept = flow.link(ticket)
        assert kept is not None
        await look(flow, ticket)
        assert told_of_schedule(flow, ticket) == before + count, flow.trouble()
        saved = flow.link(ticket)
        assert saved is not None
        crashed = replace(saved, told=kept.told, order_mark=kept.order_mark, written=kept.written)
        flow.desk.state.save_link(crashed)  # as if it had died before it saved that
        await look(flow, ticket)
        assert told_of_schedule(flow, ticket) == before + count


async def test_a_stay_that_ends_later_does_not_hide_that_the_work_is_done(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    number = (await flow.dispatched(ticket)).work_order_id or 0
    provider = flow.shores.assign(number)
    now = datetime.now(UTC).replace(microsecond=0)
    later = now + timedelta(hours=3)
    await flow.desk.orders.work_orders.add_time_log(number, now, later)
    await look(flow, ticket)
    job = flow.shores.fieldnation.do_job
    await asyncio.to_thread(job, number, provider, notes="Swapped it.", hours=1)
    await look(flow, ticket)
    assert "Swapped it." in str(flow.shores.ticket(ticket)["resolution"]), flow.trouble()
    flow.shores.fieldnation.post(f"workorders/{number}/approve")
    await look(flow, ticket)
    assert flow.shores.ticket(ticket)["status"] == flow.shores.status_code("Complete")
