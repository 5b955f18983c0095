"""`isthmus dispatch dry-run`: the work order a ticket would become, and where it comes from."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.cli import words
from isthmus.cli.dispatch import COLLECTIONS, Entity
from isthmus.cli.exits import Exit
from isthmus.cli.screen import answer_json, machine_told, out
from isthmus.cli.values import value_in_words
from isthmus.dispatch.preview import DryRun, dry_run, find_record
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Origin, Problem
from isthmus.dispatch.rules.values import Missing, plain
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores, open_desk

WIDE: Final = 110
"""From so many columns on, where a value came from stands beside it instead of below."""
LONGEST: Final = 240
"""Of a value so many characters are shown, and it is said that there are more."""
BECOMES: Final = {
    "draft": "stays a draft",
    "publish": "is published",
    "route": "is offered to the providers of the rule",
}


def try_out(
    ticket: str,
    /,
    *,
    entity: Annotated[Entity, Parameter(show_default=True)] = "ticket",
    rule: str = "",
    json: bool = False,
) -> int:
    """
    Show the work order a ticket would become, and where each value came from. Writes nothing.

    Parameters
    ----------
    ticket
        Its number or id.
    entity
        What it is.
    rule
        Try this rule, instead of the one that wants it.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        run, by = asyncio.run(_try(house, stores, COLLECTIONS[entity], ticket, rule))
    code = Exit.PARTIAL if any(one.is_fatal for one in run.problems) else Exit.OK
    if json:
        answer_json({**_as_json(run, by), "exit": int(code)})
    else:
        _show(out(), run, by)
    return code


async def _try(
    house: House, stores: Stores, collection: str, ticket: str, rule: str
) -> tuple[DryRun, Rule | None]:
    async with open_desk(house, stores) as desk:
        run = await dry_run(desk, await find_record(desk, collection, ticket), rule)
        return run, desk.library.rule(run.rule)


def _show(console: Console, run: DryRun, rule: Rule | None) -> None:
    console.print(_head(run, rule))
    console.print()
    console.print(_fields(run, is_wide=console.width >= WIDE))
    console.print()
    if run.left_out:
        names = ", ".join(run.left_out)
        console.print(_labelled("Left out", f"{names}: nothing came out, and there is no default"))
    for row, trace in run.traces.items():
        console.print(_labelled(f"Row {row} said", trace))
    console.print(_labelled("Besides", "the correlation id, and the link back to the ticket"))
    console.print()
    _show_problems(console, run.problems)
    console.print(Text("Nothing was written, on either side.", style="bold"))


def _head(run: DryRun, rule: Rule | None) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("Record", Text(_name(run), style="bold"))
    grid.add_row("Rule", _verdict(run, rule))
    grid.add_row("Mapping", Text(run.mapping))
    if rule is not None:
        grid.add_row("Then", Text(f"the work order {BECOMES[rule.action]}"))
    return grid


def _name(run: DryRun) -> str:
    values = run.record.values
    number = values.get("ticketNumber") or values.get("taskNumber") or run.record.id
    return words.one_line(f"{number} {values.get('title') or ''}")


def _verdict(run: DryRun, rule: Rule | None) -> Text:
    text = Text(run.rule)
    if run.is_wanted:
        return text.append(" wants it now", style="green")
    if rule is not None and not rule.is_enabled:
        return text.append(" is switched off", style="yellow")
    return text.append(" does not want it as it is now", style="yellow")


def _fields(run: DryRun, *, is_wide: bool) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Field", overflow="fold", max_width=36)
    table.add_column("Value", overflow="fold", ratio=1 if is_wide else None)
    if is_wide:
        table.add_column("From", overflow="fold", ratio=1)
    for target, origin in run.origins.items():
        value = Text(value_in_words(origin.after, LONGEST))
        source = Text(_source(origin), style="dim")
        if is_wide:
            table.add_row(Text(target), value, source)
        else:
            table.add_row(Text(target), value.append("\n").append_text(source))
    return table


def _source(origin: Origin) -> str:
    """Say where a value came from: the path, what was done, what it was before."""
    parts = [part for part in (origin.source, origin.action) if part]
    if origin.is_default:
        parts.append("default")
    if origin.note:
        parts.append(origin.note)
    is_told = isinstance(origin.before, Missing) or origin.is_default
    if not is_told and origin.before != origin.after:
        parts.append(f"was {value_in_words(origin.before, LONGEST)}")
    return ", ".join(parts)


def _labelled(label: str, text: str) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(label, Text(words.one_line(text)))
    return grid


def _show_problems(console: Console, problems: Sequence[Problem]) -> None:
    if not problems:
        console.print(Text.assemble(("✓ ", "green"), "It can be sent."))
        return
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    for one in problems:
        place = "" if one.row is None else f"Row {one.row}: "
        about = f" ({one.field})" if one.field else ""
        text = Text(words.one_line(f"{place}{one.what}{about}."), style="bold")
        text.append(f"\n{words.one_line(one.remedy)}", style="not bold")
        sign = Text("✗", "bold red") if one.is_fatal else Text("!", "yellow")
        grid.add_row(sign, text)
    console.print(grid)
    fatal = sum(1 for one in problems if one.is_fatal)
    if fatal:
        told = f"It cannot be sent: {words.plural(fatal, 'problem')}."
        console.print(Text(told, style="bold red"))


def _as_json(run: DryRun, rule: Rule | None) -> dict[str, object]:
    return {
        "record": {"entity": run.record.entity, "id": run.record.id, "name": _name(run)},
        "rule": run.rule,
        "wanted": run.is_wanted,
        "action": None if rule is None else rule.action,
        "mapping": run.mapping,
        "fields": [
            {
                "target": target,
                "value": plain(one.after),
                "source": one.source,
                "action": one.action,
                "row": one.row,
                "before": plain(one.before),
                "default": one.is_default,
                "note": one.note,
            }
            for target, one in run.origins.items()
        ],
        "left_out": run.left_out,
        "traces": run.traces,
        "problems": [
            {
                "what": one.what,
                "remedy": one.remedy,
                "row": one.row,
                "field": one.field,
                "fatal": one.is_fatal,
            }
            for one in run.problems
        ],
        "work_order": plain(run.body),
        "written": False,
    }
