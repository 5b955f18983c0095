"""What the notes say that come with Isthmus: enough to know what happened in the field."""

import asyncio
from functools import partial

from tests.dispatch.shores import Flow


def said(flow: Flow, ticket: int, title: str) -> str:
    (note,) = [
        one for one in flow.shores.of_ticket("TicketNotes", ticket) if one["title"].endswith(title)
    ]
    return str(note["description"])


async def test_work_done_and_a_problem_are_noted_with_what_they_are(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    number = link.work_order_id or 0
    provider = flow.shores.assign(number)
    job = partial(flow.shores.fieldnation.do_job, number, provider, notes="Swapped it.", hours=2)
    await asyncio.to_thread(job)
    problem = {"type": {"id": 1}, "comments": "The door was locked"}
    flow.shores.fieldnation.post(f"workorders/{number}/problems", problem)
    await flow.ask(link.key, "order")
    await flow.idle()
    done = said(flow, ticket, "Work done")
    stay = flow.shores.order(number)["time_logs"]["results"][0]
    for side in ("in", "out"):
        assert stay[side]["created"]["local"]["time"] in done
    assert "2 hours" in done
    assert "Swapped it." in done
    assert "Provider is running late: The door was locked" in said(flow, ticket, "Problem")
