"""What is told of webhooks: frozen shapes, silent about secrets."""

from dataclasses import dataclass, field
from datetime import datetime

from isthmus.base.errors import IsthmusError, NeedsPerson


class NothingWanted(NeedsPerson):
    """No rule is enabled, so there is nothing to be told about."""


class NotInstalled(NeedsPerson):
    """There is no webhook of ours whose secret could be changed."""


class NotSettled(NeedsPerson):
    """The other side is not known to use the new secret yet."""


@dataclass(frozen=True, slots=True)
class HookPlan:
    """
    What would be done about one webhook, or was done: lines for a person.

    `name` is such as `Autotask Tickets` or `Field Nation`. `changes` are the writes, `notices`
    what a person should know. `left` is what the vendor did not let come true although it took the
    write. `error` says why nothing, or not all, was done.
    """

    name: str
    changes: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    error: IsthmusError | None = None

    @property
    def is_well(self) -> bool:
        """Tell whether all came true."""
        return self.error is None and not self.left


@dataclass(frozen=True, slots=True)
class HookStanding:
    """
    How one webhook stands.

    `is_there`, `active` and `ready` are the vendor's. `secret` is ours: known, changing (an older
    one still counts), unsure (not known to be set at the vendor) or missing. `last` is when a
    delivery was last kept, `missed` how many of its numbers are missing; both of the last days.
    `troubles` say what keeps it from working; () where all is well.
    """

    name: str
    is_there: bool = False
    active: bool = False
    ready: bool = False
    secret: str = "missing"  # noqa: S105 - a word for how it stands
    last: datetime | None = None
    missed: int = 0
    url: str = field(default="", repr=False)
    troubles: tuple[str, ...] = ()
    remedy: str = ""
    error: IsthmusError | None = None

    @property
    def is_well(self) -> bool:
        """Tell whether deliveries come in."""
        return self.is_there and self.error is None and not self.troubles
