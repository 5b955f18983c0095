"""What dispatch would do, shown and not done: a dry run, and a link compared field by field."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from isthmus.autotask import Label, q
from isthmus.autotask.port import Record
from isthmus.base.clock import utc_now
from isthmus.base.errors import NeedsPerson
from isthmus.dispatch import toward_order, toward_record
from isthmus.dispatch.cross_links import add_links, record_url
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.edits import edits_on
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.amending import PERSON
from isthmus.dispatch.rules.known import ROOT_OF
from isthmus.dispatch.rules.occurrences import occurrences
from isthmus.dispatch.rules.ownership import Owner, owner_of
from isthmus.dispatch.rules.rule import Rule, decide_rule, paths_needed
from isthmus.dispatch.rules.shapes import Mapping, Origin, Problem
from isthmus.dispatch.rules.showing import shown_at, shown_mark
from isthmus.dispatch.rules.values import plain, text_of
from isthmus.fieldnation import WorkOrder
from isthmus.state.dispatch import Link

NUMBERS: Final = {"Tickets": "ticketNumber", "Tasks": "taskNumber"}


class NoSuchRecord(NeedsPerson):
    """There is no such ticket, task or service call, or none that the API user may see."""


class NoRule(NeedsPerson):
    """No rule dispatches this record."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """
    The work order that a record would become.

    `origins` say for each target path where its value came from. `body` is what would be sent.
    """

    record: Record
    rule: str
    mapping: str
    is_wanted: bool
    body: dict[str, Any]
    origins: dict[str, Origin]
    left_out: tuple[str, ...]
    traces: dict[int, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class FieldPair:
    """
    One field on both sides.

    `differs` tells whether bringing in step would write it; what differs and stays, since Field
    Nation owns it, is `is_theirs`. `source` is the path it comes from, `by` the mapping with its
    version that writes it; of what a person set, both are who it was.
    """

    path: str
    record_says: Any
    order_shows: Any
    differs: bool
    source: str = ""
    by: str = ""
    is_theirs: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    A link compared: the order's fields, the record's, and what the record does not know yet.

    In `record` what the order makes of each field stands as `order_shows`.
    """

    link: Link
    fields: tuple[FieldPair, ...]
    untold: tuple[str, ...]
    record: tuple[FieldPair, ...] = ()

    @property
    def differing(self) -> tuple[str, ...]:
        """Return the paths that bringing in step would write, of both sides."""
        return tuple(one.path for one in (*self.fields, *self.record) if one.differs)


async def find_record(desk: Desk, entity: str, text: str) -> Record:
    """Return a record by its number or id. Raises: NoSuchRecord."""
    name = NUMBERS.get(entity)
    is_id = text.isascii() and text.isdigit()
    if is_id or name is None:
        found = await desk.reader.record(entity, int(text)) if is_id else None
    else:
        records = await desk.records.find(entity, q.eq(name, text), limit=2)
        found = records[0] if records else None
    if found is None:
        raise NoSuchRecord(
            f"There is no {entity[:-1].lower()} {text!r}, or none that the API user may see",
            where=entity,
            remedy="Give its number, such as T20260527.0006, or its id.",
        )
    return found


async def dry_run(desk: Desk, record: Record, rule_name: str = "") -> DryRun:
    """Show what a record would become; reads both sides and writes nothing. Raises: NoRule."""
    root = ROOT_OF[record.entity]
    rule, is_wanted = await _rule(desk, root, record, rule_name)
    made = await toward_order.attempt(desk, rule, record)
    problems = await toward_order.problems_of(desk, made)
    link = toward_order.new_link(record, rule, f"{record.entity}/{record.id}")
    url = await record_url(desk, record)
    body = add_links(made.body, link, url, rule, made.known.company)
    return DryRun(
        record=record,
        rule=rule.name,
        mapping=made.name,
        is_wanted=is_wanted,
        body=body,
        origins=dict(made.result.origins),
        left_out=made.result.left_out,
        traces=dict(made.result.traces),
        problems=tuple(problems),
    )


async def rule_for(desk: Desk, record: Record, name: str = "") -> Rule:
    """Return the rule of that name, or the one that would dispatch a record. Raises: NoRule."""
    root = ROOT_OF[record.entity]
    return (await _rule(desk, root, record, name))[0]


async def _rule(desk: Desk, root: str, record: Record, name: str) -> tuple[Rule, bool]:
    """Return the rule to try, and whether it wants this record as it is now."""
    rules = [one for one in desk.library.rules(enabled_only=False) if one.root == root]
    chosen = [one for one in rules if one.name == name] if name else rules
    if not chosen:
        raise NoRule(
            f"There is no rule {name!r} for a {root}" if name else f"There is no rule for a {root}",
            where="rules",
            remedy="isthmus rule list shows those there are.",
        )
    needed = sorted({path for one in chosen for path in paths_needed(one)})
    document = await desk.hydrator.document(root, record, needed)
    wanted = decide_rule([one for one in chosen if one.is_enabled], document)
    return (wanted or chosen[0]), wanted is not None


async def compare(desk: Desk, link: Link) -> Comparison:
    """Hold both sides against each other; writes nothing. Raises: NoSuchRecord, NoRule."""
    record = await desk.reader.record(link.entity, link.record_id)
    order = await desk.reader.order(link.work_order_id or 0)
    rule = desk.library.rule(link.rule)
    if record is None or order is None:
        gone = "record" if record is None else "work order"
        raise NoSuchRecord(f"The {gone} of {link.key} is gone", where=link.key, remedy="Park it.")
    if rule is None:
        raise NoRule(f"The rule {link.rule!r} is gone", where=link.key, remedy="Roll it back.")
    made = await toward_order.attempt(desk, rule, record, edits=edits_on(link))
    pairs = []
    for path, origin in made.result.origins.items():
        value, mark = shown_at(order, path), shown_mark(order, path)
        here = link.written.get(f"order:{path}") != made.own.get(path, "")
        there = (link.written.get(f"shown:{path}") or mark) != mark
        differs = (here or there) and not _shows(value, origin.after)
        theirs = owner_of(rule.owners, path) is Owner.FIELDNATION
        by = made.name if origin.action != PERSON else origin.source
        pairs.append(
            FieldPair(
                path, origin.after, plain(value), differs and not theirs, origin.source, by,
                is_theirs=theirs and not _shows(value, origin.after),
            )
        )  # fmt: skip
    untold = occurrences(order, (), frozenset(link.told), utc_now())
    told = tuple([pair async for pair in _told(desk, link, rule, record, order)])
    return Comparison(link, tuple(pairs), tuple(one.event for one in untold), told)


async def _told(
    desk: Desk, link: Link, rule: Rule, record: Record, order: WorkOrder
) -> AsyncIterator[FieldPair]:
    """Yield each field of the record that the order's story fills, with what it holds."""
    mapping = desk.library.mapping(rule.outbound) if rule.outbound else None
    if mapping is None:
        return
    said = await toward_record.said_so_far(desk, link, mapping, order)
    for name, value in said.values.items():
        held = record.values.get(name)
        is_there = toward_record.is_there(record, name, value)
        shown = value.text if isinstance(value, Label) else plain(value)
        if isinstance(value, Label):
            held = record.labels.get(name, held)
        path = toward_record.path_of(rule, name)
        yield FieldPair(path, plain(held), shown, not is_there, *_row_of(mapping, path))
    for name, value in said.udfs.items():
        is_there = toward_record.is_udf_there(record, name, value)
        path = toward_record.path_of(rule, name, is_udf=True)
        shown = value.text if isinstance(value, Label) else plain(value)
        held = record.udfs.get(name)
        yield FieldPair(path, held, shown, not is_there, *_row_of(mapping, path))


def _row_of(mapping: Mapping, path: str) -> tuple[str, str]:
    """Return the source of the last row that fills a path, and the mapping with its version."""
    steps = paths.parse(path)
    sources = [one.source for one in mapping.rows if paths.parse(one.target)[: len(steps)] == steps]
    return (sources[-1] if sources else ""), f"{mapping.name}@{mapping.version}"


def _shows(shown: Any, made: Any) -> bool:
    """Tell whether an order shows what was made; what the vendor adds to an object is no matter."""
    if isinstance(made, dict):
        parts = shown if isinstance(shown, dict) else {}
        return all(_shows(parts.get(name), one) for name, one in made.items())
    if isinstance(made, list) or isinstance(shown, dict | list):
        return bool(plain(shown) == plain(made))
    return text_of(shown) == text_of(made)
