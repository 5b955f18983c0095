"""A condition as people point at it: groups of rows, and a text where rows do not reach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from isthmus.dispatch.rules.condition_shapes import Condition, ConditionWrong, FieldTest
from isthmus.dispatch.rules.conditions import OPERATORS, holds, parse_condition
from isthmus.dispatch.rules.reading import Reader
from isthmus.dispatch.rules.spelling import is_text_at, typed_for, value_of
from isthmus.dispatch.rules.values import Document

ALL: Final = "all"
ANY: Final = "any"
NONE: Final = "none"
TEST: Final = "test"
TEXT: Final = "text"
GROUPS: Final = (ALL, ANY, NONE)
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Node:
    """
    One part: a group (`all`, `any`, `none` of its parts hold), a row that tests a field, or a text.

    `typed` is the value as it was typed, a line for each of several; of a text it is the CEL.
    """

    kind: str
    parts: tuple["Node", ...] = ()
    field: str = ""
    operator: str = "is"
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What a part comes to on one record.

    `holds` is None where it cannot be said. `found` is what the field holds. `trouble` says why
    the part cannot be read, `remedy` what to do.
    """

    holds: bool | None
    found: Any = None
    trouble: str = ""
    remedy: str = ""


def node_of(told: Any, depth: int = 1) -> Node:
    """Return plain data of a condition as parts, whatever it is like; the first is a group."""
    node = _node(told, depth)
    return Node(ALL, (node,)) if depth == 1 and node.kind == TEST else node


def _node(told: Any, depth: int) -> Node:
    if isinstance(told, str):
        return Node(TEXT, typed=told)
    if not isinstance(told, dict) or depth > _DEEPEST:
        return Node(ALL)
    for kind in (ALL, ANY):
        if isinstance(told.get(kind), list):
            return Node(kind, tuple(_node(one, depth + 1) for one in told[kind]))
    if "not" in told:
        inner = _node(told["not"], depth + 1)
        return replace(inner, kind=NONE) if inner.kind == ANY else Node(NONE, (inner,))
    operator = next((name for name in told if name in OPERATORS), "is")
    value = told.get(operator, "")
    field = told.get("field", "")
    kind = OPERATORS[operator].kind
    if kind == "none":
        typed = ""
    elif isinstance(value, list):
        typed = "\n".join(_typed(field, one) for one in value)
    else:
        is_text = kind == "text" and isinstance(value, str)
        typed = value if is_text else _typed(field, value)
    return Node(TEST, (), field if isinstance(field, str) else "", operator, typed)


def _typed(field: Any, value: Any) -> str:
    is_text = isinstance(field, str) and is_text_at(field) and isinstance(value, str)
    return value if is_text else typed_for(value)


def told_of(node: Node) -> Any:
    """Return parts as plain data, as files hold it; None for a group without parts."""
    if node.kind == ALL and len(node.parts) == 1 and node.parts[0].kind == TEST:
        return _told(node.parts[0])
    return _told(node) if node.parts or node.kind not in GROUPS else None


def _told(node: Node) -> Any:
    if node.kind == TEXT:
        return node.typed
    if node.kind == TEST:
        return {"field": node.field, node.operator: _value(node)}
    parts = [_told(one) for one in node.parts]
    if node.kind != NONE:
        return {node.kind: parts}
    return {"not": parts[0] if len(parts) == 1 else {ANY: parts}}


def _value(node: Node) -> Any:
    kind = OPERATORS[node.operator].kind
    if kind == "none":
        return True
    if kind == "text":
        return node.typed
    if kind == "list":
        lines = [line for line in node.typed.splitlines() if line.strip()]
        return [_one(node.field, line.strip()) for line in lines]
    return _one(node.field, node.typed)


def _one(field: str, typed: str) -> Any:
    return typed if is_text_at(field) else value_of(typed)


def walk(node: Node, address: str = "0") -> Iterator[tuple[str, Node]]:
    """Yield every part with its address: 0 is the first, 0.2 its third part."""
    yield address, node
    for number, part in enumerate(node.parts):
        yield from walk(part, f"{address}.{number}")


def change(node: Node, address: str, made: Node | None) -> Node:
    """Return the parts with one of them put in the place of another, or taken away: None."""
    steps = [int(one) for one in address.split(".")[1:]]
    return _changed(node, steps, made) or Node(ALL)


def _changed(node: Node, steps: Sequence[int], made: Node | None) -> Node | None:
    if not steps:
        return made
    first, rest = steps[0], steps[1:]
    if first >= len(node.parts):
        return node
    inner = _changed(node.parts[first], rest, made)
    kept = () if inner is None else (inner,)
    return replace(node, parts=(*node.parts[:first], *kept, *node.parts[first + 1 :]))


def add(node: Node, address: str, made: Node) -> Node:
    """Return the parts with one more in the group at an address."""
    found = dict(walk(node)).get(address)
    if found is None or found.kind not in GROUPS:
        return node
    return change(node, address, replace(found, parts=(*found.parts, made)))


def part_of(node: Node) -> Condition | None:
    """Return a part as it is tested; None for an empty group. Raises: ConditionWrong."""
    told = told_of(node)
    return None if told is None else parse_condition(told)


def seen(node: Node, source: Document) -> dict[str, Seen]:
    """Return by address what each part comes to on a record; an empty `source`: only what fails."""
    return {address: _seen(one, source) for address, one in walk(node)}


def _seen(node: Node, source: Document) -> Seen:
    try:
        condition = part_of(node)
        if condition is None:
            return Seen(None)
        if not source:
            return Seen(None)
        found = None
        if isinstance(condition, FieldTest):
            found = Reader(source).value(condition.path)
        return Seen(holds(condition, source), found)
    except ConditionWrong as wrong:
        return Seen(None, None, wrong.what, wrong.remedy)
