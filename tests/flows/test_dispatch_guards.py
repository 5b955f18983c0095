"""The guards of dispatch, each by what goes wrong without it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from isthmus.autotask import q
from isthmus.autotask.spending import Priority, spent_for
from isthmus.base.clock import utc_now
from isthmus.base.fencing import fenced
from isthmus.dispatch import toward_order
from isthmus.engine import Settings
from isthmus.fieldnation import ServerTrouble, f
from isthmus.state.dispatch import DONE
from tests.dispatch.shores import (
    ORDERS,
    Flow,
    Shores,
    flowing,
    posts,
    with_rule,
    writes,
)

if TYPE_CHECKING:
    from isthmus.autotask.port import Writable


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    """Give dispatch at work in this process alone, where a test can reach into it."""
    async with flowing(shores, alone=True) as opened:
        yield opened


def told(flow: Flow, ticket: int) -> list[str]:
    return [one.what for one in flow.stores.state.entries(f"Tickets/{ticket}", 500)]


def take_away(flow: Flow, doing: Callable[[], None] = lambda: None) -> None:
    """Do as another worker that takes over what runs here, does something and is through."""
    agenda = flow.stores.agenda
    for _, run_id, _ in agenda.held():
        (item,) = [one for one in agenda.waiting() if one.running]
        agenda.take_over(run_id, "another")
        doing()
        with agenda.engine.begin() as session:
            session.execute(
                text("UPDATE engine_work SET run_id = NULL, worker = NULL, due_at = :now"
                     " WHERE key = :key"), {"now": _stored(flow), "key": item.key},
            )  # fmt: skip


def _stored(flow: Flow) -> Any:
    now = utc_now()
    return now if flow.stores.is_shared else now.strftime("%Y-%m-%d %H:%M:%S.%f")


class Calls:
    """Stands before the calls that make an order, and does something before or after the first."""

    def __init__(self, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.before: Any = None
        self.after: Any = None
        self._flow = flow
        self._real = flow.desk.orders.work_orders.create
        monkeypatch.setattr(flow.desk.orders.work_orders, "create", self)

    async def __call__(self, body: Any) -> Any:
        if self.before is not None:
            doing, self.before = self.before, None
            await asyncio.to_thread(doing, self._flow)
        made = await self._real(body)
        if self.after is not None:
            doing, self.after = self.after, None
            await asyncio.to_thread(doing, self._flow)
        return made


async def test_who_stood_still_before_the_call_while_another_took_over_sends_nothing(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    Calls(flow, monkeypatch).before = take_away
    await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert posts(flow.shores.fieldnation) == len(flow.shores.orders()) == 1


async def test_who_stood_still_after_the_call_leaves_word_of_what_it_made(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    Calls(flow, monkeypatch).after = take_away
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await flow.dispatched(ticket)
    assert len(flow.shores.orders()) == 1
    assert not [what for what in told(flow, ticket) if what.startswith("Looking")]


async def test_who_stood_still_overwrites_nothing_of_what_others_kept_meanwhile(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def goes_on() -> None:
        (link,) = flow.stores.state.links()
        flow.stores.state.save_link(replace(link, outbound="by another"))

    Calls(flow, monkeypatch).after = lambda flow: take_away(flow, goes_on)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert link.outbound == "by another"


@pytest.mark.parametrize("vendor", ["autotask", "fieldnation"])
async def test_a_fence_stands_before_each_write_and_before_no_look(flow: Flow, vendor: str) -> None:
    class TooLate(BaseException):
        pass

    async def no() -> None:
        raise TooLate

    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    records, orders, number = flow.desk.records, flow.desk.orders.work_orders, link.record_id
    note: dict[str, Writable] = {
        "ticketID": number,
        "title": "x",
        "description": "x",
        "publish": 1,
        "noteType": 1,
    }
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: records.create("TicketNotes", note),
        lambda: records.update("Tickets", number, {"title": "x"}),
        lambda: records.attach("Tickets", number, "x.txt", b"x", title="x"),
    ]
    if vendor == "fieldnation":
        order = link.work_order_id or 0
        calls = [
            lambda: orders.create({"title": "x"}),
            lambda: orders.update(order, {"title": "x"}),
            lambda: orders.cancel(order, "x"),
            lambda: orders.send_message(order, "x", kind="STAFF_NOTE"),
        ]
    before = writes(getattr(flow.shores, vendor))
    with fenced(no):
        assert await records.find("Tickets", q.eq("id", number))
        await orders.get(link.work_order_id or 0)
        for call in calls:
            with pytest.raises(TooLate):
                await call()
    assert writes(getattr(flow.shores, vendor)) == before


async def test_dispatch_goes_before_all_else_and_what_is_written_back_after_it(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks: list[Priority] = []
    find = flow.desk.records.find

    async def ranked(*args: Any, **more: Any) -> Any:
        ranks.append(spent_for())
        return await find(*args, **more)

    monkeypatch.setattr(flow.desk.records, "find", ranked)
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert set(ranks) == {Priority.DISPATCH}
    ranks.clear()
    flow.shores.assign(link.work_order_id or 0)
    await flow.ask(link.key, "order")
    await flow.idle()
    assert set(ranks) == {Priority.WRITE_BACK}


async def test_a_sweep_spends_less_than_dispatch_and_more_than_bulk_may(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks: list[Priority] = []
    read = flow.desk.records.read

    def ranked(*args: Any, **more: Any) -> Any:
        ranks.append(spent_for())
        return read(*args, **more)

    monkeypatch.setattr(flow.desk.records, "read", ranked)
    await flow.sweep("autotask")
    assert set(ranks) == {Priority.SWEEP}


async def test_two_orders_of_one_ticket_are_never_kept_quiet(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made_elsewhere(flow: Flow) -> None:
        (link,) = flow.stores.state.links()
        (intent,) = flow.stores.state.intents(link.id)
        other = int(flow.shores.fieldnation.post("workorders", {"title": "Other"}).json["id"])
        flow.stores.state.save_intent(replace(intent, state=DONE, target=str(other)))

    Calls(flow, monkeypatch).after = made_elsewhere
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    (letter,) = flow.stores.state.dead_letters()
    surplus = {order["id"] for order in flow.shores.orders()} - {link.work_order_id}
    assert letter.kind == "double"
    assert f"{link.work_order_id} is kept, {surplus.pop()} is one too many" in letter.what
    await flow.ask(link.key)
    await flow.idle()
    assert flow.stores.state.dead_letters() == (letter,), "it does not settle by itself"


async def test_it_is_looked_for_twice_before_it_is_made_again(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, looks = toward_order.find_order, list[str]()

    async def lagging(*args: Any) -> Any:
        looks.append("")
        return None if len(looks) == 1 else await find(*args)

    monkeypatch.setattr(toward_order, "find_order", lagging)
    flow.shores.fieldnation.admin(
        "POST", "faults", {"kind": "drop_after", "method": "POST", "path": ORDERS, "count": 1}
    )
    await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    assert len(flow.shores.orders()) == 1
    assert len(looks) == 2


async def test_what_never_was_made_is_made_after_two_looks(flow: Flow) -> None:
    flow.shores.fieldnation.admin(
        "POST", "faults", {"kind": "drop_before", "method": "POST", "path": ORDERS, "count": 1}
    )
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await flow.dispatched(ticket)
    assert len(flow.shores.orders()) == 1
    assert sum(what.startswith("Looking") for what in told(flow, ticket)) == 2


@pytest.mark.parametrize("unknown", ["number", "id"])
async def test_an_order_is_found_by_its_number_and_by_its_id(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, unknown: str
) -> None:
    link = await flow.dispatched(flow.shores.fit_tickets(1)[0]["id"])
    title = flow.shores.order(link.work_order_id or 0)["title"]
    real = flow.desk.orders.work_orders.list

    def blind(*args: Any, filters: Any, **more: Any) -> Any:
        """Search as a vendor does that does not know one of the two texts."""
        text = link.record_number if unknown == "number" else link.id
        shown = f.search("nothing is called so") if text in str(filters) else filters
        return real(*args, filters=shown, **more)

    monkeypatch.setattr(flow.desk.orders.work_orders, "list", blind)
    found = await toward_order.find_order(flow.desk, link, title)
    assert found is not None
    assert found.id == link.work_order_id


# Files


async def with_file(flow: Flow) -> tuple[int, int]:
    with_rule(flow, files="both")
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    link = await flow.dispatched(ticket)
    await flow.desk.records.attach("Tickets", ticket, "plan.txt", b"a plan", title="A plan")
    return ticket, link.work_order_id or 0


async def files(flow: Flow, ticket: int, number: int) -> tuple[list[str], list[str]]:
    folders = await flow.desk.orders.work_orders.attachments(number)
    here = await flow.desk.records.attachments("Tickets", ticket)
    return [file.name for one in folders for file in one.files], [one.file_name for one in here]


@pytest.mark.parametrize("trouble", ["the look fails", "it does not show"])
async def test_a_file_whose_look_after_the_upload_fails_goes_over_once(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    ticket, number = await with_file(flow)
    calls, failures = flow.desk.orders.work_orders, list[str]()
    write, look = calls._write, calls.attachments

    async def silent(method: str, *args: Any, **more: Any) -> Any:
        found = await write(method, *args, **more)
        return {} if "attachments" in args else found

    async def failing(*args: Any, **more: Any) -> Any:
        failures.append("")
        if len(failures) > 1:
            return await look(*args, **more)
        if trouble == "the look fails":
            raise ServerTrouble("Nobody answers")
        return ()

    monkeypatch.setattr(calls, "_write", silent)
    monkeypatch.setattr(calls, "attachments", failing)
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    assert await files(flow, ticket, number) == (["plan.txt"], ["plan.txt"]), flow.trouble()
    link = flow.link(ticket)
    assert link is not None
    (intent,) = flow.stores.state.intents(link.id, ("file_out",))
    assert (intent.state, bool(intent.target)) == (DONE, True)


async def test_a_file_of_ours_whose_answer_was_lost_does_not_come_back(flow: Flow) -> None:
    ticket, number = await with_file(flow)
    fault = {"kind": "drop_after", "method": "POST", "path": "attachments", "count": 1}
    flow.shores.fieldnation.admin("POST", "faults", fault)
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    await flow.ask(f"Tickets/{ticket}", "order")
    await flow.idle()
    assert await files(flow, ticket, number) == (["plan.txt"], ["plan.txt"]), flow.trouble()


# The engine beneath


def test_a_run_never_waits_longer_than_a_quarter_of_an_hour() -> None:
    assert Settings().pause(1_000) == timedelta(minutes=15)
