"""SQL that makes a dataset's table and lets it follow its shape; never drops a value."""

from isthmus.warehouse.dialect import Dialect
from isthmus.warehouse.ports import Column, ColumnType, Origin, TableShape

WIDER = {
    ColumnType.INTEGER: ColumnType.WIDE_DECIMAL,
    ColumnType.DECIMAL: ColumnType.WIDE_DECIMAL,
    ColumnType.WIDE_DECIMAL: ColumnType.TEXT,
    ColumnType.BOOLEAN: ColumnType.TEXT,
    ColumnType.TIMESTAMP: ColumnType.TEXT,
}

LOOKED_UP = (Origin.LABEL, Origin.UDF_LABEL, Origin.HYDRATED)


def stored_raw(shape: TableShape) -> tuple[Column, ...]:
    """Return the columns whose values stand in the records themselves."""
    return tuple(c for c in shape.columns if c.origin not in LOOKED_UP)


def looked_up(shape: TableShape) -> tuple[Column, ...]:
    """Return the columns whose values come by join, labels among them."""
    return tuple(c for c in shape.columns if c.origin in LOOKED_UP)


def wider(column: Column) -> ColumnType:
    """Return the next type a column takes when a value does not fit; codes stay comparable."""
    if column.origin in {Origin.CODE, Origin.UDF_CODE}:
        return ColumnType.TEXT
    return WIDER.get(column.type, ColumnType.TEXT)


def create_table(dialect: Dialect, shape: TableShape) -> tuple[str, ...]:
    """Make the table; without a key in DuckDB, where it costs more than all else at loading."""
    columns = ", ".join(_declared(dialect, column) for column in shape.columns)
    table = dialect.table(shape.dataset)
    made = f"CREATE TABLE {table} ({columns})"
    return (made, f"CREATE INDEX ON {table} ({dialect.name('id')})") if dialect.keyed else (made,)


def alterations(
    dialect: Dialect, shape: TableShape, known: tuple[Column, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Plan how a stored table takes a new shape.

    Returns: the statements in order, and the names of the columns that are new.
    """
    held = {c.name.lower(): c for c in known}
    statements: list[str] = []
    added: list[str] = []
    table = dialect.table(shape.dataset)
    for column in shape.columns:
        old = held.get(column.name.lower())
        if old is None:
            name, kind = dialect.name(column.name), dialect.type(column.type)
            statements.append(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
            added.append(column.name)
    statements.extend(_codes_kept(dialect, shape, held))
    for column in shape.columns:
        old = held.get(column.name.lower())
        if old is not None and old.type is not column.type:
            statements.append(_retype(dialect, table, old, column))
    return tuple(statements), tuple(added)


def _declared(dialect: Dialect, column: Column) -> str:
    packed = dialect.packed if column.is_long and column.type is ColumnType.TEXT else ""
    return f"{dialect.name(column.name)} {dialect.type(column.type)}{packed}"


def _codes_kept(dialect: Dialect, shape: TableShape, held: dict[str, Column]) -> list[str]:
    """Copy a field that has become a picklist into its new code column before it takes labels."""
    pairs = {Origin.FIELD: Origin.CODE, Origin.UDF: Origin.UDF_CODE}
    statements = []
    for code in shape.columns:
        if code.name.lower() in held or code.origin not in pairs.values():
            continue
        plain = next(
            (c for c in held.values() if pairs.get(c.origin) is code.origin and _same(c, code)),
            None,
        )
        if plain is not None:
            value = dialect.name(plain.name)
            if plain.type is not code.type:
                value = dialect.as_text(value, plain.type)
            statements.append(
                f"UPDATE {dialect.table(shape.dataset)} SET {dialect.name(code.name)} = {value}"
            )
    return statements


def _same(one: Column, other: Column) -> bool:
    return one.source.lower() == other.source.lower()


def _retype(dialect: Dialect, table: str, old: Column, new: Column) -> str:
    name, kind = dialect.name(new.name), dialect.type(new.type)
    if new.origin is Origin.HYDRATED:
        value = f"CAST(NULL AS {kind})"
    elif new.type is ColumnType.TEXT:
        value = dialect.as_text(name, old.type)
    else:
        value = f"CAST({name} AS {kind})"
    return f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {kind} USING {value}"
