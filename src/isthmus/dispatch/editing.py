"""What would be sent for a dead letter, field by field, for a person to set what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.dispatch import toward_order
from isthmus.dispatch.commands import EditWrong
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.edits import Edits, edits_on
from isthmus.dispatch.preview import NoSuchRecord, rule_for
from isthmus.dispatch.rules.amending import PERSON, field_at, target_of
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.paths import PathWrong
from isthmus.dispatch.rules.shapes import Problem
from isthmus.dispatch.rules.values import Unfit, plain
from isthmus.state.dispatch import DeadLetter


@dataclass(frozen=True, slots=True)
class Settable:
    """
    One field of the work order that can be set.

    `value` is what would be sent, None for nothing. `kind` as of `OrderField`; `choices` are the
    only texts it takes. `source` is the path it comes from; `by` who set it, "" where nobody did.
    `problem` says why it cannot be sent as it is, with the remedy; "" where it can.
    """

    path: str
    value: Any
    kind: str
    choices: tuple[str, ...] = ()
    source: str = ""
    by: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ToBeSent:
    """What would be sent: its fields, those with a problem first, and what else is wrong."""

    letter: DeadLetter
    mapping: str
    fields: tuple[Settable, ...]
    problems: tuple[Problem, ...]


async def to_be_sent(desk: Desk, letter: DeadLetter, rule_name: str = "") -> ToBeSent:
    """
    Show what would be sent now; reads the record and writes nothing.

    Raises: EditWrong: it is not about a work order. NoSuchRecord, NoRule.
    """
    entity, _, number = letter.key.partition("/")
    if entity not in ROOTS.values():
        raise EditWrong(
            f"{letter.id} is not about a work order's fields",
            where=letter.key,
            remedy="Mend what it names, then replay it.",
        )
    link = await desk.kept(desk.state.link_of, letter.key)
    record = await desk.reader.record(entity, int(number))
    if record is None:
        raise NoSuchRecord(f"The record {letter.key} is gone", where=letter.key, remedy="Park it.")
    rule = await rule_for(desk, record, rule_name or ("" if link is None else link.rule))
    edits: Edits = edits_on(link)
    made = await toward_order.attempt(desk, rule, record, edits=edits)
    problems = await toward_order.problems_of(desk, made)
    paths = [*made.result.origins, *made.result.left_out]
    told = {one: target_of(one, made.mapping) for one in problems}
    fields = [_settable(path, made, told) for path in dict.fromkeys([*paths, *told.values()])]
    known = [one for one in fields if one is not None]
    about = {one.path for one in known}
    return ToBeSent(
        letter,
        made.name,
        tuple(sorted(known, key=lambda one: not one.problem)),
        tuple(one for one, path in told.items() if path not in about),
    )


def _settable(
    path: str, made: toward_order.Draft, problems: Mapping[Problem, str]
) -> Settable | None:
    """Return a field as it would be sent; None where it is none that can be set."""
    try:
        field = field_at(path)
    except (Unfit, PathWrong):
        return None
    origin = made.result.origins.get(path)
    told = [f"{one.what}. {one.remedy}".strip() for one, at in problems.items() if at == path]
    is_persons = origin is not None and origin.action == PERSON
    return Settable(
        path=path,
        value=None if origin is None else plain(origin.after),
        kind=field.kind,
        choices=field.choices,
        source="" if origin is None or is_persons else origin.source,
        by=origin.source if origin is not None and is_persons else "",
        problem=told[0] if told else "",
    )
