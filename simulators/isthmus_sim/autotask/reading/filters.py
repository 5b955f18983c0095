"""
The filter of a query as SQL over one collection's table.

A node is `{"op", "field", "value", "udf", "items"}`, keys and operators in any case. A list of
nodes means AND. Source: the vendor's Swagger document; the rest as told at each function.

A condition without `value` (a well-known client drops 0 and false): compared as null, which
matches no row; a boolean field refuses it, as the vendor documents for anything but true and
false. Decided here, the vendor's answer is not known. `exist` and `notExist` ignore `value`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.reading.values import (
    COMPARISONS,
    NOTHING,
    SUBSTRINGS,
    NeverEqual,
    Sql,
    WrongKind,
    compare,
    membership,
    refused,
    substring,
)
from isthmus_sim.autotask.store.state import UDF

if TYPE_CHECKING:
    import sqlite3

    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.autotask.tenant.shapes import UdfDefinition

ALL = "1"
MOST_ORS = 500
_SETS = {"in": True, "notin": False}
_PRESENCE = {"exist": "IS NOT NULL", "notexist": "IS NULL"}
_GROUPS = {"and": " AND ", "or": " OR "}
_UDF_KINDS = {
    "integer": "udf number",
    "decimal": "udf number",
    "double": "udf number",
    "date": "datetime",
    "datetime": "datetime",
}


@dataclass
class Compiler:
    """
    Compiles one filter and counts what the vendor limits.

    lenient: an operator nobody knows matches every row (observed in one tenant) instead of
    being refused (assumed).
    """

    state: State
    entity: Entity
    lenient: bool = False
    udf_conditions: int = field(default=0, init=False)
    alternatives: int = field(default=0, init=False)

    def compile(self, nodes: Any) -> Sql:
        """
        Compile a filter. An empty one matches everything.

        Raises: VendorError with the vendor's text.
        """
        if self.entity.collection == "TicketHistory":
            _only_by_ticket(nodes)
        return self._joined(nodes, " AND ")

    def _joined(self, nodes: Any, joint: str) -> Sql:
        if not isinstance(nodes, list):
            raise errors.invalid_query("A filter is a list of conditions.")
        parts = [self._node(node) for node in nodes]
        if not parts:
            return ALL, []
        return joint.join(f"({sql})" for sql, _ in parts), [p for _, ps in parts for p in ps]

    def _node(self, raw: Any) -> Sql:
        if not isinstance(raw, dict):
            raise errors.invalid_query("A condition is an object.")
        node = {str(key).lower(): value for key, value in raw.items()}
        op = str(node.get("op", "")).lower()
        if op in _GROUPS:
            return self._group(node, op)
        if op not in COMPARISONS and op not in SUBSTRINGS and op not in {**_SETS, **_PRESENCE}:
            if self.lenient:
                return ALL, []
            raise errors.unknown_operator(node.get("op"))
        return self._condition(node, op)

    def _group(self, node: dict[str, Any], op: str) -> Sql:
        items = node.get("items")
        if not items:
            raise errors.invalid_query(f"The group '{op}' has no items.")
        if op == "or" and isinstance(items, list):
            self._count(len(items))
        return self._joined(items, _GROUPS[op])

    def _count(self, more: int) -> None:
        """Source: the limit and its text are documented; that lists count is observed."""
        self.alternatives += more
        if self.alternatives > MOST_ORS:
            raise errors.too_many_ors()

    def _condition(self, node: dict[str, Any], op: str) -> Sql:
        name = node.get("field")
        if not isinstance(name, str) or not name:
            raise errors.invalid_query("A condition needs a field.")
        kind, column = self._udf(name) if node.get("udf") else self._field(name)
        if op in _PRESENCE:
            return f"{column} {_PRESENCE[op]}", []
        value = node.get("value")
        try:
            return self._valued(kind, column, op, value)
        except NeverEqual:
            return NOTHING, []
        except WrongKind as error:
            raise refused(error, name) from error

    def _valued(self, kind: str, column: str, op: str, value: Any) -> Sql:
        if op in _SETS:
            if not isinstance(value, list):
                raise WrongKind(f"The operator {op} needs a list of values")
            self._count(len(value))
            members = [v for v in value if v is not None]
            return membership(kind, column, members, inside=_SETS[op])
        if value is None and kind != "boolean":
            return NOTHING, []
        if op in SUBSTRINGS:
            return substring(kind, column, op, value)
        return compare(kind, column, op, value)

    def _field(self, name: str) -> tuple[str, str]:
        found = self.entity.field(name)
        if found is None:
            raise errors.unknown_field(name, self.entity.name)
        if not found.queryable:
            raise errors.field_not_queryable(found.name, self.entity.name)
        kind = found.type
        if found.picklist and kind == "long":
            kind = "integer"  # a picklist's value may be sent as text (observed)
        return kind, self.state.column(self.entity.collection, found.name)

    def _udf(self, name: str) -> tuple[str, str]:
        """Source: vendor page on UDFs: one such condition a query, no multi-selects."""
        self.udf_conditions += 1
        if self.udf_conditions > 1:
            raise errors.invalid_query(
                "Queries are limited to one condition on a user-defined field."
            )
        found = find_udf(self.state, self.entity.collection, name)
        if found is None:
            raise errors.unknown_field(name, self.entity.name)
        if found.type.lower() in ("multiselect", "reference"):
            raise errors.field_not_queryable(found.name, self.entity.name)
        column = self.state.column(self.entity.collection, UDF + found.name)
        kind = _UDF_KINDS.get(found.type.lower(), "string")
        if kind == "udf number":
            return "integer", f"CAST({column} AS REAL)"
        return kind, column


def find_udf(state: State, collection: str, name: str) -> UdfDefinition | None:
    """Find a user-defined field by its name, or else by its name in any case."""
    known = state.udf_definitions(collection)
    exact = next((d for d in known if d.name == name), None)
    return exact or next((d for d in known if d.name.lower() == name.lower()), None)


def _only_by_ticket(nodes: Any) -> None:
    """Source: observed, TicketHistory takes the one condition `ticketID eq`. Wording assumed."""
    if isinstance(nodes, list) and len(nodes) == 1 and isinstance(nodes[0], dict):
        node = {str(k).lower(): v for k, v in nodes[0].items()}
        named = str(node.get("field", "")).lower() == "ticketid"
        if named and str(node.get("op", "")).lower() == "eq":
            return
    raise errors.invalid_query("TicketHistory takes exactly one condition: ticketID eq.")


def add_functions(db: sqlite3.Connection) -> None:
    """Give the connection the functions that filters use."""
    for name, test in (
        ("sim_begins", str.startswith),
        ("sim_ends", str.endswith),
        ("sim_contains", str.__contains__),
    ):
        db.create_function(name, 2, _folded(test), deterministic=True)
    db.create_function("sim_fold", 1, _fold, deterministic=True)


def _fold(value: Any) -> str | None:
    return None if value is None else str(value).casefold()


def _folded(test: Any) -> Any:
    def run(value: Any, piece: str) -> int | None:
        return None if value is None else int(test(str(value).casefold(), piece.casefold()))

    return run
