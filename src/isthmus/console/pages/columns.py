"""What of a dataset is kept: columns, records, the dataset itself; and others that are added."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.counter import VENDORS, Asks
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
    has_table,
    remove,
    set_choice,
    with_filter,
)
from isthmus.wiring.tables.reading import Origin

_OUT: Final = "Left out"
_FIELDS: Final = "Fields of Autotask"
_NAMES: Final = "Names beside ids"
_UDFS: Final = "User-defined fields"
_GROUPS: Final = (
    (_OUT, "not stored; mark one to take it in again"),
    (_FIELDS, "with the label beside each code"),
    (_NAMES, "taken over from other datasets"),
    (_UDFS, "those your tenant made"),
)
OTHERS: Final = f"{HERE}/add"
_AT_ONCE: Final = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A column with its mark; `may_go` tells that it has one of its own to take away."""

    column: ColumnChoice
    may_go: bool
    is_kept: bool


@dataclass(slots=True)
class Group:
    """Columns of one kind."""

    title: str
    meaning: str
    is_open: bool
    lines: list[Line] = field(default_factory=list)


def columns(ask: Ask) -> Response:
    """Show which columns and records are kept."""
    house = ask.site.house
    one = ask.site.syncing.standing_of(ask.path["name"])
    found: tuple[ColumnChoice, ...] = ()
    away: IsthmusError | None = None
    try:
        found = columns_of(house, one.name)
    except IsthmusError as error:
        away = error
    kept = filter_of(choice_of(house, one.name))
    given = {
        "since": ask.text("since", kept.since.isoformat() if kept.since else ""),
        "only": ask.text("only", kept.only),
    }
    return ask.show(
        "datasets/columns.html",
        one=one,
        tabs=tabs_of(one),
        columns=found,
        groups=grouped(found, ask.text("sent") == "columns", set(ask.many("keep"))),
        left_out=sum(column.is_left_out for column in found),
        given=given,
        away=away,
    )


def grouped(columns: Sequence[ColumnChoice], is_sent: bool, kept: set[str]) -> list[Group]:
    """
    Return the columns as the page shows them, what is left out first and open.

    Args: is_sent: a form was sent that could not be saved; kept: what it marked.
    """
    seen: set[str] = set()
    groups = {title: Group(title, meaning, is_open=title == _OUT) for title, meaning in _GROUPS}
    for one in columns:
        may_go = bool(one.source) and not one.why_not and one.source not in seen
        seen.add(one.source)
        is_marked = one.source in kept if is_sent and may_go else not one.is_left_out
        line = Line(one, may_go, is_marked)
        groups[_OUT if one.is_left_out else _group_of(one)].lines.append(line)
    for group in groups.values():
        group.is_open = group.is_open or any(x.is_kept == x.column.is_left_out for x in group.lines)
    return [group for group in groups.values() if group.lines]


def _group_of(column: ColumnChoice) -> str:
    if column.origin.startswith("udf"):
        return _UDFS
    return _FIELDS if column.origin != Origin.HYDRATED else _NAMES


def keep_columns(ask: Ask) -> Response:
    """Leave columns out, or take them back in."""
    house, name = ask.site.house, ask.path["name"]
    kept = set(ask.many("keep"))
    may_go = [one for one in columns_of(house, name) if one.source and not one.why_not]
    out = tuple(dict.fromkeys(one.source for one in may_go if one.source not in kept))
    ask.about, ask.detail = name, {"left_out": list(out)}
    choice = replace(choice_of(house, name), left_out=out, by=ask.who)
    said = set_choice(house, name, choice)
    return ask.to(f"{HERE}/{name}/columns", said)


def keep_records(ask: Ask) -> Response:
    """Keep only the records that meet a filter; the tenant is asked how many do."""
    house, name = ask.site.house, ask.path["name"]
    only = ask.text("only")
    ask.about, ask.detail = name, {"since": ask.text("since"), "only": only}
    choice = with_filter(choice_of(house, name), _day(ask.text("since")), only)
    said = set_choice(house, name, replace(choice, by=ask.who))
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


def _has_no_table(ask: Ask) -> bool:
    return not has_table(ask.site.house, ask.path["name"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ChoiceWrong(
            f'"{text}" is no day.', where="since", remedy="Write it as 2026-01-31."
        ) from None


ROUTES: Final = (
    page(OTHERS, others, Role.ADMIN),
    deed(OTHERS, add_one, Role.ADMIN, "added a dataset", again=others, asks=Asks(otherwise=others)),
    page(f"{HERE}/{{name}}/columns", columns, asks=Asks(when=_has_no_table)),
    deed(f"{HERE}/{{name}}/columns", keep_columns, Role.ADMIN, "chose columns", again=columns,
         asks=VENDORS),
    deed(f"{HERE}/{{name}}/records", keep_records, Role.ADMIN, "set a filter", again=columns,
         asks=VENDORS),
    deed(f"{HERE}/{{name}}/remove", drop, Role.ADMIN, "removed a dataset", again=columns,
         asks=VENDORS),
)  # fmt: skip
