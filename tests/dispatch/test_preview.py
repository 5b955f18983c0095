"""A link compared in both directions, and brought in step as far as a person wants."""

import asyncio

from isthmus.dispatch import preview
from isthmus.state.dispatch import Link
from tests.dispatch.shores import Flow, with_rule

STATUS = "ticket.status"


async def assigned(flow: Flow) -> Link:
    """Return a link whose order has a technician, as its ticket knows."""
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    flow.shores.assign(link.work_order_id or 0)
    await flow.ask(link.key, "order")
    await flow.idle()
    return link


async def test_a_link_in_step_differs_nowhere(flow: Flow) -> None:
    link = await assigned(flow)
    found = await preview.compare(flow.desk, flow.link(link.record_id) or link)
    assert STATUS in {one.path for one in found.record}
    assert found.differing == (), flow.trouble()


async def test_a_field_of_the_ticket_that_was_told_and_changed_since_is_shown_and_written(
    flow: Flow,
) -> None:
    link = await assigned(flow)
    told = flow.shores.ticket(link.record_id)["status"]
    flow.shores.edit("Tickets", link.record_id, status=flow.shores.status_code("New"))

    found = await preview.compare(flow.desk, flow.link(link.record_id) or link)

    status = next(one for one in found.record if one.path == STATUS)
    assert (status.record_says, status.differs) == ("New", True)
    assert STATUS in found.differing
    await asyncio.to_thread(flow.stores.commands.resync, link, "a test", found.differing)
    await flow.idle()
    assert flow.shores.ticket(link.record_id)["status"] == told, flow.trouble()


async def test_what_field_nation_owns_is_shown_to_stay_and_is_told_once(flow: Flow) -> None:
    with_rule(flow, owners={"title": "fieldnation"})
    link = await assigned(flow)
    flow.shores.fieldnation.put(f"workorders/{link.work_order_id}", {"title": "Theirs"})
    flow.shores.edit("Tickets", link.record_id, title="Ours")
    for _ in range(2):
        found = await preview.compare(flow.desk, flow.link(link.record_id) or link)
        title = next(one for one in found.fields if one.path == "title")
        assert (title.differs, title.is_theirs, title.order_shows) == (False, True, "Theirs")
        assert found.differing == ()
        await flow.ask(link.key, "record")
        await flow.idle()
    assert flow.shores.order(link.work_order_id or 0)["title"] == "Theirs"
    told = [one.what for one in flow.stores.state.entries(link.key, 500)]
    assert sum("so they stay" in what for what in told) == 1, told


async def test_a_field_of_the_ticket_that_was_not_chosen_stays_as_it_is(flow: Flow) -> None:
    link = await assigned(flow)
    new = flow.shores.status_code("New")
    flow.shores.edit("Tickets", link.record_id, status=new)

    await asyncio.to_thread(flow.stores.commands.resync, link, "a test", ["title"])
    await flow.idle()

    assert flow.shores.ticket(link.record_id)["status"] == new, flow.trouble()
