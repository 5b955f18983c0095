"""
Our filters as QueryXML.

A `condition` ties its group by `operator` to what stands before it at the same level, from left to
right; its own members are always joined by AND. So alternatives are written as sibling conditions,
all but the first with OR, inside a condition of their own; a lone condition with OR would be an
AND of its members. Several expressions in one field are alternatives of that field.
Source: the vendor's page on QueryXML and an integrators' thread.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final

from isthmus.autotask import query as q
from isthmus.autotask.errors import UnknownField
from isthmus.autotask.soap.names import Spelling, Spelt
from isthmus.autotask.soap.times import Times
from isthmus.autotask.soap.xml import Element, element, fit, to_text

_OPERATORS: Final = {
    "eq": "equals",
    "noteq": "notequal",
    "gt": "greaterthan",
    "gte": "greaterthanorequals",
    "lt": "lessthan",
    "lte": "lessthanorequals",
    "beginsWith": "beginswith",
    "endsWith": "endswith",
    "contains": "contains",
    "exist": "isnotnull",
    "notExist": "isnull",
    "in": "equals",
    "notIn": "notequal",
}
_Speller = Callable[[q.Condition], tuple[str, Spelt | None]]


def query_xml(spelling: Spelling, where: q.Node | None, times: Times, *, above: int | None) -> str:
    """
    Return a query for the rows that match and, where given, whose id lies above `above`.

    Fields are named as REST names them. Raises: UnknownField; ValidationFailed: a text XML cannot
    carry; QueryRefused: more than the vendor takes.
    """
    if where is not None:
        q.check_shape(where)
    root = element("queryxml")
    root.append(element("entity", spelling.entity))
    query = element("query")
    root.append(query)
    if above is not None:
        query.append(_field("id", False, [("greaterthan", str(above))]))
    if where is not None:
        query.extend(_items(where, spelling, times))
    elif above is None:
        query.append(_field("id", False, [("greaterthanorequals", "0")]))
    return to_text(root)


def _items(node: q.Node, spelling: Spelling, times: Times) -> list[Element]:
    """Return what stands at one level for a node, all of it joined by AND."""
    if isinstance(node, q.Condition):
        return _condition(node, spelling, times)
    if node.op == "and":
        return [made for item in node.items for made in _items(item, spelling, times)]
    alternatives = [_group(_items(item, spelling, times)) for item in node.items]
    for later in alternatives[1:]:
        later.set("operator", "OR")
    return [_group(alternatives)]


def _group(items: list[Element]) -> Element:
    made = element("condition")
    made.extend(items)
    return made


def _condition(node: q.Condition, spelling: Spelling, times: Times) -> list[Element]:
    spelt = None if node.udf else _known(spelling, node.field)
    name = node.field if spelt is None else spelt.name
    op = _OPERATORS[node.op]
    if node.value is None:
        return [_field(name, node.udf, [(op, "")])]
    members = node.value if isinstance(node.value, tuple) else (node.value,)
    expressions = [(op, _value(node, member, spelt, times)) for member in members]
    if node.op == "notIn":  # none of them: each on its own, joined by AND
        return [_field(name, node.udf, [one]) for one in expressions]
    return [_field(name, node.udf, expressions)]


def _known(spelling: Spelling, name: str) -> Spelt:
    spelt = spelling.spelt(name)
    if spelt is None:
        raise UnknownField(
            f"The SOAP API has no field {name!r} at {spelling.entity}",
            where=f"{spelling.entity} query",
            remedy="Compare with the entity's fields, or ask over REST: SOAP has not grown since"
            " 2020.",
        )
    return spelt


def _field(name: str, udf: bool, expressions: list[tuple[str, str]]) -> Element:
    made = element("field", fit(name, "query"))
    if udf:
        made.set("udf", "true")
    for op, text in expressions:
        made.append(element("expression", fit(text, f"query on {name}"), op=op))
    return made


def _value(node: q.Condition, value: q.Scalar, spelt: Spelt | None, times: Times) -> str:
    """Write a value; truths as 1 and 0, as the older entities keep them."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return times.bound(node.op, value, is_day=spelt is not None and spelt.is_day)
    if isinstance(value, str) and spelt is not None and spelt.data_type == "datetime":
        return value
    return format(value, "f") if isinstance(value, Decimal) else str(value)
