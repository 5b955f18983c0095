"""The shape a dataset's table should have, from the vendor's metadata."""

import re
from collections.abc import Iterable, Iterator, Sequence

from isthmus.autotask.models import FieldInfo, PicklistValue, UdfInfo
from isthmus.sync.catalog import Dataset
from isthmus.sync.rules.hydrate import hydrated_column, plan_hydrations
from isthmus.warehouse.ports import Column, ColumnType, Origin, PicklistEntry, TableShape

LONGEST_NAME = 63
"""Characters of an identifier. Source: PostgreSQL; DuckDB has no limit."""

_LONG_TEXT = 1000
_WHOLE = ("integer", "long", "short", "byte")
_FRACTION = ("decimal", "double", "float", "number", "numeric", "money")
_MOMENT = ("datetime", "date")


def column_type(data_type: str) -> ColumnType:
    """Return what a vendor's type word is kept as; an unknown word is text."""
    word = data_type.lower()
    if word in _WHOLE:
        return ColumnType.INTEGER
    if word in _FRACTION:
        return ColumnType.DECIMAL
    if word in _MOMENT:
        return ColumnType.TIMESTAMP
    return ColumnType.BOOLEAN if word == "boolean" else ColumnType.TEXT


def plan_shape(
    dataset: Dataset,
    fields: Sequence[FieldInfo],
    udfs: Sequence[UdfInfo],
    known: Sequence[Column] = (),
) -> TableShape:
    """
    Name and type every column: the vendor's in its order, what is hydrated, user-defined fields.

    A name once given stays: `known` are the columns the table has. New names keep clear of them
    and of each other, whatever their case; the vendor's own come first.
    """
    names = _Names(known)
    columns = list(_field_columns(fields, names))
    for hydration in plan_hydrations(dataset, fields):
        held = _held_hydration(known, hydration.lookup.key, hydration.lookup.take)
        column = held or hydrated_column(hydration, names.taken)
        names.taken.add(column.name.lower())
        columns.append(column)
    for udf in udfs:
        columns.extend(_udf_columns(udf, names))
    return TableShape(dataset.name, tuple(columns))


def picklist_entries(
    fields: Iterable[FieldInfo], udfs: Iterable[UdfInfo]
) -> tuple[PicklistEntry, ...]:
    """List every label the metadata gives, inactive ones too; of two for one code the first."""
    found: dict[tuple[str, str], PicklistEntry] = {}
    for source, values in _picklists(fields, udfs):
        for value in values:
            code = _plain_code(value.code)
            entry = PicklistEntry(source, code, value.label.replace("\0", ""), value.is_active)
            found.setdefault((source, code), entry)
    return tuple(found.values())


def udf_name(name: str) -> str:
    """Make a column name of a user-defined field's name: letters, digits, single underscores."""
    return ("udf_" + re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_"))[:LONGEST_NAME]


class _Names:
    """Gives each column a name of its own and remembers those given before."""

    def __init__(self, known: Sequence[Column]) -> None:
        self._held = {(c.origin, c.source.lower()): c.name for c in known if c.source}
        self._held_udfs = {(c.origin, c.source): c.name for c in known if c.source}
        self.taken = {c.name.lower() for c in known}

    def field(self, wanted: str, source: str, *origins: Origin) -> str:
        """Name a vendor's column; it may have been a plain field before it became a picklist."""
        for origin in origins:
            if (origin, source.lower()) in self._held:
                return self._held[origin, source.lower()]
        return self.new(wanted)

    def udf(self, wanted: str, source: str, *origins: Origin) -> str:
        """Name a user-defined field's column; their names differ by case too."""
        for origin in origins:
            if (origin, source) in self._held_udfs:
                return self._held_udfs[origin, source]
        return self.new(wanted)

    def new(self, wanted: str) -> str:
        """Return the name, numbered if it is taken already."""
        name, number = wanted, 2
        while name.lower() in self.taken:
            tail = f"_{number}"
            name, number = wanted[: LONGEST_NAME - len(tail)] + tail, number + 1
        self.taken.add(name.lower())
        return name


def _field_columns(fields: Sequence[FieldInfo], names: _Names) -> Iterator[Column]:
    """Give the fields in the vendor's order, `id` first; all their names before any code's."""
    ordered = sorted(_without_repeats(fields), key=lambda f: f.name.lower() != "id")
    given = {f.name: names.field(f.name, f.name, Origin.FIELD, Origin.LABEL) for f in ordered}
    for field in ordered:
        name, kind = given[field.name], column_type(field.data_type)
        if field.picklist is None:
            long = kind is ColumnType.TEXT and field.length >= _LONG_TEXT
            yield Column(name, kind, Origin.FIELD, field.name, is_long=long)
            continue
        code = names.field(f"{name}_code", field.name, Origin.CODE)
        yield Column(name, ColumnType.TEXT, Origin.LABEL, field.name)
        yield Column(code, _code_type(kind), Origin.CODE, field.name)


def _udf_columns(udf: UdfInfo, names: _Names) -> Iterator[Column]:
    name = names.udf(udf_name(udf.name), udf.name, Origin.UDF, Origin.UDF_LABEL)
    if udf.picklist is None:
        kind = column_type(udf.data_type)
        number = ColumnType.DECIMAL if kind is ColumnType.INTEGER else kind
        plain = ColumnType.TEXT if kind is ColumnType.BOOLEAN else number
        yield Column(name, plain, Origin.UDF, udf.name)
        return
    code = names.udf(f"{name[: LONGEST_NAME - 5]}_code", udf.name, Origin.UDF_CODE)
    yield Column(name, ColumnType.TEXT, Origin.UDF_LABEL, udf.name)
    yield Column(code, ColumnType.TEXT, Origin.UDF_CODE, udf.name)


def _code_type(kind: ColumnType) -> ColumnType:
    return ColumnType.INTEGER if kind is ColumnType.INTEGER else ColumnType.TEXT


def _held_hydration(known: Sequence[Column], key: str, take: tuple[str, ...]) -> Column | None:
    for column in known:
        lookup = column.lookup
        if lookup and lookup.key.lower() == key.lower() and lookup.take == take:
            return column
    return None


def _without_repeats(fields: Sequence[FieldInfo]) -> list[FieldInfo]:
    return list({field.name.lower(): field for field in reversed(fields)}.values())[::-1]


def _picklists(
    fields: Iterable[FieldInfo], udfs: Iterable[UdfInfo]
) -> Iterator[tuple[str, Sequence[PicklistValue]]]:
    for field in fields:
        if field.picklist is not None:
            yield field.name, field.picklist
    for udf in udfs:
        if udf.picklist is not None:
            yield udf.name, udf.picklist


def _plain_code(code: str) -> str:
    """Write a whole number without leading zeros or blanks, as records hold it."""
    stripped = code.strip()
    return str(int(stripped)) if re.fullmatch(r"-?[0-9]{1,18}", stripped) else code
