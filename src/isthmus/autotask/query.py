"""
Filters, built from Python: `q.and_(q.gte("id", 0), q.eq("status", 1))`.

Only the vendor's own operators can be written, because it answers a misspelt one with all rows and
no error (observed by integrators). Values are checked as they are given.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Literal

from isthmus.autotask.errors import QueryRefused

Scalar = str | int | float | Decimal | bool | datetime
Value = Scalar | tuple[Scalar, ...]

MEMBERS_MOST: Final = 500
"""Most members of `in`, and most conditions joined by `or`. Source: vendor limits; for `in`
assumed."""
_TEXT_OPS: Final = frozenset({"beginsWith", "endsWith", "contains"})
_ARRAY_OPS: Final = frozenset({"in", "notIn"})
_BARE_OPS: Final = frozenset({"exist", "notExist"})
_COMPARE_OPS: Final = frozenset({"eq", "noteq", "gt", "gte", "lt", "lte"})
OPERATORS: Final = _TEXT_OPS | _ARRAY_OPS | _BARE_OPS | _COMPARE_OPS


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One comparison; `udf` says that the field is a user-defined one.

    Raises: QueryRefused: an operator the vendor does not have, or a value it cannot take.
    """

    op: str
    field: str
    value: Value | None = None
    udf: bool = False

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            raise _refuse(f"There is no operator {self.op!r}", f"Use one of {sorted(OPERATORS)}.")
        if not self.field.strip():
            raise _refuse("A condition needs a field", "Name one.")
        _check_value(self)


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `and` or `or`."""

    op: Literal["and", "or"]
    items: tuple["Node", ...]

    def __post_init__(self) -> None:
        if self.op not in {"and", "or"}:
            raise _refuse(f"Conditions are not joined by {self.op!r}", "Use `and` or `or`.")
        if not self.items:
            raise _refuse(f"An empty `{self.op}` matches nothing in particular", "Add conditions.")


Node = Condition | Group


def _refuse(what: str, remedy: str) -> QueryRefused:
    return QueryRefused(what, where="query", remedy=remedy)


def _check_value(condition: Condition) -> None:
    op, value, name = condition.op, condition.value, condition.field
    if op in _BARE_OPS:
        if value is not None:
            raise _refuse(f"`{op}` on {name} takes no value", "Leave the value out.")
    elif value is None:
        raise _refuse(f"`{op}` on {name} has no value", "For empty fields use `q.not_exists`.")
    elif op in _ARRAY_OPS:
        _check_members(condition)
    elif isinstance(value, tuple):
        raise _refuse(f"`{op}` on {name} takes one value", "For several use `q.in_`.")
    elif op in _TEXT_OPS and not isinstance(value, str):
        raise _refuse(f"`{op}` on {name} compares text", "Give a string.")
    else:
        _check_scalar(name, value)


def _check_members(condition: Condition) -> None:
    value, name = condition.value, condition.field
    if not isinstance(value, tuple) or not value:
        raise _refuse(f"`{condition.op}` on {name} has no members", "Give at least one value.")
    if len(value) > MEMBERS_MOST:
        raise _refuse(
            f"`{condition.op}` on {name} has {len(value)} members; Autotask takes {MEMBERS_MOST}",
            "Ask in several queries.",
        )
    for member in value:
        _check_scalar(name, member)


def _check_scalar(name: str, value: object) -> None:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise _refuse(f"The time given for {name} has no time zone", "Give an aware datetime.")
    if not isinstance(value, (str, int, float, Decimal, bool, datetime)):
        raise _refuse(
            f"{name} cannot be compared with a {type(value).__name__}",
            "Give a string, a number, a boolean or an aware datetime.",
        )


def eq(field: str, value: Scalar, udf: bool = False) -> Condition:
    """Field equals value; text without regard to case."""
    return Condition("eq", field, value, udf)


def noteq(field: str, value: Scalar, udf: bool = False) -> Condition:
    """Field differs from value."""
    return Condition("noteq", field, value, udf)


def gt(field: str, value: Scalar, udf: bool = False) -> Condition:
    """Field is greater than value. For ids prefer `gte`: company 0 is real."""
    return Condition("gt", field, value, udf)


def gte(field: str, value: Scalar, udf: bool = False) -> Condition:
    """Field is at least value."""
    return Condition("gte", field, value, udf)


def lt(field: str, value: Scalar, udf: bool = False) -> Condition:
    """Field is less than value."""
    return Condition("lt", field, value, udf)


def lte(field: str, value: Scalar, udf: bool = False) -> Condition:
    """Field is at most value."""
    return Condition("lte", field, value, udf)


def begins_with(field: str, value: str, udf: bool = False) -> Condition:
    """Text field begins with value."""
    return Condition("beginsWith", field, value, udf)


def ends_with(field: str, value: str, udf: bool = False) -> Condition:
    """Text field ends with value."""
    return Condition("endsWith", field, value, udf)


def contains(field: str, value: str, udf: bool = False) -> Condition:
    """Text field contains value."""
    return Condition("contains", field, value, udf)


def exists(field: str, udf: bool = False) -> Condition:
    """Field is not null."""
    return Condition("exist", field, None, udf)


def not_exists(field: str, udf: bool = False) -> Condition:
    """Field is null."""
    return Condition("notExist", field, None, udf)


def in_(field: str, values: Iterable[Scalar], udf: bool = False) -> Condition:
    """Field equals one of 1 to 500 values."""
    return Condition("in", field, tuple(values), udf)


def not_in(field: str, values: Iterable[Scalar], udf: bool = False) -> Condition:
    """Field equals none of 1 to 500 values."""
    return Condition("notIn", field, tuple(values), udf)


def and_(*nodes: Node) -> Group:
    """All of these hold."""
    return Group("and", nodes)


def or_(*nodes: Node) -> Group:
    """At least one of these holds."""
    return Group("or", nodes)


def conditions(node: Node) -> Iterator[Condition]:
    """Yield every condition below a node, in the order written."""
    if isinstance(node, Condition):
        yield node
        return
    for item in node.items:
        yield from conditions(item)


def check_shape(node: Node) -> None:
    """
    Check what only the whole query shows.

    Raises: QueryRefused: more than one condition on user-defined fields, or more than 500
    alternatives. Source: vendor help on user-defined fields and on limits.
    """
    if sum(condition.udf for condition in conditions(node)) > 1:
        raise _refuse(
            "Autotask takes one condition on a user-defined field in a query",
            "Filter by one of them and compare the others in the answer.",
        )
    if alternatives(node) > MEMBERS_MOST:
        raise _refuse(
            f"Autotask takes {MEMBERS_MOST} alternatives in a query", "Ask in several queries."
        )


def alternatives(node: Node) -> int:
    """Count the conditions that stand below an `or`, wherever it is."""
    if isinstance(node, Condition):
        return 0
    if node.op == "or":
        return sum(1 for _ in conditions(node))
    return sum(alternatives(item) for item in node.items)


def to_json(node: Node) -> dict[str, object]:
    """Return the vendor's JSON shape of a node; times in UTC, `Decimal` left for the encoder."""
    if isinstance(node, Group):
        return {"op": node.op, "items": [to_json(item) for item in node.items]}
    shape: dict[str, object] = {"op": node.op, "field": node.field}
    if isinstance(node.value, tuple):
        shape["value"] = [_plain(member) for member in node.value]
    elif node.value is not None:
        shape["value"] = _plain(node.value)
    if node.udf:
        shape["udf"] = True
    return shape


def _plain(value: Scalar) -> object:
    return format_time(value) if isinstance(value, datetime) else value


def format_time(moment: datetime) -> str:
    """Write an aware datetime as the vendor takes it: UTC, milliseconds, more only if needed."""
    utc = moment.astimezone(UTC)
    spec = "milliseconds" if utc.microsecond % 1000 == 0 else "microseconds"
    return f"{utc.replace(tzinfo=None).isoformat(timespec=spec)}Z"
