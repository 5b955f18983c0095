"""`isthmus doctor`: what keeps dispatch from working, and the click path that mends it."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.cli import words
from isthmus.cli.exits import Exit
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.dispatch.doctor import Finding, Verdict
from isthmus.dispatch.doctor.work import BEAT
from isthmus.wiring.build import House
from isthmus.wiring.tending.doctor import examine_home

MARKS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.WRONG: ("✗", "bold red"),
    Verdict.UNKNOWN: ("·", "dim"),
}
SUBJECT_WIDTH = 30


def doctor(*, json: bool = False) -> int:
    """
    Say what keeps dispatch from working, on both sides and here, and how to mend it.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house:
        found = asyncio.run(_collect(house, None if json else out()))
    code = Exit.PARTIAL if any(one.verdict is Verdict.WRONG for one in found) else Exit.OK
    if json:
        answer_json({"checks": [_as_json(one) for one in found], "exit": int(code)})
    else:
        _sum_up(found)
    return code


async def _collect(house: House, console: Console | None) -> list[Finding]:
    """Return all findings; where there is a console, print each when it is found."""
    found: list[Finding] = []
    area = ""
    async with aclosing(examine_home(house, BEAT)) as findings:  # a closed pipe ends the calls too
        async for finding in findings:
            found.append(finding)
            if console is None:
                continue
            if finding.area != area:
                area = finding.area
                console.print(Text(f"\n{area}" if len(found) > 1 else area, style="bold"))
            console.print(_row(finding))
    return found


def _row(finding: Finding) -> Table:
    sign, style = MARKS[finding.verdict]
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=SUBJECT_WIDTH, overflow="fold")
    grid.add_column(overflow="fold")
    text = Text(finding.detail, style="" if finding.verdict is Verdict.OK else style)
    if finding.remedy:
        text.append(f"\n{finding.remedy}", style="default not bold")
    grid.add_row(Text(sign, style=style), Text(_capital(finding.subject)), text)
    return grid


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sum_up(found: Sequence[Finding]) -> None:
    wrongs = [one for one in found if one.verdict is Verdict.WRONG]
    warned = sum(1 for one in found if one.verdict is Verdict.WARNING)
    console = out()
    console.print()
    if not wrongs:
        more = f", {words.plural(warned, 'thing')} to know" if warned else ""
        console.print(Text(f"Dispatch can work{more}.", style="bold green"))
        return
    console.print(Text(f"{words.plural(len(wrongs), 'thing')} to mend.", style="bold red"))
    say(f"Begin with the first: {wrongs[0].remedy}")


def _as_json(finding: Finding) -> dict[str, str]:
    return {
        "area": finding.area,
        "subject": finding.subject,
        "verdict": str(finding.verdict),
        "detail": finding.detail,
        "remedy": finding.remedy,
    }
