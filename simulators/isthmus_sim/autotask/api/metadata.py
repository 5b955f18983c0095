"""
The three metadata answers: what an entity allows, its fields, its user-defined fields.

Source: Swagger models for the keys; recorded answers for empty values (length 0, "" for no
reference and no parent, null for no picklist). Picklist values are text although records hold
integers (observed). References carry the names of the older SOAP API (observed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isthmus_sim.autotask.store.catalog import Entity, Field
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.autotask.tenant.shapes import PicklistEntry, UdfDefinition

_UDF_TYPES = {
    "String": "string",
    "LongText": "string",
    "Integer": "integer",
    "Decimal": "decimal",
    "Date": "datetime",
    "Boolean": "boolean",
    "List": "string",
    "MultiSelect": "string",
}


def entity_info(
    state: State, entity: Entity, access: Callable[[str, str], str | int]
) -> dict[str, Any]:
    """
    Give what entityInformation holds under `info`.

    access: tells the user's level for a collection and a verb; the verb is empty for what
    nobody may do.
    """
    may = {
        verb: letter in entity.can
        for verb, letter in (("Create", "C"), ("Delete", "D"), ("Query", "Q"), ("Update", "U"))
    }
    return {
        "name": entity.name,
        **{f"can{verb}": allowed for verb, allowed in may.items()},
        **{
            f"userAccessFor{verb}": access(entity.collection, verb.lower() if allowed else "")
            for verb, allowed in may.items()
        },
        "hasUserDefinedFields": entity.has_udfs and bool(state.udf_definitions(entity.collection)),
        "supportsWebhookCallouts": entity.supports_webhooks,
    }


def fields(state: State, entity: Entity) -> list[dict[str, Any]]:
    """Give the fields of a collection as entityInformation/fields lists them."""
    return [_field(state, entity, field) for field in entity.fields]


def udfs(state: State, entity: Entity) -> list[dict[str, Any]]:
    """Give the user-defined fields of a collection."""
    return [_udf(definition) for definition in state.udf_definitions(entity.collection)]


def _field(state: State, entity: Entity, field: Field) -> dict[str, Any]:
    reference = state.catalog[field.reference].legacy_name if field.reference else ""
    entries = state.picklist(entity.collection, field.name) if field.picklist else None
    return {
        "name": field.metadata_name,
        "dataType": field.type,
        "length": field.length or 0,
        "isRequired": field.required,
        "isReadOnly": field.read_only,
        "isQueryable": field.queryable,
        "isReference": bool(reference),
        "referenceEntityType": reference,
        "isPickList": field.picklist,
        "picklistValues": None if entries is None else _entries(entries),
        "picklistParentValueField": field.picklist_parent or "",
        "isSupportedWebhookField": field.webhook,
    }


def _entries(entries: Iterable[PicklistEntry]) -> list[dict[str, Any]]:
    return [
        {
            "value": entry.value,
            "label": entry.label,
            "isDefaultValue": entry.is_default,
            "sortOrder": entry.sort_order,
            "parentValue": entry.parent or "",
            "isActive": entry.is_active,
            "isSystem": entry.is_system,
        }
        for entry in entries
    ]


def _udf(definition: UdfDefinition) -> dict[str, Any]:
    is_list = definition.entries is not None
    return {
        "name": definition.name,
        "label": definition.label,
        "type": _UDF_TYPES.get(definition.type, definition.type.lower()),
        "length": definition.length,
        "description": definition.description,
        "isRequired": definition.is_required,
        "isReadOnly": definition.is_read_only,
        "isQueryable": definition.type not in ("MultiSelect", "Reference"),
        "isReference": False,
        "referenceEntityType": "",
        "isPickList": is_list,
        "picklistValues": _entries(definition.entries or ()) if is_list else None,
        "picklistParentValueField": "",
        "defaultValue": definition.default or "",
        "isSupportedWebhookField": True,
    }
