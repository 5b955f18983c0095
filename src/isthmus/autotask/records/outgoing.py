"""
What a caller writes into checked values: labels into codes, types and lengths held to metadata.

Everything that is surely wrong is refused before a call is spent on it, by the field's name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.autotask.port import Label, Value, Writable
from isthmus.autotask.query import format_time
from isthmus.autotask.records.coding import check_code, entry_of, refused, unknown_field
from isthmus.autotask.records.fits import text_trouble, trouble_of
from isthmus.autotask.records.labels import code_text, named
from isthmus.autotask.records.typed import WHOLE


@dataclass(frozen=True, slots=True)
class Outgoing:
    """
    Checked values by the names metadata has for them, still typed: each wire spells them its way.

    Times are aware, in UTC. `udfs` are texts. None clears a field; a creation holds no None.
    """

    values: Mapping[str, Value] = field(repr=False)
    udfs: Mapping[str, str | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Write:
    """What the checks of one field look at."""

    entity: str
    creating: bool
    given: Mapping[str, Writable]
    current: Mapping[str, Value]
    fields: Mapping[str, FieldInfo]
    settable: frozenset[str]


def prepare(
    entity: str,
    given: Mapping[str, Writable],
    fields: Sequence[FieldInfo],
    *,
    udfs: Mapping[str, Writable],
    udf_fields: Sequence[UdfInfo],
    creating: bool,
    settable: Iterable[str] = (),
    current: Mapping[str, Value] | None = None,
) -> Outgoing:
    """
    Check and convert what is to be written.

    Args: settable: read-only fields that may be given all the same (the parent's). current: the
    record as it is, for labels that depend on a field which is not given.
    Returns: None is left out of a creation, because the vendor refuses it there (observed).
    Raises: UnknownField with the nearest names; ValidationFailed naming the field: read-only,
    required, too long, a wrong type, a label or code that is unknown or inactive.
    Source: flags and lengths from the tenant's metadata. That a required read-only field is set
    by the creation, and by it alone, is assumed. Lengths count UTF-16 units (assumed).
    """
    by_name = {field.name.casefold(): field for field in fields}
    write = _Write(
        entity,
        creating,
        {name.casefold(): value for name, value in given.items()},
        {name.casefold(): value for name, value in (current or {}).items()},
        by_name,
        frozenset(name.casefold() for name in settable),
    )
    if len(write.given) != len(given):
        raise refused(entity, ", ".join(given), "A field is given twice", "Give each one once.")
    values: dict[str, Value] = {}
    for name, value in given.items():
        field = by_name.get(name.casefold())
        if field is None:
            raise unknown_field(entity, name, [one.name for one in fields])
        converted = _checked(write, field, value)
        if converted is not None or not creating:
            values[field.name] = converted
    if creating:
        _check_required(write, fields, values)
    return Outgoing(values, _prepare_udfs(entity, udfs, udf_fields, creating=creating))


def to_json(value: Value) -> object:
    """Return a value as the REST wire takes it: times as UTC text; Decimal for the encoder."""
    return format_time(value) if isinstance(value, datetime) else value


def _checked(write: _Write, field: FieldInfo, value: Writable) -> Value:
    """Return one field's value as it is sent."""
    _check_writable(write, field)
    if value is None:
        if field.is_required and not write.creating:
            raise refused(write.entity, field.name, "is required", "It cannot be cleared.")
        return None
    if isinstance(value, Label):
        return _coded(write, field, value)
    trouble = trouble_of(field, value)
    if trouble is not None:
        raise refused(write.entity, field.name, *trouble)
    if field.picklist:
        check_code(write.entity, field.name, field.picklist, value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _check_writable(write: _Write, field: FieldInfo) -> None:
    folded = field.name.casefold()
    if folded == "id":
        raise refused(
            write.entity, "id", "is not written", "Autotask gives it, and it stays as it is."
        )
    if not field.is_read_only or folded in write.settable:
        return
    if not (write.creating and field.is_required):
        raise refused(
            write.entity,
            field.name,
            "is read-only" if write.creating or not field.is_required else "is set once, at first",
            "Autotask would ignore it without a word. Leave it out.",
        )


def _check_required(
    write: _Write, fields: Sequence[FieldInfo], values: Mapping[str, Value]
) -> None:
    missing = [
        field.name
        for field in fields
        if field.is_required
        and (not field.is_read_only or field.name.casefold() in write.settable)
        and field.name.casefold() != "id"
        and field.name not in values
    ]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise refused(write.entity, ", ".join(missing), f"{are} required", "Give a value for each.")


def _coded(write: _Write, field: FieldInfo, label: Label) -> Value:
    """Return the code of a label."""
    if field.picklist is None:
        raise refused(
            write.entity, field.name, "is no picklist", "Give the value itself, without Label."
        )
    parent = _parent_code(write, field)
    entry = entry_of(write.entity, field.name, field.picklist, label.text, parent)
    return int(entry.code) if field.data_type in WHOLE else entry.code


def _parent_code(write: _Write, field: FieldInfo) -> str | None:
    """Return the code that a dependent picklist hangs on; None when it hangs on nothing known."""
    folded = (field.picklist_parent or "").casefold()
    parent = write.fields.get(folded)
    if parent is None:
        return None
    value = write.given.get(folded, write.current.get(folded))
    if isinstance(value, Label):
        value = _coded(write, parent, value)
    return None if value is None else code_text(value)


# User-defined fields -----------------------------------------------------------------


def _prepare_udfs(
    entity: str, given: Mapping[str, Writable], known: Sequence[UdfInfo], *, creating: bool
) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    for name, value in given.items():
        udf = named(known, name)
        if udf is None:
            raise unknown_field(entity, name, [one.name for one in known])
        text = _udf_text(entity, udf, value)
        if text is not None or not creating:
            texts[udf.name] = text
    return texts


def _udf_text(entity: str, udf: UdfInfo, value: Writable) -> str | None:
    """Return a user-defined value as text; the vendor keeps all of them as text."""
    if udf.is_read_only:
        raise refused(entity, udf.name, "is read-only", "Leave it out.")
    if value is None:
        return None
    if isinstance(value, Label):
        if udf.picklist is None:
            raise refused(entity, udf.name, "is no picklist", "Give the value, without Label.")
        return entry_of(entity, udf.name, udf.picklist, value.text, None).code
    text = _spelt(entity, udf, value)
    trouble = text_trouble(text, udf.length)
    if trouble is not None:
        raise refused(entity, udf.name, *trouble)
    if udf.picklist and text:
        codes = {entry.code for entry in udf.picklist}
        for part in (text,) if text in codes else text.split(","):
            check_code(entity, udf.name, udf.picklist, part)
    return text


def _spelt(entity: str, udf: UdfInfo, value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise refused(
                entity, udf.name, "is given without a time zone", "Give an aware datetime."
            )
        return format_time(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def depends_on_current(given: Mapping[str, Writable], fields: Sequence[FieldInfo]) -> bool:
    """Tell whether a label's meaning hangs on a field that is not given itself."""
    names = {name.casefold() for name in given}
    by_name = {field.name.casefold(): field for field in fields}
    for name, value in given.items():
        field = by_name.get(name.casefold())
        parent = field.picklist_parent if field is not None else None
        if isinstance(value, Label) and parent and parent.casefold() not in names:
            return True
    return False
