"""Whether the rows of an outbound mapping fit the events they are for."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.events import (
    BESIDE,
    CREATED,
    KNOWN_EVENTS,
    MADE_AT,
    THINGS,
    made_at,
)
from isthmus.dispatch.rules.known import ROOTS, UPDATED, Known, near
from isthmus.dispatch.rules.mapping import concerns
from isthmus.dispatch.rules.needs import sources_of
from isthmus.dispatch.rules.shapes import Mapping, Problem, Row

_TIES: Final = frozenset({"id", "ticketID", "taskID"})
_OURS: Final = frozenset({"timeEntry.resourceID"})
"""What the flow writes by itself: what ties a record to its ticket or task, and who worked."""


def check_events(mapping: Mapping, number: int, row: Row) -> Iterator[Problem]:
    """Yield what is wrong with a row's events, and with what it reads and writes at them."""
    for event in row.events:
        if event not in KNOWN_EVENTS:
            yield Problem(
                f"There is no event {event!r}", near(event, list(KNOWN_EVENTS)), number, row.target
            )
    yield from _things(number, row)
    root = root_of(row.target)
    if root in UPDATED:
        yield from _idle(number, row)
    elif root in ROOTS:
        yield from _made(mapping, number, row, root)


def _things(number: int, row: Row) -> Iterator[Problem]:
    for path in sources_of(row):
        event = THINGS.get(root_of(path))
        if event is not None and set(row.events) != {event}:
            what = f"There is a {root_of(path)} only at {event}"
            yield Problem(what, f'Write events = ["{event}"] in this row.', number, path)


def _idle(number: int, row: Row) -> Iterator[Problem]:
    for event in row.events:
        if event in MADE_AT:
            made = " or ".join(sorted(MADE_AT[event]))
            what = f"At {event} only a {made} is made, so that this is not written then"
            yield Problem(what, "Take another event.", number, row.target, is_fatal=False)


def _made(mapping: Mapping, number: int, row: Row, root: str) -> Iterator[Problem]:
    beside = BESIDE.get(mapping.root, frozenset())
    if root not in beside:
        remedy = f"Beside a {mapping.root} there can be {_listed(beside)}."
        yield Problem(
            f"A {root} cannot be made beside a {mapping.root}", remedy, number, row.target
        )
        return
    wrong = [event for event in row.events if root not in made_at(event)]
    for event in wrong:
        remedy = f"At {event} there can be {_listed(made_at(event) & beside)}."
        yield Problem(f"No {root} is made at {event}", remedy, number, row.target)
    if not row.events and any(event in MADE_AT for one in mapping.rows for event in one.events):
        what = f"This row of a {root} names no event, so that it would be for hours and money too"
        yield Problem(what, "Name its events.", number, row.target)


def missing_at_events(
    mapping: Mapping, targets: Sequence[str], known: Known, *, creates: bool
) -> Iterator[Problem]:
    """
    Yield what Autotask requires of a new record and no row writes at the event it is made at.

    Args: targets: of each row, as `paths.spell` writes it. creates: records are made of orders too.
    """
    named = list(dict.fromkeys(event for row in mapping.rows for event in row.events))
    if creates and CREATED not in named:
        named.append(CREATED)
    found: dict[tuple[str, str], list[str]] = {}
    for event in named or [""]:
        there = [
            target
            for row, target in zip(mapping.rows, targets, strict=True)
            if concerns(row, event)
        ]
        born = mapping.root if creates and event in {CREATED, ""} else ""
        for lack in lacking(there, known, born):
            found.setdefault(lack, []).append(event)
    for (root, name), events in found.items():
        yield lack_of(root, name, events)


def lacking(targets: Collection[str], known: Known, born: str = "") -> Iterator[tuple[str, str]]:
    """
    Yield the required fields that nobody writes: of new records, and of the one that is born.

    Args: targets: paths that are written.
    """
    written = {target.removesuffix(".label") for target in targets}
    roots = {root_of(target) for target in targets} | ({born} if born else set())
    for root in sorted(roots):
        shape = known.entities.get(ROOTS.get(root, ""))
        if shape is None or (root in UPDATED and root != born):
            continue
        for field in shape.fields:
            is_needed = field.is_required and not field.is_read_only
            path = f"{root}.{field.name}"
            if is_needed and path not in written and path not in _OURS and field.name not in _TIES:
                yield root, field.name


def lack_of(root: str, name: str, events: Sequence[str] = ()) -> Problem:
    """Return the problem of a required field that nobody writes."""
    at = next((f" at {event}" for event in events if event), "")
    more = f" and {len(events) - 1} more" if len(events) > 1 else ""
    what = f"A new {root} needs {name}{at}{more}"
    return Problem(what, "Add a row for it.", None, f"{root}.{name}")


def root_of(text: str) -> str:
    """Return the record a path begins with; "" for what is no path."""
    try:
        return str(paths.parse(text)[0])
    except paths.PathWrong:
        return ""


def _listed(names: Collection[str]) -> str:
    return " or ".join(f"a {name}" for name in sorted(names)) or "no other record"
