"""
The tenant's rows, in SQLite: in memory, or in a file that a restart continues from.

Storage form of a value, by the field's type: integer, long -> int; boolean -> 0 or 1;
string -> str; decimal -> int, scaled by 10,000 (or str holding an exact number with more
decimals); datetime -> 'YYYY-MM-DDTHH:MM:SS.mmmZ' (hard cases may hold other documented shapes);
a user-defined field -> str, under the key "udf:<name>". None is null everywhere.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.autotask.store.catalog import Catalog, Entity, catalog
from isthmus_sim.autotask.store.changes import Change, Changes
from isthmus_sim.autotask.tenant.shapes import PicklistEntry, UdfDefinition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


Value = int | str | None
Row = dict[str, Value]
UDF = "udf:"

_SYSTEM_TABLES = """
CREATE TABLE IF NOT EXISTS _meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS _udf (collection TEXT, position INTEGER, definition TEXT,
    PRIMARY KEY (collection, position));
CREATE TABLE IF NOT EXISTS _picklist (collection TEXT, field TEXT, entries TEXT,
    PRIMARY KEY (collection, field));
CREATE TABLE IF NOT EXISTS _live (collection TEXT, column TEXT,
    PRIMARY KEY (collection, column));
CREATE TABLE IF NOT EXISTS _rendered (collection TEXT, chunk INTEGER, ids BLOB, ends BLOB,
    size INTEGER, body BLOB, PRIMARY KEY (collection, chunk)) WITHOUT ROWID;
"""


def storage_time(at: datetime) -> str:
    """Write a moment in storage form, UTC with milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _wall() -> datetime:
    return datetime.now(UTC)


class State:
    """
    One tenant.

    path: a file, or None for memory. now: the simulator's clock; may be set after making.
    Tables are made on first use, so that 232 collections cost nothing.
    """

    def __init__(
        self,
        path: str | None = None,
        now: Callable[[], datetime] = _wall,
        known: Catalog | None = None,
    ) -> None:
        self.catalog = known or catalog()
        self.now = now
        self.path = path
        self.db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self.db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
            "PRAGMA temp_store=MEMORY;" + _SYSTEM_TABLES
        )
        self._depth = 0
        self.changes = Changes()
        self.derived: dict[tuple[str, str], Callable[[], list[PicklistEntry]]] = {}
        self._tables: set[str] = set()
        self._live: dict[str, set[str]] = {}
        self.shape_version: dict[str, int] = {}
        self.udfs: dict[str, list[UdfDefinition]] = {}
        self.picklists: dict[tuple[str, str], list[PicklistEntry]] = {}
        self._read_definitions()

    # Definitions

    def udf_definitions(self, collection: str) -> list[UdfDefinition]:
        """Give the user-defined fields of a collection, in the order they were made."""
        return self.udfs.get(collection, [])

    def picklist(self, collection: str, field: str) -> list[PicklistEntry]:
        """Give a picklist: the tenant's, a derived one, or else the vendor's own values."""
        entries = self.picklists.get((collection, field))
        if entries is None and (collection, field) in self.derived:
            return self.derived[collection, field]()
        if entries is not None:
            return entries
        known = self.catalog[collection].by_name[field.lower()].values
        return [
            PicklistEntry(str(value), label, is_system=True, sort_order=number)
            for number, (value, label) in enumerate(known, 1)
        ]

    def add_udf(self, collection: str, definition: UdfDefinition) -> None:
        """Give a collection one more user-defined field."""
        with self.transaction():
            self.define_udf(collection, definition)

    def add_picklist_value(self, collection: str, field: str, entry: PicklistEntry) -> None:
        """Add a coded value, or replace the one of the same value."""
        entries = [e for e in self.picklist(collection, field) if e.value != entry.value]
        if not entry.sort_order:
            entry = replace(entry, sort_order=len(entries) + 1)
        self.set_picklist(collection, field, [*entries, entry])

    def set_picklist(self, collection: str, field: str, entries: list[PicklistEntry]) -> None:
        """Replace a picklist whole."""
        self.picklists[collection, field] = entries
        self.db.execute(
            "INSERT OR REPLACE INTO _picklist VALUES (?, ?, ?)",
            (collection, field, orjson.dumps([asdict(e) for e in entries]).decode()),
        )

    # Rows

    def insert(self, collection: str, values: dict[str, Any]) -> int:
        """Store a row in storage form; without an id it gets the next one. Returns its id."""
        self.table(collection)
        given = {key: value for key, value in values.items() if value is not None}
        self.mark_live(collection, given)
        columns = [self.column(collection, key) for key in given]
        marks = ", ".join("?" * len(columns))
        text = f"({', '.join(columns)}) VALUES ({marks})" if columns else "DEFAULT VALUES"
        cursor = self.db.execute(f"INSERT INTO {quoted(collection)} {text}", list(given.values()))
        return int(cursor.lastrowid or 0)

    def update(self, collection: str, row_id: int, changes: dict[str, Any]) -> None:
        """Change fields of a row; a row that is not there is left alone."""
        if not changes:
            return
        self.table(collection)
        self.mark_live(collection, {k for k, v in changes.items() if v is not None})
        sets = ", ".join(f"{self.column(collection, key)} = ?" for key in changes)
        self.db.execute(
            f"UPDATE {quoted(collection)} SET {sets} WHERE id = ?", [*changes.values(), row_id]
        )

    def delete(self, collection: str, row_id: int) -> None:
        """Remove a row; its id is never given again."""
        self.db.execute(f"DELETE FROM {self.table(collection)} WHERE id = ?", (row_id,))

    def get(self, collection: str, row_id: int) -> Row | None:
        """Give a row in storage form with every field and every "udf:<name>", or None."""
        return next(self.rows(collection, "id = ?", (row_id,)), None)

    def rows(self, collection: str, where: str = "1", params: Sequence[Any] = ()) -> Iterator[Row]:
        """Give rows in storage form, ascending by id. where: SQL over quoted column names."""
        keys = self.keys(collection)
        columns = ", ".join(self.column(collection, key) for key in keys)
        found = self.db.execute(
            f"SELECT {columns} FROM {self.table(collection)} WHERE {where} ORDER BY id",
            list(params),
        )
        for row in found:
            yield dict(zip(keys, row, strict=True))

    def ids(self, collection: str, where_sql: str = "", params: Sequence[Any] = ()) -> list[int]:
        """Give the ids of the rows that match, ascending."""
        where = where_sql or "1"
        text = f"SELECT id FROM {self.table(collection)} WHERE {where} ORDER BY id"
        return [row[0] for row in self.db.execute(text, list(params))]

    def count(self, collection: str) -> int:
        """Count a collection's rows."""
        text = f"SELECT count(*) FROM {self.table(collection)}"
        return int(self.db.execute(text).fetchone()[0])

    def sql(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run SQL. Call table(collection) first for a collection that may be new."""
        return self.db.execute(text, list(params)).fetchall()

    def now_text(self) -> str:
        """Give the simulator's clock in storage form."""
        return storage_time(self.now())

    # Small persisted values

    def meta_get(self, key: str, default: Any = None) -> Any:
        """Give a small value kept with the tenant."""
        row = self.db.execute("SELECT value FROM _meta WHERE key = ?", (key,)).fetchone()
        return default if row is None else orjson.loads(row[0])

    def meta_set(self, key: str, value: Any) -> None:
        """Keep a small JSON value with the tenant."""
        self.db.execute(
            "INSERT OR REPLACE INTO _meta VALUES (?, ?)", (key, orjson.dumps(value).decode())
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside happen, or none. May be nested; the outermost decides."""
        if self._depth:
            yield
            return
        self._depth = 1
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            self.changes.forget()
            self._forget_all()
            raise
        else:
            self.db.execute("COMMIT")
        finally:
            self._depth = 0
        self.changes.tell()

    def note(self, change: Change) -> None:
        """Tell a change of a row to whoever listens, once it is certain."""
        self.changes.note(change, certain=not self._depth)

    def close(self) -> None:
        """Close the store."""
        self.db.close()

    # Tables and columns

    def table(self, collection: str) -> str:
        """Make the table if it is new and give its quoted name."""
        if collection not in self._tables:
            self._make_table(self.catalog[collection])
        return quoted(collection)

    def keys(self, collection: str) -> list[str]:
        """Give every key of a row: field names, then "udf:<name>"."""
        names = [f.name for f in self.catalog[collection].fields]
        return names + [UDF + u.name for u in self.udf_definitions(collection)]

    def column(self, collection: str, key: str) -> str:
        """Give the quoted column of a field name or of "udf:<name>". Raises KeyError."""
        if key.startswith(UDF):
            for number, definition in enumerate(self.udf_definitions(collection)):
                if definition.name == key[len(UDF) :]:
                    return f'"u{number}"'
            raise KeyError(f"{collection} has no {key}")
        if key == "id":
            return '"id"'
        field = self.catalog[collection].by_name[key.lower()]
        return quoted(field.name)

    def live_keys(self, collection: str) -> set[str]:
        """Give the keys that ever held a value; all others are null in every row."""
        self.table(collection)
        return self._live[collection]

    def clear_rows(self) -> None:
        """Drop every table, picklist and user-defined field, but keep the small values."""
        known = self.catalog.entities
        names = [row[0] for row in self.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        with self.transaction():
            for name in names:
                if name in known:
                    self.db.execute(f"DROP TABLE {quoted(name)}")
            for name in ("_udf", "_picklist", "_live", "_rendered"):
                self.db.execute(f"DELETE FROM {name}")
        self._forget_all()

    def _forget_all(self) -> None:
        """Read anew what is known of tables and definitions; a rollback may have undone it."""
        for collection in self._tables:
            self.shape_changed(collection)
        self._tables.clear()
        self._live.clear()
        self.udfs.clear()
        self.picklists.clear()
        self._read_definitions()

    def forget_table(self, collection: str) -> None:
        """Forget a table that was dropped; it is made anew on next use."""
        self._tables.discard(collection)
        self._live.pop(collection, None)
        self.db.execute("DELETE FROM _rendered WHERE collection = ?", (collection,))
        self.shape_changed(collection)

    def _make_table(self, entity: Entity) -> None:
        name = entity.collection
        columns = ['"id" INTEGER PRIMARY KEY AUTOINCREMENT']
        columns += [quoted(f.name) for f in entity.fields if f.name != "id"]
        columns += [f'"u{number}"' for number in range(len(self.udf_definitions(name)))]
        self.db.execute(f"CREATE TABLE IF NOT EXISTS {quoted(name)} ({', '.join(columns)})")
        live = self.db.execute("SELECT column FROM _live WHERE collection = ?", (name,))
        self._live[name] = {"id", *(row[0] for row in live)}
        self._tables.add(name)

    def mark_live(self, collection: str, keys: Iterable[str]) -> None:
        """Note that these keys hold a value in some row."""
        new = set(keys) - self._live[collection]
        if not new:
            return
        self._live[collection] |= new
        self.shape_changed(collection)
        self.db.executemany(
            "INSERT OR IGNORE INTO _live VALUES (?, ?)", [(collection, key) for key in new]
        )

    def shape_changed(self, collection: str) -> None:
        """Tell the readers that their prepared statements are out of date."""
        self.shape_version[collection] = self.shape_version.get(collection, 0) + 1

    def define_udf(self, collection: str, definition: UdfDefinition) -> None:
        """Do what add_udf does, inside a transaction that is open."""
        known = self.udfs.setdefault(collection, [])
        if any(d.name == definition.name for d in known):
            raise ValueError(f"{collection} already has a user-defined field {definition.name!r}")
        table = self.table(collection)  # a store just reopened may not have looked at it yet
        number = len(known)
        self.db.execute(
            "INSERT INTO _udf VALUES (?, ?, ?)",
            (collection, number, orjson.dumps(asdict(definition)).decode()),
        )
        self.db.execute(f'ALTER TABLE {table} ADD COLUMN "u{number}"')
        known.append(definition)
        self.db.execute("DELETE FROM _rendered WHERE collection = ?", (collection,))
        self.shape_changed(collection)

    def _read_definitions(self) -> None:
        text = "SELECT collection, definition FROM _udf ORDER BY collection, position"
        for collection, definition in self.db.execute(text):
            raw = orjson.loads(definition)
            if raw["entries"] is not None:
                raw["entries"] = tuple(PicklistEntry(**e) for e in raw["entries"])
            self.udfs.setdefault(collection, []).append(UdfDefinition(**raw))
        for collection, name, entries in self.db.execute("SELECT * FROM _picklist"):
            known = [PicklistEntry(**e) for e in orjson.loads(entries)]
            self.picklists[collection, name] = known

    # The whole tenant

    def is_empty(self) -> bool:
        """Say whether no tenant was loaded yet."""
        return self.meta_get("tenant") is None


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'
