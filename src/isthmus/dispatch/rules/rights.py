"""Which rights the API user needs at Autotask for what the enabled rules do. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.known import ROOTS, EntityShape, Known
from isthmus.dispatch.rules.needs import needs
from isthmus.dispatch.rules.rule import Rule, paths_needed
from isthmus.dispatch.rules.shapes import OUTBOUND
from isthmus.dispatch.rules.shapes import Mapping as Definition
from isthmus.dispatch.rules.sources import reference_of

QUERY: Final = "query"
CREATE: Final = "create"
UPDATE: Final = "update"
VERBS: Final = (QUERY, CREATE, UPDATE)
_NOTES: Final = {"ticket": "TicketNotes", "task": "TaskNotes"}
_FILES: Final = {"ticket": "TicketAttachments", "task": "TaskAttachments"}
_IN: Final = frozenset({"in", "both"})
_OUT: Final = frozenset({"out", "both"})


@dataclass(frozen=True, slots=True)
class Right:
    """Something the API user has to be allowed; `why` names what for, in a few words."""

    entity: str
    verb: str
    why: str


def plan_rights(
    rules: Sequence[Rule], mappings: Mapping[str, Definition], known: Known
) -> tuple[Right, ...]:
    """Return each right once, in the order of entities as they are met."""
    found: dict[tuple[str, str], Right] = {}
    for rule in rules:
        for right in _of_rule(rule, mappings, known):
            found.setdefault((right.entity, right.verb), right)
    entities = list(dict.fromkeys(entity for entity, _ in found))
    ordered = ((entity, verb) for entity in entities for verb in VERBS)
    return tuple(found[key] for key in ordered if key in found)


def _of_rule(rule: Rule, mappings: Mapping[str, Definition], known: Known) -> Iterator[Right]:
    entity = ROOTS[rule.root]
    yield Right(entity, QUERY, f"rule {rule.name} decides about it")
    inbound, outbound = mappings.get(rule.inbound), mappings.get(rule.outbound)
    needed = (*paths_needed(rule), *(() if inbound is None else needs(inbound)))
    for other in _related(entity, sorted(set(needed)), known):
        yield Right(other, QUERY, f"rule {rule.name} reads it")
    written = set() if outbound is None else _targets(outbound)
    shows = rule.cross_link in {"udf", "both"} and (rule.id_udf or rule.link_udf)
    if entity in written or shows:
        yield Right(entity, UPDATE, "what happens in the field is written to it")
    if rule.creates_tickets:
        yield Right(entity, CREATE, "an order born at Field Nation makes one")
    yield from _of_notes(rule, written)
    yield from _of_files(rule)
    yield from _of_costs(rule)


def _of_notes(rule: Rule, written: set[str]) -> Iterator[Right]:
    notes = _NOTES.get(rule.root)
    if notes is None:
        for above in ("Ticket", "Task"):
            of_call = f"the {above.lower()} of a service call"
            yield Right(f"ServiceCall{above}s", QUERY, f"to find {of_call}")
            yield Right(f"{above}Notes", CREATE, f"the order is noted at {of_call}")
            yield Right(f"{above}Notes", QUERY, "so that none is made twice")
        return
    if notes in written or rule.notes in _IN or rule.cross_link in {"note", "both"}:
        yield Right(notes, CREATE, "what happens in the field is noted")
        yield Right(notes, QUERY, "so that none is made twice")
    if rule.notes in _OUT:
        yield Right(notes, QUERY, "notes go to the technician")


def _of_files(rule: Rule) -> Iterator[Right]:
    files = _FILES.get(rule.root)
    if files is None:
        return
    if rule.files in _IN:
        yield Right(files, CREATE, "the technician's files are put there")
    if rule.files in _IN | _OUT:
        yield Right(files, QUERY, "files are carried once")


def _of_costs(rule: Rule) -> Iterator[Right]:
    if rule.times and rule.root in _NOTES:
        for verb in VERBS:
            yield Right("TimeEntries", verb, "hours become time entries, and are kept up")
    if rule.costs != "none" and rule.root == "ticket":
        for verb in VERBS:
            yield Right("TicketCharges", verb, "expenses and pay become charges, and are kept up")


def _related(entity: str, needed: Sequence[str], known: Known) -> Iterator[str]:
    """Yield the collections behind paths, where metadata says what they are."""
    found = {"": entity}
    for path in sorted(needed, key=lambda one: one.count(".")):
        above, _, name = path.rpartition(".")
        parent = found.get(above)
        if parent is None:
            continue
        if parent == "ServiceCalls" and name == "ticket":
            yield "ServiceCallTickets"
            found[path] = "Tickets"
            yield "Tickets"
            continue
        shape: EntityShape | None = known.entities.get(parent)
        reference = None if shape is None else reference_of(name, shape.fields)
        if reference is not None:
            found[path] = reference[1]
            yield reference[1]


def _targets(mapping: Definition) -> set[str]:
    if mapping.direction != OUTBOUND:
        return set()
    roots = {_root(row.target) for row in mapping.rows}
    return {ROOTS[root] for root in roots if root in ROOTS}


def _root(target: str) -> str:
    try:
        return str(paths.parse(target)[0])
    except paths.PathWrong:
        return ""
