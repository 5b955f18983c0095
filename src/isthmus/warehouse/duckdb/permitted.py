"""
What a person may ask DuckDB: its own parser's tree, held against lists of what is known to be safe.

What is on no list is refused, whatever it is: a kind of node, a function, a type, a table. So a new
DuckDB with new functions is refused them until somebody has looked at them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from isthmus.warehouse.answering import NotPermitted
from isthmus.warehouse.dialect import DATA_SCHEMA, NOTES_SCHEMA
from isthmus.warehouse.duckdb.functions import AGGREGATES, SCALARS, STREAMED, WINDOWS, words
from isthmus.warehouse.duckdb.growth import check_growth

Tree = Mapping[str, Any]

_CLASSES: Final = words(
    "BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT DEFAULT FUNCTION OPERATOR"
    " POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW"
)
_NODES: Final = words(
    "BASE_TABLE CTE_NODE DISTINCT_MODIFIER EMPTY EXPRESSION_LIST JOIN LIMIT_MODIFIER"
    " LIMIT_PERCENT_MODIFIER ORDER_MODIFIER PIVOT RECURSIVE_CTE_NODE SELECT_NODE"
    " SET_OPERATION_NODE SHOW_REF SUBQUERY TABLE_FUNCTION"
)
_ORDERS: Final = words("ORDER_DEFAULT ASCENDING DESCENDING")
_TYPES: Final = words(
    "BIGINT BLOB BOOLEAN DATE DECIMAL DOUBLE FLOAT HUGEINT INTEGER INTERVAL JSON LIST NUMERIC REAL"
    " SMALLINT STRING TEXT TIME TIMESTAMP TIMESTAMPTZ TINYINT UBIGINT UINTEGER UUID VARCHAR INT"
    " INT4 INT8 BOOL CHAR DATETIME FLOAT4 FLOAT8 INT2 LONG SHORT"
) | {"TIMESTAMP WITH TIME ZONE", "TIME WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS"}
_SOURCE: Final = "TABLE_FUNCTION"
_PLAIN_NAME: Final = re.compile(r"\w+")
_OF_THE_SYSTEM: Final = ("duckdb_", "pg_", "pragma_", "sqlite_")
_SCHEMAS: Final = frozenset({DATA_SCHEMA, NOTES_SCHEMA, "autotask_joined"})
_CATALOGUE: Final = frozenset({"tables", "columns", "schemata", "views"})


def check_tree(tree: Tree, tables: frozenset[str]) -> None:
    """
    Insist that the tree is one statement that only reads tables of ours, within bounds.

    Args: tree: what json_serialize_sql gave. tables: names of tables that need no schema, in lower
    case. Raises: NotPermitted.
    """
    statements = tree["statements"]
    if len(statements) != 1:
        raise NotPermitted("Only one statement at a time.", remedy="Ask one after the other.")
    node = statements[0]["node"]
    named = frozenset(_common_names(node)) | tables
    sources = {id(part["function"]) for part in _parts(node) if part.get("type") == _SOURCE}
    for part in _parts(node):
        known = STREAMED if id(part) in sources else SCALARS | AGGREGATES | WINDOWS
        _check_part(part, named, known)
    check_growth(node)


def _parts(value: object) -> Iterator[Tree]:
    """Give every object in the tree, whatever holds it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _common_names(node: Tree) -> Iterator[str]:
    """Give the names of common table expressions; none may hide that a system's view is meant."""
    for part in _parts(node):
        entries = part["cte_map"]["map"] if isinstance(part.get("cte_map"), dict) else []
        names = [str(entry["key"]) for entry in entries]
        for name in [*names, *([str(part["cte_name"])] if "cte_name" in part else [])]:
            if not _PLAIN_NAME.fullmatch(name) or name.lower().startswith(_OF_THE_SYSTEM):
                raise _refused(f"the name {name}")
            yield name.lower()


def _check_part(part: Tree, named: frozenset[str], known: frozenset[str]) -> None:
    kind, form = part.get("class"), part.get("type")
    if kind is not None and kind not in _CLASSES:
        raise _refused(_plain(kind))
    if kind is None and isinstance(form, str) and form not in _NODES | _ORDERS:
        raise _refused(_plain(form))
    if "type_name" in part:
        _check_type(part)
    if kind in {"FUNCTION", "WINDOW"}:
        _check_function(part, known)
    if "table_name" in part:
        _check_table(part, named)
    if part.get("at_clause"):
        raise _refused("AT")


def _check_function(part: Tree, known: frozenset[str]) -> None:
    name = str(part.get("function_name", "")).lower()
    if name not in known:
        raise NotPermitted(
            f"The function {name} may not be used here.",
            remedy="Only functions that are known to stay within the tables and within bounds may.",
        )


def _check_type(part: Tree) -> None:
    name = str(part["type_name"]).upper()
    if name not in _TYPES:
        raise _refused(f"the type {name}")


def _check_table(part: Tree, named: frozenset[str]) -> None:
    catalogue = str(part.get("catalog_name") or "").lower()
    schema = str(part.get("schema_name") or "").lower()
    name = str(part["table_name"]).lower()
    if part.get("type") == "SHOW_REF":
        if name in {"", '"tables"'} or name.strip('"') in named:
            return
        raise _refused("SHOW")
    if catalogue in {"", "warehouse"}:
        if schema in _SCHEMAS or (schema == "information_schema" and name in _CATALOGUE):
            return
        if not schema and name in named:
            return
    whole = ".".join(filter(None, (catalogue, schema, name)))
    raise NotPermitted(
        f"There is no table {whole} here.",
        remedy="Tables are autotask.<Dataset>; what Isthmus notes about them is in the schema"
        " isthmus.",
        sought=name,
    )


def _refused(what: str) -> NotPermitted:
    return NotPermitted(
        f"This cannot be asked here: {what}.",
        remedy="Ask with SELECT, over the tables in the schema autotask.",
    )


def _plain(word: object) -> str:
    return str(word).removesuffix("_NODE").replace("_", " ").lower()
