"""The part of the admin API that reads and writes the tenant's rows and definitions."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.autotask.base.errors import VendorError
from isthmus_sim.autotask.life import effects
from isthmus_sim.autotask.store.rows import full_renderer
from isthmus_sim.autotask.store.state import quoted
from isthmus_sim.autotask.tenant.shapes import PicklistEntry, UdfDefinition
from isthmus_sim.autotask.writing.values import stored, udf_values
from isthmus_sim.base.asked import AdminRefused, keys_of, text
from isthmus_sim.base.reply import Reply

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.catalog import Entity, Field
    from isthmus_sim.autotask.store.state import Row, State, Value
    from isthmus_sim.base.asked import Asked

SYSTEM_RESOURCE = 4
CHUNK = 2_000
UDF_TYPES = ("String", "LongText", "Integer", "Decimal", "Date", "Boolean", "List", "MultiSelect")
UDF_KEYS = (
    "collection",
    "name",
    "label",
    "type",
    "length",
    "description",
    "default",
    "is_required",
    "is_read_only",
    "is_protected",
    "entries",
)
UDF_KINDS = {"length": int, "description": str, "default": str, "entries": list}
ENTRY_KEYS = ("value", "label", "is_active", "is_default", "is_system", "sort_order", "parent")


class AdminRows:
    """Rows as records, written directly: no permission, no validation, no fault."""

    def __init__(self, state: State) -> None:
        self._state = state

    def read(self, asked: Asked) -> Reply:
        """Give all rows of a collection, or those of `?id=`, as the API would show them."""
        keys_of(asked.query, ("id",))
        entity = self._entity(asked)
        wanted = asked.rest[1] if len(asked.rest) > 1 else asked.query.get("id")
        if wanted is None:
            return self._records(entity, "1", ())
        if not wanted.lstrip("-").isdecimal():
            raise AdminRefused(f"id takes a whole number; got {wanted!r}")
        return self._records(entity, "id = ?", (int(wanted),))

    def insert(self, asked: Asked) -> dict[str, Any]:
        """Write a row; with its side effects, unless `raw` is true."""
        entity = self._entity(asked)
        raw = bool(asked.body.pop("raw", False))
        row = self._row(entity, asked.body, raw=raw)
        with self._state.transaction():
            if raw:
                return {"id": self._state.insert(entity.collection, row)}
            return {"id": effects.insert(self._state, entity.collection, row, SYSTEM_RESOURCE)}

    def update(self, asked: Asked) -> dict[str, Any]:
        """Change a row; with its side effects, unless `raw` is true."""
        entity, row_id = self._one(asked)
        raw = bool(asked.body.pop("raw", False))
        changes = self._row(entity, asked.body, raw=raw)
        with self._state.transaction():
            if raw:
                self._state.update(entity.collection, row_id, changes)
            else:
                effects.update(self._state, entity.collection, row_id, changes, SYSTEM_RESOURCE)
        return {"id": row_id}

    def delete(self, asked: Asked) -> dict[str, Any]:
        """Delete a row; with its logs, unless `raw` is true."""
        entity, row_id = self._one(asked)
        with self._state.transaction():
            if asked.body.get("raw") or asked.query.get("raw", "").lower() == "true":
                self._state.delete(entity.collection, row_id)
            else:
                effects.delete(self._state, entity.collection, row_id, SYSTEM_RESOURCE)
        return {"id": row_id}

    def add_udf(self, asked: Asked) -> dict[str, Any]:
        """Give a collection one more user-defined field."""
        body = asked.body
        keys_of(body, UDF_KEYS)
        entity = self._named(text(body, "collection"))
        kind = text(body, "type", "String")
        if kind not in UDF_TYPES:
            raise AdminRefused(f"type is one of {', '.join(UDF_TYPES)}; got {kind!r}")
        if not entity.has_udfs:
            raise AdminRefused(f"{entity.collection} has no user-defined fields")
        name = text(body, "name")
        rest = {k: v for k, v in body.items() if k not in ("collection", "name", "type", "label")}
        for key, value in rest.items():
            if not isinstance(value, UDF_KINDS.get(key, bool)):
                raise AdminRefused(f"{key} does not take {value!r}")
        if "entries" in rest:
            rest["entries"] = tuple(_entry(e) for e in rest["entries"])
        definition = UdfDefinition(name=name, label=text(body, "label", name), type=kind, **rest)
        self._state.add_udf(entity.collection, definition)
        return {"collection": entity.collection, "name": name}

    def add_picklist_value(self, asked: Asked) -> dict[str, Any]:
        """Add a coded value to a picklist, or replace the one of the same value."""
        body = asked.body
        keys_of(body, ("collection", "field", *ENTRY_KEYS))
        entity = self._named(text(body, "collection"))
        field = self._field(entity, text(body, "field"))
        if not field.picklist:
            raise AdminRefused(f"{entity.collection}.{field.name} is not a picklist")
        entry = _entry({k: v for k, v in body.items() if k in ENTRY_KEYS})
        self._state.add_picklist_value(entity.collection, field.name, entry)
        return {"collection": entity.collection, "field": field.name, "value": entry.value}

    def check_condition(self, collection: str | None, where: str) -> None:
        """Refuse an SQL condition that does not run on a collection's table."""
        if collection is None:
            raise AdminRefused("where needs an entity")
        try:
            self._state.sql(f"SELECT ({where}) FROM {self._state.table(collection)} LIMIT 0")
        except sqlite3.Error as error:
            raise AdminRefused(f"where does not run: {error}") from error

    def counts(self) -> dict[str, int]:
        """Give the number of rows of every collection that has a table."""
        tables = self._state.sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = sorted(name for (name,) in tables if name in self._state.catalog.entities)
        return {name: self._state.count(name) for name in names}

    def clear(self) -> None:
        """Empty the tenant: rows, picklists, user-defined fields, kept values but the plan."""
        state = self._state
        for name in self.counts():
            state.sql(f"DROP TABLE {quoted(name)}")
            state.forget_table(name)
        for table in ("_udf", "_picklist", "_live"):
            state.sql(f"DELETE FROM {table}")
        state.sql("DELETE FROM _meta WHERE key <> 'plan'")
        state.udfs.clear()
        state.picklists.clear()

    # Inside --------------------------------------------------------------------------

    def _records(self, entity: Entity, where: str, params: tuple[int, ...]) -> Reply:
        """Read in storage order; bytes, because a large tenant is large."""
        renderer = full_renderer(self._state, entity.collection)
        found = self._state.db.execute(
            f"SELECT {renderer.columns} FROM {self._state.table(entity.collection)} "
            f"WHERE {where} ORDER BY id",
            params,
        )
        parts = []
        while rows := found.fetchmany(CHUNK):
            parts.append(orjson.dumps(renderer.records(rows))[1:-1])
        return Reply(200, b"[" + b",".join(parts) + b"]")

    def _named(self, name: str) -> Entity:
        entity = self._state.catalog.find(name)
        if entity is None:
            raise AdminRefused(f"there is no collection {name!r}", 404)
        return entity

    def _entity(self, asked: Asked) -> Entity:
        if not asked.rest:
            raise AdminRefused("name a collection: state/Tickets", 404)
        return self._named(asked.rest[0])

    def _one(self, asked: Asked) -> tuple[Entity, int]:
        entity = self._entity(asked)
        number = asked.rest[1] if len(asked.rest) > 1 else ""
        if not number.isdecimal() or not self._state.ids(entity.collection, "id = ?", (number,)):
            raise AdminRefused(f"there is no {entity.collection} {number}", 404)
        return entity, int(number)

    def _field(self, entity: Entity, name: str) -> Field:
        field = entity.field(name)
        if field is None:
            known = ", ".join(f.name for f in entity.fields)
            raise AdminRefused(f"{entity.collection} has no field {name!r}; it has: {known}")
        return field

    def _row(self, entity: Entity, body: dict[str, Any], *, raw: bool) -> Row:
        row: Row = {}
        try:
            for key, value in body.items():
                if key.lower() == "userdefinedfields":
                    row.update(udf_values(self._state, entity.collection, value))
                else:
                    field = self._field(entity, key)
                    row[field.name] = _as_is(field, value, raw=raw)
        except VendorError as refused:
            raise AdminRefused("; ".join(refused.errors)) from refused
        return row


def _as_is(field: Field, value: Any, *, raw: bool) -> Value:
    """Take texts and times unchecked when raw, so that tests can store odd ones."""
    if isinstance(value, str) and (field.type == "string" or (raw and field.type == "datetime")):
        return value
    return stored(field, value)


def _entry(given: Any) -> PicklistEntry:
    if not isinstance(given, dict):
        raise AdminRefused(f"an entry is an object with {', '.join(ENTRY_KEYS)}")
    keys_of(given, ENTRY_KEYS)
    value = str(given.get("value", ""))
    if not value:
        raise AdminRefused("value must be given")
    return PicklistEntry(**{"label": value, **given, "value": value})
