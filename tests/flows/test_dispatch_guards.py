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
from isthmus.state.dispatch import DONE, LINKED, STUCK
from tests.dispatch.shores import ENGINE, QUICK, Flow, Shores, flowing, until, with_rule, writes

if TYPE_CHECKING:
    from isthmus.autotask.port import Writable

ORDERS = r"workorders$"


@pytest.fixture
async def flow(shores: Shores) -> AsyncIterator[Flow]:
    """Give dispatch at work in this process alone, where a test can reach into it."""
    async with flowing(shores, alone=True) as opened:
        yield opened


def break_off(flow: Flow, *, path: str = ORDERS, method: str = "POST", **more: Any) -> None:
    """Have Field Nation fail at some calls."""
    fault = {"kind": "status", "method": method, "path": path, **more}
    flow.shores.fieldnation.admin("POST", "faults", fault)


def mend(flow: Flow) -> None:
    flow.shores.fieldnation.admin("DELETE", "faults")


def posts(sim: Any, path: str = "workorders") -> int:
    """Return how many calls by POST a vendor was sent."""
    calls = sim.admin("GET", "requests")
    return sum(one["method"] == "POST" and one["path"].endswith(path) for one in calls)


def told(flow: Flow, ticket: int) -> list[str]:
    return [one.what for one in flow.stores.state.entries(f"Tickets/{ticket}", 500)]


def take_away(flow: Flow) -> None:
    """Do as another worker that took over what runs here, and is through with it."""
    agenda = flow.stores.agenda
    for _, run_id, _ in agenda.held():
        (item,) = [one for one in agenda.waiting() if one.running]
        agenda.take_over(run_id, "another")
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
    def went_on_elsewhere(flow: Flow) -> None:
        take_away(flow)
        (link,) = flow.stores.state.links()
        flow.stores.state.save_link(replace(link, outbound="by another"))

    Calls(flow, monkeypatch).after = went_on_elsewhere
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


# Vendors that refuse us, or are out


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


async def test_when_one_gets_through_after_an_outage_the_others_do_not_wait_on(
    shores: Shores,
) -> None:
    engine = replace(ENGINE, first_pause=timedelta(hours=1), longest_pause=timedelta(hours=1))
    async with flowing(shores, engine=engine, alone=True) as flow:
        first, second = [one["id"] for one in shores.fit_tickets(2)]
        agenda, later = flow.stores.agenda, utc_now() + timedelta(hours=1)
        for ticket in (first, second):
            await asyncio.to_thread(shores.send_out, ticket)
            agenda.enqueue("link", f"Tickets/{ticket}", not_before=later)
        with agenda.engine.begin() as session:
            session.execute(text("UPDATE engine_work SET failures = 9"))
        await flow.ask(f"Tickets/{first}")
        await flow.idle()
        assert len(shores.orders()) == 2


# A record that asks again


@pytest.mark.parametrize("way", ["ask", "sweep"])
async def test_a_ticket_that_asks_again_after_its_order_was_cancelled_is_answered(
    flow: Flow, way: str
) -> None:
    ticket = flow.shores.fit_tickets(1)[0]["id"]
    await flow.sweep("autotask")
    first = await flow.dispatched(ticket)
    flow.shores.fieldnation.delete(f"workorders/{first.work_order_id}?cancel_reason=gone")
    await flow.sweep("fieldnation")
    assert waits_for(flow, ticket) == "Nothing: the work order is cancelled."
    await asyncio.to_thread(flow.shores.send_out, ticket)
    for _ in range(2):
        if way == "ask":
            await flow.ask(f"Tickets/{ticket}")
            await flow.idle()
        else:
            await flow.sweep("autotask")
    number = first.record_number
    assert f"isthmus dispatch now {number}" in waits_for(flow, ticket)
    assert sum("asks to be dispatched again" in what for what in told(flow, ticket)) == 1
    assert len(flow.shores.orders()) == 1
    status = flow.shores.status_code("Complete")
    await asyncio.to_thread(flow.shores.edit, "Tickets", ticket, status=status)
    await flow.ask(f"Tickets/{ticket}", "record")
    await flow.idle()
    assert waits_for(flow, ticket) == "Nothing: the work order is cancelled."


# The engine beneath


def test_a_run_never_waits_longer_than_a_quarter_of_an_hour() -> None:
    assert Settings().pause(1_000) == timedelta(minutes=15)
