"""
SQL that fills a dataset's rows: labels by join, hydrated names by join, what differs from before.

Pure text; both databases run it as it is.
"""

from collections.abc import Mapping, Sequence

from isthmus.warehouse.dialect import COMPARED, FRESH, MOVED, Dialect
from isthmus.warehouse.labelling import LABELS, code_of, label_value
from isthmus.warehouse.ports import (
    Column,
    ColumnType,
    Lookup,
    Origin,
    PicklistEntry,
    TableShape,
)


class RowSelect:
    """
    A select that gives whole rows of a dataset out of its raw columns.

    `available` says which datasets' tables can be joined, and the columns each has (in lower
    case): whatever a look-up misses there is null. `labels` are the dataset's picklist entries.
    """

    def __init__(
        self,
        dialect: Dialect,
        shape: TableShape,
        available: Mapping[str, Mapping[str, ColumnType]],
        labels: Sequence[PicklistEntry],
    ) -> None:
        self._dialect = dialect
        self._shape = shape
        self._available = available
        self._labels = labels
        self._joins: list[str] = []
        self._aliases: dict[tuple[str, str], str] = {}

    def whole_rows(self, source: str, *, in_order: bool = False) -> str:
        """
        Select every column, in the shape's order, from a relation of the raw columns.

        Args: in_order: give the rows in the order of the relation's lines; it costs a sort where
        a database may join in any order.
        """
        wanted = ", ".join(
            f"{self.expression(column)} AS {self._dialect.name(column.name)}"
            for column in self._shape.columns
        )
        order = self._dialect.in_order if in_order else ""
        return f"SELECT {wanted} FROM {source} AS s{self.joins()}{order}"

    def moved_rows(self, columns: Sequence[Column]) -> str:
        """Select id and those columns of the stored rows in which one of them is out of date."""
        d = self._dialect
        pairs = [(self.expression(column), d.name(column.name)) for column in columns]
        values = ", ".join(f"{value} AS {name}" for value, name in pairs)
        differs = " OR ".join(f"s.{name} IS DISTINCT FROM {value}" for value, name in pairs)
        table = d.table(self._shape.dataset)
        return f"SELECT s.{d.name('id')}, {values} FROM {table} AS s{self.joins()} WHERE {differs}"

    def joins(self) -> str:
        """Return the joins that the expressions asked for so far need."""
        return "".join(self._joins)

    def expression(self, column: Column) -> str:
        """Return the value of a column, over the alias `s` and the joins noted on the way."""
        if column.origin in LABELS:
            return self._label(column)
        if column.origin is Origin.HYDRATED and column.lookup is not None:
            return self._hydrated(column, column.lookup)
        return f"s.{self._dialect.name(column.name)}"

    def _label(self, column: Column) -> str:
        return label_value(self._dialect, column, code_of(self._shape, column), self._labels)

    def _hydrated(self, column: Column, lookup: Lookup) -> str:
        d = self._dialect
        held = self._available.get(lookup.dataset, {})
        key = self._shape.column(lookup.key)
        taken = [name for name in lookup.take if name.lower() in held]
        wanted = d.type(column.type)
        if not taken or key is None:
            return f"CAST(NULL AS {wanted})"
        alias = self._aliases.get((key.name, lookup.dataset))
        if alias is None:
            alias = f"h{len(self._joins)}"
            self._aliases[key.name, lookup.dataset] = alias
            self._joins.append(self._reference(key, lookup.dataset, alias))
        if len(lookup.take) == 1:
            found = held[taken[0].lower()]
            value = f"{alias}.{d.name(taken[0])}"
            if found is column.type:
                return value
            return d.as_text(value, found) if column.type is ColumnType.TEXT else value
        return f"nullif(concat_ws(' ', {d.names(taken, alias)}), '')"

    def _reference(self, key: Column, dataset: str, alias: str) -> str:
        d = self._dialect
        ids = f"{alias}.{d.name('id')}"
        value = f"s.{d.name(key.name)}"
        if key.type is not ColumnType.INTEGER:
            ids = f"CAST({ids} AS VARCHAR)"
            value = d.as_text(value, key.type)
        return f" LEFT JOIN {d.table(dataset)} AS {alias} ON {ids} = {value}"


def compare_rows(dialect: Dialect, shape: TableShape) -> str:
    """Select (id, differs) of the fresh rows whose id is stored already."""
    row_id = dialect.name("id")
    differs = " OR ".join(
        f"f.{dialect.name(c.name)} IS DISTINCT FROM t.{dialect.name(c.name)}"
        for c in shape.columns
        if c.name.lower() != "id"
    )
    return (
        f"CREATE TEMP TABLE {COMPARED} AS SELECT f.{row_id} AS id, ({differs or 'false'})"
        f" AS differs FROM {FRESH} AS f"
        f" JOIN {dialect.table(shape.dataset)} AS t ON t.{row_id} = f.{row_id}"
    )


def update_moved(dialect: Dialect, shape: TableShape, columns: Sequence[Column]) -> str:
    """Write the columns of the moved rows into the table."""
    row_id = dialect.name("id")
    sets = ", ".join(f"{dialect.name(c.name)} = m.{dialect.name(c.name)}" for c in columns)
    return (
        f"UPDATE {dialect.table(shape.dataset)} AS t SET {sets}"
        f" FROM {MOVED} AS m WHERE m.{row_id} = t.{row_id}"
    )
