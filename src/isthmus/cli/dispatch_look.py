"""`isthmus dispatch status, links, show`: how dispatch stands, the links, one link's story."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.exits import Exit
from isthmus.cli.look_of_links import STATES, state_badge
from isthmus.cli.screen import answer_json, machine_told, out
from isthmus.cli.timeline import render_timeline
from isthmus.dispatch.as_json import link_as_json, timeline_as_json
from isthmus.dispatch.board import waits_for
from isthmus.dispatch.queries import Standing, standing, timeline
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Link, Stores
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.tending.preferences import SWEEP, Preferences

State = Literal["stuck", "parked", "waiting", "linked", "closed"]
SIDES: Final = {"autotask": "Autotask", "fieldnation": "Field Nation"}
SWEEPS_MISSED: Final = 2
"""So many sweeps in a row have to be missing before it is said."""


def status(*, json: bool = False) -> int:
    """
    Show how dispatch stands: links, work that waits, dead letters, workers, sweeps.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        found = standing(stores.state, stores.inbox, stores.agenda)
        every = Preferences.of(house, stores).get(SWEEP)
    now = utc_now()
    warnings = _warnings(found, every, now)
    code = Exit.PARTIAL if warnings else Exit.OK
    if json:
        answer_json({**_standing_as_json(found), "warnings": warnings, "exit": int(code)})
        return code
    console = out()
    console.print(_standing(found, now))
    if warnings:
        console.print()
    for warning in warnings:
        console.print(Text.assemble(("! ", "yellow"), (warning, "yellow")))
    return code


def _warnings(found: Standing, every: timedelta, now: datetime) -> list[str]:
    """Return what keeps tickets and work orders from being in step, in sentences."""
    told = []
    if not found.workers:
        told.append(
            "No worker runs: nothing is dispatched, and neither side is asked for changes."
            " isthmus serve does it."
        )
    else:
        for side, at in found.swept.items():
            if at is None or now - at > SWEEPS_MISSED * every:
                ago = "" if at is None else f" {words.ago(at, now)}"
                last = "last" if ago else "never"
                wanted = words.span(every.total_seconds())
                told.append(
                    f"{SIDES[side]} was {last} asked for changes{ago}, which is due every {wanted}."
                )
    if found.dead_letters:
        letters = words.plural(found.dead_letters, "dead letter")
        told.append(f"{letters} for a person to look at: isthmus deadletters")
    return told


def _standing(found: Standing, now: datetime) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("Links", _counts(found.links))
    waiting = f"{words.plural(found.waiting, 'piece')} of work" if found.waiting else "no work"
    if found.unrelayed:
        waiting += f", {words.plural(found.unrelayed, 'message')} to be handed on"
    grid.add_row("Waiting", waiting)
    grid.add_row("Dead letters", words.count(found.dead_letters))
    grid.add_row("Workers", words.count(found.workers))
    swept = (f"{SIDES[side]} {words.ago(at, now) or 'never'}" for side, at in found.swept.items())
    grid.add_row("Asked for changes", ", ".join(swept))
    return grid


def _counts(links: dict[str, int]) -> Text:
    text = Text()
    for state, style in STATES.items():
        if links.get(state):
            text.append(", " if text else "").append(f"{links[state]:,} {state}", style=style)
    return text or Text("none yet")


def _standing_as_json(found: Standing) -> dict[str, object]:
    return {
        "links": {state: found.links.get(state, 0) for state in STATES},
        "waiting": found.waiting,
        "unrelayed": found.unrelayed,
        "dead_letters": found.dead_letters,
        "workers": found.workers,
        "swept": {side: words.instant(at) for side, at in found.swept.items()},
    }


def links(
    *,
    state: tuple[State, ...] = (),
    limit: Annotated[int, Parameter(show_default=True)] = 50,
    json: bool = False,
) -> int:
    """
    List the links by state, those that need somebody first, with what each waits for.

    Parameters
    ----------
    state
        Only these: stuck, parked, waiting, linked, closed. May be given again.
    limit
        How many of each state, the ones that changed last.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json):
        _check_limit(limit)
        with House.from_environment() as house, Stores.open(house) as stores:
            counts = stores.state.link_counts()
            wanted = [one for one in STATES if not state or one in state]
            board = {one: stores.state.links((one,), limit) for one in wanted}
    if json:
        told = [link_as_json(link) for found in board.values() for link in found]
        answer_json({"counts": {one: counts.get(one, 0) for one in STATES}, "links": told})
        return Exit.OK
    console = out()
    console.print(Text.assemble(("Links  ", "dim"), _counts(counts)))
    if any(board.values()):
        console.print()
        console.print(_board(board, counts, utc_now()))
    return Exit.OK


def _board(board: Mapping[str, Sequence[Link]], counts: Mapping[str, int], now: datetime) -> Table:
    """Return the links under headings of their states; what is left out is counted there."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Ticket", no_wrap=True)
    table.add_column("Order", no_wrap=True, justify="right")
    table.add_column("Waits for", overflow="fold")
    table.add_column("Changed", no_wrap=True)
    for state, found in board.items():
        if not found:
            continue
        left = counts.get(state, 0) - len(found)
        more = Text(f"{left:,} more; --limit shows more" if left > 0 else "", style="dim")
        table.add_row()
        table.add_row(state_badge(state), "", more)
        for link in found:
            text = Text(words.one_line(waits_for(link) or "nothing"))
            if link.title:
                text.append(f"\n{words.one_line(link.title)}", style="dim")
            name = words.one_line(link.record_number or link.key)
            order = str(link.work_order_id or "")
            table.add_row(Text(name), order, text, words.ago(link.updated_at, now))
    return table


def show(
    ticket: str,
    /,
    *,
    calls: bool = False,
    bodies: bool = False,
    limit: Annotated[int, Parameter(show_default=True)] = 500,
    json: bool = False,
) -> int:
    """
    Show the story of one link: both sides, what was made, everything that happened, in order.

    Parameters
    ----------
    ticket
        The ticket's number, the work order's, a key or an id.
    calls
        Show every call to either side too.
    bodies
        Show every call, with what was sent and what was answered, without secrets.
    limit
        How many lines of the trail, the latest.
    json
        Answer with one JSON object, bodies of calls included.
    """
    with machine_told(wanted=json):
        _check_limit(limit)
        with House.from_environment() as house, Stores.open(house) as stores:
            link = stores.commands.find(ticket)
            found = timeline(stores.state, stores.inbox, link, limit)
    if json:
        answer_json(timeline_as_json(found))
    else:
        out().print(render_timeline(found, calls=calls, bodies=bodies))
    return Exit.OK


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise SettingWrong(
            f"--limit {limit} cannot be used.",
            where="the options on the command line",
            remedy="Give 1 or more.",
        )
