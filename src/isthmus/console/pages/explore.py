"""Explore: ready reports as charts, the rows behind each figure, and how other programs read."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console import charting
from isthmus.console.asking import Ask
from isthmus.console.routes import page, status_of
from isthmus.console.sending import FORMATS, send
from isthmus.reports.catalogue import REPORTS, report_named
from isthmus.reports.choosing import SeveralMeant, value_of
from isthmus.reports.errors import ExploringWrong
from isthmus.reports.export import Source, of_report, of_rows
from isthmus.reports.running import (
    AskedWrong,
    Ready,
    drill,
    drill_sql,
    missing,
    point_of,
    prepare,
    shown_sql,
)
from isthmus.reports.shapes import CHOICES, GRAINS, Asked, Measure, Report
from isthmus.wiring.exploring import guides_of, reader_sql_of
from isthmus.wiring.tables.reading import NothingHeld, QueryFailed, TableReader

HERE: Final = "/explore"
_MOST_LISTED: Final = 300
"""More choices than these are searched, not listed."""
_MOST_FOUND: Final = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Something to narrow by: what may be chosen (`is_long`: by typing), and what is."""

    name: str
    title: str
    options: tuple[tuple[str, str], ...]
    value: str
    label: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """A report's form as it was filled in, by the names of its fields."""

    fields: Mapping[str, str]

    def query(self, **more: str) -> str:
        """Return the query of an address that asks the same, and more."""
        values = {**self.fields, **more}
        return urlencode({name: value for name, value in values.items() if value})


def reports(ask: Ask) -> Response:
    """List the reports by subject, and those that people saved."""
    lacking: dict[str, tuple[str, ...]] = {}
    is_empty = False
    try:
        with ask.site.house.readers.reader() as reader:
            states = reader.describe()
        lacking = {report.name: missing(report, states) for report in REPORTS}
    except NothingHeld:
        is_empty = True
    except IsthmusError:
        lacking = {}  # The list is good without what is missing; a report itself tells more.
    groups: dict[str, list[Report]] = {}
    for report in REPORTS:
        groups.setdefault(report.group, []).append(report)
    return ask.show(
        "explore/list.html",
        tabs=tabs(),
        groups=groups,
        lacking=lacking,
        saved=ask.site.saved.all(),
        is_empty=is_empty,
    )


def report(ask: Ask) -> Response:
    """Show a report's chart and figures."""
    wanted = report_named(ask.path["name"])
    filled = _filled(ask, wanted)
    values: dict[str, object] = {
        "report": wanted, "filled": filled, "grains": GRAINS, "ready": None, "drawing": None,
        "filters": (), "error": None, "sql": "", "cut": "", "charting": charting, "tabs": tabs(),
    }  # fmt: skip
    status = 200
    try:
        with ask.site.house.readers.reader() as reader:
            values["filters"] = _filters(ask, reader, wanted, filled)
            ready = _ready(ask, reader, wanted, filled)
            answer = ask.site.kept.run(reader, ready)
    except NothingHeld:
        return ask.show("explore/nothing.html", tabs=tabs(), title=wanted.title)
    except (ExploringWrong, QueryFailed) as error:
        values["error"], status = error, status_of(error)
    else:
        drawing = charting.of_report(ready, answer)
        values |= {
            "ready": ready,
            "drawing": drawing,
            "ways": [filled.query(measure=o.column, series=o.key) for o in drawing.lines],
            "sql": shown_sql(ready.sql, ready.values),
            "cut": answer.cut,
        }
    return ask.show("explore/report.html", status, **values)


def rows(ask: Ask) -> Response:
    """Show the rows behind one figure."""
    wanted = report_named(ask.path["name"])
    filled = _filled(ask, wanted)
    measure = _measure(ask, wanted)
    with ask.site.house.readers.reader() as reader:
        ready = _ready(ask, reader, wanted, filled)
        point = point_of(ready, ask.query("point"))
        series = ask.query("series")
        answer = drill(reader, ready, measure, point, series=series)
    sql, values = drill_sql(ready, measure, point, series)
    return ask.show(
        "explore/rows.html",
        report=wanted,
        measure=measure,
        point=ask.query("point"),
        series=series,
        filled=filled,
        ready=ready,
        answer=answer,
        charting=charting,
        sql=shown_sql(sql, values),
        asked=filled.query(measure=measure.column, point=ask.query("point"), series=series),
    )


def download(ask: Ask) -> Response:
    """Send a report's figures."""
    wanted = report_named(ask.path["name"])
    filled = _filled(ask, wanted)

    def source(reader: TableReader) -> Source:
        return of_report(_ready(ask, reader, wanted, filled))

    return send(ask.site, source, wanted.name, _form(ask))


def download_rows(ask: Ask) -> Response:
    """Send the rows behind one figure."""
    wanted = report_named(ask.path["name"])
    filled = _filled(ask, wanted)
    measure = _measure(ask, wanted)

    def source(reader: TableReader) -> Source:
        ready = _ready(ask, reader, wanted, filled)
        point = point_of(ready, ask.query("point"))
        return of_rows(ready, *drill_sql(ready, measure, point, ask.query("series")))

    return send(ask.site, source, f"{wanted.name}-{measure.column}-rows", _form(ask))


def found(ask: Ask) -> Response:
    """Show which choices of a filter have a text in their name."""
    name = str(ask.path["choice"])
    text = ask.query(name).lower()
    options: list[tuple[str, str]] = []
    if name in CHOICES and text:
        with ask.site.house.readers.reader() as reader:
            options = [
                one for one in ask.site.kept.choices(reader, name) if text in one[1].lower()
            ][:_MOST_FOUND]
    return ask.show("explore/found.html", name=name, options=options)


def connect(ask: Ask) -> Response:
    """Show how other programs are pointed at the tables."""
    config = ask.site.house.config
    return ask.show(
        "explore/connect.html",
        tabs=tabs(),
        guides=guides_of(config),
        reader_sql=reader_sql_of(config),
    )


def tabs() -> list[tuple[str, str, int | None]]:
    """Return the parts of Explore."""
    return [
        (HERE, "Reports", None),
        (f"{HERE}/sql", "Your own SQL", None),
        (f"{HERE}/connect", "Other programs", None),
    ]


def _filled(ask: Ask, wanted: Report) -> Filled:
    names = ("first", "last", "grain", *wanted.filters)
    return Filled({name: ask.query(name) for name in names if ask.query(name)})


def _ready(ask: Ask, reader: TableReader, wanted: Report, filled: Filled) -> Ready:
    choices = {
        name: value_of(ask.site.kept.choices(reader, name), name, filled.fields[name])
        for name in wanted.filters
        if name in filled.fields
    }
    asked = Asked(
        _day(filled, "first"), _day(filled, "last"), filled.fields.get("grain", ""),
        str(ask.look.clock), choices,
    )  # fmt: skip
    return prepare(wanted, asked, reader.describe())


def _filters(ask: Ask, reader: TableReader, wanted: Report, filled: Filled) -> tuple[Filter, ...]:
    made = []
    for name in wanted.filters:
        options = ask.site.kept.choices(reader, name)
        if not options:
            continue
        text = value = filled.fields.get(name, "")
        with suppress(SeveralMeant):  # it is told where the report is put together
            value = value_of(options, name, text)
        label = next((label for one, label in options if one == value), text)
        is_long = len(options) > _MOST_LISTED
        listed = () if is_long else options
        made.append(Filter(name, CHOICES[name].title, listed, value, label, is_long))
    return tuple(made)


def _day(filled: Filled, name: str) -> date | None:
    text = filled.fields.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise AskedWrong(f"{text} is no day.", remedy="Write it as 2026-03-04.") from None


def _measure(ask: Ask, wanted: Report) -> Measure:
    name = ask.query("measure")
    measure = next((one for one in wanted.measures if one.column == name), None)
    if measure is None or not measure.drill:
        raise AskedWrong(
            f"{wanted.title} has no rows behind {name or 'that'}.",
            where=wanted.name,
            remedy="Choose a figure in the report's table.",
        )
    return measure


def _form(ask: Ask) -> str:
    form = str(ask.path["form"])
    if form not in FORMATS:
        raise AskedWrong(f"There is no download as {form}.", remedy=f"Take {' or '.join(FORMATS)}.")
    return form


ROUTES: Final = (
    page(HERE, reports),
    page(f"{HERE}/connect", connect),
    page(f"{HERE}/choices/{{choice}}", found),
    page(f"{HERE}/{{name}}", report),
    page(f"{HERE}/{{name}}/rows", rows),
    page(f"{HERE}/{{name}}/rows/{{form}}", download_rows),
    page(f"{HERE}/{{name}}/{{form}}", download),
)
