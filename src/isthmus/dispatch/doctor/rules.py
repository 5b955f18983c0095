"""Rules and mappings, held against what both sides have."""

from collections.abc import AsyncIterator, Iterator, Sequence

from isthmus.autotask.records.labels import named
from isthmus.dispatch.doctor.findings import (
    FIELDNATION,
    RULES,
    Finding,
    ok,
    warning,
    wrong,
)
from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.check import check_mapping
from isthmus.dispatch.rules.check_rule import check_rule
from isthmus.dispatch.rules.known import ROOTS, Known
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import INBOUND, OUTBOUND, Mapping, Problem

UDF_PATH = (
    "Admin > Features & Settings > Application-Wide (Shared) Features > User-Defined Fields >"
    " Ticket, Task or Service Call > New"
)
"""Source: the vendor's admin menus; they differ between instances."""
CUSTOM_PATH = "Field Nation, Settings > Company > Custom Fields > Add"
"""Source: assumed; the published pages describe the list and not the way to it."""
_SHOWN_ELSEWHERE = frozenset({"id_udf", "link_udf", "id_field", "link_field"})


async def look_at_rules(library: Library, known: Known) -> AsyncIterator[Finding]:
    """Yield for each enabled rule whether it and its mappings fit what both sides have."""
    for one in library.unread():
        yield wrong(RULES, f"{one.kind} {one.name}", one.what, one.remedy)
    for rule in library.rules():
        problems = list(_problems_of(rule, library, known))
        fatal = [one for one in problems if one[1].is_fatal]
        for where, problem in problems:
            make = wrong if problem.is_fatal else warning
            remedy = f"{problem.remedy} {_show(where)}".strip()
            yield make(RULES, where, _told(problem), remedy)
        if not fatal:
            yield ok(RULES, f"rule {rule.name}", f"fits, with {_mappings(rule)}")


def _problems_of(rule: Rule, library: Library, known: Known) -> Iterator[tuple[str, Problem]]:
    """
    Yield every problem with the place it is in: a rule, or one of its mappings.

    The fields in which each side shows the other are looked at by themselves, with the way there.
    """
    mappings = {one.name: one for one in library.mappings()}
    for problem in check_rule(rule, mappings, known, library.rules()):
        if problem.field not in _SHOWN_ELSEWHERE:
            yield f"rule {rule.name}", problem
    for name, direction in ((rule.inbound, INBOUND), (rule.outbound, OUTBOUND)):
        mapping = mappings.get(name)
        if mapping is not None and (mapping.direction, mapping.root) == (direction, rule.root):
            creates = rule.creates_tickets and direction == OUTBOUND
            for problem in check_mapping(mapping, known, creates=creates):
                yield f"mapping {name}", problem


def _told(problem: Problem) -> str:
    row = "" if problem.row is None else f"row {problem.row}: "
    field = f" ({problem.field})" if problem.field and problem.field not in problem.what else ""
    return f"{row}{problem.what}{field}"


def _show(where: str) -> str:
    kind, _, name = where.partition(" ")
    return f"isthmus {kind} show {name}"


def _mappings(rule: Rule) -> str:
    return " and ".join(name for name in (rule.inbound, rule.outbound) if name)


# Where each side shows the other


async def look_at_links(rules: Sequence[Rule], known: Known) -> AsyncIterator[Finding]:
    """Yield whether the fields are there in which each side shows the other."""
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        if rule.cross_link in {"udf", "both"}:
            for finding in _udfs(rule, known, seen):
                yield finding


def _udfs(rule: Rule, known: Known, seen: set[tuple[str, str]]) -> Iterator[Finding]:
    entity = ROOTS[rule.root]
    shape = known.entities.get(entity)
    for name in (rule.id_udf, rule.link_udf):
        if not name or shape is None or (entity, name) in seen:
            continue
        seen.add((entity, name))
        subject = f"field {name!r} of {entity}"
        udf = named(shape.udfs, name)
        if udf is None:
            yield warning(
                RULES, subject, "there is no such user-defined field, so the order is not shown",
                f"Make it, of type Text: {UDF_PATH}; or name another in the rule {rule.name}.",
            )  # fmt: skip
        elif udf.is_read_only or udf.picklist is not None:
            yield wrong(
                RULES, subject, "no text can be written to it",
                f"Make one of type Text: {UDF_PATH}; or name another in the rule {rule.name}.",
            )  # fmt: skip
        else:
            yield ok(RULES, subject, "is there")


async def look_at_custom_fields(
    rules: Sequence[Rule], library: Library, known: Known
) -> AsyncIterator[Finding]:
    """Yield whether the work order's custom fields are there in which the record is shown."""
    names = {one.name for one in known.company.custom_fields}
    for name in dict.fromkeys(rule.id_field for rule in rules if rule.id_field):
        users = [rule for rule in rules if rule.id_field == name]
        subject = f"custom field {name!r}"
        if name in names:
            yield ok(FIELDNATION, subject, "is there")
        elif any(_fills_incident(library.mapping(rule.inbound)) for rule in users):
            yield wrong(
                FIELDNATION, subject,
                "it is not there and the mapping fills incident_id: an order whose answer was lost"
                " could not be found again",
                f"Make it, of type text: {CUSTOM_PATH}; or take incident_id out of the mapping.",
            )  # fmt: skip
        else:
            yield warning(
                FIELDNATION, subject, "it is not there: orders are found by incident_id alone",
                f"Make it, of type text: {CUSTOM_PATH}.",
            )  # fmt: skip
    for name in dict.fromkeys(rule.link_field for rule in rules if rule.link_field):
        if name in names:
            yield ok(FIELDNATION, f"custom field {name!r}", "is there")
        else:
            yield warning(
                FIELDNATION, f"custom field {name!r}",
                "it is not there, so orders carry no link to their record",
                f"Make it, of type text: {CUSTOM_PATH}.",
            )  # fmt: skip


def _fills_incident(mapping: Mapping | None) -> bool:
    return mapping is not None and any(row.target == "incident_id" for row in mapping.rows)
