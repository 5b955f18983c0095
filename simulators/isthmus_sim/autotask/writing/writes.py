"""Create, update and delete, by the catalogue's rules and the vendor's refusals.

Answers: the id, which the caller wraps as `{"itemId": n}` with status 200. Read-only fields
in a body are ignored without a word (observed); a field nobody knows is refused (assumed).
Refusals are 500 with texts (observed).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.life import effects
from isthmus_sim.autotask.store.state import UDF
from isthmus_sim.autotask.writing.rules import Write, check, check_delete
from isthmus_sim.autotask.writing.values import (
    check_picklist,
    check_reference,
    stored,
    udf_values,
)
from isthmus_sim.autotask.writing.webhooks import check_webhook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.faults.faults import Faults
    from isthmus_sim.autotask.store.catalog import Entity, Field
    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.base.switches import Switches

SYSTEM_RESOURCE = 4
IGNORED = frozenset({"userdefinedfields", "soapparentpropertyid"})
NOT_IMPERSONATED = frozenset({"Tasks"})


@dataclass(frozen=True)
class Parent:
    """The row a child route hangs below: its collection and id."""

    collection: str | None
    id: int


class Writes:
    """The only way an API call changes the tenant."""

    def __init__(self, state: State, switches: Switches, faults: Faults) -> None:
        self._state = state
        self._switches = switches
        self._faults = faults

    def create(
        self,
        call: Call,
        entity: Entity,
        parent: Parent | None,
        body: Any,
        extra: Row | None = None,
    ) -> int:
        """Store a new row; give its id.

        parent: the row of the path for a child route. body: the JSON document. extra: what
        the server itself knows about the row, in storage form.
        Raises: VendorError.
        """
        self._allowed(entity, "create")
        given = self._fields(entity, body)
        if given.pop("id", 0) not in (None, 0):
            raise errors.VendorError("The id of a new record must be 0 or left out.")
        self._refuse_nulls(given)
        row: Row = dict.fromkeys(self._state.keys(entity.collection))
        for field in entity.fields:
            if field.name in given and _creatable(field):
                row[field.name] = stored(field, given[field.name])
        row.update(udf_values(self._state, entity.collection, given.get(UDF)))
        self._below(entity, parent, row)
        self._defaults(entity, row, given)
        row.update(extra or {})
        self._check(call, entity, row, None, ours=frozenset(extra or ()))
        with self._state.transaction():
            row_id = self._insert(call, entity, row)
            self._revert(entity, row_id, None)
        return row_id

    def update(
        self, call: Call, entity: Entity, parent: Parent | None, body: Any, *, full: bool
    ) -> int:
        """Change a row named by the body's id; give the id.

        full: PUT, where writable fields left out become null. Source: vendor pages on PUT
        and PATCH; that PUT clears user-defined fields too is assumed.
        Raises: VendorError.
        """
        self._allowed(entity, "update")
        given = self._fields(entity, body)
        row_id = stored(entity.by_name["id"], given.pop("id", None))
        if row_id is None:
            raise errors.required_value_missing("id")
        old = self._visible(entity, parent, int(row_id))
        if old is None:
            raise errors.VendorError(
                "No matching records found. The logged in Resource may not have "
                "the required permissions to update the data."
            )
        new = dict(old)
        if full:
            new.update(dict.fromkeys(self._writable(entity)))
        for field in entity.fields:
            if field.name in given and not field.read_only:
                new[field.name] = stored(field, given[field.name])
        new.update(udf_values(self._state, entity.collection, given.get(UDF)))
        self._below(entity, parent, new)
        self._check(call, entity, new, old)
        with self._state.transaction():
            self._change(call, entity, new, old)
            self._revert(entity, int(row_id), old)
        return int(row_id)

    def delete(self, call: Call, entity: Entity, parent: Parent | None, row_id: int) -> int:
        """Remove a row; give its id.

        Raises: VendorError, with the observed text when there is no such row.
        """
        self._allowed(entity, "delete")
        row = self._visible(entity, parent, row_id)
        if row is None:
            raise errors.nothing_to_delete()
        actor = self.actor(call, entity)
        check_delete(self._state, entity.collection, row, actor)
        with self._state.transaction():
            effects.delete(self._state, entity.collection, row_id, actor)
        return row_id

    def actor(self, call: Call, entity: Entity) -> int:
        """Give the resource on whose behalf the call writes.

        Source: vendor page on impersonation; Tasks ignore the header (observed).
        Raises: VendorError for a resource that is not there or inactive (text assumed).
        """
        own = self.api_resource(call.username)
        if call.impersonate is None or entity.collection in NOT_IMPERSONATED:
            return own
        resource = self._state.get("Resources", call.impersonate)
        if resource is None or resource["isActive"] == 0 or call.impersonate == own:
            raise errors.VendorError("The ImpersonationResourceId is not valid.")
        return call.impersonate

    def api_resource(self, username: str) -> int:
        """Give the resource id of the API user; the system resource when it has none."""
        table = self._state.table("Resources")
        text = f"SELECT id FROM {table} WHERE lower(email) = ? OR lower(userName) = ?"
        found = self._state.sql(text, (username.lower(), username.lower()))
        return int(found[0][0]) if found else SYSTEM_RESOURCE

    # Steps -------------------------------------------------------------------------------

    def _allowed(self, entity: Entity, verb: str) -> None:
        refusal = self._faults.refused(entity.collection, verb)
        if refusal is not None:
            raise refusal

    def _fields(self, entity: Entity, body: Any) -> dict[str, Any]:
        """Give the body by catalogue name; user-defined fields as they are, under `udf:`."""
        if not isinstance(body, dict):
            raise errors.unparsable("[" if isinstance(body, list) else str(body)[:1])
        given: dict[str, Any] = {}
        for key, value in body.items():
            if key.lower() == "userdefinedfields":
                given[UDF] = value
            elif (field := entity.field(key)) is not None:
                given[field.name] = value
            elif key.lower() not in IGNORED and self._switches["unknown_body_field"] == "refuse":
                raise errors.unknown_field(key, entity.name)
        return given

    def _refuse_nulls(self, given: dict[str, Any]) -> None:
        if self._switches["null_on_create"] != "refuse":
            return
        for name, value in given.items():
            if value is None:
                raise errors.VendorError(f"Error converting value {{null}}. Path '{name}'.")

    def _below(self, entity: Entity, parent: Parent | None, row: Row) -> None:
        """The path's parent wins over the body's (assumed); it must exist."""
        if parent is None or entity.parent is None or entity.parent.field is None:
            return
        row[entity.parent.field] = parent.id

    def _defaults(self, entity: Entity, row: Row, given: dict[str, Any]) -> None:
        """Codes left out take the tenant's default entry, on tickets. Assumed."""
        if entity.collection != "Tickets":
            return
        for name in ("ticketCategory", "ticketType", "source"):
            entries = self._state.picklist("Tickets", name)
            default = next((e.value for e in entries if e.is_default and e.is_active), None)
            if name not in given and default is not None:
                row[name] = int(default)

    def _check(
        self,
        call: Call,
        entity: Entity,
        new: Row,
        old: Row | None,
        ours: frozenset[str] = frozenset(),
    ) -> None:
        """Required fields, codes, references, then the collection's own rules."""
        for field in entity.fields:
            if new[field.name] is None and _required(field, creating=old is None):
                raise errors.required_value_missing(field.name)
        for field in self._moved(entity, new, old):
            if field.name in ours:
                continue
            if field.picklist:
                check_picklist(self._state, entity.collection, field, new)
            check_reference(self._state, _as_route_says(entity, field), new[field.name])
        actor = self.actor(call, entity)
        write = Write(self._state, self._switches, new, old, actor)
        check(entity.collection, write)
        check_webhook(entity.collection, write)

    def _moved(self, entity: Entity, new: Row, old: Row | None) -> Iterable[Field]:
        """Fields that get another value: an old inactive code may stay (observed)."""
        for field in entity.fields:
            if field.name == "id" or new[field.name] is None:
                continue
            if old is None or new[field.name] != old[field.name]:
                yield field

    def _visible(self, entity: Entity, parent: Parent | None, row_id: int) -> Row | None:
        """Give the row if it hangs below the parent and permission does not hide it."""
        row = self._state.get(entity.collection, row_id)
        if row is None:
            return None
        field = entity.parent.field if parent and entity.parent else None
        if parent and field and row[field] != parent.id:
            return None
        hidden = self._faults.hidden_sql(entity.collection)
        if hidden and not self._state.ids(entity.collection, f"id = ? AND {hidden}", (row_id,)):
            return None
        return row

    def _writable(self, entity: Entity) -> list[str]:
        names = [f.name for f in entity.fields if not f.read_only and f.name != "id"]
        return names + [k for k in self._state.keys(entity.collection) if k.startswith(UDF)]

    def _insert(self, call: Call, entity: Entity, row: Row) -> int:
        actor = self.actor(call, entity)
        if call.impersonate is not None and "impersonatorCreatorResourceID" in row:
            row["impersonatorCreatorResourceID"] = self.api_resource(call.username)
        values = {key: value for key, value in row.items() if value is not None}
        return effects.insert(self._state, entity.collection, values, actor)

    def _change(self, call: Call, entity: Entity, new: Row, old: Row) -> None:
        actor = self.actor(call, entity)
        if call.impersonate is not None and "impersonatorUpdaterResourceID" in new:
            new["impersonatorUpdaterResourceID"] = self.api_resource(call.username)
        changes = {key: value for key, value in new.items() if value != old[key]}
        effects.update(self._state, entity.collection, int(old["id"] or 0), changes, actor)

    def _revert(self, entity: Entity, row_id: int, old: Row | None) -> None:
        """Let a workflow rule set fields back, as the system does. Observed."""
        changes: dict[str, Any] = {}
        for name, settings in self._faults.reverted(entity.collection).items():
            field = entity.by_name[name.lower()]
            before = old[name] if old else None
            to = settings["to"]
            changes[name] = stored(field, to) if to is not None else before
        if changes:
            effects.update(self._state, entity.collection, row_id, changes, SYSTEM_RESOURCE)


def _as_route_says(entity: Entity, field: Field) -> Field:
    """The route below a parent knows better than the metadata where the parent's id leads."""
    if entity.parent and entity.parent.collection and field.name == entity.parent.field:
        return replace(field, reference=entity.parent.collection)
    return field


def _creatable(field: Field) -> bool:
    """A required read-only field can be set once, by the creation. Assumed from metadata."""
    return not field.read_only or (field.required and field.name != "id")


def _required(field: Field, *, creating: bool) -> bool:
    if not field.required or field.name == "id":
        return False
    return creating or not field.read_only
