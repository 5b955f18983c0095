"""Where texts go: answers to standard output, all else to standard error."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from isthmus.base.errors import IsthmusError

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 120
"""Columns when nobody says how wide the output is."""


def out() -> "Console":
    """Return the console for answers."""
    return _console(stderr=False)


def err() -> "Console":
    """Return the console for progress, questions and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console  # noqa: PLC0415 - not for --help

    class Quiet(Console):
        """A console that leaves a closed pipe to `main`, and does not end the process itself."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = Quiet(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, PIPE_WIDTH)
    return console


def is_person_reading() -> bool:
    """Tell whether answers go to a terminal."""
    return sys.stdout.isatty()


def is_person_watching() -> bool:
    """Tell whether progress would go to a terminal."""
    return sys.stderr.isatty()


def is_person_asked() -> bool:
    """Tell whether there is someone to answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str = "") -> None:
    """Write one line of an answer, as it is."""
    sys.stdout.write(text + "\n")


def answer_json(answer: object) -> None:
    """Write an answer for machines: one JSON object on one line."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")


def error_as_json(error: IsthmusError) -> dict[str, str]:
    """Return an error as machines get it; `engine` only where a database said something itself."""
    told = {
        "kind": type(error).__name__,
        "what": error.what,
        "where": error.where,
        "remedy": error.remedy,
        "engine": error.engine,
    }
    return {name: text for name, text in told.items() if text or name != "engine"}


def show_error(error: IsthmusError) -> None:
    """Tell a person what happened, where, and what to do."""
    console = err()
    console.print(error_grid(error, "Error", "bold red"))


def error_grid(error: IsthmusError, title: str, style: str) -> Any:
    """Return the parts of an error, one below the other, whatever the width."""
    from rich.table import Table  # noqa: PLC0415 - not for --help
    from rich.text import Text  # noqa: PLC0415

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(title, style=style), Text(error.what, style="bold"))
    parts = (
        ("Where", error.where),
        ("What to do", error.remedy),
        ("The database says", error.engine),
    )
    for label, text in parts:
        if text:
            grid.add_row(Text(label, style="dim"), Text(text))
    return grid


@contextmanager
def machine_told(*, wanted: bool, more: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Give machines an error as the answer too, when they asked; it goes on to a person."""
    from isthmus.cli.exits import exit_of  # noqa: PLC0415 - the two modules know each other

    try:
        yield
    except BrokenPipeError:
        raise
    except Exception as error:
        from isthmus.wiring.faults import told  # noqa: PLC0415 - only when it went wrong

        known = told(error)
        if wanted and known is not None:
            answer = {**(more or {}), "error": error_as_json(known), "exit": int(exit_of(known))}
            answer_json(answer)
        raise
