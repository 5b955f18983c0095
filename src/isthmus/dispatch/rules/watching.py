"""What a home wants to be told of, decided from its rules and mappings. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.autotask.models import FieldInfo
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.conditions import fields_of
from isthmus.dispatch.rules.needs import sources_of
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Mapping as Definition
from isthmus.dispatch.rules.sources import ALIASES, reference_of
from isthmus.fieldnation.vocabulary import EVENTS

TICKET: Final = "ticket"
_TICKETS: Final = "Tickets"
_ALWAYS: Final = ("status", "title")
"""What the flow itself looks at; a webhook without any field would stay silent."""
_STATUS: Final = "workorder.status."
_CREATED: Final = "workorder.created"
_NEEDED: Final = frozenset(
    {
        "workorder.message_posted",
        "workorder.provider_upload",
        "workorder.schedule_updated",
        "workorder.problem_reported",
        "workorder.problem_resolved",
    }
)
"""Events that the flow carries over by itself, beside every change of status."""


@dataclass(frozen=True, slots=True)
class Watch:
    """
    What webhooks are to tell of.

    `tickets` and `notes`: whether there is to be a webhook on Tickets and on TicketNotes. `fields`
    and `udfs` are of tickets, by the names their records have. `events` are Field Nation's; ()
    where no rule is enabled.
    """

    tickets: bool = False
    notes: bool = False
    fields: tuple[str, ...] = ()
    udfs: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


def plan_watch(
    rules: Sequence[Rule], mappings: Mapping[str, Definition], fields: Sequence[FieldInfo]
) -> Watch:
    """
    Return what enabled rules want to be told of.

    A related record counts by the ticket's field that refers to it: a change within that record
    does not change the ticket, so no webhook tells it.
    Args: mappings: by name. fields: a ticket's, from metadata.
    """
    ours = [rule for rule in rules if rule.root == TICKET]
    read = [path for rule in ours for path in _read_by(rule, mappings)]
    names = dict.fromkeys(_ALWAYS if ours else ())
    udfs: dict[str, None] = {}
    for path in read:
        name, is_udf = _field_at(path, fields)
        if name:
            (udfs if is_udf else names)[name] = None
    return Watch(
        tickets=bool(ours),
        notes=any(rule.notes in {"out", "both"} for rule in ours),
        fields=tuple(sorted(names)),
        udfs=tuple(sorted(udfs)),
        events=_events(rules, mappings),
    )


def _read_by(rule: Rule, mappings: Mapping[str, Definition]) -> Iterator[str]:
    """Yield every path that a rule's conditions and its inbound mapping read."""
    for condition in (rule.when, rule.cancel_when):
        if condition is not None:
            yield from fields_of(condition)
    mapping = mappings.get(rule.inbound)
    if mapping is not None:
        for row in mapping.rows:
            yield from sources_of(row)
        for need in mapping.needs:
            yield f"{mapping.root}.{need}.id"


def _field_at(text: str, fields: Sequence[FieldInfo]) -> tuple[str, bool]:
    """Return the ticket's own field behind a path, and whether a user-defined one; "" for none."""
    try:
        path = [str(step) for step in paths.parse(text)]
    except paths.PathWrong:
        return "", False
    if len(path) < 2 or path[0] != TICKET:
        return "", False
    first = path[1]
    if first in {paths.UDF, paths.UDF_LABELS}:
        return (path[2] if len(path) > 2 else ""), True
    if first == paths.LABELS:
        return (path[2] if len(path) > 2 else ""), False
    if len(path) > 2 and path[2:] != [paths.LABEL]:
        found = reference_of(first, fields)
        return ("" if found is None else found[0]), False
    return ALIASES[_TICKETS].get(first, first), False


def _events(rules: Sequence[Rule], mappings: Mapping[str, Definition]) -> tuple[str, ...]:
    """Return Field Nation's events: those the flow needs, and those that rows are about."""
    if not rules:
        return ()
    wanted = {name for name in EVENTS if name.startswith(_STATUS)} | _NEEDED
    if any(rule.creates_tickets for rule in rules):
        wanted.add(_CREATED)
    for rule in rules:
        mapping = mappings.get(rule.outbound)
        if mapping is not None:
            wanted |= {event for row in mapping.rows for event in row.events}
    return tuple(name for name in EVENTS if name in wanted)
