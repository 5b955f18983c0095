"""A record without an order: whether a rule dispatches it, and all that belongs to making one."""

from isthmus.autotask.port import Record
from isthmus.dispatch import beside, cross_links, moves, toward_order
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import RecordGone, RuleGone
from isthmus.dispatch.news import forced_by, note_record
from isthmus.dispatch.rules.known import ROOT_OF
from isthmus.dispatch.rules.rule import Rule, decide_rule, paths_needed
from isthmus.dispatch.talk import begin_notes, gives_notes
from isthmus.engine import Done, Outcome
from isthmus.state.dispatch import CLOSED, STUCK, WAITING


async def begin(desk: Desk, job: Job, entity: str, number: int) -> Outcome:
    """Make the order of a record that a rule wants dispatched. Raises: RecordGone, RuleGone."""
    record = await desk.reader.record(entity, number)
    begun = job.link is not None and await _was_begun(desk, job)
    if record is None:
        job.tell("decision", "There is no such record, or none that we may see")
        if begun:
            raise RecordGone(
                "The record is gone, and its work order may have been made",
                where=job.key,
                remedy="Give the API user the right to see it, or look for the order at Field"
                " Nation; then replay this.",
            )
        _close_waiting(job, "The record is gone.")
        return Done()
    rule = await _rule_for(desk, job, record, begun=begun)
    if rule is None:
        _close_waiting(job, "No rule dispatches it any more.")
        return Done()
    if job.link is None:
        job.link = toward_order.new_link(record, rule, job.key)
    elif job.link.state in {CLOSED, STUCK}:
        job.changed(state=WAITING, rule=rule.name)
    job.rule = rule
    begin_notes(job, rule, record, anew=not begun)
    await toward_order.make(desk, job, rule, record)
    await end_making(desk, job, rule, record)
    return Done()


async def end_making(desk: Desk, job: Job, rule: Rule, record: Record) -> None:
    """
    Finish what belongs to a new order; each part is found again where a crash left it.

    Raises: NotReleased, once the record shows its order all the same.
    """
    refused: moves.NotReleased | None = None
    try:
        await moves.release(desk, job, rule)
    except moves.NotReleased as told:
        refused = told
    if not cross_links.is_shown(job.linked):
        await cross_links.show_order(desk, job, rule, record)
    await beside.note(desk, job)
    note_record(job, record, with_notes=not gives_notes(rule))
    if refused is not None:
        raise refused


async def _rule_for(desk: Desk, job: Job, record: Record, *, begun: bool) -> Rule | None:
    """
    Return the rule that dispatches a record.

    What was begun is ended by the rule it was begun by, even where that is switched off since.
    """
    if begun:
        return rule_of(desk, job)
    root = ROOT_OF.get(record.entity, "")
    rules = [one for one in desk.library.rules() if one.root == root]
    forced = forced_by(job.messages)
    if not rules or forced:
        return next((one for one in rules if one.name == forced), None)
    needed = sorted({path for one in rules for path in paths_needed(one)})
    document = await desk.hydrator.document(root, record, needed)
    return decide_rule(rules, document)


def rule_of(desk: Desk, job: Job) -> Rule:
    """Return the rule that a link was made by. Raises: RuleGone."""
    name = job.linked.rule
    rule = desk.library.rule(name)
    if rule is None:
        raise RuleGone(
            f"The rule {name!r} of this link is not there any more",
            where=job.key,
            remedy="isthmus rule rollback brings a version of it back; then resume the link.",
        )
    return rule


async def _was_begun(desk: Desk, job: Job) -> bool:
    """Tell whether an order may be there already, so that there is no way back."""
    intents = await desk.kept(desk.state.intents, job.linked.id, ("order",))
    return any(one.tries for one in intents)


def _close_waiting(job: Job, why: str) -> None:
    if job.link is not None and job.link.state != CLOSED:
        job.changed(state=CLOSED, waits_for=why)
