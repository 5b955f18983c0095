"""The part of the admin API that reads and writes what is stored, as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.base.asked import AdminRefused, keys_of

if TYPE_CHECKING:
    from isthmus_sim.base.asked import Asked
    from isthmus_sim.fieldnation.store.store import Key, Store


LATER = ("delivery", "delivery_log", "file", "job", "mail", "token", "waiting_job", "webhook",
         "webhook_change", "work_order")  # fmt: skip
"""Kinds a fresh account has none of yet: asking for them is no mistake."""


class AdminRows:
    """Documents by kind, read and written without rules, events or faults."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def counts(self) -> dict[str, int]:
        """Give the number of documents of every kind."""
        return dict.fromkeys(LATER, 0) | self._store.counts()

    def read(self, asked: Asked) -> Any:
        """Give all documents of a kind, or one."""
        keys_of(asked.query, ())
        if not asked.rest:
            return self.counts()
        kind = self._kind(asked)
        if len(asked.rest) == 1:
            return self._store.each(kind)
        return self._store.look(kind, self._key(asked, kind))

    def change(self, asked: Asked) -> Any:
        """Set keys of a document; nothing is told to anybody."""
        kind = self._kind(asked)
        key = self._key(asked, kind)
        self._store.put(kind, key, {**(self._store.get(kind, key) or {}), **asked.body})
        return self._store.look(kind, key)

    def delete(self, asked: Asked) -> dict[str, Any]:
        """Forget a document; nothing is told to anybody."""
        kind = self._kind(asked)
        key = self._key(asked, kind)
        self._store.delete(kind, key)
        return {"deleted": key}

    def _kind(self, asked: Asked) -> str:
        known = self.counts()
        if not asked.rest or asked.rest[0] not in known:
            raise AdminRefused(f"name a kind: {', '.join(known)}", 404)
        return asked.rest[0]

    def _key(self, asked: Asked, kind: str) -> Key:
        text = asked.rest[1] if len(asked.rest) > 1 else ""
        keys: tuple[Key, ...] = (int(text), text) if text.isdecimal() else (text,)
        for key in keys:
            if self._store.look(kind, key) is not None:
                return key
        raise AdminRefused(f"there is no {kind} {text}", 404)
