"""
The conditions of a query as SQL over the REST collection's table.

Source: the vendor's tables of operators by type, and of how conditions combine. Texts of
refusals are assumed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from isthmus_sim.autotask.reading.filters import find_udf
from isthmus_sim.autotask.reading.values import NOTHING, NeverEqual, Sql, WrongKind, compare
from isthmus_sim.autotask.soap.queryxml import FieldTest, Group, QueryRefused
from isthmus_sim.autotask.soap.times import BadTime, read_time
from isthmus_sim.autotask.store.state import UDF

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from isthmus_sim.autotask.soap.catalog import SoapEntity
    from isthmus_sim.autotask.soap.queryxml import Expression
    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import State

MOST_UDFS = 5
_COMPARES = {
    "Equals": "eq",
    "NotEqual": "noteq",
    "GreaterThan": "gt",
    "LessThan": "lt",
    "GreaterThanorEquals": "gte",
    "LessThanOrEquals": "lte",
}
_PIECES = {"BeginsWith": "sim_begins", "EndsWith": "sim_ends", "Contains": "sim_contains"}
_TRUTHS = {"1": True, "true": True, "0": False, "false": False}
_UDF_KINDS = {"integer": "number", "decimal": "number", "double": "number", "date": "datetime"}


@dataclass(frozen=True)
class Column:
    """
    What an expression compares: the quoted column, and the kind of its values.

    kind: string, integer, long, decimal, boolean, datetime, or number for texts that are read
    as one. zone: what times without an offset are in, None where they stand as they are.
    """

    name: str
    sql: str
    kind: str
    zone: tzinfo | None


@dataclass
class Conditions:
    """Compiles the conditions of one query. now: aware, for IsThisDay."""

    state: State
    entity: SoapEntity
    rest: Entity
    zone: tzinfo | None
    offsets: bool
    now: datetime

    def compile(self, items: Sequence[FieldTest | Group]) -> Sql:
        """Give the condition as SQL; no item matches every row (assumed). Raises: QueryRefused."""
        self._check_udfs(items)
        return self._level(items)

    def _level(self, items: Sequence[FieldTest | Group]) -> Sql:
        """Tie the items of a level, left to right, each by its own operator."""
        tied: list[Sql] = []
        joint = "AND"
        for item in items:
            own = item.joint if isinstance(item, Group) else "AND"
            if len(tied) > 1 and own != joint:
                tied = [_balanced(tied, joint)]
            joint = own
            tied.append(self._item(item))
        return _balanced(tied, joint) if tied else ("1", [])

    def _item(self, item: FieldTest | Group) -> Sql:
        if isinstance(item, Group):
            return self._level(item.items)
        column = self._column(item)
        return _balanced([self._expression(column, e) for e in item.expressions], "OR")

    def _column(self, test: FieldTest) -> Column:
        if test.udf:
            return self._udf(test.name)
        field = self.entity.by_name.get(test.name.lower())
        if field is None:
            raise QueryRefused(f"Unable to find {test.name} in the {self.entity.name} Entity.")
        if not field.queryable or field.rest is None:
            raise QueryRefused(
                f"The field {field.name} in the {self.entity.name} Entity is not queryable."
            )
        sql = self.state.column(self.rest.collection, field.rest)
        kind = self.rest.by_name[field.rest.lower()].type
        return Column(field.name, sql, kind, None if field.unshifted else self.zone)

    def _udf(self, name: str) -> Column:
        found = find_udf(self.state, self.rest.collection, name)
        if found is None:
            raise QueryRefused(f"Unable to find {name} in the {self.entity.name} Entity.")
        kind = _UDF_KINDS.get(found.type.lower(), "string")
        sql = self.state.column(self.rest.collection, UDF + found.name)
        if kind == "number":
            return Column(found.name, f"CAST({sql} AS REAL)", "integer", None)
        return Column(found.name, sql, kind, None)

    def _check_udfs(self, items: Sequence[FieldTest | Group]) -> None:
        """Refuse a sixth user-defined field. Source: vendor, five on its newer entities."""
        names = set(_udfs(items))
        if len(names) > MOST_UDFS:
            raise QueryRefused(f"Queries are limited to {MOST_UDFS} different user-defined fields.")

    def _expression(self, column: Column, wanted: Expression) -> Sql:
        if wanted.op in ("IsNull", "IsNotNull"):
            return f"{column.sql} IS {'' if wanted.op == 'IsNull' else 'NOT '}NULL", []
        try:
            if wanted.op == "IsThisDay":
                return self._this_day(column)
            if wanted.op in _COMPARES:
                return self._compared(column, wanted)
            return _piece(column, wanted)
        except NeverEqual:
            return NOTHING, []
        except (WrongKind, BadTime, ValueError) as error:
            raise QueryRefused(
                f"The value '{wanted.value}' is not valid for the field {column.name} "
                f"with the operator {wanted.op}."
            ) from error

    def _compared(self, column: Column, wanted: Expression) -> Sql:
        op, value = _COMPARES[wanted.op], wanted.value
        if column.kind == "boolean":
            if op not in ("eq", "noteq"):
                raise WrongKind("a boolean has no order")
            return compare("boolean", column.sql, op, _truth(value))
        if column.kind == "datetime":
            at = read_time(value, column.zone, offsets=self.offsets)
            return compare("datetime", column.sql, op, at)
        if column.kind == "string":
            return compare("string", column.sql, op, value)
        return compare(column.kind, column.sql, op, _number(value))

    def _this_day(self, column: Column) -> Sql:
        """The day of the simulator's clock, in the zone of the wire (assumed)."""
        if column.kind != "datetime":
            raise WrongKind("not a time")
        zone = self.zone
        today = self.now.astimezone(zone) if zone else self.now
        start = today.replace(hour=0, minute=0, second=0, microsecond=0)
        edges = [start.replace(tzinfo=None), start.replace(tzinfo=None) + timedelta(days=1)]
        begin, end = (read_time(edge.isoformat(), column.zone) for edge in edges)
        return f"{column.sql} >= ? AND {column.sql} < ?", [begin[:19], end[:19]]


def _udfs(items: Sequence[FieldTest | Group]) -> list[str]:
    names: list[str] = []
    for item in items:
        if isinstance(item, Group):
            names += _udfs(item.items)
        elif item.udf:
            names.append(item.name)
    return names


def _balanced(parts: list[Sql], joint: str) -> Sql:
    """Join conditions as a balanced tree: the store bounds how deep one may be."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    left, right = _balanced(parts[:half], joint), _balanced(parts[half:], joint)
    return f"(({left[0]}) {joint} ({right[0]}))", [*left[1], *right[1]]


def _piece(column: Column, wanted: Expression) -> Sql:
    """Look for a piece of a text, in any case. Like knows % and _ (assumed from SQL)."""
    if column.kind != "string":
        raise WrongKind("not a text")
    if wanted.op in _PIECES:
        return f"{_PIECES[wanted.op]}({column.sql}, ?)", [wanted.value]
    word = "NOT LIKE" if wanted.op == "NotLike" else "LIKE"
    return f"sim_fold({column.sql}) {word} ?", [wanted.value.casefold()]


def _truth(value: str) -> bool:
    if value.lower() not in _TRUTHS:
        raise WrongKind("not a boolean")
    return _TRUTHS[value.lower()]


def _number(value: str) -> int | float:
    if value.lower() in ("true", "false"):
        return int(_TRUTHS[value.lower()])  # older entities hold booleans as numbers
    number = float(value)
    if not math.isfinite(number):
        raise WrongKind("not a number")
    return int(value) if value.lstrip("+-").isdecimal() else number
