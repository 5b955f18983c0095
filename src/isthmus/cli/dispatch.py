"""`isthmus dispatch now, import, park, resume`: what a person may have done about tickets."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from rich.text import Text

from isthmus.cli import words
from isthmus.cli.awaiting import awaited, end_as_json, show_end
from isthmus.cli.exits import Exit
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.dispatch.as_json import link_as_json
from isthmus.dispatch.library import Library
from isthmus.dispatch.named import Listed, find_records, rule_named
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.asking import have_dispatched
from isthmus.wiring.dispatch.following import person_here
from isthmus.wiring.dispatch.stores import Stores, open_desk
from isthmus.wiring.environment.settings import SettingWrong

Entity = Literal["ticket", "task", "service-call"]
COLLECTIONS: Final = {"ticket": "Tickets", "task": "Tasks", "service-call": "ServiceCalls"}
PATIENCE: Final = 60
RESUME: Final = "isthmus dispatch resume {name} goes on with it."
NO_WORKER: Final = "No worker runs in this home; isthmus serve does the work."


def now(
    ticket: str,
    /,
    *,
    entity: Annotated[Entity, Parameter(show_default=True)] = "ticket",
    rule: str = "",
    wait: Annotated[int, Parameter(show_default=True)] = PATIENCE,
    json: bool = False,
) -> int:
    """
    Dispatch one ticket now, and say what became of it.

    Parameters
    ----------
    ticket
        Its number or id.
    entity
        What it is.
    rule
        Dispatch it by this rule, whether or not its condition holds.
    wait
        How many seconds to wait for the end.
    json
        Answer with one JSON object.
    """
    collection = COLLECTIONS[entity]
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        key, name = have_dispatched(
            house, stores, collection, ticket, rule, by=person_here(), resume=RESUME
        )
        end = awaited(house, stores, key, name, wait)
    if json:
        answer_json(end_as_json(end))
    else:
        show_end(end)
    return end.code


def import_list(
    file: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    entity: Annotated[Entity, Parameter(show_default=True)] = "ticket",
    rule: str = "",
    json: bool = False,
) -> int:
    """
    Dispatch a list of tickets: one number or id a line.

    Parameters
    ----------
    file
        The list; - is standard input.
    entity
        What they are.
    rule
        Dispatch them by this rule, whether or not its condition holds.
    json
        Answer with one JSON object.
    """
    collection = COLLECTIONS[entity]
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        if rule:
            rule_named(Library(stores.definitions), collection, rule)
        listed = asyncio.run(_look_up(house, stores, collection, _names(file)))
        ids = [record.id for record in listed.records]
        links = stores.state.links_of_records(collection, ids)
        linked = [number for number, link in links.items() if link.work_order_id is not None]
        new = [f"{collection}/{number}" for number in ids if number not in linked]
        stores.commands.dispatch_all(new, rule, person_here())
        is_worked = bool(stores.agenda.alive())
    code = Exit.PARTIAL if listed.missing else Exit.OK
    if json:
        answer_json(
            {
                "new": new,
                "linked": [f"{collection}/{number}" for number in linked],
                "not_found": listed.missing,
                "worker": is_worked,
                "exit": int(code),
            }
        )
        return code
    _show_import(len(new), len(linked), listed.missing)
    if new and not is_worked:
        out().print(Text(NO_WORKER, style="yellow"))
    return code


async def _look_up(house: House, stores: Stores, collection: str, names: list[str]) -> Listed:
    async with open_desk(house, stores) as desk:
        return await find_records(desk, collection, names)


def _names(file: str) -> list[str]:
    """Read the names from a list. Raises: SettingWrong: there is no such list, or nothing in it."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise SettingWrong(
            f"The list cannot be read: {why}.",
            where=file,
            remedy="Give a file with one ticket number or id a line, or - for standard input.",
        ) from error
    names = [name for line in text.splitlines() if (name := line.strip().strip("\"',;"))]
    if not names:
        raise SettingWrong(
            "There is nothing in the list.",
            where=file,
            remedy="Put one ticket number or id on each line.",
        )
    return list(dict.fromkeys(names))


def _show_import(new: int, linked: int, missing: tuple[str, ...]) -> None:
    console = out()
    sign = Text("✓ ", "green") if new else Text("· ", "dim")
    console.print(Text.assemble(sign, f"{new:,} to be dispatched"))
    if linked:
        console.print(Text.assemble(("· ", "dim"), f"{linked:,} have a work order already"))
    if missing:
        console.print(Text.assemble(("✗ ", "bold red"), f"{len(missing):,} not found:"))
        for name in missing:
            console.print(Text(f"  {words.one_line(name)}"))


def park(ticket: str, /, *, why: str, json: bool = False) -> int:
    """
    Stop all work on a link until it is resumed; what arrives is kept.

    Parameters
    ----------
    ticket
        The ticket's number, the work order's, a key or an id.
    why
        The reason, for those who look at it later.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        link = stores.commands.park(stores.commands.find(ticket), why, person_here())
    if json:
        answer_json({"link": link_as_json(link), "exit": 0})
    else:
        name = link.record_number or link.key
        say(f"{name} is parked. isthmus dispatch resume {name} goes on with it.")
    return Exit.OK


def resume(ticket: str, /, *, json: bool = False) -> int:
    """
    Go on with a link that was parked or is stuck; both sides are looked at.

    Parameters
    ----------
    ticket
        The ticket's number, the work order's, a key or an id.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        link = stores.commands.resume(stores.commands.find(ticket), person_here())
        is_worked = bool(stores.agenda.alive())
    if json:
        answer_json({"link": link_as_json(link), "worker": is_worked, "exit": 0})
        return Exit.OK
    say(f"{link.record_number or link.key} goes on; both sides are looked at.")
    if not is_worked:
        out().print(Text(NO_WORKER, style="yellow"))
    return Exit.OK
