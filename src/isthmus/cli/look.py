"""`isthmus preview` and `isthmus query`: a look at records, and at tables."""

import asyncio
import csv
import sys
from datetime import UTC, datetime
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from isthmus.cli import words
from isthmus.cli.screen import answer_json, is_person_reading, machine_told, out, say
from isthmus.wiring.build import House
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.tables.reading import Limits

WIDEST_CELL = 40

NARROWEST_COLUMN = 6
"""With less room a column, a table is turned: one column of it a line."""

MOST_PREVIEWED = 500
"""One answer of Autotask."""

Format = Literal["table", "csv", "json"]


def query(sql: str, /, *, format: Format | None = None) -> None:  # noqa: A002 - the option's name
    """
    Answer one SQL query on the tables.

    Parameters
    ----------
    sql
        The query, in quotes.
    format
        Without it: a table on a terminal, else csv.
    """
    chosen = format or ("table" if is_person_reading() else "csv")
    with machine_told(wanted=chosen == "json"), House.from_environment() as house:
        limits = Limits(rows=None, size=None, seconds=None, memory_mb=house.config.memory_mb)
        with house.readers.reader() as reader:
            result = reader.ask(sql, limits)
    show_answer(result.columns, result.rows, chosen)


def preview(
    dataset: str,
    /,
    *,
    rows: Annotated[int, Parameter(show_default=True)] = 5,
    json: bool = False,
) -> None:
    """
    Show a few records of a dataset, straight from Autotask, as the table would hold them.

    Parameters
    ----------
    dataset
        Which dataset, in any case.
    rows
        How many records, at most 500.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json):
        if not 1 <= rows <= MOST_PREVIEWED:
            raise SettingWrong(
                f"--rows {rows} cannot be used.",
                where="the options on the command line",
                remedy=f"Give a number from 1 to {MOST_PREVIEWED}.",
            )
        (wanted,) = words.find_datasets([dataset])
        with House.from_environment() as house:
            seen = asyncio.run(house.preview(wanted, rows))
    if json:
        show_answer(seen.columns, seen.rows, "json")
        return
    _show_records(seen.columns, seen.rows)


def show_answer(
    columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...], chosen: Format
) -> None:
    """Show an answer as a table, as CSV or as JSON."""
    if chosen == "json":
        answer_json({"columns": columns, "rows": rows})
    elif chosen == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    elif len(columns) * NARROWEST_COLUMN > out().width:
        _show_records(columns, rows)
    else:
        _show_table(columns, rows)


def _show_table(columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for index, name in enumerate(columns):
        is_number = bool(rows) and all(_is_number(row[index]) for row in rows)
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console = out()
    console.print(table)
    console.print(Text(words.plural(len(rows), "row"), style="dim"))


def _is_number(value: object) -> bool:
    return value is None or (not isinstance(value, bool | str) and hasattr(value, "__float__"))


def _cell(value: object) -> Text:
    if value is None:
        return Text("null", style="dim")
    if isinstance(value, datetime):
        value = f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    text = " ".join(str(value).split())
    return Text(text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…")


def _show_records(columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...]) -> None:
    """Show one column of the table a line: records have far too many for the other way."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Column", no_wrap=True)
    fits = rows[: max(1, (out().width - 40) // 22)]
    for index in range(len(fits)):
        table.add_column(f"Record {index + 1}", overflow="fold", max_width=WIDEST_CELL)
    for index, name in enumerate(columns):
        table.add_row(Text(name, style="bold"), *(_cell(row[index]) for row in fits))
    out().print(table)
    if len(fits) < len(rows):
        say(f"{len(rows) - len(fits)} more do not fit beside them; --json shows all.")
    if not rows:
        say("No record can be seen.")
