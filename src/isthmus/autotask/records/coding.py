"""The entry of a picklist that a caller means, or the refusal that names what there is."""

from collections.abc import Sequence
from typing import Final

from isthmus.autotask.errors import UnknownField, ValidationFailed
from isthmus.autotask.models import PicklistValue
from isthmus.autotask.port import Value
from isthmus.autotask.records.labels import code_text, find_label, nearest

_SHOWN_MOST: Final = 12
_SHOWN_CHARACTERS: Final = 300


def entry_of(
    entity: str, name: str, picklist: Sequence[PicklistValue], label: str, parent: str | None
) -> PicklistValue:
    """
    Return the one active entry of a label.

    Raises: ValidationFailed: none, with the nearest; an inactive one; several.
    """
    found = find_label(picklist, label, parent)
    if not found:
        known = [entry.label for entry in picklist if entry.is_active]
        near = nearest(label, known) or tuple(known[:_SHOWN_MOST])
        raise refused(
            entity,
            name,
            f"has no label {label!r}",
            f"Did you mean {', '.join(near)}?" if near else "It has no labels at all.",
        )
    if not found[0].is_active:
        raise _inactive(entity, name, repr(label))
    if len(found) > 1:
        codes = ", ".join(entry.code for entry in found)
        raise refused(
            entity,
            name,
            f"has several entries {label!r}",
            f"Give the code itself, one of {codes}, or the field it depends on with it.",
        )
    return found[0]


def check_code(entity: str, name: str, picklist: Sequence[PicklistValue], value: Value) -> None:
    """Raise ValidationFailed unless the code is one of the active entries."""
    code = code_text(value)
    entry = next((one for one in picklist if one.code == code), None)
    if entry is None:
        known = ", ".join(f"{one.code} {one.label}" for one in picklist if one.is_active)
        shown = known if len(known) <= _SHOWN_CHARACTERS else f"{known[:_SHOWN_CHARACTERS]}..."
        raise refused(entity, name, f"has no code {code}", f"Give one of: {shown}")
    if not entry.is_active:
        raise _inactive(entity, name, f"{code} ({entry.label})")


def _inactive(entity: str, name: str, shown: str) -> ValidationFailed:
    return refused(
        entity,
        name,
        f"{shown} is inactive",
        "It stays on old records, but Autotask refuses to write it. Choose an active one.",
    )


def refused(entity: str, field: str, what: str, remedy: str) -> ValidationFailed:
    """Return the refusal of a field's value."""
    return ValidationFailed(f"{field} {what}", where=f"{entity}.{field}", remedy=remedy)


def unknown_field(entity: str, name: str, known: list[str]) -> UnknownField:
    """Return the error for writing a field there is not, with the nearest names."""
    near = nearest(name, known)
    hint = f"Did you mean {', '.join(near)}?" if near else "Compare with the entity's fields."
    return UnknownField(
        f"{entity} has no field {name!r}", where=f"{entity}.{name}", remedy=hint, near=near
    )
