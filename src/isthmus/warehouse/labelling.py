"""
SQL that puts labels where codes stand, and finds the codes that have none.

A user-defined field may let a person choose several values; the vendor then sends their codes with
commas between. So a value that is no code as a whole is taken apart, and each part labelled.
"""

import re
from collections.abc import Sequence

from isthmus.warehouse.dialect import Dialect, literal
from isthmus.warehouse.ports import Column, ColumnType, Origin, PicklistEntry, TableShape

LABELS = (Origin.LABEL, Origin.UDF_LABEL)
RULES = 2
"""Raised when labels are made in another way, so that rows written before are labelled anew."""

_WHOLE = re.compile(r"-?[0-9]{1,18}")


def code_of(shape: TableShape, label: Column) -> Column:
    """Return the code column that belongs to a label column."""
    kind = Origin.CODE if label.origin is Origin.LABEL else Origin.UDF_CODE
    return next(c for c in shape.columns if c.origin is kind and c.source == label.source)


def label_value(
    dialect: Dialect, label: Column, code: Column, entries: Sequence[PicklistEntry]
) -> str:
    """Return the label of a row's code, over the alias `s`; what has none is its own text."""
    value = f"s.{dialect.name(code.name)}"
    codes, labels = _codes_and_labels(entries, code)
    tried = [dialect.label(value, codes, labels)]
    if label.origin is Origin.UDF_LABEL:

        def each(part: str) -> str:
            return f"coalesce({dialect.label(part, codes, labels)}, {part})"

        tried.append(dialect.joined_parts(value, each))
    return f"coalesce({', '.join(tried)}, CAST({value} AS VARCHAR))"


def unknown_codes(
    dialect: Dialect, shape: TableShape, entries: Sequence[PicklistEntry], relation: str
) -> str:
    """Select (column, code, rows) of the codes in a relation that no picklist entry explains."""
    parts = []
    for label in (c for c in shape.columns if c.origin in LABELS and c.is_live):
        code = code_of(shape, label)
        value = f"s.{dialect.name(code.name)}"
        codes, labels = _codes_and_labels(entries, code)
        source, unknown = f"{relation} AS s", _unknown(value, codes)
        if label.origin is Origin.UDF_LABEL:
            known = [*codes, *(literal(text) for text in labels)]
            rows = dialect.parts_of_rows(value, source, _unknown(value, known))
            source, value = f"({rows}) AS p", "p.part"
            unknown = f"{_unknown(value, known)} AND {value} <> ''"
        parts.append(
            f"SELECT {literal(label.name)}, CAST({value} AS VARCHAR), count(*)"
            f" FROM {source} WHERE {unknown} GROUP BY 1, 2"
        )
    return " UNION ALL ".join(parts)


def _unknown(value: str, codes: Sequence[str]) -> str:
    among = f" AND {value} NOT IN ({', '.join(codes)})" if codes else ""
    return f"{value} IS NOT NULL{among}"


def _codes_and_labels(
    entries: Sequence[PicklistEntry], code: Column
) -> tuple[list[str], list[str]]:
    """Return the codes of a column as literals of its type, and the labels beside them."""
    mine = [entry for entry in entries if entry.field == code.source]
    if code.type is not ColumnType.INTEGER:
        return [literal(entry.code) for entry in mine], [entry.label for entry in mine]
    whole = [entry for entry in mine if _WHOLE.fullmatch(entry.code)]
    return [f"CAST({entry.code} AS BIGINT)" for entry in whole], [entry.label for entry in whole]
