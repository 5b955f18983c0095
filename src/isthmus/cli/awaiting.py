"""Sees to the end what a person asked of one link, and says how it ended."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta

from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.exits import Exit
from isthmus.cli.look_of_links import needs_person
from isthmus.cli.screen import err, is_person_watching, out, say
from isthmus.dispatch.as_json import letter_as_json, link_as_json
from isthmus.dispatch.queries import said_since_asked
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.following import see_through
from isthmus.wiring.dispatch.stores import DeadLetter, Link, Stores


@dataclass(frozen=True, slots=True)
class End:
    """
    How the work on a link ended. `trouble` is what still keeps it, where it is not done.

    `is_unwanted`: no rule wants the record dispatched, also one whose order is over.
    `is_too_early`: that its order is over was found out only now, so no other was made.
    """

    name: str
    link: Link | None
    letters: tuple[DeadLetter, ...]
    is_done: bool
    trouble: str = ""
    is_unwanted: bool = False
    is_too_early: bool = False

    @property
    def is_in_step(self) -> bool:
        """Tell whether there is a work order, and nothing is wrong."""
        has_order = self.link is not None and self.link.work_order_id is not None
        is_at_work = self.link is not None and self.link.state in {"linked", "closed"}
        is_wanting = bool(self.letters) or self.is_unwanted or self.is_too_early
        return self.is_done and has_order and is_at_work and not is_wanting

    @property
    def code(self) -> Exit:
        """Return how the command ends."""
        return Exit.OK if self.is_in_step else Exit.PARTIAL


def awaited(house: House, stores: Stores, key: str, name: str, seconds: int) -> End:
    """Wait for the work on a key, or do it where no worker runs; tell how it ended."""
    wanted = see_through(house, stores, key, timedelta(seconds=seconds))
    watched = err().status(f"Working on {name}") if is_person_watching() else nullcontext()
    with watched:
        is_done = asyncio.run(wanted)
    link = stores.state.link_of(key)
    said = said_since_asked(stores.state, key)
    trouble = "" if is_done else _trouble(stores, key)
    return End(name, link, said.letters, is_done, trouble, said.is_unwanted, said.is_too_early)


def _trouble(stores: Stores, key: str) -> str:
    errors = [one for one in stores.state.entries(key, 50) if one.kind == "error"]
    item = stores.agenda.find("link", key)
    if item is None or not item.failures or not errors:
        return ""
    times = words.plural(item.failures, "time")
    when = "" if item.due_at is None else f", and is tried again at {item.due_at.astimezone():%X}"
    return f"It failed {times}{when}: {errors[-1].what}"


def show_end(end: End) -> None:
    """Say how it ended, and what to do where it did not go well."""
    console = out()
    link = end.link
    if end.is_in_step and link is not None:
        order = f"work order {link.work_order_id}, {link.order_status or 'new'}"
        console.print(Text.assemble(("✓ ", "green"), (end.name, "bold"), "  ⇄  ", (order, "bold")))
        say(f"isthmus dispatch show {end.name} tells its story.")
        return
    for letter in end.letters:
        console.print(needs_person(letter, utc_now()))
    if not end.letters:
        what, ways = _why_not(end)
        console.print(Text.assemble(("! ", "yellow"), what))
        grid = Table.grid(padding=(0, 2, 0, 0))
        for label, command in ways:
            grid.add_row(Text(f"  {label}", style="dim"), command)
        console.print(grid)


def _why_not(end: End) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what keeps it, and which commands lead on."""
    link = end.link
    if not end.is_done:
        return end.trouble or f"{end.name} is not done yet.", (
            ("Whoever works next goes on with it", "isthmus serve"),
            ("What happened", f"isthmus dispatch show {end.name}"),
        )
    if link is not None and link.state == "parked":
        go_on = ("Go on with it", f"isthmus dispatch resume {end.name}")
        return f"It is parked: {link.waits_for}", (go_on,)
    if end.is_too_early and link is not None:
        over = f"Work order {link.work_order_id} is {link.order_status.lower()}"
        again = ("Make another", f"isthmus dispatch now {end.name}")
        return f"{over}, which was not known yet: no other was made.", (again,)
    return f"No rule dispatches {end.name} as it is now.", (
        ("What would become of it", f"isthmus dispatch dry-run {end.name}"),
        ("Make it all the same", f"isthmus dispatch now {end.name} --rule NAME"),
    )


def end_as_json(end: End) -> dict[str, object]:
    """Return how it ended as machines get it."""
    return {
        "link": None if end.link is None else link_as_json(end.link),
        "dead_letters": [letter_as_json(letter) for letter in end.letters],
        "in_step": end.is_in_step,
        "done": end.is_done,
        "trouble": end.trouble,
        "exit": int(end.code),
    }
