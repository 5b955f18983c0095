"""
QueryXML, from text to conditions.

Shape: queryxml, then entity, then query holding field and condition elements; names of
entities, fields and operators in any case, white space around them allowed. Source: the
vendor's page on QueryXML, samples and clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isthmus_sim.autotask.soap.xmltext import Malformed, local, parse_text, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

OPERATORS = {
    name.lower(): name
    for name in (
        "Equals",
        "NotEqual",
        "GreaterThan",
        "LessThan",
        "GreaterThanorEquals",
        "LessThanOrEquals",
        "BeginsWith",
        "EndsWith",
        "Contains",
        "IsNull",
        "IsNotNull",
        "IsThisDay",
        "Like",
        "NotLike",
    )
}
UNREADABLE = "Error reading in Query XML."
MOST_ORS = 500
DEEPEST = 50


class QueryRefused(ValueError):
    """A query that is refused; `messages` is what the answer says."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


@dataclass(frozen=True)
class Expression:
    """One comparison. op: in the spelling of OPERATORS. value: as sent, without blanks around."""

    op: str
    value: str


@dataclass(frozen=True)
class FieldTest:
    """A field with its expressions, of which one must hold."""

    name: str
    udf: bool
    expressions: tuple[Expression, ...]


@dataclass(frozen=True)
class Group:
    """
    Fields and groups that must all hold. joint: ties it to what stands before it, AND or OR.

    A group's own members are ANDed whatever its operator says, but for groups among them that
    say OR themselves. Source: the vendor's page and an integrators' thread.
    """

    joint: str
    items: tuple[FieldTest | Group, ...]


@dataclass(frozen=True)
class QueryXml:
    """A query as sent: the entity's name in the caller's spelling, and its conditions."""

    entity: str
    items: tuple[FieldTest | Group, ...]


def parse_query(text: str) -> QueryXml:
    """Read a query. Raises: QueryRefused; texts assumed where no source quotes one."""
    try:
        root = parse_text(text)
    except Malformed as error:
        # Observed for an empty text: both messages, in this order.
        raise QueryRefused(str(error), UNREADABLE) from error
    if local(root).lower() != "queryxml":
        raise QueryRefused("The root element must be queryxml.", UNREADABLE)
    entity = _only(root, "entity")
    query = _only(root, "query")
    if entity is None or not text_of(entity).strip():
        raise QueryRefused("The query names no entity.", UNREADABLE)
    items = () if query is None else _items(query, 0)
    if _ors(items) > MOST_ORS:
        raise QueryRefused(
            "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions."
        )
    return QueryXml(text_of(entity).strip(), items)


def _only(root: Element, name: str) -> Element | None:
    return next((found for found in root if local(found).lower() == name), None)


def _items(parent: Element, depth: int) -> tuple[FieldTest | Group, ...]:
    if depth > DEEPEST:
        raise QueryRefused(f"Conditions may be nested {DEEPEST} deep.", UNREADABLE)
    items: list[FieldTest | Group] = []
    for found in parent:
        name = local(found).lower()
        if name == "field":
            items.append(_field(found))
        elif name == "condition":
            items.append(Group(_joint(found), _items(found, depth + 1)))
        else:
            raise QueryRefused(f"The element {local(found)} is not expected.", UNREADABLE)
    return tuple(items)


def _joint(found: Element) -> str:
    joint = _attribute(found, "operator") or "AND"
    if joint.upper() not in ("AND", "OR"):
        raise QueryRefused(f"The operator {joint} of a condition is not valid.", UNREADABLE)
    return joint.upper()


def _field(found: Element) -> FieldTest:
    name = (found.text or "").strip()
    expressions = [e for e in found if local(e).lower() == "expression"]
    if not name:
        raise QueryRefused("A field has no name.", UNREADABLE)
    if not expressions:
        raise QueryRefused(f"The field {name} has no expression.", UNREADABLE)
    udf = (_attribute(found, "udf") or "").lower() in ("true", "1")
    return FieldTest(name, udf, tuple(_expression(e) for e in expressions))


def _expression(found: Element) -> Expression:
    sent = _attribute(found, "op")
    if not sent:
        raise QueryRefused("An expression has no op.", UNREADABLE)
    op = OPERATORS.get(sent.strip().lower())
    if op is None:
        raise QueryRefused(f"The operator {sent} is not valid.", UNREADABLE)
    return Expression(op, text_of(found).strip())


def _attribute(found: Element, name: str) -> str | None:
    return next((str(v) for k, v in found.attrib.items() if str(k).lower() == name), None)


def _ors(items: tuple[FieldTest | Group, ...]) -> int:
    """Count what is tied by OR: several expressions of a field, and groups that say OR."""
    total = 0
    for item in items:
        if isinstance(item, Group):
            total += (item.joint == "OR") + _ors(item.items)
        elif len(item.expressions) > 1:
            total += len(item.expressions)
    return total
