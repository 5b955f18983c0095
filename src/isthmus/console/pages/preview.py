"""The rows of a dataset: searched, filtered, sorted, one by one."""

from dataclasses import replace
from typing import Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console import rows
from isthmus.console.asking import Ask
from isthmus.console.pages.datasets import HERE, tabs_of
from isthmus.console.routes import page
from isthmus.console.sending import FORMATS, send
from isthmus.reports.errors import ExploringWrong
from isthmus.reports.export import Source, of_dataset
from isthmus.reports.look import SIZES, Look, NoSuchTable, Page, look, table_named
from isthmus.reports.look_conditions import Condition, Is
from isthmus.wiring.sync.syncing import DatasetStanding
from isthmus.wiring.tables.reading import (
    NothingHeld,
    QueryFailed,
    TableReader,
    TableState,
    WarehouseBusy,
)


class NoSuchDownload(ExploringWrong):
    """Downloads come as CSV and as Parquet."""


def preview(ask: Ask) -> Response:
    """Show rows of a dataset; where that cannot be done, the form with what was typed."""
    one = ask.site.syncing.standing_of(ask.path["name"])
    asked = _asked(ask)
    try:
        with ask.site.house.readers.reader() as reader:
            state = table_named(reader.describe(), one.name)
            try:
                found = look(reader, state, _wanted(ask, state, _whole(asked)))
            except (ExploringWrong, QueryFailed) as error:
                return _with(ask, one, asked, state, None, error=error)
    except (NothingHeld, NoSuchTable, WarehouseBusy) as error:
        return _without(ask, one, error)
    shown = replace(_whole(asked), typed=asked.typed if asked.typed.lacks else rows.Typed())
    return _with(ask, one, shown, state, found)


def download(ask: Ask) -> Response:
    """Send the rows as they are searched, filtered and sorted, with the columns that are shown."""
    one = ask.site.syncing.standing_of(ask.path["name"])
    form = str(ask.path["form"])
    if form not in FORMATS:
        raise NoSuchDownload(
            f"There is no download as {form}.", remedy=f"Take {' or '.join(FORMATS)}."
        )

    def source(reader: TableReader) -> Source:
        state = table_named(reader.describe(), one.name)
        return of_dataset(reader, state, _wanted(ask, state, _whole(_asked(ask))))

    return send(ask.site, source, one.name, form)


def _asked(ask: Ask) -> rows.Asked:
    params = ask.request.query_params
    size = ask.query("size")
    return rows.Asked(
        search=ask.query("q"),
        sort=ask.query("sort", "id") or "id",
        descending=ask.query("way") != "up",
        where=tuple(dict.fromkeys(one for one in params.getlist("where") if one)),
        columns=tuple(dict.fromkeys(params.getlist("columns"))),
        size=int(size) if size in {str(one) for one in SIZES} else 50,
        typed=rows.Typed(ask.query("column"), ask.query("is"), ask.query("value")),
    )


def _whole(asked: rows.Asked) -> rows.Asked:
    """Take what is typed in the form as one more condition, where it is one."""
    return replace(
        asked, where=tuple(dict.fromkeys(filter(None, (*asked.where, asked.typed.text))))
    )


def _wanted(ask: Ask, state: TableState, asked: rows.Asked) -> Look:
    return Look(
        state.dataset, _names(state, asked), asked.search, rows.conditions_of(asked.where),
        asked.sort, asked.descending, ask.query("after"), ask.query("before"), asked.size,
        str(ask.look.clock),
    )  # fmt: skip


def _names(state: TableState, asked: rows.Asked) -> tuple[str, ...]:
    return asked.columns or rows.first_columns(state.columns)


def _with(
    ask: Ask,
    one: DatasetStanding,
    asked: rows.Asked,
    state: TableState,
    found: Page | None,
    *,
    error: IsthmusError | None = None,
) -> Response:
    """Show the form, and the rows found or why none could be looked for."""
    return ask.show(
        "datasets/preview.html",
        200 if error is None else 422,
        one=one,
        tabs=tabs_of(one),
        here=f"{HERE}/{one.name}",
        asked=asked,
        conditions=[
            (rows.said(condition), asked.query(where=tuple(w for w in asked.where if w != text)))
            for text in asked.where
            for condition in rows.conditions_of((text,))
        ],
        found=found,
        state=state,
        shown={name.lower() for name in _names(state, asked)},
        words=rows,
        sizes=SIZES,
        id_at=next((i for i, c in enumerate(found.columns) if c.name.lower() == "id"), None)
        if found
        else None,
        error=error,
    )


def _without(ask: Ask, one: DatasetStanding, error: IsthmusError) -> Response:
    template, is_busy = "datasets/no_rows.html", isinstance(error, WarehouseBusy)
    return ask.show(template, one=one, tabs=tabs_of(one), is_busy=is_busy)


def row(ask: Ask) -> Response:
    """Show every column of one row."""
    one = ask.site.syncing.standing_of(ask.path["name"])
    number = str(ask.path["id"])
    with ask.site.house.readers.reader() as reader:
        state = table_named(reader.describe(), one.name)
        wanted = Look(one.name, conditions=(Condition("id", Is.EQUAL, number),), size=SIZES[0])
        found = look(reader, state, wanted)
    if not found.rows:
        raise NoSuchTable(
            f"There is no row {number} in {one.title} here.",
            where=one.name,
            remedy="It was removed, or is not copied yet.",
        )
    pairs = list(zip(found.columns, found.rows[0], strict=True))
    return ask.show("datasets/row.html", one=one, number=number, pairs=pairs, words=rows)


ROUTES: Final = (
    page(f"{HERE}/{{name}}/preview", preview),
    page(f"{HERE}/{{name}}/preview/{{form}}", download),
    page(f"{HERE}/{{name}}/rows/{{id:int}}", row),
)
