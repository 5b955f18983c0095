"""What of a dataset is kept: columns, records, the dataset itself; and others that are added."""

from dataclasses import replace
from datetime import date
from typing import Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.pages.datasets import HERE, tabs_of
from isthmus.console.routes import deed, page
from isthmus.wiring.people import Role
from isthmus.wiring.sync.copying import (
    ChoiceWrong,
    ColumnChoice,
    add,
    addable,
    choice_of,
    columns_of,
    filter_of,
    remove,
    set_choice,
    with_filter,
)

OTHERS: Final = f"{HERE}/add"
_AT_ONCE: Final = 40


def columns(ask: Ask) -> Response:
    """Show which columns and records are kept."""
    return _shown(ask)


def _shown(ask: Ask, status: int = 200, error: IsthmusError | None = None) -> Response:
    house = ask.site.house
    one = ask.site.syncing.standing_of(ask.path["name"])
    found: tuple[ColumnChoice, ...] = ()
    try:
        found = columns_of(house, one.name)
    except IsthmusError as wrong:
        error = error or wrong
    kept = filter_of(choice_of(house, one.name))
    given = {
        "since": ask.text("since") or (kept.since.isoformat() if kept.since else ""),
        "only": ask.text("only") or kept.only,
    }
    return ask.show(
        "datasets/columns.html",
        status,
        one=one,
        tabs=tabs_of(one),
        columns=found,
        left_out=sum(column.is_left_out for column in found),
        given=given,
        error=error,
    )


def keep_columns(ask: Ask) -> Response:
    """Leave columns out, or take them back in."""
    house, name = ask.site.house, ask.path["name"]
    kept = set(ask.many("keep"))
    may_go = [one for one in columns_of(house, name) if one.source and not one.why_not]
    out = tuple(dict.fromkeys(one.source for one in may_go if one.source not in kept))
    ask.about, ask.detail = name, {"left_out": list(out)}
    choice = replace(choice_of(house, name), left_out=out, by=ask.who)
    try:
        said = set_choice(house, name, choice)
    except IsthmusError as error:
        return _shown(ask, 422, error)
    return ask.to(f"{HERE}/{name}/columns", said)


def keep_records(ask: Ask) -> Response:
    """Keep only the records that meet a filter; the tenant is asked how many do."""
    house, name = ask.site.house, ask.path["name"]
    only = ask.text("only")
    ask.about, ask.detail = name, {"since": ask.text("since"), "only": only}
    try:
        choice = with_filter(choice_of(house, name), _day(ask.text("since")), only)
        said = set_choice(house, name, replace(choice, by=ask.who))
    except IsthmusError as error:
        return _shown(ask, 422, error)
    return ask.to(f"{HERE}/{name}/columns", said)


def drop(ask: Ask) -> Response:
    """Copy a dataset no more."""
    name = ask.path["name"]
    ask.about, ask.detail = name, {"table": ask.text("table", "stays")}
    gone = ask.text("table") == "goes"
    said = remove(ask.site.house, ask.site.stores.agenda, name, ask.who, drop=gone)
    return ask.to(HERE, said)


def others(ask: Ask) -> Response:
    """Show the collections of Autotask that are not copied."""
    text = ask.query("q").lower()
    found = [
        one
        for one in addable(ask.site.house)
        if text in one.title.lower() or text in one.name.lower()
    ]
    removed = [one for one in ask.site.syncing.standing() if not one.is_kept]
    return ask.show(
        "datasets/others.html",
        found=found[:_AT_ONCE],
        count=len(found),
        removed=removed,
        text=ask.query("q"),
    )


def add_one(ask: Ask) -> Response:
    """Have another collection copied, or one that was left out."""
    name = ask.text("dataset")
    ask.about = name
    said = add(ask.site.house, ask.site.stores.agenda, name, ask.who)
    return ask.to(f"{HERE}/{name}", said)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ChoiceWrong(
            f'"{text}" is no day.', where="since", remedy="Write it as 2026-01-31."
        ) from None


ROUTES: Final = (
    page(OTHERS, others, Role.ADMIN),
    deed(OTHERS, add_one, Role.ADMIN, "added a dataset"),
    page(f"{HERE}/{{name}}/columns", columns),
    deed(f"{HERE}/{{name}}/columns", keep_columns, Role.ADMIN, "chose columns"),
    deed(f"{HERE}/{{name}}/records", keep_records, Role.ADMIN, "set a filter"),
    deed(f"{HERE}/{{name}}/remove", drop, Role.ADMIN, "removed a dataset"),
)
