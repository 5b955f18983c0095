"""The rows of a dataset: searched, filtered, sorted, one by one."""

from typing import Final

from starlette.responses import Response

from isthmus.console import rows
from isthmus.console.asking import Ask
from isthmus.console.pages.datasets import HERE, tabs_of
from isthmus.console.routes import page
from isthmus.reports.errors import ExploringWrong
from isthmus.reports.look import SIZES, Look, NoSuchTable, Page, look, table_named
from isthmus.reports.look_conditions import Condition, Is
from isthmus.wiring.sync.syncing import DatasetStanding
from isthmus.wiring.tables.reading import NothingHeld, TableState, WarehouseBusy


def preview(ask: Ask) -> Response:
    """Show rows of a dataset."""
    one = ask.site.syncing.standing_of(ask.path["name"])
    asked = _asked(ask)
    try:
        with ask.site.house.readers.reader() as reader:
            state = table_named(reader.describe(), one.name)
            names = asked.columns or rows.first_columns(state.columns)
            wanted = Look(
                one.name, names, asked.search, rows.conditions_of(asked.where), asked.sort,
                asked.descending, ask.query("after"), ask.query("before"), asked.size,
                str(ask.look.clock),
            )  # fmt: skip
            found = look(reader, state, wanted)
    except (NothingHeld, NoSuchTable, WarehouseBusy) as error:
        return _without(ask, one, error)
    except ExploringWrong as error:
        return _without(ask, one, error, status=422)
    return _with(ask, one, asked, state, found)


def _asked(ask: Ask) -> rows.Asked:
    params = ask.request.query_params
    where = [one for one in params.getlist("where") if one]
    column, way, value = ask.query("column"), ask.query("is"), ask.query("value")
    if column and way in rows.WAYS and (value or way in {Is.EMPTY, Is.FILLED}):
        where.append(rows.condition_text(column, way, value))
    size = ask.query("size")
    return rows.Asked(
        search=ask.query("q"),
        sort=ask.query("sort", "id") or "id",
        descending=ask.query("way") != "up",
        where=tuple(dict.fromkeys(where)),
        columns=tuple(dict.fromkeys(params.getlist("columns"))),
        size=int(size) if size in {str(one) for one in SIZES} else 50,
    )


def _with(
    ask: Ask, one: DatasetStanding, asked: rows.Asked, state: TableState, found: Page
) -> Response:
    return ask.show(
        "datasets/preview.html",
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
        shown={column.name for column in found.columns},
        words=rows,
        sizes=SIZES,
        id_at=next((i for i, c in enumerate(found.columns) if c.name.lower() == "id"), None),
        error=None,
    )


def _without(ask: Ask, one: DatasetStanding, error: Exception, status: int = 200) -> Response:
    template = "datasets/no_rows.html"
    return ask.show(template, status, one=one, tabs=tabs_of(one), error=error,
                    is_wrong=status != 200, is_busy=isinstance(error, WarehouseBusy))  # fmt: skip


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
    page(f"{HERE}/{{name}}/rows/{{id:int}}", row),
)
