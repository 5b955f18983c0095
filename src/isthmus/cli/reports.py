"""`isthmus report`: the ready reports on the terminal, and into files."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from isthmus.base.ids import new_uuid
from isthmus.cli.look import show_answer
from isthmus.cli.screen import answer_json, is_person_reading, machine_told, out, say
from isthmus.reports.catalogue import REPORTS, report_named
from isthmus.reports.export import Source, csv_of, of_report, parquet_of
from isthmus.reports.running import Ready, prepare, run, shown_sql
from isthmus.reports.shapes import CHOICES, Asked, Report
from isthmus.wiring.build import House
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.tables.reading import Answer, TableReader


def list_(*, json: bool = False) -> None:
    """
    List the ready reports.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    if json:
        answer_json({"reports": [_as_json(report) for report in REPORTS]})
        return
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Report", "Group", "Answers"):
        table.add_column(title, no_wrap=title == "Report")
    for report in REPORTS:
        table.add_row(Text(report.name, style="bold"), report.group, report.question)
    out().print(table)
    say()
    say("isthmus report run NAME runs one.")


def show(name: str, /, *, json: bool = False) -> None:
    """
    Show one report.

    Parameters
    ----------
    name
        Which report.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json):
        report = report_named(name)
    if json:
        answer_json({**_as_json(report), "sql": report.sql})
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(report.title, style="bold"), Text(report.question))
    grid.add_row(Text("Reads", style="dim"), Text(", ".join(report.datasets)))
    narrowed = ", ".join(f"--param {name}=NUMBER" for name in report.filters)
    grid.add_row(Text("Narrowed by", style="dim"), Text(narrowed))
    grid.add_row(Text("Looks back", style="dim"), Text(_range(report)))
    if report.note:
        grid.add_row(Text("Note", style="dim"), Text(report.note))
    out().print(grid)
    say()
    say(report.sql)


def run_(
    name: str,
    /,
    *,
    first: date | None = None,
    last: date | None = None,
    grain: str = "",
    zone: str = "UTC",
    param: Annotated[list[str] | None, Parameter(negative="")] = None,
    csv: Path | None = None,
    parquet: Path | None = None,
    sql: bool = False,
    json: bool = False,
) -> None:
    """
    Run a report.

    Parameters
    ----------
    name
        Which report.
    first
        The first day to look at, as 2026-03-04.
    last
        The last day to look at.
    grain
        day, week or month.
    zone
        The time zone in which days begin, such as Europe/Berlin.
    param
        Narrow it, as queue=29682833; may be given several times.
    csv
        Write the figures to this file as CSV.
    parquet
        Write the figures to this file as Parquet.
    sql
        Do not run it; show its SQL with the values in place.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house:
        report = report_named(name)
        asked = Asked(first, last, grain, zone, _choices(param or ()))
        with house.readers.reader() as reader:
            ready = prepare(report, asked, reader.describe())
            if sql:
                say(shown_sql(ready.sql, ready.values))
                return
            if csv is not None or parquet is not None:
                _write(reader, of_report(ready), csv, parquet)
                return
            answer = run(reader, ready)
    _answer(ready, answer, json=json)


def _write(reader: TableReader, source: Source, csv: Path | None, parquet: Path | None) -> None:
    if csv is not None:
        with _whole(csv) as file:
            file.writelines(csv_of(reader, source))
    if parquet is not None:
        parquet_of(reader, source, parquet)


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes its place when it is whole: half an answer looks like a whole one."""
    if target.exists() and not target.is_file():  # a pipe or a device
        with _opened(target, target) as file:
            yield file
        return
    made = target.with_name(f".{target.name}.{new_uuid()}")
    try:
        with _opened(made, target) as file:
            yield file
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _opened(path: Path, wanted: Path) -> IO[bytes]:
    try:
        return path.open("wb")
    except OSError as error:
        raise SettingWrong(
            f"The file cannot be written: {error.strerror}.",
            where=str(wanted),
            remedy="Name a file in a folder that is there and that you may write to.",
        ) from error


def _answer(ready: Ready, answer: Answer, *, json: bool) -> None:
    if json:
        answer_json(
            {
                "report": ready.report.name,
                "first": ready.first,
                "last": ready.last,
                "grain": ready.grain,
                "zone": ready.zone,
                "as_of": ready.as_of,
                "columns": answer.columns,
                "rows": answer.rows,
                "cut": answer.cut,
            }
        )
        return
    rows = tuple(tuple(_shown(value) for value in row) for row in answer.rows)
    show_answer(answer.columns, rows, "table" if is_person_reading() else "csv")
    if answer.cut:
        sys.stderr.write(f"Not all rows are shown, only the first {len(answer.rows)}.\n")


def _shown(value: object) -> object:
    """Show a period by its first day, and a figure without more digits than it has meaning."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date().isoformat()
    return round(value, 2) if isinstance(value, float) else value


def _choices(given: Iterable[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not value or name not in CHOICES:
            raise SettingWrong(
                f"--param {text} cannot be used.",
                where="the options on the command line",
                remedy=f"Write it as queue=29682833; the names are {', '.join(CHOICES)}.",
            )
        found[name] = value
    return found


def _range(report: Report) -> str:
    if not report.has_period:
        return "at the moment of the last refresh"
    return f"{report.days} days" + (f", by {report.grain}" if report.grain else "")


def _as_json(report: Report) -> dict[str, object]:
    return {
        "report": report.name,
        "title": report.title,
        "question": report.question,
        "group": report.group,
        "datasets": list(report.datasets),
        "chart": str(report.chart),
        "x": report.x,
        "series": report.series or None,
        "measures": [
            {"column": m.column, "title": m.title, "unit": m.unit} for m in report.measures
        ],
        "narrowed_by": list(report.filters),
        "note": report.note,
    }
