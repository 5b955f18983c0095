"""What metadata says of each entity, read once and believed for a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.base import clock


@dataclass(frozen=True, slots=True)
class Known:
    """An entity's metadata and the monotonic second at which it was read."""

    fields: tuple[FieldInfo, ...]
    udfs: tuple[UdfInfo, ...]
    read_at: float

    @property
    def age(self) -> float:
        """Return how many seconds ago it was read."""
        return clock.monotonic() - self.read_at

    def field(self, name: str) -> FieldInfo | None:
        """Return a field by its name in any case."""
        folded = name.casefold()
        return next((field for field in self.fields if field.name.casefold() == folded), None)


class KnownEntities:
    """Metadata by entity; callers that ask at the same time share one reading."""

    def __init__(
        self,
        fields: Callable[[str], Awaitable[tuple[FieldInfo, ...]]],
        udfs: Callable[[str], Awaitable[tuple[UdfInfo, ...]]],
    ) -> None:
        self._fields = fields
        self._udfs = udfs
        self._known: dict[str, Known] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, entity: str, younger_than: float) -> Known:
        """
        Return an entity's metadata, read anew when it is older than so many seconds.

        Raises: UnknownEntity, and what reading raises.
        """
        folded = entity.casefold()
        async with self._locks.setdefault(folded, asyncio.Lock()):
            known = self._known.get(folded)
            if known is None or known.age >= younger_than:
                known = Known(
                    await self._fields(entity), await self._udfs(entity), clock.monotonic()
                )
                self._known[folded] = known
        return known
