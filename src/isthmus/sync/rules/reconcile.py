"""How what a table has and what it should have become one shape, so that no value is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.warehouse.ports import Column, ColumnType, Origin, TableShape

_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.WIDE_DECIMAL)
_LABELLED = {Origin.FIELD: Origin.LABEL, Origin.UDF: Origin.UDF_LABEL}
_NOT_ASKED_FOR = ("userdefinedfields", "soapparentpropertyid")


def reconcile(known: Sequence[Column], fresh: TableShape) -> TableShape:
    """
    Keep every column there is, in its place; add the new ones behind.

    A type gets wider, never narrower. A picklist stays one when metadata calls it a plain field,
    for the labels it holds. A column metadata no longer names is no longer live.
    """
    wanted = {column.name.lower(): column for column in fresh.columns}
    kept = tuple(_one(column, wanted.get(column.name.lower())) for column in known)
    held = {column.name.lower() for column in known}
    new = tuple(column for column in fresh.columns if column.name.lower() not in held)
    return replace(fresh, columns=kept + new)


def wider_of(held: ColumnType, wanted: ColumnType) -> ColumnType:
    """Return the narrowest type that holds all values of the one and takes the other's."""
    if held is wanted:
        return held
    if held in _NUMBERS and wanted in _NUMBERS:
        narrow = held is ColumnType.DECIMAL and wanted is ColumnType.INTEGER
        return held if narrow else ColumnType.WIDE_DECIMAL
    return ColumnType.TEXT


def spelled_as_received(
    fields: Iterable[FieldInfo], received: Iterable[str], known: Sequence[Column]
) -> tuple[FieldInfo, ...]:
    """
    Spell each field as records do: the metadata of some entities differs from them by case.

    Args: received: names seen in records; without any, what earlier records had decides.
    Source: `problemTicketId` and others, in the vendor's own descriptions.
    """
    spelled = {c.source.lower(): c.source for c in known if c.source}
    spelled |= {name.lower(): name for name in received}
    return tuple(replace(f, name=spelled.get(f.name.lower(), f.name)) for f in fields)


def undescribed_fields(
    received: Iterable[str], fields: Iterable[FieldInfo]
) -> tuple[FieldInfo, ...]:
    """Describe, as text, what records carry although metadata does not name it."""
    described = {field.name.lower() for field in fields}
    return tuple(
        FieldInfo(
            name=name,
            data_type="string",
            length=0,
            is_required=False,
            is_read_only=True,
            is_queryable=False,
            reference=None,
            picklist=None,
            picklist_parent=None,
        )
        for name in dict.fromkeys(received)
        if name.lower() not in described and name.lower() not in _NOT_ASKED_FOR
    )


def undescribed_udfs(received: Iterable[str], udfs: Iterable[UdfInfo]) -> tuple[UdfInfo, ...]:
    """Describe, as text, user-defined fields that records carry and metadata does not name."""
    described = {udf.name for udf in udfs}
    names = (name for name in dict.fromkeys(received) if name not in described)
    return tuple(UdfInfo(name, name, "string", None) for name in names)


def _one(held: Column, wanted: Column | None) -> Column:
    if wanted is None:
        return replace(held, is_live=False)
    if _LABELLED.get(held.origin) is wanted.origin:
        return replace(wanted, name=held.name)
    if held.origin is not wanted.origin:
        return replace(held, source=wanted.source, is_live=False)
    if held.origin is Origin.HYDRATED:
        return replace(held, lookup=wanted.lookup, is_live=True)
    return replace(held, source=wanted.source, type=wider_of(held.type, wanted.type), is_live=True)
