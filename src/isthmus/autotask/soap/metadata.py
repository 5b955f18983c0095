"""
What the tenant looks like over SOAP, in the names and shapes of REST.

Source: WSDL for the names; elements that later zones add are missed by older ones and bear a
default here.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from isthmus.autotask.metadata import parsing as rest
from isthmus.autotask.models import EntityInfo, FieldInfo, UdfInfo
from isthmus.autotask.soap.service import listed

_FIELD: Final = {
    "name": "Name",
    "label": "Label",
    "dataType": "Type",
    "length": "Length",
    "isRequired": "IsRequired",
    "isReadOnly": "IsReadOnly",
    "isQueryable": "IsQueryable",
    "referenceEntityType": "ReferenceEntityType",
    "isPickList": "IsPickList",
    "picklistParentValueField": "PicklistParentValueField",
}
_ENTRY: Final = {
    "value": "Value",
    "label": "Label",
    "sortOrder": "SortOrder",
    "parentValue": "parentValue",
    "isActive": "IsActive",
    "isSystem": "IsSystem",
}


def fields_of(members: Iterable[Any], entity: str) -> tuple[FieldInfo, ...]:
    """Return an entity's fields by their SOAP names. Raises: AnswerBroken: none at all."""
    return rest.parse_fields({"fields": [_field(one) for one in members]}, entity)


def udfs_of(members: Iterable[Any], entity: str) -> tuple[UdfInfo, ...]:
    """Return an entity's user-defined fields."""
    return rest.parse_udfs({"fields": [_field(one) for one in members]}, entity)


def info_of(member: Any, collection: str) -> EntityInfo:
    """Return what may be done with an entity; zones of 2019 do not tell the level of access."""
    return EntityInfo(
        name=collection,
        can_query=bool(getattr(member, "CanQuery", False)),
        can_create=bool(getattr(member, "CanCreate", False)),
        can_update=bool(getattr(member, "CanUpdate", False)),
        can_delete=bool(getattr(member, "CanDelete", False)),
        query_access=_access(member, "Query"),
        create_access=_access(member, "Create"),
        has_user_defined_fields=bool(getattr(member, "HasUserDefinedFields", False)),
        update_access=_access(member, "Update"),
    )


def _access(member: Any, verb: str) -> str:
    may = bool(getattr(member, f"Can{verb}", False))
    told = getattr(member, f"UserAccessFor{verb}", None) or ("All" if may else "None")
    return str(told).capitalize()


def _field(member: Any) -> Mapping[str, object]:
    told = {ours: getattr(member, theirs, None) for ours, theirs in _FIELD.items()}
    values = listed(getattr(member, "PicklistValues", None), "PickListValue")
    told["picklistValues"] = [
        {ours: getattr(entry, theirs, None) for ours, theirs in _ENTRY.items()} for entry in values
    ]
    return told
