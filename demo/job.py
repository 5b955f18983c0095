"""The job: what a technician and a manager do at Field Nation, and what the ticket shows of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from rich.text import Text

from demo.crossing import Crossing, name_of

WORD: Final = "The power supply is gone. Fitting the spare."
CLOSING: Final = "Swapped the core switch and restored its configuration. All 24 ports are up."
VISIT: Final = timedelta(hours=1, minutes=30)
PACE_S: Final = 1.2
"""Seconds between two things that people do, so that one can follow."""
LEFT: Final = 32

Sign = Callable[[Crossing], str | None]


@dataclass(frozen=True)
class Deed:
    """
    Something that somebody does, and by what it is seen at the ticket.

    `who`: technician, manager, or Field Nation itself. `sign` returns what the ticket shows of it,
    None while it does not.
    """

    who: str
    does: str
    do: Callable[[Crossing], Any]
    sign: Sign | None = None


def do_job(way: Crossing) -> None:
    """Have the job done, from the offer to the payment. Raises: DemoFailed."""
    people = {"technician": name_of(way.technician), "manager": name_of(way.manager)}
    status = way.status()
    for deed in DEEDS:
        time.sleep(PACE_S)
        left = Text(f"{people.get(deed.who, deed.who)} {deed.does}")
        left.stylize("bold", 0, len(left) - len(deed.does) - 1)
        deed.do(way)
        seen, took = "", 0.0
        if deed.sign is not None:
            began = time.monotonic()
            seen = way.stage.wait_for(
                f"What the ticket is to show after: {left}", _once(deed.sign, way)
            )
            took = time.monotonic() - began
        now = way.status()
        _tell(way, left, seen, now if now != status else "", took)
        status = now


def _once(sign: Sign, way: Crossing) -> Callable[[], str | None]:
    return lambda: sign(way)


def _tell(way: Crossing, left: Text, seen: str, status: str, took: float) -> None:
    """Print who did what, and what became of it on the other side."""
    left.truncate(LEFT, pad=True)
    line = Text.assemble(left, "  ")
    if status:
        line.append(status, "bold green").append("  ")
    line.append(seen, "dim")
    room = way.stage.console.width - 19
    if took:
        line.truncate(room - 7, overflow="ellipsis", pad=True)
        line.append(f"{took:5.1f} s", "dim")
    way.stage.happened(line)


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


def _pay(way: Crossing) -> None:
    way.market("pay", {"order": way.order})


# What is seen at the ticket


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


def _closed(way: Crossing) -> str | None:
    links = way.stage.asked("dispatch", "links", "--state", "closed")["links"]
    return "nothing is left to do, the link is closed" if links else None


DEEDS: Final = (
    Deed("manager", "offers it", _offer),
    Deed("technician", "accepts", _acts("accept"), _note("Assigned to")),
    Deed("technician", "confirms", _acts("confirm"), _note("has confirmed")),
    Deed("technician", "sets out", _acts("on-my-way"), _note("is on the way")),
    Deed("technician", "checks in", _acts("check-in"), _note("has checked in")),
    Deed("technician", "writes", _acts("message", text=WORD), _note(WORD)),
    Deed("technician", "leaves 1½ h later", _leave, _hours),
    Deed("technician", "is done", _acts("work-done", closing_notes=CLOSING), _note(CLOSING)),
    Deed("manager", "approves", _approve, _charge),
    Deed("Field Nation", "pays", _pay, _closed),
)
