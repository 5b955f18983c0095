"""One request of the vendor's API, before it is sent."""

from dataclasses import dataclass

from isthmus.autotask.calls.answers import Asked


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request of the vendor's API.

    `path` follows `V1.0/`. `entity` is the collection whose slots it takes; a path below a parent
    takes one of the `parent`'s too, because it is not known whose the vendor counts. `idempotent`
    says that doing it twice does no harm; a query by POST is. `impersonate` is the resource in
    whose name a write is made; never sent with a query, which has been refused for it (observed).
    """

    method: str
    path: str
    entity: str
    body: object = None
    idempotent: bool = True
    parent: str = ""
    impersonate: int | None = None

    @property
    def buckets(self) -> tuple[str, ...]:
        """Return whose slots it takes, in the one order in which all calls take them."""
        return tuple(sorted({name.casefold() for name in (self.entity, self.parent) if name}))

    @property
    def asked(self) -> Asked:
        """Return what an error about this call names."""
        return Asked(self.method, f"V1.0/{self.path}", self.entity, writes=self.writes)

    @property
    def writes(self) -> bool:
        """Tell whether the call may change something."""
        return not self.idempotent
