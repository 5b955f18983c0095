"""
Entities as sent to the records of the REST API, which the one set of writing rules takes.

Values may be typed or not, in any order and under any prefix. An element nobody knows is
passed over, as the framework under the service does (assumed).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.soap.envelope import SoapFault
from isthmus_sim.autotask.soap.times import BadTime, read_time
from isthmus_sim.autotask.soap.xmltext import XSI, child, local, number, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from lxml.etree import _Element as Element

    from isthmus_sim.autotask.soap.catalog import Edition, SoapEntity, SoapField
    from isthmus_sim.autotask.store.catalog import Entity

NO_OBJECT = "Object reference not set to an instance of an object."
UDFS = "UserDefinedFields"
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_VB_NAMES = {
    "integer": "Integer",
    "long": "Long",
    "decimal": "Double",
    "boolean": "Boolean",
    "datetime": "Date",
}


class RecordRefused(ValueError):
    """A record that cannot be read; the text is the cause the answer names."""


@dataclass(frozen=True)
class Reading:
    """How values are read. zone: of times without an offset. trap: refuse empty untyped fields."""

    zone: tzinfo | None
    offsets: bool
    trap: bool


@dataclass(frozen=True)
class Sent:
    """One entity as sent, still XML."""

    entity: SoapEntity
    element: Element

    @property
    def id(self) -> int:
        """Give its id; 0 when it has none, or one that is no number."""
        return number(text_of(child(self.element, "id"))) or 0


def read_entities(edition: Edition, batch: Element | None, *, strict: bool) -> list[Sent]:
    """
    Read the list of a create, update or delete. strict: types must name the namespace.

    Raises: SoapFault for a type nobody knows, in the framework's wording (assumed).
    """
    return [_sent(edition, element, strict=strict) for element in ([] if batch is None else batch)]


def _sent(edition: Edition, element: Element, *, strict: bool) -> Sent:
    typed = str(element.get(f"{XSI}type") or "").strip()
    if not typed:
        raise _unreadable(f"The specified type is abstract: name='Entity', {_at(edition)}")
    prefix, _, name = typed.rpartition(":")
    space = element.nsmap.get(prefix or None, "")
    entity = edition.entities.get(name)
    if entity is None or (strict and space != edition.namespace):
        raise _unreadable(
            f"The specified type was not recognized: name='{name}', namespace='{space}', "
            f"at <Entity xmlns='{edition.namespace}'>."
        )
    return Sent(entity, element)


def _at(edition: Edition) -> str:
    return f"namespace='{edition.namespace}', at <Entity xmlns='{edition.namespace}'>."


def _unreadable(why: str) -> SoapFault:
    return SoapFault(
        f"Server was unable to read request. ---> There is an error in the XML document. ---> {why}"
    )


def values_of(sent: Sent, rest: Entity, reading: Reading) -> dict[str, Any]:
    """
    Give the sent values by SOAP field name, as the REST API takes them; None for null.

    The id, read-only fields and user-defined ones are left out. A required read-only field is
    kept: a creation may set it. Raises: RecordRefused.
    """
    values: dict[str, Any] = {}
    for element in sent.element:
        field = sent.entity.by_name.get(local(element).lower())
        if field is None or field.name == "id" or (field.read_only and not field.required):
            continue
        kind = rest.by_name[field.rest.lower()].type if field.rest else "string"
        values[field.name] = _value(element, field, kind, reading)
    return values


def udfs_of(sent: Sent) -> list[dict[str, Any]] | None:
    """Give the user-defined fields as the REST API takes them; None when none were sent."""
    listed = child(sent.element, UDFS)
    if listed is None:
        return None
    return [_udf(element) for element in listed]


def _udf(element: Element) -> dict[str, Any]:
    value = child(element, "Value")
    return {
        "name": text_of(child(element, "Name")),
        "value": None if value is None else (text_of(value) or None),
    }


def _value(element: Element, field: SoapField, kind: str, reading: Reading) -> Any:
    if str(element.get(f"{XSI}nil") or "").lower() in ("true", "1"):
        return None
    if len(element):
        raise RecordRefused(f"Conversion from type 'XmlNode()' to type '{_vb(kind)}' is not valid.")
    text = text_of(element)
    if not text and element.get(f"{XSI}type") is None:
        if reading.trap:
            raise RecordRefused(
                f"Conversion from type 'Object' to type '{_vb(kind)}' is not valid."
            )
        return None
    if kind == "string":
        return text
    if not text.strip():
        return None
    try:
        return _typed(text.strip(), field, kind, reading)
    except (BadTime, ValueError, InvalidOperation) as error:
        raise RecordRefused(
            f"Conversion from string \"{text}\" to type '{_vb(kind)}' is not valid."
        ) from error


def _vb(kind: str) -> str:
    """Name a type as the framework does. Only `String` is observed."""
    return _VB_NAMES.get(kind, "String")


def _typed(text: str, field: SoapField, kind: str, reading: Reading) -> Any:
    if kind == "datetime":
        zone = None if field.unshifted else reading.zone
        return read_time(text, zone, offsets=reading.offsets)
    if kind == "boolean":
        if text.lower() not in _TRUTHS:
            raise ValueError(text)
        return _TRUTHS[text.lower()]
    if kind == "decimal":
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return str(number)
    return _whole(text)


def _whole(text: str) -> int:
    if text.lower() in ("true", "false"):
        return int(_TRUTHS[text.lower()])
    number = Decimal(text)
    if not number.is_finite() or number != number.to_integral_value() or abs(number) > 2**63:
        raise ValueError(text)
    return int(number)


def missing(sent: Sent, values: dict[str, Any]) -> Iterator[str]:
    """Name the required fields that have no value. Source: required in update too (documented)."""
    for field in sent.entity.fields:
        if field.required and not field.read_only and values.get(field.name) in (None, ""):
            yield field.name
