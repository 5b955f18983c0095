"""
Workers that are killed or stand still in the middle of a call that makes something.

The calls here are those that the storms of `make chaos-dispatch` do not strike one by one.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from isthmus.dispatch.library import Library
from isthmus.state.dispatch import LINKED, Arrival, Link
from isthmus.wiring.dispatch.stores import Stores
from tests.dispatch.another import another_worker
from tests.dispatch.births import let_orders_make_tickets
from tests.dispatch.shores import ENGINE, QUICK, Shores, with_rule


@dataclass
class Home:
    """A home whose workers are processes of their own; `desk` is what `with_rule` needs of it."""

    shores: Shores
    stores: Stores
    library: Library
    workers: ExitStack

    @property
    def desk(self) -> Any:
        return self

    def worker(self) -> int:
        """Start one more; returns its process."""
        process = another_worker(self.shores.environment, QUICK, ENGINE)
        number = self.workers.enter_context(process).pid
        assert number is not None
        return number

    def ask(self, key: str, event: str = "record+order+notes") -> None:
        self.stores.commands.ask(key, event, "a test")

    def idle(self) -> None:
        wait_until(lambda: self.stores.agenda.count() == 0)

    def dispatched(self) -> Link:
        ticket = self.shores.fit_tickets(1)[0]["id"]
        self.shores.send_out(ticket)
        self.ask(f"Tickets/{ticket}")
        self.idle()
        return self.link(ticket)

    def link(self, ticket: int) -> Link:
        link = self.stores.state.link_of(f"Tickets/{ticket}")
        assert link is not None
        return link


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


@pytest.fixture
def home(shores: Shores) -> Iterator[Home]:
    with shores.house() as house, Stores.open(house) as stores, ExitStack() as workers:
        library = Library(stores.definitions)
        library.enable("ticket_dispatch", is_enabled=True, by="a test")
        yield Home(shores, stores, library, workers)


def slowly(sim: Any, path: str, kind: str = "slow", seconds: float = 4) -> None:
    """Have the next call that makes something be answered late; "delay": be done late, too."""
    fault = {"kind": kind, "method": "POST", "path": path, "count": 1, "seconds": seconds}
    sim.admin("POST", "faults", fault)


def test_a_kill_while_a_ticket_is_made_of_an_order_makes_one_ticket(home: Home) -> None:
    let_orders_make_tickets(home.shores, home.library)
    made = home.shores.fieldnation.post("workorders", {"title": "Born over there"}).json
    # Done after the kill, and before anybody else takes over: that is ENGINE.silence later.
    slowly(home.shores.autotask, "Tickets$", "delay", seconds=1)
    key = f"WorkOrders/{made['id']}"
    home.stores.inbox.keep([Arrival("sweep", key, "order", key)])
    home.stores.agenda.enqueue("link", key)
    first = home.worker()
    wait_until(lambda: begun(home, key, "record"))
    time.sleep(0.5)
    os.kill(first, signal.SIGKILL)
    home.worker()
    home.idle()
    rows = home.shores.autotask.rows("Tickets")
    (ticket,) = [row for row in rows if row["title"] == "Born over there"]
    assert home.link(ticket["id"]).state == LINKED


def test_a_kill_before_another_order_is_begun_leaves_the_link_of_the_first(home: Home) -> None:
    first_worker = home.worker()
    first = home.dispatched()
    home.shores.fieldnation.delete(f"workorders/{first.work_order_id}?cancel_reason=gone")
    home.ask(first.key)
    home.idle()
    os.kill(first_worker, signal.SIGKILL)
    home.shores.send_out(first.record_id)
    # What only the mapping reads, once the rule is found.
    slowly(home.shores.autotask, "CompanyLocations/query", "delay", seconds=8)
    home.stores.commands.dispatch(first.key, "", "a test")
    second_worker = home.worker()
    wait_until(lambda: bool(home.shores.autotask.admin("GET", "faults")[0]["fired"]))
    os.kill(second_worker, signal.SIGKILL)
    done = home.shores.status_code("Complete")
    home.shores.edit("Tickets", first.record_id, status=done)
    home.worker()
    home.idle()
    assert home.link(first.record_id).id == first.id
    home.shores.send_out(first.record_id)
    home.ask(first.key)
    home.idle()
    assert len(home.shores.orders()) == 1, "made unasked"


def begun(home: Home, key: str, kind: str) -> bool:
    link = home.stores.state.link_of(key)
    return link is not None and any(
        one.tries for one in home.stores.state.intents(link.id, (kind,))
    )


def test_a_kill_while_a_file_goes_over_leaves_one_file_on_each_side(home: Home) -> None:
    with_rule(home, files="both")  # type: ignore[arg-type]
    first = home.worker()
    link = home.dispatched()
    home.shores.autotask.admin(
        "POST", "state/TicketAttachments",
        {"parentID": link.record_id, "ticketID": link.record_id, "title": "A plan",
         "fullPath": "plan.txt", "attachmentType": "FILE_ATTACHMENT", "publish": 1,
         "data": "YSBwbGFu", "contentType": "text/plain"},
    )  # fmt: skip
    slowly(home.shores.fieldnation, "attachments")
    home.ask(link.key, "order")
    wait_until(lambda: begun(home, link.key, "file_out"))
    time.sleep(0.5)
    os.kill(first, signal.SIGKILL)
    home.worker()
    home.idle()
    home.ask(link.key, "order")
    home.idle()
    told = home.shores.order(link.work_order_id or 0)["attachments"]["results"]
    names = [file["file"]["name"] for folder in told for file in folder["results"]]
    assert names == ["plan.txt"]
    here = home.shores.autotask.rows("TicketAttachments")
    assert len([one for one in here if one.get("parentID") == link.record_id]) == 1


def test_a_kill_while_a_note_goes_out_says_it_once(home: Home) -> None:
    with_rule(home, notes="both")  # type: ignore[arg-type]
    first = home.worker()
    link = home.dispatched()
    time.sleep(1.1)  # the simulated vendor keeps seconds
    note = {"ticketID": link.record_id, "title": "Gate code", "description": "1234",
            "publish": 1, "noteType": 1}  # fmt: skip
    home.shores.autotask.admin("POST", "state/TicketNotes", note)
    slowly(home.shores.fieldnation, "messages")
    home.ask(link.key, "notes")
    wait_until(lambda: begun(home, link.key, "message"))
    time.sleep(0.5)
    os.kill(first, signal.SIGKILL)
    home.worker()
    home.idle()
    home.ask(link.key)
    home.idle()
    path = f"workorders/{link.work_order_id}/messages"
    said = home.shores.fieldnation.get(path).json["results"]
    assert sum("1234" in one["message"] for one in said) == 1
    notes = home.shores.of_ticket("TicketNotes", link.record_id)
    assert sum("1234" in str(one["description"]) for one in notes) == 1


def test_a_worker_that_stands_still_in_a_call_and_wakes_up_does_no_harm(
    home: Home, request: pytest.FixtureRequest
) -> None:
    ticket = home.shores.fit_tickets(1)[0]["id"]
    home.shores.send_out(ticket)
    first = home.worker()
    wait_until(lambda: len(home.stores.agenda.signs()) == 1)
    slowly(home.shores.fieldnation, "workorders$")
    home.ask(f"Tickets/{ticket}")
    wait_until(lambda: len(home.shores.orders()) == 1)
    os.kill(first, signal.SIGSTOP)
    request.addfinalizer(lambda: _wake(first))
    home.worker()
    home.idle()
    link = home.link(ticket)
    assert link.state == LINKED
    os.kill(first, signal.SIGCONT)
    time.sleep(5)  # it gets the late answer, and finds that others went on
    home.ask(link.key)
    home.idle()
    assert len(home.shores.orders()) == 1
    assert home.link(ticket).work_order_id == link.work_order_id
    assert home.stores.state.dead_letters() == ()


def _wake(process: int) -> None:
    try:
        os.kill(process, signal.SIGCONT)
    except ProcessLookupError:
        return
