"""`isthmus dataset ...`: one dataset: how it stands, what is kept of it, others added, removed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.datasets import REFRESH_WORDS
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.sync import copying
from isthmus.wiring.sync.syncing import Cost, DatasetStanding, Syncing

BY = "cli"


def show(dataset: str, /, *, columns: bool = False, json: bool = False) -> None:
    """
    Show how a dataset stands, what is kept of it, and what a full read would cost.

    Parameters
    ----------
    dataset
        Its name, in any case.
    columns
        List its columns too. Before there is a table, Autotask is asked for them.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        syncing = Syncing.of(stores)
        standing = syncing.standing_of(dataset)
        cost = syncing.cost(standing.name)
        kept = copying.filter_of(standing.choice)
        listed = copying.columns_of(house, standing.name) if columns else ()
    if json:
        answer_json({**_as_json(standing, cost, kept), "columns": _columns_as_json(listed)})
        return
    console = out()
    console.print(_grid(standing, cost, kept))
    if listed:
        console.print()
        console.print(_columns(listed))


def set_(
    dataset: str,
    /,
    *,
    columns_without: str | None = None,
    only: str | None = None,
    since: str | None = None,
    keep: Annotated[bool | None, Parameter(negative="--no-keep")] = None,
    json: bool = False,
) -> None:
    """
    Set what is kept of a dataset: which columns, which records, or nothing at all.

    Parameters
    ----------
    dataset
        Its name, in any case.
    columns_without
        Columns whose values are not kept, by their names with commas; "" keeps all.
    only
        Keep only records that meet this: 'status eq Complete and title contains "server"'.
        "" takes all.
    since
        Keep only records made or changed from that day on (2026-01-31, UTC); "" takes all.
    keep
        Refresh it, or with --no-keep leave it as it is.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house:
        before = copying.choice_of(house, dataset)
        choice = replace(before, by=BY)
        if columns_without is not None:
            names = [one.strip() for one in columns_without.split(",")]
            choice = replace(choice, left_out=tuple(one for one in names if one))
        if only is not None or since is not None:
            kept = copying.filter_of(before)
            choice = copying.with_filter(
                choice,
                kept.since if since is None else _day(since),
                kept.only if only is None else only,
            )
        if keep is not None:
            choice = replace(choice, is_kept=keep)
        if choice == replace(before, by=BY):
            raise SettingWrong(
                "Nothing was said that would change something.",
                where="the options on the command line",
                remedy="Give --columns-without, --only, --since, --keep or --no-keep.",
            )
        follows = copying.set_choice(house, dataset, choice)
    _tell(before.dataset, follows, as_json=json)


def add(dataset: str, /, *, json: bool = False) -> None:
    """
    Have another collection of Autotask copied from now on.

    Parameters
    ----------
    dataset
        Its name, in any case, such as TicketNotes.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        name = copying.choice_of(house, dataset).dataset
        follows = copying.add(house, stores.agenda, dataset, BY)
    _tell(name, f"{follows} Now: isthmus sync {name}", as_json=json)


def remove(dataset: str, /, *, drop_table: bool = False, json: bool = False) -> None:
    """
    Have a dataset copied no more.

    Parameters
    ----------
    dataset
        Its name, in any case.
    drop_table
        Remove its table too. Without it the table stays as it is.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        name = copying.choice_of(house, dataset).dataset
        follows = copying.remove(house, stores.agenda, dataset, BY, drop=drop_table)
    _tell(name, follows, as_json=json)


def _tell(name: str, follows: str, *, as_json: bool) -> None:
    if as_json:
        answer_json({"dataset": name, "follows": follows})
    else:
        say(follows)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingWrong(
            f'--since "{text}" is no day.',
            where="the options on the command line",
            remedy="Write it like 2026-01-31.",
        ) from error


def _grid(one: DatasetStanding, cost: Cost, kept: copying.Filter) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, told in _lines(one, cost, kept):
        grid.add_row(name, Text(told) if isinstance(told, str) else told)
    return grid


def _lines(
    one: DatasetStanding, cost: Cost, kept: copying.Filter
) -> Iterator[tuple[str, str | Text]]:
    now = utc_now()
    yield one.name, one.meaning
    yield "Refresh", f"{REFRESH_WORDS[one.refresh]}, {one.schedule}"
    if not one.is_kept:
        yield "", Text("not kept: left as it is", style="yellow")
    yield "Rows", words.count(one.rows) or "never read"
    if one.fresh_as_of is not None:
        yield "Complete as of", f"{one.fresh_as_of:%Y-%m-%d %H:%M} UTC"
    if one.last is not None:
        yield "Last run", f"{one.last.status}, {words.ago(one.last_at, now)}, by {one.last_by}"
    if one.last is not None and one.last.error is not None:
        yield "", Text(f"{one.last.error.what} {one.last.error.remedy}", style="red")
    yield "Records", _records(kept)
    yield "Columns", _without(one)
    if one.needs_full:
        yield "", Text(f"{one.needs_full} The next refresh reads all.", style="yellow")
    yield "A full read", _cost(cost)
    yield "Permission", _permission(one)


def _records(kept: copying.Filter) -> str:
    told = [f"made or changed since {kept.since}"] if kept.since else []
    told += [f"only {kept.only}"] if kept.only else []
    return "; ".join(told) or "all"


def _without(one: DatasetStanding) -> str:
    left = one.choice.left_out
    return f"without {', '.join(left)}" if left else "all"


def _cost(cost: Cost) -> str:
    if cost.calls is None or cost.minutes is None:
        return "cost not known yet: isthmus test counts the records"
    told = f"about {words.plural(cost.calls, 'call')}, {words.span(cost.minutes * 60)}"
    if cost.share_of_hour is not None:
        told += f", {100 * cost.share_of_hour:.1f} % of an hour's calls"
    return told


def _permission(one: DatasetStanding) -> Text:
    found = one.permission
    if found is None:
        return Text("not looked at yet: isthmus test", style="dim")
    style = "" if found.can_read == "yes" and not found.remedy else "yellow"
    return Text(f"{found.what} {found.remedy}".strip(), style=style)


def _columns(listed: tuple[copying.ColumnChoice, ...]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Column", "Type", "From", "Kept"):
        table.add_column(title, no_wrap=True)
    for one in listed:
        kept = Text("left out", style="yellow") if one.is_left_out else Text("yes")
        table.add_row(one.name, one.type, one.origin, kept)
    return table


def _as_json(one: DatasetStanding, cost: Cost, kept: copying.Filter) -> dict[str, Any]:
    allowed = one.permission
    return {
        "dataset": one.name,
        "refresh": str(one.refresh),
        "schedule": one.schedule,
        "next": words.instant(one.next_at),
        "kept": one.is_kept,
        "since": None if kept.since is None else kept.since.isoformat(),
        "only": kept.only,
        "without": list(one.choice.left_out),
        "needs_full": one.needs_full,
        "rows": one.rows,
        "complete_as_of": words.instant(one.fresh_as_of),
        "last_status": None if one.last is None else one.last.status,
        "full_read": {
            "calls": cost.calls,
            "rows": cost.rows,
            "minutes": cost.minutes,
            "share_of_hour": cost.share_of_hour,
        },
        "permission": None
        if allowed is None
        else {
            "can_read": allowed.can_read,
            "sees_deletions": allowed.sees_deletions,
            "rows": allowed.rows,
            "what": allowed.what,
            "remedy": allowed.remedy,
            "at": words.instant(allowed.at),
        },
    }


def _columns_as_json(listed: tuple[copying.ColumnChoice, ...]) -> list[dict[str, Any]]:
    return [
        {
            "column": one.name,
            "type": one.type,
            "from": one.origin,
            "field": one.source,
            "left_out": one.is_left_out,
            "why_not": one.why_not,
        }
        for one in listed
    ]
