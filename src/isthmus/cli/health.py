"""`isthmus health`: how the installation is, and what needs a look."""

import asyncio
from datetime import timedelta
from typing import Final

from rich.table import Table
from rich.text import Text

from isthmus.base.clock import sleep
from isthmus.cli import words
from isthmus.cli.exits import Exit
from isthmus.cli.screen import answer_json, machine_told, out
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.tending.health import Health, Pulse, Verdict, health, health_as_json
from isthmus.wiring.tending.preferences import Preferences
from isthmus.wiring.tending.verdict import SIDES

_BEAT: Final = timedelta(seconds=6)
"""A worker shows a sign of life every five seconds."""
_STYLES: Final = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "bold red"}


def show(*, json: bool = False) -> int:
    """
    Say how the installation is: databases, room, workers, sweeps, what waits.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        pulse = Pulse(_BEAT / 2)
        if stores.is_shared and pulse.feel(stores):  # there only their beats tell who lives
            asyncio.run(sleep(_BEAT.total_seconds()))
        found = health(house, stores, Preferences.of(house, stores), pulse)
    code = Exit.OK if found.verdict is Verdict.GOOD else Exit.PARTIAL
    if json:
        answer_json({**health_as_json(found), "exit": int(code)})
    else:
        _print(found)
    return code


def _print(found: Health) -> None:
    console = out()
    console.print(Text(found.sentence, style=_STYLES[found.verdict]))
    for one in found.reasons:
        line = Text.assemble(("! ", _STYLES[one.verdict]), f"{one.text} ", (one.remedy, "dim"))
        console.print(line)
    console.print()
    console.print(_grid(found))


def _grid(found: Health) -> Table:
    facts, grid = found.facts, Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("Isthmus", f"{facts.version}, Python {facts.python}")
    for one in facts.databases:
        size = "cannot be reached" if one.size is None else f"{one.size / 1e6:,.1f} MB"
        grid.add_row(one.name.capitalize(), f"{one.place}, {size}")
    grid.add_row("Room on the disk", f"{facts.free / 1e9:,.1f} GB")
    for worker in facts.workers:
        told = "silent" if worker.is_silent else "at work"
        signs = words.plural(worker.beats, "sign")
        grid.add_row("Worker", f"{worker.name}, {told}, {signs} of life")
    grid.add_row("Doors", ", ".join(filter(None, (facts.doors, facts.public_url))))
    for side, at in facts.swept.items():
        grid.add_row(f"{SIDES[side]} asked for changes", words.ago(at, found.at) or "never")
    grid.add_row("Webhooks looked at", words.ago(facts.hooks_at, found.at) or "never")
    grid.add_row("Dead letters", f"{facts.dead_letters:,}")
    grid.add_row("Waits to be handed on", words.ago(facts.unrelayed_since, found.at) or "nothing")
    return grid
