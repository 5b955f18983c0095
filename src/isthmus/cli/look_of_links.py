"""How links and dead letters look, wherever they are shown; and as machines get them."""

from datetime import datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from isthmus.cli import words
from isthmus.wiring.dispatch.stores import DeadLetter

STATES: Final = {
    "stuck": "bold red",
    "parked": "bold yellow",
    "waiting": "bold cyan",
    "linked": "bold green",
    "closed": "dim",
}
"""The states of a link with their styles; those that need somebody come first."""


def state_badge(state: str) -> Text:
    """Return a link's state in its colour."""
    return Text(state, style=STATES.get(state, ""))


def needs_person(letter: DeadLetter, now: datetime) -> Table:
    """Return a dead letter: what is wrong, where, what to do, and how to go on."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    about = letter.record_number or letter.key
    tried = "tried once" if letter.tries == 1 else f"tried {letter.tries:,} times"
    head = Text.assemble(
        (words.one_line(about), "bold"), f"  {tried}, {words.ago(letter.at, now)}", style="default"
    )
    if letter.state != "open":
        head.append(f", {letter.state}", style="green")
    grid.add_row(Text(f"✗ {letter.kind}", style="bold red"), head)
    rows = (
        ("", letter.what),
        ("Where", letter.where),
        ("What to do", letter.remedy),
        ("Then", f"isthmus deadletters replay {letter.id}" if letter.state == "open" else ""),
    )
    for label, text in rows:
        if text:
            grid.add_row(Text(label, style="dim"), Text(words.one_line(text)))
    return grid
