"""What changed in the tenant, told to whoever listens once it is certain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CREATED, UPDATED, DELETED = "create", "update", "delete"


@dataclass(frozen=True)
class Change:
    """
    One row that was created, updated or deleted.

    before, after: the whole row in storage form, None where there is none. actor: the resource
    who did it.
    """

    collection: str
    id: int
    verb: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    actor: int


def nobody(_collection: str) -> bool:
    """Want nothing: the answer while nobody listens."""
    return False


@dataclass
class Changes:
    """
    Changes on their way to one listener.

    wanted: tells whether anybody cares about a collection, so that rows nobody cares about are
    not read twice. A change within a transaction waits for the outermost to be committed; what
    is rolled back is never told.
    """

    wanted: Callable[[str], bool] = nobody
    listener: Callable[[Change], None] | None = None
    _waiting: list[Change] = field(default_factory=list)

    def note(self, change: Change, *, certain: bool) -> None:
        """Take a change; tell it at once when it is certain, that is outside a transaction."""
        self._waiting.append(change)
        if certain:
            self.tell()

    def tell(self) -> None:
        """Tell what waits, in order. A listener may change rows; that is told before the rest."""
        told, self._waiting = self._waiting, []
        for change in told:
            if self.listener is not None:
                self.listener(change)

    def forget(self) -> None:
        """Drop what waits: it was rolled back."""
        self._waiting.clear()
