"""The shapes that cross from the state to the rest. Times are aware, in UTC."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Connection:
    """
    How to reach one Autotask tenant.

    `base_url` wins over `zone` (the number in a tenant's Autotask URL); with neither, the zone is
    looked up. `secret` and `integration_code` are in clear here, never in `repr`, never on disk.
    `api` is rest or soap: the one dispatch is to use.
    """

    title: str
    username: str
    secret: str = field(repr=False)
    integration_code: str = field(repr=False)
    base_url: str | None = None
    zone: int | None = None
    api: str = "rest"


@dataclass(frozen=True, slots=True)
class ConnectionNote:
    """A saved connection without its secrets: fit to be shown, and no key is needed to read it."""

    title: str
    username: str
    base_url: str | None
    zone: int | None
    api: str = "rest"


@dataclass(frozen=True, slots=True)
class ZoneNote:
    """The zone a tenant was last found in; `ci` is the vendor's own number of the tenant."""

    name: str
    url: str
    web_url: str
    ci: int


@dataclass(frozen=True, slots=True)
class FieldNationConnection:
    """
    How to reach one Field Nation account as one API user; a home knows one.

    `client_secret` and `password` are in clear here, never in `repr`, never on disk. `base_url`
    is scheme and host of the environment: sandbox and production have separate credentials.
    """

    client_id: str
    client_secret: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    base_url: str


@dataclass(frozen=True, slots=True)
class FieldNationNote:
    """The same without secrets: fit to be shown, and no key is needed to read it."""

    client_id: str
    username: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Secret:
    """
    A secret that is kept by name; what it is worth is not in `repr`.

    `live` holds every value that counts, newest first: one, and more while it is being changed.
    `saved_at` is when the newest was saved.
    """

    name: str
    live: tuple[str, ...] = field(repr=False)
    saved_at: datetime

    @property
    def value(self) -> str:
        """Return the newest value, the one to use for what is sent."""
        return self.live[0]

    @property
    def is_changing(self) -> bool:
        """Tell whether an older value still counts."""
        return len(self.live) > 1


@dataclass(frozen=True, slots=True)
class Extraction:
    """
    One reading of a dataset from the vendor into the spool, finished or not.

    `window_start` is None when everything is asked for. `server_started_at` is the vendor's own
    time at the first answer, which becomes the watermark.
    """

    id: str
    dataset: str
    mode: str
    window_start: datetime | None
    server_started_at: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """
    A stretch of one id range that is on disk: the checkpoint of a reader.

    The range is `range_lo <= id < range_hi` (None: open above). `last_id` is the highest id kept,
    None when the stretch holds no row. `done` tells that the range is read to its end. `file` is
    relative to the spool folder of the extraction.
    """

    file: str
    range_lo: int
    range_hi: int | None
    last_id: int | None
    rows: int
    done: bool


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """An error as a person was told: what happened, where, what to do. Holds no secret."""

    kind: str
    what: str
    where: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RunDataset:
    """What one run did with one dataset. `status` is ok, failed, stopped or skipped."""

    dataset: str
    mode: str
    status: str
    rows_read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    calls: int = 0
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    error: ErrorNote | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """
    One run of sync.

    `status` is running, ok, partial, failed, stopped (by a person) or interrupted (its process died
    or was ended).
    `quota_used` and `quota_limit` are the tenant's calls of the last hour as last heard, or None.
    """

    id: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    wanted: tuple[str, ...]
    calls: int
    quota_used: int | None
    quota_limit: int | None
    datasets: tuple[RunDataset, ...]


@dataclass(frozen=True, slots=True)
class RunFilter:
    """
    Which runs of sync are meant; what is empty narrows nothing.

    `failed`: those of which not all went well. `above`: those that began after that.
    """

    id: str = ""
    dataset: str = ""
    failed: bool = False
    since: datetime | None = None
    above: datetime | None = None
