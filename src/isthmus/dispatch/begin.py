"""A record without an order: whether a rule dispatches it, and all that belongs to making one."""

from isthmus.autotask.port import Record
from isthmus.dispatch import beside, cross_links, moves, toward_order
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import NamedRuleGone, RecordGone, RuleGone
from isthmus.dispatch.library import Library
from isthmus.dispatch.named import rule_named
from isthmus.dispatch.news import DISPATCH, asked_to_dispatch, forced_by, note_record
from isthmus.dispatch.preview import NoRule
from isthmus.dispatch.rules.known import ROOT_OF
from isthmus.dispatch.rules.rule import Rule, decide_rule, paths_needed
from isthmus.dispatch.story import UNWANTED
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
    # What was begun is ended by the rule it was begun by, even where that is switched off since.
    rule = rule_of(desk, job) if begun else await rule_for(desk, job, record)
    if rule is None:
        tell_unwanted(job)
        _close_waiting(job, "No rule dispatches it any more.")
        return Done()
    await begin_by(desk, job, rule, record, anew=not begun)
    return Done()


async def begin_by(desk: Desk, job: Job, rule: Rule, record: Record, *, anew: bool) -> None:
    """Make the order of a record by a rule. Args: anew: none was begun for its link before."""
    if job.link is None:
        job.link = toward_order.new_link(record, rule, job.key)
    elif job.link.state in {CLOSED, STUCK}:
        job.changed(state=WAITING, rule=rule.name)
    job.rule = rule
    begin_notes(job, rule, record, anew=anew)
    await toward_order.make(desk, job, rule, record)
    await end_making(desk, job, rule, record)


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


async def rule_for(desk: Desk, job: Job, record: Record) -> Rule | None:
    """
    Return the rule that a person named, else the first that wants the record; None: none does.

    Raises: NamedRuleGone: that one cannot, and nobody asked since without naming one.
    ConditionWrong.
    """
    forced, asked = forced_by(job.messages), asked_to_dispatch(job.messages)
    if forced:
        try:
            return await desk.kept(_named, desk, job.key, record.entity, forced)
        except NamedRuleGone:
            if asked is None or asked.event != DISPATCH:
                raise
    root = ROOT_OF.get(record.entity, "")
    rules = [one for one in desk.library.rules() if one.root == root]
    if not rules:
        return None
    needed = sorted({path for one in rules for path in paths_needed(one)})
    document = await desk.hydrator.document(root, record, needed)
    return decide_rule(rules, document)


def _named(desk: Desk, key: str, entity: str, name: str) -> Rule:
    """
    Return the rule that a person named, also one switched on a moment ago.

    Raises: NamedRuleGone.
    """
    try:
        return rule_named(Library(desk.library.definitions), entity, name)
    except NoRule as told:
        raise NamedRuleGone(
            f"A person wants it dispatched by a rule that cannot: {told.what}",
            where=key,
            remedy=f"{told.remedy} Mend that and replay this, or dispatch it by another rule.",
        ) from None


def tell_unwanted(job: Job) -> None:
    """Say that no rule wants a record where a person asked; else each webhook would say so."""
    if any(one.source == "person" for one in job.messages):
        job.tell("decision", UNWANTED)


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
