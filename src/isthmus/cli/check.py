"""`isthmus test`: what works and what does not, line by line."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.cli import words
from isthmus.cli.exits import Exit, exit_of
from isthmus.cli.screen import answer_json, error_as_json, machine_told, out, say
from isthmus.sync.catalog import DATASETS
from isthmus.sync.check import CheckLine, Verdict
from isthmus.wiring.build import House
from isthmus.wiring.connecting import check_saved
from isthmus.wiring.vendors.fieldnation_check import PREFIX, logs_in

MARKS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.FAILED: ("✗", "bold red"),
    Verdict.UNKNOWN: ("·", "dim"),
}

CALLS_AROUND = 3
"""Calls a dataset costs besides its pages: fields, user-defined fields, a count."""

SUBJECT_WIDTH = max(len(dataset.name) for dataset in DATASETS) + 2


def check(*, json: bool = False) -> int:
    """
    Say line by line what works: zone, credentials, quota, each dataset, and Field Nation.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house:
        if json:
            lines = asyncio.run(collect(check_saved(house)))
            code = exit_of_check(lines)
            answer_json({"checks": [line_as_json(line) for line in lines], "exit": int(code)})
            return code
        lines = asyncio.run(show_check(out(), check_saved(house)))
    show_verdict(out(), lines)
    return exit_of_check(lines)


async def collect(findings: AsyncGenerator[CheckLine]) -> list[CheckLine]:
    """Return all findings."""
    async with aclosing(findings):
        return [line async for line in findings]


async def show_check(
    console: Console, findings: AsyncGenerator[CheckLine], *, brief: bool = False
) -> list[CheckLine]:
    """Print each finding when it is there; when brief, no dataset that is well. Return them all."""
    lines = []
    silent = {Verdict.UNKNOWN, Verdict.OK} if brief else {Verdict.UNKNOWN}
    async with aclosing(findings):  # a closed pipe ends the printing, and then the calls
        async for line in findings:
            lines.append(line)
            if not (line.is_dataset and line.verdict in silent):
                console.print(_row(line))
    left_out = [line for line in lines if line.is_dataset and line.verdict is Verdict.UNKNOWN]
    if left_out:
        console.print(
            _row(CheckLine(f"{len(left_out)} datasets", Verdict.UNKNOWN, "not looked at"))
        )
    return lines


def _row(line: CheckLine) -> Table:
    sign, style = MARKS[line.verdict]
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=SUBJECT_WIDTH, no_wrap=True)
    grid.add_column(overflow="fold")
    subject = line.subject if line.is_dataset else line.subject[0].upper() + line.subject[1:]
    grid.add_row(Text(sign, style=style), subject, _detail(line))
    return grid


def _detail(line: CheckLine) -> Text:
    _, style = MARKS[line.verdict]
    text = Text(line.detail, style="" if line.verdict is Verdict.OK else style)
    if line.remedy:
        text.append(f"\n{line.remedy}", style="default not bold")
    return text


def show_verdict(console: Console, lines: list[CheckLine]) -> None:
    """Sum up in a sentence or two, with what to do next."""
    console.print()
    datasets = [line for line in lines if line.is_dataset]
    if datasets:
        _sum_up_datasets(console, datasets)
    field = [line for line in lines if line.subject.startswith(PREFIX)]
    if field:
        console.print(_sum_up_field(field))


def _sum_up_datasets(console: Console, datasets: list[CheckLine]) -> None:
    readable = [line for line in datasets if line.rows is not None]
    rows = sum(line.rows or 0 for line in readable)
    if not readable:
        console.print(Text("Nothing can be read yet.", style="bold red"))
        return
    style = "bold green" if len(readable) == len(datasets) else "bold yellow"
    console.print(Text(f"{len(readable)} of {len(datasets)} datasets can be read.", style=style))
    calls = sum(pages(line.rows or 0) + CALLS_AROUND for line in readable)
    say(f"A first sync reads {words.plural(rows, 'row')} in about {words.plural(calls, 'call')}.")


def _sum_up_field(field: list[CheckLine]) -> Text:
    if not logs_in(field):
        return Text("Field Nation cannot be used yet.", style="bold red")
    if any(line.verdict is not Verdict.OK for line in field):
        return Text("Field Nation lets Isthmus in, but not all can be read.", style="bold yellow")
    return Text("Field Nation can be used.", style="bold green")


def pages(rows: int) -> int:
    """Return how many answers of 500 rows it takes to read so many, and to know it was all."""
    return rows // 500 + 1


def exit_of_check(lines: list[CheckLine]) -> Exit:
    """Return OK when all can be read, PARTIAL when something can."""
    failed = [line for line in lines if line.verdict in {Verdict.FAILED, Verdict.UNKNOWN}]
    if not failed:
        return Exit.OK
    if any(line.rows is not None for line in lines):
        return Exit.PARTIAL
    first = next((line.error for line in failed if line.error is not None), None)
    return Exit.UNREADABLE if first is None else exit_of(first)


def line_as_json(line: CheckLine) -> dict[str, object]:
    """Return a finding as machines get it."""
    return {
        "subject": line.subject,
        "verdict": str(line.verdict),
        "detail": line.detail,
        "remedy": line.remedy,
        "rows": line.rows,
        "is_dataset": line.is_dataset,
        "error": None if line.error is None else error_as_json(line.error),
    }
