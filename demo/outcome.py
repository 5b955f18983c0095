"""What the ticket's way to the field and back came to, by what the two simulators hold."""

import re
from collections import Counter
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from demo.crossing import Crossing
from demo.stage import DemoFailed

_FIELDS: Final = re.compile(
    r"entityInformation|zoneInformation|ThresholdInformation|oauth/token"
    r"|v2/(clients|company|custom-fields|projects|templates|types-of-work)",
    re.IGNORECASE,
)
"""Calls that a process makes to know the fields, lists and the hour's quota, whatever it does."""


def check(way: Crossing) -> None:
    """Insist on what was promised. Raises: DemoFailed: something is missing, or there twice."""
    if len(way.orders()) != 1:
        raise DemoFailed(f"There are {len(way.orders())} work orders for one ticket")
    if way.status() != "Complete":
        raise DemoFailed(f"The ticket is {way.status()}, not Complete")
    if not way.ticket_now()["resolution"]:
        raise DemoFailed("The ticket has no resolution")
    notes = Counter(
        note["description"].rpartition("\n")[0] for note in way.of_ticket("TicketNotes")
    )
    if twice := [text for text, times in notes.items() if times > 1]:
        raise DemoFailed(f"The ticket has a note more than once: {twice[0]}")
    for collection in ("TimeEntries", "TicketCharges"):
        if (found := len(way.of_ticket(collection))) != 1:
            raise DemoFailed(f"There are {found} {collection} of the ticket instead of one")
    letters = way.stage.asked("deadletters", "list")["dead_letters"]
    if letters:
        raise DemoFailed(f"Somebody is needed: {letters[0]['what']} {letters[0]['remedy']}")


def summary(way: Crossing, calls: str) -> Table:
    """Return what a person wants to know in the end; `calls` as `calls_told` returned it."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    order = way.order_now()
    hours = sum(one["hoursWorked"] for one in way.of_ticket("TimeEntries"))
    charge = sum(one["unitCost"] for one in way.of_ticket("TicketCharges"))
    notes = len(way.of_ticket("TicketNotes"))
    grid.add_row(
        "   Ticket", Text.assemble((way.ticket["ticketNumber"], "bold"), f"  {way.status()}")
    )
    grid.add_row(
        "   Work order",
        Text.assemble((str(way.order), "bold"), f"  {order['status']}, the only one"),
    )
    grid.add_row(
        "   Came back",
        f"{notes} notes, {hours:.2f} hours, a charge of {charge:.2f}, the resolution",
    )
    grid.add_row("   Calls", calls)
    grid.add_row(
        "   The kill",
        f"{way.killed} died when the order was made and not yet known. {way.successor} went on,"
        f" and {way.gap_s:.0f} s later the order was out. Nothing was lost, nothing done twice.",
    )
    return grid


def calls_told(way: Crossing) -> str:
    """Return what was called on either side since the counting began, by Isthmus alone."""
    psa, market = way.psa("calls")["by"], way.market("calls")["by"]
    (ours, fields), (theirs, lists) = _counted(psa), _counted(market)
    theirs -= way.by_people
    return (
        f"Autotask {ours}, Field Nation {theirs}; and {fields + lists} by which the two processes"
        " got to know fields and lists, once for all tickets"
    )


def _counted(by: list[dict[str, Any]]) -> tuple[int, int]:
    """Return how many calls were about the ticket, and how many about what there is in general."""
    general = sum(one["calls"] for one in by if _FIELDS.search(one["path"]))
    return sum(one["calls"] for one in by) - general, general
