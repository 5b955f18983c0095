"""Documents by kind and number: read from memory, written through to one SQLite file."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

_TABLES = """
CREATE TABLE IF NOT EXISTS docs (
    kind TEXT NOT NULL, id TEXT NOT NULL, doc BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""
Key = int | str
T = TypeVar("T")


class Store:
    """
    The documents of one account.

    path: a file, continued when it exists; None keeps all in memory. now: the simulator's
    clock. Ids are numbers or texts and come back as they went in. What is handed out is a
    copy, except by `each`.
    """

    def __init__(self, path: str | None, now: Callable[[], datetime]) -> None:
        self.now = now
        self._db = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")  # a simulator may lose its last second
        self._db.executescript(_TABLES)
        self._docs: dict[str, dict[Key, dict[str, Any]]] = defaultdict(dict)
        self._sorted: dict[str, list[Key]] = {}
        self._writes: Counter[str] = Counter()
        self._derived: dict[str, tuple[int, Any]] = {}
        for kind, key, doc in self._db.execute("SELECT kind, id, doc FROM docs"):
            self._docs[kind][orjson.loads(key)] = orjson.loads(doc)
        self._meta = {k: orjson.loads(v) for k, v in self._db.execute("SELECT * FROM meta")}
        self._undo: list[Callable[[], Any]] | None = None
        self._after: list[Callable[[], Any]] = []

    def put(self, kind: str, key: Key, doc: dict[str, Any]) -> None:
        """Keep a document under its kind and id, instead of the one that was there."""
        packed = orjson.dumps(doc)
        kept = self._docs[kind]
        old = kept.get(key)
        self._remember(lambda: self._undo_one(kind, key, old))
        kept[key] = orjson.loads(packed)
        self._writes[kind] += 1
        if old is None:
            self._place(kind, key)
        self._db.execute("REPLACE INTO docs VALUES (?, ?, ?)", (kind, _key(key), packed))

    def get(self, kind: str, key: Key) -> dict[str, Any] | None:
        """Give a copy of a document, or None."""
        doc = self._docs[kind].get(key)
        return None if doc is None else _copy(doc)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Give copies of all documents of a kind, by id."""
        return [_copy(doc) for doc in self.each(kind)]

    def each(self, kind: str) -> list[dict[str, Any]]:
        """Give all documents of a kind as they are, by id: for reading only."""
        kept = self._docs[kind]
        if kind not in self._sorted:
            self._sorted[kind] = sorted(kept, key=lambda key: (str(type(key)), key))
        return [kept[key] for key in self._sorted[kind]]

    def look(self, kind: str, key: Key) -> dict[str, Any] | None:
        """Give a document as it is, or None: for reading only."""
        return self._docs[kind].get(key)

    def writes(self, kinds: Iterable[str]) -> int:
        """Count what was ever written or forgotten of some kinds: more after each change."""
        return sum(self._writes[kind] for kind in kinds)

    def derived(self, name: str, kind: str, make: Callable[[], T]) -> T:
        """Give what is made of all documents of a kind, made anew after each write to it."""
        writes = self._writes[kind]
        kept = self._derived.get(name)
        if kept is None or kept[0] != writes:
            kept = self._derived[name] = (writes, make())
        made: T = kept[1]
        return made

    def delete(self, kind: str, key: Key) -> None:
        """Forget a document; one that is not there is no error."""
        old = self._docs[kind].pop(key, None)
        self._remember(lambda: self._undo_one(kind, key, old))
        self._writes[kind] += 1
        self._sorted.pop(kind, None)
        self._db.execute("DELETE FROM docs WHERE kind = ? AND id = ?", (kind, _key(key)))

    def next_id(self, kind: str) -> int:
        """Give the next number of a kind, never given before; see `start_ids`."""
        number = int(self.meta_get(f"next:{kind}") or 1)
        self.meta_set(f"next:{kind}", number + 1)
        return number

    def start_ids(self, kind: str, first: int) -> None:
        """Let the numbers of a kind begin at `first`."""
        self.meta_set(f"next:{kind}", first)

    def meta_get(self, key: str) -> Any:
        """Give a kept JSON value, or None."""
        return self._meta.get(key)

    def meta_set(self, key: str, value: Any) -> None:
        """Keep a JSON value."""
        old = self._meta.get(key)
        self._remember(lambda: _back(self._meta, key, old))
        self._meta[key] = value
        self._db.execute("REPLACE INTO meta VALUES (?, ?)", (key, orjson.dumps(value)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing when it fails. One inside another joins."""
        if self._undo is not None:
            yield
            return
        self._undo = []
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            for step in reversed(self._undo):
                step()
            self._undo, self._after = None, []
            raise
        self._db.execute("COMMIT")
        self._undo, waiting, self._after = None, self._after, []
        for then in waiting:
            then()

    def afterwards(self, then: Callable[[], Any]) -> None:
        """Call something once the outermost transaction is kept; never when it is not."""
        self._after.append(then)

    def counts(self) -> dict[str, int]:
        """Give the number of documents of every kind that has any."""
        return {kind: len(kept) for kind, kept in sorted(self._docs.items()) if kept}

    def clear(self) -> None:
        """Forget everything: for an account made anew."""
        self._db.execute("DELETE FROM docs")
        self._db.execute("DELETE FROM meta")
        self._writes.update(self._docs.keys())
        self._docs.clear()
        self._sorted.clear()
        self._meta.clear()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _place(self, kind: str, key: Key) -> None:
        """Keep the order of a kind while new numbers only follow, else have it sorted anew."""
        keys = self._sorted.get(kind)
        if keys is None:
            return
        last = keys[-1] if keys else 0
        if isinstance(key, int) and isinstance(last, int) and last < key:
            keys.append(key)
        else:
            del self._sorted[kind]

    def _undo_one(self, kind: str, key: Key, old: dict[str, Any] | None) -> None:
        _back(self._docs[kind], key, old)
        self._writes[kind] += 1
        self._sorted.pop(kind, None)

    def _remember(self, step: Callable[[], Any]) -> None:
        if self._undo is not None:
            self._undo.append(step)


def _key(key: Key) -> str:
    return orjson.dumps(key).decode()


def _copy(doc: dict[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = orjson.loads(orjson.dumps(doc))
    return copied


def _back(kept: dict[Any, Any], key: Any, old: Any) -> None:
    if old is None:
        kept.pop(key, None)
    else:
        kept[key] = old
