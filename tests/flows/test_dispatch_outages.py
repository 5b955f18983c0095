"""Vendors that refuse us, or are out: nobody is needed, and nothing is lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import LINKED, STUCK
from tests.dispatch.shores import (
    ENGINE,
    QUICK,
    Flow,
    Shores,
    break_off,
    flowing,
    mend,
    posts,
    until,
)

PATIENT = replace(ENGINE, first_pause=timedelta(hours=1), longest_pause=timedelta(hours=1))
"""By its own pauses nothing is tried again within a test."""


async def put_off(flow: Flow, tickets: list[int]) -> None:
    """Send tickets out whose links are tried in an hour."""
    for ticket in tickets:
        await asyncio.to_thread(flow.shores.send_out, ticket)
        later = utc_now() + timedelta(hours=1)
        flow.stores.agenda.enqueue("link", f"Tickets/{ticket}", not_before=later)


def long_out(flow: Flow) -> None:
    """Have what waits have failed so often as in a long outage."""
    with flow.stores.agenda.engine.begin() as session:
        session.execute(text("UPDATE engine_work SET failures = 9"))


def told(flow: Flow, ticket: int) -> list[str]:
    return [one.what for one in flow.stores.state.entries(f"Tickets/{ticket}", 500)]


def waits_for(flow: Flow, ticket: int) -> str:
    link = flow.link(ticket)
    return "" if link is None else link.waits_for


@pytest.mark.parametrize("vendor", ["autotask", "fieldnation"])
async def test_refused_credentials_are_one_letter_and_all_goes_on_by_itself(
    shores: Shores, vendor: str
) -> None:
    settings = replace(QUICK, pause=timedelta(seconds=0.5))
    async with flowing(shores, settings=settings, alone=True) as flow:
        sim = getattr(shores, vendor)
        tickets = [one["id"] for one in shores.fit_tickets(2)]
        for ticket in tickets:
            await asyncio.to_thread(shores.send_out, ticket)
        everything = "workorders" if vendor == "fieldnation" else ".*"
        sim.admin("POST", "faults", {"kind": "status", "status": 401, "path": everything})
        for ticket in tickets:
            await flow.ask(f"Tickets/{ticket}")
        await until(lambda: flow.stores.state.count_dead_letters() > 0)
        if vendor == "fieldnation":
            shown = "Field Nation to take our credentials again"
            await until(lambda: all(shown in waits_for(flow, one) for one in tickets))
        await asyncio.sleep(2)
        (letter,) = flow.stores.state.dead_letters()
        assert (letter.key, letter.kind) == (f"connection/{vendor}", "credentials")
        work = "workorders" if vendor == "fieldnation" else "query"
        before = posts(sim, work)
        for ticket in tickets:
            await flow.ask(f"Tickets/{ticket}", "record")
        await asyncio.sleep(1)
        assert posts(sim, work) == before, "no link asks a vendor that refuses us"
        sim.admin("DELETE", "faults")
        await flow.idle()
        assert len(shores.orders()) == 2
        assert flow.stores.state.dead_letters() == ()
        assert [waits_for(flow, one) for one in tickets] == ["", ""]


async def test_a_sweep_leaves_a_vendor_alone_that_refuses_us(shores: Shores) -> None:
    settings = replace(QUICK, pause=timedelta(hours=1))
    async with flowing(shores, settings=settings, alone=True) as flow:
        await flow.dispatched(shores.fit_tickets(1)[0]["id"])
        break_off(flow, path="workorders", method="GET", status=401)
        agenda, state = flow.stores.agenda, flow.stores.state
        asked: list[int] = []
        for _ in range(2):
            agenda.enqueue("sweep", "fieldnation")
            await until(lambda: agenda.find("sweep", "fieldnation") is None)
            asked.append(len(shores.fieldnation.admin("GET", "requests")))
        assert asked[0] == asked[1]
        assert state.mark("swept/fieldnation") is None
        mend(flow)
        letters = state.dead_letters()
        assert [one.key for one in letters] == ["connection/fieldnation"]
        await asyncio.to_thread(flow.stores.commands.replay, letters, "a test")
        await flow.sweep("fieldnation")
        assert state.mark("swept/fieldnation") is not None


async def test_a_person_has_refused_credentials_tried_at_once(shores: Shores) -> None:
    settings = replace(QUICK, pause=timedelta(hours=1))
    async with flowing(shores, settings=settings, alone=True) as flow:
        break_off(flow, path="workorders", status=401)
        await asyncio.to_thread(shores.send_out, ticket := shores.fit_tickets(1)[0]["id"])
        await flow.ask(f"Tickets/{ticket}")
        await until(lambda: flow.stores.state.count_dead_letters() > 0)
        await until(lambda: not any(one.running for one in flow.stores.agenda.waiting()))
        mend(flow)
        letters = flow.stores.state.dead_letters()
        assert await asyncio.to_thread(flow.stores.commands.replay, letters, "a test") == 1
        await flow.idle()
        assert len(shores.orders()) == 1


async def test_an_outage_needs_no_person_however_long_it_lasts(shores: Shores) -> None:
    settings = replace(QUICK, most_failures=2)
    engine = replace(ENGINE, longest_pause=timedelta(seconds=0.1))
    async with flowing(shores, settings=settings, engine=engine, alone=True) as flow:
        shores.fieldnation.admin("POST", "faults", {"kind": "status", "status": 503})
        ticket = shores.fit_tickets(1)[0]["id"]
        await asyncio.to_thread(shores.send_out, ticket)
        await flow.ask(f"Tickets/{ticket}")
        await until(lambda: sum("503" in what for what in told(flow, ticket)) > 8)
        assert flow.stores.state.dead_letters() == ()
        assert waits_for(flow, ticket).startswith("Field Nation to answer again")
        mend(flow)
        await flow.idle()
        link = flow.link(ticket)
        assert link is not None
        assert (link.state, link.waits_for) == (LINKED, "")
        assert not [name for name in link.written if name.startswith("failed:")]
        assert len(shores.orders()) == 1


async def test_a_link_that_alone_fails_while_others_get_through_is_told(shores: Shores) -> None:
    settings = replace(QUICK, most_failures=2)
    async with flowing(shores, settings=settings, alone=True) as flow:
        link = await flow.dispatched(shores.fit_tickets(1)[0]["id"])
        break_off(flow, path=f"workorders/{link.work_order_id}", method="GET", status=503)
        await flow.ask(link.key, "order")

        def is_told() -> bool:
            flow.stores.state.save_mark("swept/fieldnation", utc_now().isoformat())
            return flow.stores.state.count_dead_letters() > 0

        await until(is_told)
        after = flow.link(link.record_id)
        assert after is not None
        assert after.state == STUCK


async def test_a_sweep_after_an_outage_has_what_failed_for_long_tried_at_once(
    shores: Shores,
) -> None:
    async with flowing(shores, engine=PATIENT, alone=True) as flow:
        tickets = [one["id"] for one in shores.fit_tickets(3)]
        await put_off(flow, tickets)
        long_out(flow)
        flow.stores.agenda.enqueue("sweep", "fieldnation")
        await flow.idle()
        assert len(shores.orders()) == 3


async def test_one_that_looks_for_what_it_may_have_made_tells_the_end_of_an_outage_too(
    shores: Shores,
) -> None:
    async with flowing(shores, engine=PATIENT, alone=True) as flow:
        first, second = [one["id"] for one in shores.fit_tickets(2)]
        fault = {"kind": "drop_before", "method": "POST", "path": "workorders$", "count": 2}
        shores.fieldnation.admin("POST", "faults", fault)
        for ticket in (first, second):
            await asyncio.to_thread(shores.send_out, ticket)
            await flow.ask(f"Tickets/{ticket}")
        await until(lambda: _failed(flow) == 2)
        assert shores.orders() == []
        long_out(flow)
        await asyncio.sleep(flow.desk.settings.search_lag.total_seconds())  # it may be looked for
        await flow.ask(f"Tickets/{first}")
        await flow.idle()
        assert len(shores.orders()) == 2


def _failed(flow: Flow) -> int:
    with flow.stores.agenda.engine.begin() as session:
        told = session.execute(text("SELECT count(*) FROM engine_work WHERE failures > 0"))
        return int(told.scalar_one())


async def test_when_one_gets_through_after_an_outage_the_others_do_not_wait_on(
    shores: Shores,
) -> None:
    async with flowing(shores, engine=PATIENT, alone=True) as flow:
        first, second = [one["id"] for one in shores.fit_tickets(2)]
        await put_off(flow, [first, second])
        long_out(flow)
        await flow.ask(f"Tickets/{first}")
        await flow.idle()
        assert len(shores.orders()) == 2
