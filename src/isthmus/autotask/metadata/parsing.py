"""
Metadata answers into shapes, tolerant of what the vendor leaves null, "" or out.

Source: vendor API description (June 2026); null and "" variants observed in recorded answers.
"""

from collections.abc import Mapping
from typing import Final

from isthmus.autotask.errors import AnswerBroken
from isthmus.autotask.metadata.names import collection_of
from isthmus.autotask.models import EntityInfo, FieldInfo, PicklistValue, UdfInfo

_ACCESS: Final = {0: "None", 1: "All", 2: "Restricted"}
Raw = Mapping[str, object]


def parse_entity_info(answer: Raw, entity: str) -> EntityInfo:
    """
    Parse `entityInformation`.

    Access levels arrive as words or as 0, 1, 2 (both observed); given as None, All, Restricted.
    Raises: AnswerBroken: no `info` object.
    """
    info = answer.get("info")
    if not isinstance(info, Mapping):
        raise _broken("no `info`", entity)
    return EntityInfo(
        name=_text(info, "name") or entity,
        can_query=_flag(info, "canQuery"),
        can_create=_flag(info, "canCreate"),
        can_update=_flag(info, "canUpdate"),
        can_delete=_flag(info, "canDelete"),
        query_access=_access(info.get("userAccessForQuery")),
        create_access=_access(_told_or(info, "userAccessForCreate", "canCreate")),
        has_user_defined_fields=_flag(info, "hasUserDefinedFields"),
        update_access=_access(_told_or(info, "userAccessForUpdate", "canUpdate")),
    )


def parse_fields(answer: Raw, entity: str) -> tuple[FieldInfo, ...]:
    """
    Parse `entityInformation/fields`, in the vendor's order.

    Raises: AnswerBroken: no list, an empty one, or a field without a name.
    """
    fields = tuple(_parse_field(raw, entity) for raw in _list(answer, entity))
    if not fields:
        raise _broken("no fields at all", entity)
    return fields


def parse_udfs(answer: Raw, entity: str) -> tuple[UdfInfo, ...]:
    """
    Parse `entityInformation/userDefinedFields`; () where `fields` is null or empty.

    Raises: AnswerBroken: no `fields`, or a field without a name.
    """
    if "fields" in answer and answer["fields"] is None:
        return ()
    return tuple(
        UdfInfo(
            name=_name(raw, entity),
            label=_text(raw, "label") or _name(raw, entity),
            data_type=(_text(raw, "type") or _text(raw, "dataType")).lower(),
            picklist=_picklist(raw),
            length=_length(raw),
            is_required=_flag(raw, "isRequired"),
            is_read_only=_flag(raw, "isReadOnly"),
        )
        for raw in _list(answer, entity)
    )


def _parse_field(raw: Raw, entity: str) -> FieldInfo:
    return FieldInfo(
        name=_name(raw, entity),
        data_type=_text(raw, "dataType").lower(),
        length=_length(raw),
        is_required=_flag(raw, "isRequired"),
        is_read_only=_flag(raw, "isReadOnly"),
        is_queryable=raw.get("isQueryable") is not False,
        reference=collection_of(_text(raw, "referenceEntityType")),
        picklist=_picklist(raw),
        picklist_parent=_text(raw, "picklistParentValueField") or None,
    )


def _length(raw: Raw) -> int:
    length = raw.get("length")
    return length if isinstance(length, int) else 0


def _picklist(raw: Raw) -> tuple[PicklistValue, ...] | None:
    values = raw.get("picklistValues")
    entries = values if isinstance(values, list) else []
    if not entries and not _flag(raw, "isPickList"):
        return None
    return tuple(_entry(entry) for entry in entries if isinstance(entry, Mapping))


def _entry(raw: Raw) -> PicklistValue:
    order = raw.get("sortOrder")
    return PicklistValue(
        code=_text(raw, "value"),
        label=_text(raw, "label"),
        is_active=raw.get("isActive") is not False,
        is_system=_flag(raw, "isSystem"),
        sort_order=order if isinstance(order, int) else 0,
        parent_code=_text(raw, "parentValue") or None,
    )


def _list(answer: Raw, entity: str) -> list[Raw]:
    fields = answer.get("fields")
    if not isinstance(fields, list) or not all(isinstance(raw, Mapping) for raw in fields):
        raise _broken("no list of `fields`", entity)
    return fields


def _name(raw: Raw, entity: str) -> str:
    name = _text(raw, "name")
    if not name:
        raise _broken("a field without a name", entity)
    return name


def _text(raw: Raw, key: str) -> str:
    value = raw.get(key)
    return "" if value is None else str(value)


def _flag(raw: Raw, key: str) -> bool:
    value = raw.get(key)
    return value is True or (isinstance(value, str) and value.casefold() == "true")


def _told_or(info: Raw, key: str, flag: str) -> object:
    """Return a level; where none is told, the one that the flag beside it means."""
    level = info.get(key)
    return int(_flag(info, flag)) if level is None else level


def _access(level: object) -> str:
    if isinstance(level, int):
        return _ACCESS.get(level, str(level))
    text = str(level or "None")
    return _ACCESS.get(int(text), text) if text.isdigit() else text.capitalize()


def _broken(what: str, entity: str) -> AnswerBroken:
    return AnswerBroken(
        f"The description of {entity} holds {what}",
        where=f"{entity} entityInformation",
        remedy="It is asked for again by itself; if it stays so, a proxy may alter answers.",
    )
