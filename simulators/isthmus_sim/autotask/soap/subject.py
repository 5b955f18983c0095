"""What a request is about: the REST collection whose slots, faults and log line it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.autotask.soap.queryxml import QueryRefused, parse_query
from isthmus_sim.autotask.soap.xmltext import XSI, child, first

if TYPE_CHECKING:
    from isthmus_sim.autotask.soap.envelope import Request

_NAMES = {"GetFieldInfo": "psObjectType", "getUDFInfo": "psTable"}
_FILES = frozenset({"GetAttachment", "CreateAttachment", "DeleteAttachment"})


def subject(request: Request) -> str | None:
    """Give the collection a request is about, None when it is about none."""
    if request.operation in _FILES:
        return "AttachmentInfo"
    entity = request.edition.find(_name(request))
    return entity.rest if entity is not None else None


def _name(request: Request) -> str:
    if request.operation == "query":
        try:
            return parse_query(request.argument("sXML")).entity
        except QueryRefused:
            return ""
    argument = _NAMES.get(request.operation)
    if argument:
        return request.argument(argument)
    entity = first(child(request.body, "Entities"))
    kind = "" if entity is None else str(entity.get(f"{XSI}type") or "")
    return kind.rpartition(":")[2]
