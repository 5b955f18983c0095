"""A rule held against what both sides have, and against the mappings it names."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from typing import Final

from isthmus.autotask.records.labels import named, nearest
from isthmus.base.errors import IsthmusError
from isthmus.dispatch.rules.check import check_condition
from isthmus.dispatch.rules.check_events import lack_of, root_of
from isthmus.dispatch.rules.check_orders import check_target
from isthmus.dispatch.rules.events import BESIDE, CREATED, EXPENSE, HOURS, PAY, POSTED
from isthmus.dispatch.rules.known import ROOTS, Known
from isthmus.dispatch.rules.mapping import concerns
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import INBOUND, OUTBOUND, Mapping, Problem
from isthmus.dispatch.rules.values import Unfit

_FILED: Final = frozenset({"ticket", "task"})
_NUMBERS: Final = {"ticket": "ticketNumber", "task": "taskNumber", "serviceCall": "id"}
_NO_TEXT: Final = frozenset({"predefined", "numeric", "date", "date_time"})
_BORN: Final = (
    ("title",), ("status",), ("priority",), ("companyID",), ("dueDateTime",),
    ("queueID", "assignedResourceID"),
)  # fmt: skip
"""
What a ticket needs to be made, beyond what metadata says; one of each line.

Source: the vendor's guide to Field Nation's connector (documented), a due date by integrators.
"""
_PAIRS: Final = {"assignedResourceID": "assignedResourceRoleID"}


def check_rule(
    rule: Rule, mappings: Table[str, Mapping], known: Known, enabled: Sequence[Rule] = ()
) -> tuple[Problem, ...]:
    """
    Return what is wrong with a rule; of its mappings only that they are there and fit the rule.

    What is not fatal can be dispatched by, and leaves something undone that the rule speaks of.
    Args: mappings: by name. enabled: all rules that are on, those that come first first.
    """
    problems: list[Problem] = []
    for condition in (rule.when, rule.cancel_when):
        if condition is not None:
            problems += check_condition(condition, rule.root, known)
    problems += _mapping(rule.inbound, INBOUND, rule, mappings)
    if rule.outbound:
        problems += _mapping(rule.outbound, OUTBOUND, rule, mappings)
    problems += _fields(rule, known)
    problems += _custom_fields(rule, mappings, known)
    problems += _findable(rule, mappings)
    problems += _owners(rule, known)
    problems += _carried(rule, mappings.get(rule.outbound))
    if rule.creates_tickets:
        problems += _births(rule, mappings.get(rule.outbound))
        problems += _others(rule, enabled)
    return tuple(problems)


def _mapping(
    name: str, direction: str, rule: Rule, mappings: Table[str, Mapping]
) -> Iterator[Problem]:
    mapping = mappings.get(name)
    if mapping is None:
        what = f"There is no mapping {name!r}" if name else f"It names no {direction} mapping"
        close = nearest(name, list(mappings))
        meant = f"Did you mean {' or '.join(close)}? " if close else ""
        yield Problem(what, f"{meant}isthmus mapping list shows those there are.", None, direction)
    elif (mapping.direction, mapping.root) != (direction, rule.root):
        what = f"{name} is {mapping.direction} for a {mapping.root}"
        remedy = f"Name one that is {direction} for a {rule.root}."
        yield Problem(what, remedy, None, direction)


def _fields(rule: Rule, known: Known) -> Iterator[Problem]:
    """Yield whether the record has the fields in which it shows its order."""
    shape = known.entities.get(ROOTS[rule.root])
    if shape is None or rule.cross_link == "note":
        return
    for setting, name in (("id_udf", rule.id_udf), ("link_udf", rule.link_udf)):
        if not name:
            continue
        udf = named(shape.udfs, name)
        if udf is None:
            what = f"{ROOTS[rule.root]} has no user-defined field {name!r}: it stays unwritten"
            remedy = f'Make it in Autotask, or write {setting} = "".'
            yield Problem(what, remedy, None, setting, is_fatal=False)
        elif udf.is_read_only or udf.picklist is not None:
            what = f"No text can be written to the user-defined field {name!r}"
            yield Problem(what, "Take one of type Text.", None, setting)


def _custom_fields(rule: Rule, mappings: Table[str, Mapping], known: Known) -> Iterator[Problem]:
    """Yield whether the order has the custom fields in which it shows its record."""
    fields = {one.name: one for one in known.company.custom_fields}
    for setting, name in (("id_field", rule.id_field), ("link_field", rule.link_field)):
        if name and name not in fields:
            what = f"Field Nation has no custom field {name!r}: it stays unwritten"
            remedy = f'Make it at Field Nation, or write {setting} = "".'
            yield Problem(what, remedy, None, setting, is_fatal=False)
        elif name and fields[name].type in _NO_TEXT:
            what = f"The custom field {name!r} takes no text"
            yield Problem(what, "Take one of type text.", None, setting)
    inbound = mappings.get(rule.inbound)
    fills = inbound is not None and any(row.target == "incident_id" for row in inbound.rows)
    if fills and rule.id_field not in fields:
        what = "No order could be found again: the mapping fills incident_id, and no custom field"
        remedy = "Make the custom field at Field Nation, or take incident_id out of the mapping."
        yield Problem(f"{what} holds our id", remedy, None, "id_field")


def _findable(rule: Rule, mappings: Table[str, Mapping]) -> Iterator[Problem]:
    """
    Yield whether an order can be found by its title.

    Source: that Field Nation's search covers titles is documented; custom fields and incident ids,
    assumed.
    """
    inbound = mappings.get(rule.inbound)
    titles = [] if inbound is None else [row for row in inbound.rows if row.target == "title"]
    number = _NUMBERS[rule.root]
    if titles and not any(number in f"{row.source} {dict(row.params)}" for row in titles):
        what = f"The title of the order does not hold {rule.root}.{number}"
        remedy = "Put it in: where the answer to the making of an order is lost, it is looked for."
        yield Problem(what, remedy, None, "inbound", is_fatal=False)


def _owners(rule: Rule, known: Known) -> Iterator[Problem]:
    for path in rule.owners:
        try:
            check_target(path, known.company)
        except Unfit as trouble:
            yield Problem(str(trouble), trouble.remedy, None, f"owners, {path}")
        except IsthmusError as trouble:
            yield Problem(trouble.what, trouble.remedy, None, f"owners, {path}")


# What is carried beside the record


def _carried(rule: Rule, outbound: Mapping | None) -> Iterator[Problem]:
    """Yield what the rule wants carried to the record and cannot be, or has no rows for."""
    beside = BESIDE.get(rule.root, frozenset())
    wanted = (
        ("times", rule.times, "timeEntry", (HOURS,)),
        ("costs", rule.costs != "none", "charge", (EXPENSE, PAY)),
        ("notes", rule.notes in {"in", "both"}, "taskNote" if rule.root == "task" else "note",
         (POSTED,)),
    )  # fmt: skip
    for setting, is_wanted, record, events in wanted:
        if not is_wanted:
            continue
        if record not in beside:
            what = f"Nothing comes of {setting}: a {rule.root} has none of its own"
            yield Problem(what, "Leave it away.", None, setting, is_fatal=False)
        elif outbound is None or not _has_rows(outbound, record, events):
            named = " or ".join(events)
            what = f"Nothing comes of {setting}: no row of the outbound mapping is for {named}"
            remedy = f"Add rows for {record}, as in the mappings that come with Isthmus."
            yield Problem(what, remedy, None, setting, is_fatal=setting != "notes")
    if rule.files != "none" and rule.root not in _FILED:
        what = f"A {rule.root} takes no files"
        yield Problem(what, "Leave files away.", None, "files")
    if rule.times and rule.time_id_in == "internalNotes" and outbound is not None:
        yield from _summary(outbound)
    if outbound is not None and not any(row.events for row in outbound.rows):
        what = f"Nothing is written back: no row of {outbound.name} names an event"
        yield Problem(what, "Name the events in its rows.", None, "outbound", is_fatal=False)


def _has_rows(mapping: Mapping, record: str, events: tuple[str, ...]) -> bool:
    return any(
        root_of(row.target) == record and bool(set(row.events) & set(events))
        for row in mapping.rows
    )


def _summary(outbound: Mapping) -> Iterator[Problem]:
    """Yield that Autotask takes no time entry whose summary is empty (documented)."""
    if not any(row.target == "timeEntry.summaryNotes" for row in outbound.rows):
        what = "With the id in internalNotes, summaryNotes has to be mapped"
        remedy = f"Add a row for timeEntry.summaryNotes at {HOURS}."
        yield Problem(what, remedy, None, "time_id_in")


def _others(rule: Rule, enabled: Sequence[Rule]) -> Iterator[Problem]:
    """Yield that another rule makes tickets too: the first that is on makes all of them."""
    names = [one.name for one in enabled if one.creates_tickets and one.name != rule.name]
    if names:
        what = f"{' and '.join(names)} makes tickets of orders too: only the first rule ever does"
        remedy = "Leave creates_tickets to one rule."
        yield Problem(what, remedy, None, "creates_tickets", is_fatal=False)


def _births(rule: Rule, outbound: Mapping | None) -> Iterator[Problem]:
    """Yield what keeps an order born at Field Nation from making a ticket."""
    if rule.root != "ticket":
        what = f"An order of Field Nation can make a ticket, no {rule.root}"
        yield Problem(what, "Leave creates_tickets away.", None, "creates_tickets")
        return
    if outbound is None:
        what = "It is to make tickets and has no outbound mapping that fills them"
        yield Problem(what, "Name an outbound mapping.", None, "creates_tickets")
        return
    rows = [row for row in outbound.rows if concerns(row, CREATED)]
    there = {row.target.removesuffix(".label") for row in rows}
    for choices in _BORN:
        found = [name for name in choices if f"ticket.{name}" in there]
        if not found:
            yield lack_of("ticket", " or ".join(choices), (CREATED,))
        for name in found:
            pair = _PAIRS.get(name)
            if pair is not None and f"ticket.{pair}" not in there:
                yield lack_of("ticket", pair, (CREATED,))
