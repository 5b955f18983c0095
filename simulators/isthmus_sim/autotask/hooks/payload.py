"""
What a webhook says: which of its fields are shown, and the signed bytes.

Source: recorded payloads and integrators' types for the keys; the casing of Fields, the place of
user-defined fields and the bodies of Delete and Deactivated are not known: switches.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.hooks.escaping import Number, escaped_json
from isthmus_sim.autotask.store.rows import decimal_text
from isthmus_sim.autotask.store.state import UDF
from isthmus_sim.autotask.writing.webhooks import FIRST_UDF_ID, Kind

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.changes import Change
    from isthmus_sim.autotask.store.state import State, Value
    from isthmus_sim.base.switches import Switches

SIGNATURE = "X-Hook-Signature"
ACTIONS = {"create": "Create", "update": "Update", "delete": "Delete"}
# Labels of the picklist that are no field of the record: the record's field, or a child table.
RENAMED = {"ticketcreatedate": "createDate"}
LISTED = {
    "secondaryresources": ("TicketSecondaryResources", "resourceID"),
    "ticketadditionalcontact": ("TicketAdditionalContacts", "contactID"),
}


@dataclass(frozen=True)
class Named:
    """
    One field of a webhook.

    label: as its picklist calls it. key: in the row, "" where the row has no such field.
    subscribed: a change of it is an event. always: it is shown in every event.
    """

    label: str
    key: str
    subscribed: bool
    always: bool


def fields_of(state: State, kind: Kind, webhook_id: int) -> list[Named]:
    """Give the fields of a webhook, user-defined ones last."""
    found = []
    labels = {e.value: e.label for e in state.picklist(kind.fields, "fieldID")}
    for row in state.rows(kind.fields, '"webhookID" = ?', (webhook_id,)):
        label = labels.get(str(row["fieldID"]))
        if label is not None:
            found.append(_named(label, _key(state, kind, label), row))
    if not kind.has_udfs:
        return found
    definitions = state.udf_definitions(kind.watched)
    for row in state.rows(kind.udf_fields, '"webhookID" = ?', (webhook_id,)):
        number = int(row["udfFieldID"] or 0) - FIRST_UDF_ID
        if 0 <= number < len(definitions):
            name = definitions[number].name
            found.append(_named(name, UDF + name, row))
    return found


def changed_fields(change: Change, fields: list[Named], touched: str) -> set[str]:
    """Give the labels that differ. touched: a label whose child rows changed, or ""."""
    before, after = change.before or {}, change.after or {}
    differ = {f.label for f in fields if f.key and before.get(f.key) != after.get(f.key)}
    return differ | {f.label for f in fields if touched and f.label.lower() == touched}


def shown_fields(change: Change, fields: list[Named], touched: str) -> list[Named]:
    """
    Choose what an event shows: what is always shown, and subscribed fields that changed.

    A creation changes every subscribed field; a deletion none (both assumed).
    """
    changed = changed_fields(change, fields, touched)
    created = change.before is None
    gone = change.after is None
    return [
        f
        for f in fields
        if f.always or (f.subscribed and not gone and (created or f.label in changed))
    ]


def event_body(
    state: State, switches: Switches, kind: Kind, change: Change, event: dict[str, Any]
) -> bytes:
    """Write an event. event: guid, sequence, fields (a list of Named)."""
    entity = kind.entity
    if kind.prefix == "ConfigurationItem":
        entity = str(switches["webhook_item_entity"])
    empty = change.after is None and switches["webhook_delete_fields"] == "empty"
    row = change.after or change.before or {}
    return escaped_json({
        "Action": ACTIONS[change.verb],
        "Guid": event["guid"],
        "EntityType": entity,
        "Id": change.id,
        "Fields": {} if empty else _shown(state, switches, kind, row, event["fields"]),
        **_tail(state, switches, event["sequence"], change.actor),
    })  # fmt: skip


def deactivated_body(
    state: State, switches: Switches, guid: str, sequence: int, actor: int
) -> bytes:
    """Write what the deactivation URL is told. Observed: no EntityType; the rest is assumed."""
    return escaped_json(
        {"Action": "Deactivated", "Guid": guid, **_tail(state, switches, sequence, actor)}
    )


def signature(secret: str, body: bytes) -> str:
    """Sign bytes: base64 of HMAC-SHA1. Source: vendor page on verifying payloads."""
    digest = hmac.new(secret.encode(), body, hashlib.sha1).digest()
    return "sha1=" + base64.b64encode(digest).decode()


def _tail(state: State, switches: Switches, sequence: int, actor: int) -> dict[str, Any]:
    return {
        "EventTime": state.now_text()[:19] + "Z",
        "SequenceNumber": sequence,
        str(switches["webhook_person_key"]): actor,
    }


def _named(label: str, key: str, row: dict[str, Any]) -> Named:
    return Named(label, key, bool(row["isSubscribedField"]), bool(row["isDisplayAlwaysField"]))


def _key(state: State, kind: Kind, label: str) -> str:
    name = RENAMED.get(label.lower(), label)
    field = state.catalog[kind.watched].field(name)
    return field.name if field is not None else ""


def _shown(
    state: State, switches: Switches, kind: Kind, row: dict[str, Any], fields: list[Named]
) -> dict[str, Any]:
    by_record = switches["webhook_field_names"] == "records"
    own = {
        (f.key or f.label) if by_record else f.label: _value(state, kind, row, f)
        for f in fields
        if not f.key.startswith(UDF)
    }
    udfs = {f.label: row.get(f.key) for f in fields if f.key.startswith(UDF)}
    if not udfs or switches["webhook_udfs"] == "flat":
        return {**own, **udfs}
    listed = [{"name": name, "value": value} for name, value in udfs.items()]
    return {**own, "userDefinedFields": udfs if switches["webhook_udfs"] == "object" else listed}


def _value(state: State, kind: Kind, row: dict[str, Any], field: Named) -> Any:
    listed = LISTED.get(field.label.lower())
    if listed is not None:
        table, column = listed
        text = f'SELECT "{column}" FROM {state.table(table)} WHERE "ticketID" = ? ORDER BY id'
        return [found[0] for found in state.sql(text, (row.get("id"),))]
    if not field.key:
        return None
    return record_value(state, kind.watched, field.key, row.get(field.key))


def record_value(state: State, collection: str, key: str, value: Value) -> Any:
    """Turn a value in storage form into what a record shows."""
    if value is None:
        return None
    kind = state.catalog[collection].by_name[key.lower()].type
    if kind == "boolean":
        return bool(value)
    return Number(decimal_text(value)) if kind == "decimal" else value
