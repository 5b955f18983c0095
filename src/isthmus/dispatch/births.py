"""An order born at Field Nation makes a ticket, once, where a rule says so."""

from typing import Any, Final

from isthmus.autotask import q
from isthmus.base.ids import new_ordered_id
from isthmus.dispatch import deliver
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import MappingProblems, RuleGone
from isthmus.dispatch.rules import sources
from isthmus.dispatch.rules.changes import Changes
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.occurrences import digest
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Problem
from isthmus.dispatch.toward_record import changes_of
from isthmus.fieldnation import WorkOrder
from isthmus.state.dispatch import LINKED, Link

CREATED: Final = "workorder.created"
BORN: Final = "born"
"""Marks a link whose order was there first: it is never released, nor written over unasked."""


async def make_record(desk: Desk, job: Job, rule: Rule, order: WorkOrder) -> str:
    """
    Make the record of an order once; return the key of its link.

    Raises: MappingProblems: the outbound mapping does not say all that a new record needs.
    """
    entity = ROOTS[rule.root]
    link = await desk.kept(desk.state.link_of, job.key)
    if link is None:
        link = Link(
            id=f"isth-{new_ordered_id()}", key=job.key, entity="WorkOrders", record_id=order.id,
            title=order.title[:200], rule=rule.name, waits_for="Its ticket is to be made.",
        )  # fmt: skip
    job.link = await desk.kept(desk.state.save_link, link, then=job.run.confirm)
    changes = await _changes(desk, rule, order)
    marker = f"[{link.id}]"
    said = str(changes.values.get("description") or "").strip()
    values = {**changes.values, "description": f"{said}\n{marker}".strip()}

    async def create() -> str:
        made = await desk.records.create(entity, values, udfs=changes.udfs, read_back=False)
        return str(made.id)

    async def look() -> str | None:
        found = await desk.records.find(entity, q.contains("description", marker), limit=5)
        return next((str(one.id) for one in found), None)

    def ties(found: str) -> None:
        job.changed(
            key=f"{entity}/{found}", entity=entity, record_id=int(found), work_order_id=order.id,
            state=LINKED, waits_for="", written={**job.linked.written, BORN: "yes"},
        )  # fmt: skip

    wanted = deliver.Wanted("record", "record", marker, digest(said), create, look, ties=ties)
    await deliver.once(desk, job, wanted)
    job.tell("decision", f"Rule {rule.name} made a record of an order born at Field Nation")
    return job.linked.key


async def _changes(desk: Desk, rule: Rule, order: WorkOrder) -> Changes:
    mapping = desk.library.mapping(rule.outbound)
    if mapping is None:
        raise RuleGone(
            f"The rule {rule.name} names no outbound mapping that is there",
            where=f"rule {rule.name}",
            remedy="Publish the mapping it names.",
        )
    known = await desk.metadata.known()
    source: dict[str, Any] = sources.of_order(order.raw, {"name": CREATED})
    found = await changes_of(desk, mapping, source, CREATED, known)
    made = next((one for one in found if one.root == rule.root), None)
    if made is None:
        lacking = Problem(
            f"The mapping says nothing of a new {rule.root}",
            f"Add rows for {CREATED} that fill what Autotask requires.",
        )
        raise MappingProblems(f"mapping {mapping.name}", (lacking,))
    return made
