"""
What entities and fields allow, as getEntityInfo, GetFieldInfo and getUDFInfo tell it.

Source: WSDL for names and order; live metadata of 2021 for the flags. Labels are made from
names. That an element without a value is left out is assumed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from isthmus_sim.autotask.soap.envelope import element
from isthmus_sim.autotask.soap.xmltext import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isthmus_sim.autotask.soap.catalog import Edition, SoapEntity, SoapField
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.autotask.tenant.shapes import PicklistEntry, UdfDefinition

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UDF_TYPES = {
    "Integer": "integer",
    "Decimal": "double",
    "Date": "datetime",
    "Boolean": "boolean",
}
_VERBS = (("CanUpdate", "U"), ("CanDelete", "D"), ("CanCreate", "C"), ("CanQuery", "Q"))
_ACCESS = (("Create", "C"), ("Query", "Q"), ("Update", "U"), ("Delete", "D"))


def entity_infos(state: State, edition: Edition, access: Callable[[str, str], str]) -> str:
    """Give every entity's EntityInfo. access: tells the level for a collection and a verb."""
    return "".join(_entity_info(state, edition, entity, access) for entity in edition)


def fields(state: State, edition: Edition, entity: SoapEntity) -> str:
    """Give every field's Field, the id first."""
    return "".join(_field(state, edition, entity, field) for field in entity.fields)


def udfs(state: State, edition: Edition, entity: SoapEntity) -> str:
    """Give the Field of every user-defined field."""
    if entity.rest is None or not entity.has_udfs:
        return ""
    return "".join(_udf(edition, known) for known in state.udf_definitions(entity.rest))


def _entity_info(
    state: State, edition: Edition, entity: SoapEntity, access: Callable[[str, str], str]
) -> str:
    has_udfs = bool(entity.has_udfs and entity.rest and state.udf_definitions(entity.rest))
    parts = [element("Name", entity.name)]
    parts += [_flag(name, letter in entity.can) for name, letter in _VERBS]
    parts.append(_flag("HasUserDefinedFields", has_udfs))
    if edition.newer:
        for verb, letter in _ACCESS:
            level = access(entity.rest or "", verb.lower()) if letter in entity.can else "None"
            parts.append(element(f"UserAccessFor{verb}", level))
        parts.append(_flag("SupportsWebhookCallouts", entity.webhooks))
    return element("EntityInfo", "".join(parts))


def _field(state: State, edition: Edition, entity: SoapEntity, field: SoapField) -> str:
    entries: Iterable[PicklistEntry] | None = None
    if field.picklist:
        known = entity.rest is not None and field.rest is not None
        entries = state.picklist(entity.rest or "", field.rest or "") if known else ()
    return _described(
        edition,
        name=field.name,
        label=_WORDS.sub(" ", field.name),
        kind=field.type,
        length=field.length,
        flags=(field.required, field.read_only, field.queryable),
        reference=field.reference,
        entries=entries,
        parent=field.picklist_parent,
        webhook=field.webhook,
    )


def _udf(edition: Edition, known: UdfDefinition) -> str:
    return _described(
        edition,
        name=known.name,
        label=known.label,
        kind=_UDF_TYPES.get(known.type, "string"),
        length=known.length,
        flags=(known.is_required, known.is_read_only, known.type != "MultiSelect"),
        description=known.description,
        entries=known.entries,
        default=known.default or "",
        webhook=True,
    )


def _described(
    edition: Edition,
    *,
    name: str,
    label: str,
    kind: str,
    length: int,
    flags: tuple[bool, bool, bool],
    description: str = "",
    reference: str = "",
    entries: Iterable[PicklistEntry] | None = None,
    parent: str = "",
    default: str = "",
    webhook: bool = False,
) -> str:
    """Write one Field. flags: required, read-only, queryable."""
    required, read_only, queryable = flags
    parts = [
        element("Name", escape(name)),
        element("Label", escape(label)),
        element("Type", kind),
        element("Length", str(length)),
        _text("Description", description),
        _flag("IsRequired", required),
        _flag("IsReadOnly", read_only),
        _flag("IsQueryable", queryable),
        _flag("IsReference", bool(reference)),
        _text("ReferenceEntityType", reference),
        _flag("IsPickList", entries is not None),
        "" if entries is None else element("PicklistValues", "".join(map(_entry, entries))),
        _text("PicklistParentValueField", parent),
        _text("DefaultValue", default),
        _flag("IsSupportedWebhookField", webhook) if edition.newer else "",
    ]
    return element("Field", "".join(parts))


def _entry(entry: PicklistEntry) -> str:
    parts = [
        element("Value", escape(entry.value)),
        element("Label", escape(entry.label)),
        _flag("IsDefaultValue", entry.is_default),
        element("SortOrder", str(entry.sort_order)),
        _text("parentValue", entry.parent or ""),
        _flag("IsActive", entry.is_active),
        _flag("IsSystem", entry.is_system),
    ]
    return element("PickListValue", "".join(parts))


def _flag(name: str, value: bool) -> str:
    return f"<{name}>{'true' if value else 'false'}</{name}>"


def _text(name: str, text: str) -> str:
    return element(name, escape(text)) if text else ""
