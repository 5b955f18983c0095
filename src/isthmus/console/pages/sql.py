"""People's own SQL: asked within limits, drawn, downloaded, saved as a report."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.base.errors import IsthmusError, NeedsPerson
from isthmus.console import charting
from isthmus.console.asking import Ask
from isthmus.console.pages.explore import HERE, tabs
from isthmus.console.routes import deed, page, status_of
from isthmus.console.sending import FORMATS, send
from isthmus.reports.export import Source, of_question
from isthmus.reports.saved import ASKING, NoSuchSavedReport, SavedReport, run_saved
from isthmus.reports.shapes import Chart
from isthmus.wiring.people import Role
from isthmus.wiring.tables.reading import (
    Answer,
    NothingHeld,
    QueryFailed,
    TableReader,
    TableState,
    did_you_mean,
    nearest,
)

BOX: Final = f"{HERE}/sql"
LONGEST_ADDRESS: Final = 4_000
"""
Signs an address may have. Ours takes a head of 16 KB, in which it stands twice (`Referer`), and
proxies take 8 KB a line.
"""
_FIELDS: Final = ("sql", "saved", "chart", "x", "series")
MOST_SHOWN: Final = 300
"""Rows of an answer that a page lists; a download has all."""
_CHARTS: Final = (("", "Table"), *((str(chart), str(chart).capitalize()) for chart in Chart))
_EXAMPLE: Final = (
    "select companyName, count(*) as tickets\nfrom autotask.Tickets\n"
    "where status <> 'Complete'\ngroup by companyName\norder by tickets desc"
)


class NoSuchDownload(NeedsPerson):
    """Downloads come as CSV and as Parquet."""


def box(ask: Ask) -> Response:
    """Show the box, and the answer to what stands in its address."""
    given = ask.request.query_params
    return _shown(ask, {name: ask.query(name) for name in _FIELDS if name in given})


def run(ask: Ask) -> Response:
    """Answer what was typed: at an address that can be kept, unless it is too long for one."""
    given = {name: ask.text(name) for name in _FIELDS if name in ask.form}
    address = f"{BOX}?{urlencode(given)}"
    return ask.to(address) if len(address) <= LONGEST_ADDRESS else _shown(ask, given)


def _shown(ask: Ask, given: Mapping[str, str], *, unsaved: IsthmusError | None = None) -> Response:
    """Show the box with its answer. Args: unsaved: why the query was not saved as a report."""
    sql, which = given.get("sql", ""), given.get("saved", "")
    saved: SavedReport | None = None
    try:
        saved = ask.site.saved.find(which) if which else None
    except NoSuchSavedReport as gone:
        which, unsaved = "", _removed() if sql else gone
    except IsthmusError as failed:
        unsaved = unsaved or failed
    if saved is not None and not sql:
        sql = saved.sql
    states: tuple[TableState, ...] = ()
    answer: Answer | None = None
    error: IsthmusError | None = None
    try:
        with ask.site.house.readers.reader() as reader:
            states = reader.describe()
            if sql:
                with ask.site.questions.turn():
                    answer = reader.ask(sql, ASKING, zone=str(ask.look.clock))
    except NothingHeld as failed:
        if not sql:
            return ask.show("explore/nothing.html", tabs=tabs(), title="Your own SQL")
        error = failed
    except QueryFailed as failed:
        error = _with_names(failed, states)
    except IsthmusError as failed:
        error = failed
    if error is not None and unsaved is not None and error.what == unsaved.what:
        unsaved = None  # it is told once
    wrong = error or unsaved
    chart, x, series = _shape(given, saved)
    download = urlencode({"sql": sql})
    return ask.show(
        "explore/sql.html",
        200 if wrong is None else status_of(wrong),
        unsaved=unsaved,
        title=ask.text("title", saved.title if saved else ""),
        tabs=tabs(),
        sql=sql,
        example=_EXAMPLE,
        states=states,
        answer=answer,
        error=error,
        limits=ASKING,
        is_server=not ask.site.house.config.warehouse.is_file,
        charts=_CHARTS,
        chart=chart,
        x=x,
        series=series,
        drawing=None if answer is None else charting.of_answer(answer, chart, x, series),
        charting=charting,
        shown=MOST_SHOWN,
        saved=saved,
        which=which,
        download=download if len(download) <= LONGEST_ADDRESS else "",
        longest=LONGEST_ADDRESS,
        may_save=ask.may(Role.DISPATCHER),
    )


def save(ask: Ask) -> Response:
    """Save a query as a report, or another wording of one; where it fails, the box keeps it."""
    fields = {name: ask.text(name) for name in ("title", "chart", "x", "series")}
    saved = ask.text("saved")
    try:
        with ask.site.house.readers.reader() as reader:
            if saved:
                kept = ask.site.saved.change(reader, saved, sql=ask.text("sql"), **fields)
            else:
                kept = ask.site.saved.save(reader, author=ask.who, sql=ask.text("sql"), **fields)
    except IsthmusError as error:
        given = {name: ask.text(name) for name in _FIELDS if name in ask.form}
        return _shown(ask, given, unsaved=error)
    ask.about = kept.title
    return ask.to(f"{HERE}/saved/{kept.id}", f"Saved as {kept.title}.")


def one(ask: Ask) -> Response:
    """Show a saved report."""
    found = ask.site.saved.find(ask.path["id"])
    answer: Answer | None = None
    error: IsthmusError | None = None
    try:
        with ask.site.house.readers.reader() as reader, ask.site.questions.turn():
            answer = run_saved(reader, found, zone=str(ask.look.clock))
    except NothingHeld:
        return ask.show("explore/nothing.html", tabs=tabs(), title=found.title)
    except IsthmusError as failed:
        error = failed
    return ask.show(
        "explore/saved.html",
        200 if error is None else status_of(error),
        one=found,
        answer=answer,
        error=error,
        drawing=None if answer is None else _drawn(found, answer),
        charting=charting,
        shown=MOST_SHOWN,
        may_save=ask.may(Role.DISPATCHER),
    )


def remove(ask: Ask) -> Response:
    """Remove a saved report."""
    found = ask.site.saved.find(ask.path["id"])
    ask.about = found.title
    ask.site.saved.remove(found.id)
    return ask.to(HERE, f"{found.title} is removed.")


def download(ask: Ask) -> Response:
    """Send the answer to a query, whole."""
    return _send(ask, ask.query("sql"), "answer")


def download_long(ask: Ask) -> Response:
    """Send the answer to a query that no address can hold."""
    return _send(ask, ask.text("sql"), "answer")


def download_saved(ask: Ask) -> Response:
    """Send the answer of a saved report, whole."""
    found = ask.site.saved.find(ask.path["id"])
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in found.title)
    return _send(ask, found.sql, plain.strip("-").lower() or "report")


def _send(ask: Ask, sql: str, name: str) -> Response:
    form = str(ask.path["form"])
    if form not in FORMATS:
        raise NoSuchDownload(
            f"There is no download as {form}.", remedy=f"Take {' or '.join(FORMATS)}."
        )

    def source(_: TableReader) -> Source:
        return of_question(sql, str(ask.look.clock))

    return send(ask.site, source, name, form)


def _removed() -> NoSuchSavedReport:
    """Say what to do with the query of a report that somebody has removed meanwhile."""
    return NoSuchSavedReport(
        "The report was removed meanwhile.",
        remedy="Its query still stands here: save it as a new report, or leave it.",
    )


def _shape(given: Mapping[str, str], saved: SavedReport | None) -> tuple[str, str, str]:
    """Return the chart that is asked for, with its columns; without, that of the saved report."""
    chart = given.get("chart", "")
    if "chart" not in given and saved is not None:
        return saved.chart, saved.x, saved.series
    return chart if chart in list(Chart) else "", given.get("x", ""), given.get("series", "")


def _with_names(error: QueryFailed, states: Sequence[TableState]) -> QueryFailed:
    """Name what is near to a table or column that is not there, where the database did not."""
    names = [state.dataset for state in states]
    if "column" in error.what:
        names = [column.name for state in states for column in state.columns]
    error.remedy = (
        did_you_mean(nearest(error.sought, names) if error.sought else ()) or error.remedy
    )
    return error


def _drawn(found: SavedReport, answer: Answer) -> charting.Drawing | None:
    return charting.of_answer(answer, found.chart, found.x, found.series)


ROUTES: Final = (
    page(BOX, box),
    deed(BOX, run, Role.VIEWER),
    page(f"{BOX}/{{form}}", download),
    deed(f"{BOX}/save", save, Role.DISPATCHER, "saved a report"),
    deed(f"{BOX}/{{form}}", download_long, Role.VIEWER),
    page(f"{HERE}/saved/{{id}}", one),
    page(f"{HERE}/saved/{{id}}/{{form}}", download_saved),
    deed(f"{HERE}/saved/{{id}}/remove", remove, Role.DISPATCHER, "removed a report"),
)
