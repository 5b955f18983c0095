"""The job: what a technician and a manager do at Field Nation, and what the ticket shows of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from rich.text import Text

from demo.crossing import Crossing, name_of

WORD: Final = "The power supply is gone. Fitting the spare."
CLOSING: Final = "Swapped the core switch and restored its configuration. All 24 ports are up."
VISIT: Final = timedelta(hours=1, minutes=30)
PACE_S: Final = 1.2
"""Seconds between two things that people do, so that one can follow."""

Sign = Callable[[Crossing], str | None]


@dataclass(frozen=True)
class Deed:
    """
    Something that somebody does, and by what it is seen at the ticket.

    `who`: technician or manager. `sign` returns what the ticket shows of it,
    None while it does not.
    """

    who: str
    does: str
    do: Callable[[Crossing], Any]
    sign: Sign


def do_job(way: Crossing) -> None:
    """Have the job done, from the offer to the approval. Raises: DemoFailed."""
    people = {"technician": way.technician, "manager": way.manager}
    who = (
        f"{name_of(way.manager)} is the buyer's manager, {name_of(way.technician)} the technician."
    )
    way.stage.tell((who, "dim"))
    way.stage.tell(("The visit takes an hour and a half, which both simulated clocks skip.", "dim"))
    way.stage.console.print()
    lefts = {deed: f"{people[deed.who]['first_name']} {deed.does}" for deed in DEEDS}
    width, status = max(map(len, lefts.values())), way.status()
    for deed, left in lefts.items():
        time.sleep(PACE_S)
        deed.do(way)
        began = time.monotonic()
        what = f"What the ticket is to show after “{left}”"
        seen = way.stage.wait_for(what, partial(deed.sign, way))
        took = time.monotonic() - began
        before, status = status, way.status()
        _tell(way, f"{left:{width}}", seen, status if status != before else "", took)


def _tell(way: Crossing, left: str, seen: str, status: str, took: float) -> None:
    """Print who did what, and what the ticket showed of it so much later."""
    line = Text.assemble(left, "  ")
    if status:
        line.append(status, "bold green").append("  ")
    line.append(seen, "dim")
    line.truncate(way.stage.console.width - 21, overflow="ellipsis", pad=True)
    way.stage.happened(line, (f"{took:5.1f} s", "dim"))


# What people do


def _offer(way: Crossing) -> None:
    way.as_manager("route", {"technician": {"id": way.technician["id"]}})


def _acts(action: str, **given: Any) -> Callable[[Crossing], None]:
    def act(way: Crossing) -> None:
        order, provider = way.order, way.technician["id"]
        way.market("act", {"order": order, "action": action, "provider": provider, **given})

    return act


def _leave(way: Crossing) -> None:
    """Check out after a visit of an hour and a half, which the simulated clocks skip."""
    for clock in (way.psa, way.market):
        clock("clock", {"advance_s": VISIT.total_seconds()})
    _acts("check-out")(way)


def _approve(way: Crossing) -> None:
    way.as_manager("approve", {})


# What is seen at the ticket


def _nothing(_way: Crossing) -> str:
    return "an offer is no news for the ticket"


def _note(part: str) -> Sign:
    def sign(way: Crossing) -> str | None:
        texts = (str(note["description"]) for note in way.of_ticket("TicketNotes"))
        return next((f"“{text.splitlines()[0]}”" for text in texts if part in text), None)

    return sign


def _hours(way: Crossing) -> str | None:
    entries = way.of_ticket("TimeEntries")
    return f"a time entry of {entries[0]['hoursWorked']:.2f} h" if entries else None


def _charge(way: Crossing) -> str | None:
    charges = way.of_ticket("TicketCharges")
    return f"a charge of {charges[0]['unitCost']:.2f}" if charges else None


DEEDS: Final = (
    Deed("manager", "offers it", _offer, _nothing),
    Deed("technician", "accepts", _acts("accept"), _note("Assigned to")),
    Deed("technician", "confirms", _acts("confirm"), _note("has confirmed")),
    Deed("technician", "sets out", _acts("on-my-way"), _note("is on the way")),
    Deed("technician", "checks in", _acts("check-in"), _note("has checked in")),
    Deed("technician", "writes", _acts("message", text=WORD), _note(WORD)),
    Deed("technician", "leaves 1½ h later", _leave, _hours),
    Deed("technician", "is done", _acts("work-done", closing_notes=CLOSING), _note(CLOSING)),
    Deed("manager", "approves", _approve, _charge),
)
