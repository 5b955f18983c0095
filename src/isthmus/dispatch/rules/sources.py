"""Records as documents that mappings, conditions and scripts read."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from typing import Any, Final

from isthmus.autotask.models import FieldInfo
from isthmus.autotask.port import Record
from isthmus.dispatch.rules.paths import LABELS, UDF, UDF_LABELS
from isthmus.dispatch.rules.values import plain

_ID: Final = "id"
# Names as the vendor's own connector and people spell them, for what the API calls otherwise.
ALIASES: Final[Table[str, Table[str, str]]] = {
    "Companies": {"name": "companyName", "number": "companyNumber"},
    "Contacts": {"email": "emailAddress"},
    "Projects": {"name": "projectName", "number": "projectNumber"},
    "Tickets": {"number": "ticketNumber"},
    "Tasks": {"number": "taskNumber"},
    "Contracts": {"name": "contractName", "number": "contractNumber"},
    "ConfigurationItems": {"name": "referenceTitle", "number": "referenceNumber"},
    "Phases": {"number": "phaseNumber"},
    "Countries": {"name": "displayName", "code": "countryCode"},
}
# References of which the vendor's metadata says nothing (observed: the field declares none).
UNDECLARED: Final[Table[str, str]] = {"countryID": "Countries"}
# Records that a third one ties to theirs, by collection and name.
TIED: Final[Table[tuple[str, str], str]] = {("ServiceCalls", "ticket"): "Tickets"}


def of_record(record: Record, related: Table[str, Any] | None = None) -> dict[str, Any]:
    """
    Return a record as a document.

    Fields by name and alias; `labels` of coded fields; `udf` by name and `udf_labels`; related
    records under their names. Times are ISO texts, fractions stay exact.
    """
    values = {name: plain_time(value) for name, value in record.values.items()}
    for alias, name in ALIASES.get(record.entity, {}).items():
        if name in values:
            values.setdefault(alias, values[name])
    if record.entity in {"Contacts", "Resources"}:
        both = (values.get("firstName"), values.get("lastName"))
        values.setdefault("name", " ".join(str(one) for one in both if one))
    values[LABELS] = dict(record.labels)
    values[UDF] = dict(record.udfs)
    values[UDF_LABELS] = dict(record.udf_labels)
    return {**values, **(related or {})}


def reference_of(relation: str, fields: Sequence[FieldInfo]) -> tuple[str, str] | None:
    """
    Return the field and the collection behind a relation's name, such as company.

    The name is the field's without its ID at the end, letter case ignored; None: there is none.
    """
    for field in fields:
        if field.name[-2:].lower() != _ID or field.name[:-2].lower() != relation.lower():
            continue
        collection = field.reference or UNDECLARED.get(field.name)
        if collection is not None:
            return field.name, collection
    return None


def relations_of(fields: Sequence[FieldInfo]) -> tuple[str, ...]:
    """Return the names of the related records an entity leads to."""
    names = [field.name[:-2] for field in fields if field.name[-2:].lower() == _ID]
    return tuple(name for name in names if name and reference_of(name, fields))


def of_order(
    order: Table[str, Any],
    event: Table[str, Any] | None = None,
    things: Table[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Return a work order as a document: its own keys, and all of it under `workorder` too.

    Scripts of the vendor's broker use both forms. `event` is what happened to it. `things` are
    parts of it that the event is about, by name, such as timeLog.
    """
    return {**order, **(things or {}), "workorder": order, "event": dict(event or {})}


def plain_time(value: Any) -> Any:
    """Return a time as text, and every other value as it is."""
    return plain(value) if hasattr(value, "tzinfo") else value
