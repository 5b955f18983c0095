"""Messages that come before it is known whose they are."""

import asyncio
import json

from isthmus.dispatch.relay import Relay
from isthmus.state.dispatch import Arrival, Link
from tests.dispatch.shores import Flow, until

DECLINED = "workorder.declined"


async def kept_early(flow: Flow, link: Link) -> None:
    """Keep a refusal, of which the order shows nothing, as if its link were not there yet."""
    number = link.work_order_id
    body = json.dumps({"event": {"name": DECLINED}, "workorder": {"id": number}}).encode()
    key = f"WorkOrders/{number}"
    inbox = flow.stores.inbox
    (receipt,) = inbox.keep([Arrival("fieldnation", "refusal-1", DECLINED, key, body)])
    assert receipt.number is not None
    inbox.assign({receipt.number: key})
    inbox.relayed([receipt.number])


def refusals(flow: Flow, link: Link) -> list[str]:
    lines = flow.stores.state.entries(link.key)
    return [one.what for one in lines if one.what.startswith(DECLINED)]


async def test_what_leaves_no_trace_in_the_order_is_told_although_its_link_came_later(
    flow: Flow,
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    await kept_early(flow, link)

    await asyncio.to_thread(flow.stores.agenda.enqueue, "link", f"WorkOrders/{link.work_order_id}")
    await flow.idle()

    assert len(refusals(flow, link)) == 1, flow.trouble()
    (message,) = [m for m in flow.stores.inbox.search() if m.source == "fieldnation"]
    assert (message.key, message.outcome) == (link.key, "done")


async def test_who_dies_while_handing_over_loses_nothing(flow: Flow) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    await kept_early(flow, link)
    inbox = flow.stores.inbox
    numbers = [message.number for message in inbox.undone(f"WorkOrders/{link.work_order_id}")]
    inbox.reassign(numbers, link.key)  # and no more: the process is gone

    relay = Relay(inbox, flow.stores.agenda, flow.stores.key_of)
    await asyncio.to_thread(relay.hand_on)
    await until(lambda: bool(refusals(flow, link)))
    await flow.idle()
