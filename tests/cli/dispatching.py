"""What tests of dispatch from the command line do with their home."""

from collections.abc import Callable
from typing import Any

from isthmus.cli.exits import Exit
from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.filing import export
from isthmus.state.dispatch import Link
from isthmus.wiring.dispatch.stores import Stores
from tests.cli.conftest import Ended, Run
from tests.dispatch.shores import Shores

RULE = "ticket_dispatch"


def within(shores: Shores, work: Callable[[Stores], Any]) -> Any:
    """Do something with the stores of the home."""
    with shores.house() as house, Stores.open(house) as stores:
        return work(stores)


def library(stores: Stores) -> Library:
    return Library(stores.definitions)


def link_of(shores: Shores, ticket: int) -> Link | None:
    found = within(shores, lambda stores: stores.state.link_of(f"Tickets/{ticket}"))
    assert found is None or isinstance(found, Link)
    return found


def order_of(shores: Shores, ticket: int) -> int:
    link = link_of(shores, ticket)
    assert link is not None
    assert link.work_order_id is not None
    return link.work_order_id


def sent_out(shores: Shores, isthmus: Run) -> dict[str, Any]:
    """Dispatch a ticket, as a person does; returns it."""
    ticket = shores.fit_tickets(1)[0]
    shores.send_out(ticket["id"])
    ended = isthmus("dispatch", "now", ticket["ticketNumber"])
    assert ended.code == Exit.OK, ended
    return ticket


def break_mapping(shores: Shores, source: str = "ticket.nothingOfThatName") -> str:
    """Publish a mapping that reads a field which is not there; returns the file it was."""

    def publish(stores: Stores) -> str:
        mapping = library(stores).mapping("ticket_inbound")
        assert mapping is not None
        text = export(mapping)
        library(stores).publish_mapping(text.replace("ticket.dueDateTime", source), by="a test")
        return text

    return str(within(shores, publish))


def publish_mapping(shores: Shores, text: str) -> None:
    within(shores, lambda stores: library(stores).publish_mapping(text, by="a test"))


def on_one_line(ended: Ended) -> str:
    return " ".join((ended.out + ended.err).split())
