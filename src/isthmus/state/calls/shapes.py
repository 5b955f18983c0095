"""The shapes of the log of calls. Times are aware, in UTC."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Call:
    """
    One HTTP call.

    `vendor` is autotask or fieldnation. `entity` is the collection called, `path` what follows the
    version in the address, without its query. `status` 0: no answer came. `rows` where the answer
    is a page of rows, else None. `run` is that of sync or of the work on a link, `key` whose work
    it was, "" for sync. `attempt` counts from 1. `number` is 0 before it is kept.
    """

    at: datetime
    vendor: str
    method: str
    entity: str
    path: str
    status: int
    ms: int
    size: int
    rows: int | None = None
    run: str = ""
    key: str = ""
    attempt: int = 1
    number: int = 0

    @property
    def is_failed(self) -> bool:
        """Tell whether no answer came, or one that says no."""
        return self.status == 0 or self.status >= 400


@dataclass(frozen=True, slots=True)
class CallFilter:
    """
    Which calls are meant; what is empty narrows nothing.

    A call of any of `runs`, `keys` or `entities` is meant. `above`: only with a higher number.
    """

    runs: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    vendor: str = ""
    failed: bool = False
    since: datetime | None = None
    above: int = 0
