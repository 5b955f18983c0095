"""A mapping, and what it made of a record, held against what both sides have."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from isthmus.base.errors import IsthmusError
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.check_events import (
    check_events,
    lack_of,
    lacking,
    missing_at_events,
    root_of,
)
from isthmus.dispatch.rules.check_orders import check_target, check_value
from isthmus.dispatch.rules.check_params import check_params, compares_of, outcomes_of
from isthmus.dispatch.rules.check_records import follow
from isthmus.dispatch.rules.check_values import writable
from isthmus.dispatch.rules.condition_shapes import Condition, FieldTest
from isthmus.dispatch.rules.conditions import fields_of, tests_of
from isthmus.dispatch.rules.known import ROOTS, UPDATED, Known, near
from isthmus.dispatch.rules.needs import sources_of
from isthmus.dispatch.rules.order_fields import ALWAYS, TOGETHER, WORK_ORDER_KEYS
from isthmus.dispatch.rules.shapes import INBOUND, Mapping, Problem, Result, Row
from isthmus.dispatch.rules.values import Unfit

_TECHNICIANS_WANT: Final = {
    "location": "where the work is",
    "schedule": "when it is to be done",
    "pay": "what is paid for it",
    "types_of_work": "what kind of work it is",
}
_MAPPED: Final = ("ticket", "task", "serviceCall")


def check_mapping(mapping: Mapping, known: Known, *, creates: bool = False) -> tuple[Problem, ...]:
    """
    Return what is wrong with a mapping, before any record is seen.

    Unknown fields and relations, deleted user-defined fields, wrong types, texts too long, unknown
    and inactive picklist values, missing required targets, parameters that make no sense.
    Args: creates: the outbound mapping is to make tickets too, so what they need has to be there.
    """
    problems: list[Problem] = []
    if mapping.root not in _MAPPED:
        remedy = f"Take one of {', '.join(_MAPPED)}."
        problems.append(Problem(f"There are no mappings for a {mapping.root!r}", remedy))
    for number, row in enumerate(mapping.rows, 1):
        problems += _row_problems(mapping, number, row, known)
    problems += _twice(mapping)
    targets = [_spelled(row.target) for row in mapping.rows]
    if mapping.direction == INBOUND:
        problems += _missing_in_order(set(targets))
        problems += _bare(targets)
    else:
        problems += missing_at_events(mapping, targets, known, creates=creates)
        problems += _unread(targets, known)
    return tuple(problems)


def check_result(mapping: Mapping, result: Result, known: Known) -> tuple[Problem, ...]:
    """Return what is wrong with a record's own values: to be asked before anything is sent."""
    problems = list(result.problems)
    for target, origin in result.origins.items():
        for path, value in _leaves(paths.parse(target), origin.after):
            problems += _told(origin.row, paths.spell(path), _value_check(mapping, value, known))
    there = {paths.spell(path) for path, _ in _leaves((), result.document)}
    if mapping.direction == INBOUND:
        problems += _missing_in_order(there)
    else:
        problems += (lack_of(root, name) for root, name in lacking(there, known))
    return tuple(problems)


def check_condition(condition: Condition, root: str, known: Known) -> tuple[Problem, ...]:
    """
    Return what is wrong with a condition on Autotask's records: unknown fields and labels.

    A label that is inactive is told and not fatal: old records still have it.
    """
    problems: list[Problem] = []
    for path in fields_of(condition):
        problems += _told(0, path, lambda path: _check_condition_path(path, root, known))
    for test in tests_of(condition):
        if isinstance(test, FieldTest) and test.operator in {"is", "is_not", "in", "not_in"}:
            problems += _label_problems(test, known)
    return tuple(replace(one, row=None) for one in problems)


def _check_condition_path(path: str, root: str, known: Known) -> None:
    first = str(paths.parse(path)[0])
    if first != root:
        raise Unfit(f"There is no record {first!r} here", f"Paths of this rule begin with {root}.")
    follow(path, known)


def _label_problems(test: FieldTest, known: Known) -> Iterator[Problem]:
    try:
        found = follow(test.path, known)
    except (Unfit, IsthmusError):
        return
    if not found.is_label or found.field is None:
        return
    entries = found.field.picklist or ()
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    for value in wanted:
        mine = [one for one in entries if one.label == value]
        if not mine:
            remedy = near(str(value), [one.label for one in entries])
            yield Problem(f"{test.path} never is {value!r}", remedy, None, test.path)
        elif not any(one.is_active for one in mine):
            what = f"{test.path}: the value {value!r} is inactive"
            remedy = "Take an active value of the picklist."
            yield Problem(what, remedy, None, test.path, is_fatal=False)


def _row_problems(mapping: Mapping, number: int, row: Row, known: Known) -> list[Problem]:
    problems = _told(number, row.target, lambda _: check_params(row))
    if problems:
        return problems
    for path in sources_of(row):
        problems += _told(number, path, lambda path: _check_source(mapping, path, known))
    target = _told(number, row.target, lambda path: _check_target(mapping, path, known))
    if target:
        return problems + target
    for value in outcomes_of(row):
        for steps, leaf in _leaves(paths.parse(row.target), value):
            problems += _told(number, paths.spell(steps), _value_check(mapping, leaf, known))
    if mapping.direction == INBOUND:
        problems += _compared(number, row, known)
    else:
        problems += check_events(mapping, number, row)
    return problems


def _check_source(mapping: Mapping, path: str, known: Known) -> None:
    first = str(paths.parse(path)[0])
    if mapping.direction == INBOUND:
        if first != mapping.root:
            remedy = f"Paths of this mapping begin with {mapping.root}."
            raise Unfit(f"There is no record {first!r} here", remedy)
        follow(path, known)
    elif first not in WORK_ORDER_KEYS:
        raise Unfit(f"A work order has no {first!r}", near(first, list(WORK_ORDER_KEYS)))


def _check_target(mapping: Mapping, path: str, known: Known) -> None:
    if mapping.direction == INBOUND:
        check_target(path, known.company)
        return
    found = follow(path, known)
    if found.root in UPDATED and found.root != mapping.root:
        raise Unfit(f"This mapping changes the {mapping.root}, no {found.root}", "Mend the path.")
    if found.field is not None and found.field.is_read_only:
        raise Unfit(f"{found.field.name} cannot be written", "Autotask sets it by itself.")


def _value_check(mapping: Mapping, value: Any, known: Known) -> Callable[[str], None]:
    def check(path: str) -> None:
        if mapping.direction == INBOUND:
            check_value(path, value, known.company)
            return
        found = follow(path, known)
        if found.field is not None:
            writable(found.field, value, is_label=found.is_label)

    return check


def _compared(number: int, row: Row, known: Known) -> list[Problem]:
    """Tell table entries that can never match: labels and codes that a picklist does not have."""
    if not row.source.endswith(".label"):
        return []
    try:
        field = follow(row.source, known).field
    except (Unfit, IsthmusError):
        return []
    labels = [one.label for one in (field.picklist or ())] if field is not None else []
    if not labels:
        return []
    return [
        Problem(
            f"{row.source} never is {compare!r}", near(str(compare), labels), number, row.source
        )
        for compare in compares_of(row)
        if str(compare) not in labels and not row.params.get("forgiving")
    ]


def _twice(mapping: Mapping) -> Iterator[Problem]:
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    for number, row in enumerate(mapping.rows, 1):
        key = (_spelled(row.target), row.events)
        if key in seen:
            what = f"Row {seen[key]} writes {row.target} too; this row wins when it has a value"
            remedy = "Take one of them away, unless that is meant."
            yield Problem(what, remedy, number, row.target, is_fatal=False)
        seen[key] = number


def _unread(targets: list[str], known: Known) -> Iterator[Problem]:
    for root in sorted({root_of(target) for target in targets}):
        entity = ROOTS.get(root, "")
        if entity in known.unread:
            what = f"Nothing can be said of a {root}: the API user may not see {entity}"
            remedy = "isthmus doctor tells which right is missing."
            yield Problem(what, remedy, None, root, is_fatal=False)


def _missing_in_order(targets: set[str]) -> Iterator[Problem]:
    if ALWAYS not in targets:
        yield Problem("A work order needs a title", "Add a row for it.", None, ALWAYS)
    for part, needed in TOGETHER.items():
        if part in targets or not any(target.startswith(f"{part}.") for target in targets):
            continue  # a script makes the whole part: its result is checked
        for choices in needed:
            if not targets & set(choices):
                what = f"Where a work order has {part}, it needs {choices[0]}"
                remedy = "Add a row for it: without it Field Nation drops or refuses the part."
                yield Problem(what, remedy, None, choices[0])


def _bare(targets: Sequence[str]) -> Iterator[Problem]:
    """
    Warn where a technician would not know what a job is; a template may say all of it.

    Source: what the vendor's ready connectors do not begin without, as older pages of its help
    list it.
    """
    heads = {re.split(r"[.\[]", target, maxsplit=1)[0] for target in targets}
    lacking = [(part, what) for part, what in _TECHNICIANS_WANT.items() if part not in heads]
    if lacking and "template" not in heads:
        named = ", ".join(f"{what} ({part})" for part, what in lacking)
        remedy = "Add rows for it, or one for template.id, if a template of yours says it."
        what = f"Nothing says {named}"
        yield Problem(what, remedy, None, lacking[0][0], is_fatal=False)


def _leaves(path: paths.Path, value: Any) -> Iterator[tuple[paths.Path, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves((*path, str(name)), one)
    elif isinstance(value, list | tuple) and path:
        for index, one in enumerate(value):
            yield from _leaves((*path, index), one)
    else:
        yield path, value


def _told(number: int, path: str, check: Callable[[str], None]) -> list[Problem]:
    try:
        check(path)
    except Unfit as trouble:
        return [Problem(str(trouble), trouble.remedy, number, path)]
    except IsthmusError as trouble:
        return [Problem(trouble.what, trouble.remedy, number, path)]
    return []


def _spelled(text: str) -> str:
    return paths.spell(paths.parse(text)) if _is_path(text) else text


def _is_path(text: str) -> bool:
    try:
        paths.parse(text)
    except paths.PathWrong:
        return False
    return True
