"""Notes for the technician whose webhook was lost."""

import asyncio
from pathlib import Path

from isthmus_sim.in_thread import AutotaskSim, FieldNationSim
from tests.dispatch.shores import Shores, flowing, until, with_rule


async def test_a_note_that_no_message_told_of_is_found_although_its_ticket_was_read_since(
    autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path
) -> None:
    shores = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    shores.settle_switches()
    async with flowing(shores) as flow:
        with_rule(flow, notes="both", note_marker="Field:")
        ticket = shores.fit_tickets(1)[0]
        link = await flow.dispatched(ticket["id"])
        await flow.sweep("autotask")
        row = {"ticketID": ticket["id"], "title": "Field: a word", "description": "Call before.",
               "publish": 1, "noteType": 1}  # fmt: skip
        await asyncio.to_thread(shores.autotask.admin, "POST", "state/TicketNotes", row)
        shores.edit("Tickets", ticket["id"], title="Told by a webhook")
        await flow.ask(f"Tickets/{ticket['id']}", "record")
        await flow.idle()
        await flow.sweep("autotask")
        said = shores.fieldnation.get(f"workorders/{link.work_order_id}/messages").json["results"]
        assert sum("Call before." in one["message"] for one in said) == 1, flow.trouble()
        await flow.sweep("autotask")
        assert len(
            shores.fieldnation.get(f"workorders/{link.work_order_id}/messages").json["results"]
        ) == len(said)


async def test_a_note_between_the_making_of_the_order_and_our_knowing_of_it_goes_out(
    autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim, tmp_path: Path
) -> None:
    shores = Shores(autotask_sim, fieldnation_sim, tmp_path / "home")
    shores.settle_switches()
    fault = {"kind": "drop_after", "method": "POST", "path": "workorders$", "count": 1}
    shores.fieldnation.admin("POST", "faults", fault)
    async with flowing(shores) as flow:
        with_rule(flow, notes="both", note_marker="Field:")
        ticket = shores.fit_tickets(1)[0]["id"]
        await asyncio.to_thread(shores.send_out, ticket)
        await flow.ask(f"Tickets/{ticket}")
        await until(lambda: len(shores.orders()) == 1)
        await asyncio.sleep(1.1)  # the vendor's clock shows whole seconds
        row = {"ticketID": ticket, "title": "Field: a word", "description": "Call before.",
               "publish": 1, "noteType": 1}  # fmt: skip
        await asyncio.to_thread(shores.autotask.admin, "POST", "state/TicketNotes", row)
        await flow.idle()
        await flow.sweep("autotask")
        number = shores.orders()[0]["id"]
        said = shores.fieldnation.get(f"workorders/{number}/messages").json["results"]
        assert sum("Call before." in one["message"] for one in said) == 1, flow.trouble()
