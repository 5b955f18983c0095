"""The texts of documents, folded for a search and kept until something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isthmus_sim.fieldnation.store.store import Store

Doc = dict[str, Any]


class Said:
    """
    The texts of stored documents, by id.

    A document that was put anew is another object, so its text is told anew; a write to one of
    the kinds it is `linked` with lets all be told anew.
    """

    def __init__(self, store: Store, linked: Sequence[str]) -> None:
        self._store = store
        self._linked = linked
        self._at = -1
        self._texts: dict[int, tuple[Doc, str]] = {}

    def holding(self, docs: list[Doc], wanted: str, tell: Callable[[Doc], str]) -> list[Doc]:
        """Give the documents, as stored, whose text holds what is wanted, in any case."""
        writes = self._store.writes(self._linked)
        if writes != self._at:
            self._texts.clear()
            self._at = writes
        folded = wanted.casefold()
        return [doc for doc in docs if folded in self._text(doc, tell)]

    def _text(self, doc: Doc, tell: Callable[[Doc], str]) -> str:
        kept = self._texts.get(doc["id"])
        if kept is None or kept[0] is not doc:
            kept = (doc, tell(doc).casefold())
            self._texts[doc["id"]] = kept
        return kept[1]
