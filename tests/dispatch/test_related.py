"""Changes of records that links were made from."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.shapes import Mapping, Row
from isthmus.dispatch.rules.sweeping import BESIDE
from tests.dispatch.shores import DISPATCH, Flow, Shores, flowing


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    async with flowing(shores, rules=("ticket_dispatch", "service_call_dispatch")) as opened:
        yield opened


def titled(flow: Flow, name: str, **values: Any) -> None:
    """Have the order's title say something else."""
    mapping = flow.desk.library.mapping(name)
    assert isinstance(mapping, Mapping)
    rows = [row for row in mapping.rows if row.target != "title"]
    made = replace(mapping, rows=(*rows, Row(target="title", **values)))
    flow.desk.library.publish_mapping(export(made), by="a test")


async def test_a_company_that_is_renamed_is_renamed_in_the_orders_made_from_it(flow: Flow) -> None:
    titled(flow, "ticket_inbound", source="ticket.company.companyName", action="sync")
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    await flow.sweep("autotask")  # from now on changes count

    flow.shores.edit("Companies", ticket["companyID"], companyName="Renamed and Sons")
    await flow.sweep("autotask")

    assert flow.shores.order(link.work_order_id or 0)["title"] == "Renamed and Sons", flow.trouble()


async def test_a_company_that_only_moved_has_no_link_looked_at(flow: Flow) -> None:
    titled(flow, "ticket_inbound", source="ticket.company.companyName", action="sync")
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    await flow.sweep("autotask")
    company = flow.shores.autotask.rows("Companies", ticket["companyID"])[0]
    before = flow.stores.inbox.search(link.key)

    flow.shores.edit("Companies", ticket["companyID"], companyName=company["companyName"])
    await flow.sweep("autotask")

    assert flow.stores.inbox.search(link.key) == before


async def test_a_place_that_moved_is_found_although_no_time_tells_it(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    flow.shores.edit("CompanyLocations", ticket["companyLocationID"], address1="9 New Road")

    await flow.sweep("autotask")
    await flow.sweep("standing")

    order = flow.shores.order(link.work_order_id or 0)
    assert order["location"]["address1"] == "9 New Road", flow.trouble()


async def test_a_change_is_carried_once_and_then_is_no_news(flow: Flow) -> None:
    titled(flow, "ticket_inbound", source="ticket.company.companyName", action="sync")
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    await flow.sweep("autotask")
    flow.shores.edit("Companies", ticket["companyID"], companyName="Renamed and Sons")
    await flow.sweep("autotask")
    told = flow.stores.inbox.search(link.key)

    await flow.sweep("autotask")
    await flow.sweep("standing")

    assert flow.stores.inbox.search(link.key) == told


async def test_a_link_that_is_over_is_found_by_nothing_beside_it(flow: Flow) -> None:
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    references = flow.stores.state.references
    assert references.others(())
    await flow.desk.orders.work_orders.cancel(link.work_order_id or 0, "not needed")
    await flow.sweep("fieldnation")

    assert references.others(()) == (), flow.trouble()


async def test_what_another_process_knows_better_is_read_anew(flow: Flow) -> None:
    """Our memory of a company is older than what the link was last made from."""
    titled(flow, "ticket_inbound", source="ticket.company.companyName", action="sync")
    ticket = flow.shores.fit_tickets(1)[0]
    link = await flow.dispatched(ticket["id"])
    old = await flow.desk.reader.related("Companies", ticket["companyID"])
    flow.shores.edit("Companies", ticket["companyID"], companyName="Renamed and Sons")
    flow.desk.reader.forget("Companies", ticket["companyID"])
    await flow.ask(link.key, "record")
    await flow.idle()
    flow.desk.reader._keep("Companies", ticket["companyID"], old)

    await flow.ask(link.key, "record")
    await flow.idle()

    assert flow.shores.order(link.work_order_id or 0)["title"] == "Renamed and Sons", flow.trouble()


async def test_a_service_call_that_is_tied_to_another_ticket_is_found(flow: Flow) -> None:
    titled(flow, "service_call_inbound", source="serviceCall.ticket.title", action="sync")
    sim = flow.shores.autotask
    ties = {row["serviceCallID"]: row for row in reversed(sim.rows("ServiceCallTickets"))}
    call = next(
        one for one in sim.rows("ServiceCalls") if one["companyLocationID"] and one["id"] in ties
    )
    status = flow.shores.status_code(DISPATCH, "ServiceCalls")
    flow.shores.edit("ServiceCalls", call["id"], status=status)
    await flow.ask(f"ServiceCalls/{call['id']}")
    await flow.idle()
    link = flow.stores.state.link_of(f"ServiceCalls/{call['id']}")
    assert link is not None, flow.trouble()
    assert link.work_order_id is not None, flow.trouble()
    tied = ties[call["id"]]
    other = next(row for row in sim.rows("Tickets") if row["id"] != tied["ticketID"])
    flow.shores.edit("ServiceCallTickets", tied["id"], ticketID=other["id"])

    await flow.sweep("standing")

    assert flow.shores.order(link.work_order_id)["title"] == other["title"], flow.trouble()


async def test_a_sweep_in_which_nothing_changed_costs_a_call_for_each_collection(
    flow: Flow,
) -> None:
    for ticket in flow.shores.fit_tickets(3):
        await flow.dispatched(ticket["id"])
    await flow.sweep("autotask")
    flow.shores.autotask.admin("DELETE", "requests")

    await flow.sweep("autotask")

    beside = flow.stores.state.references.entities(BESIDE.keys())
    asked = [one["path"] for one in flow.shores.autotask.admin("GET", "requests")]
    assert beside
    for entity in beside:
        assert sum(f"{entity}/query" in path for path in asked) == 1, asked
