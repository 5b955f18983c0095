"""What a caller sets: who we are, and how the client behaves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from isthmus.autotask.errors import CredentialsUnusable
from isthmus.autotask.spending import PARTS, Priority, SharedBudget
from isthmus.base import redaction
from isthmus.base.backoff import Waits
from isthmus.transport import TransportSettings


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    An API user of Autotask. `repr` shows none of the three.

    `integration_code` is the API tracking identifier. All three are kept out of logs and errors
    from here on.
    Raises: CredentialsUnusable: one is empty or holds characters an HTTP header cannot carry.
    """

    username: str = field(repr=False)
    secret: str = field(repr=False)
    integration_code: str = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("username", "secret", "integration_code"):
            value = getattr(self, name)
            if (
                not value
                or value != value.strip()
                or not value.isascii()
                or not value.isprintable()
            ):
                raise CredentialsUnusable(
                    f"The {name.replace('_', ' ')} is empty or holds a space at an end, a line"
                    " break or a character outside ASCII.",
                    remedy="Copy it again, as it stands in the API user's page of Autotask.",
                )
        redaction.guard(self.username, self.secret, self.integration_code)


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """How often each class of error is tried again before it is raised, and the waits between."""

    thread_limit: int = 12
    server_trouble: int = 6
    broken_answer: int = 4
    waits: Waits = field(default_factory=Waits)


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """
    How the tenant's calls of the hour are spent.

    `share` is the part of the limit up to which the tenant's total use may grow by our calls;
    what lies above it is left to other integrations. `on_limit` says whether to wait until use
    has fallen or to raise HourlyLimitHit. `longest_wait` bounds the waiting, in seconds, for all
    calls of a client together; None waits as long as it takes. `on_waiting` is told of each wait
    and every probe: the seconds after which it surely goes on, calls used, calls allowed; and 0.0
    seconds once it does. It must neither wait nor raise. The limit is read anew after
    `refresh_calls` calls of ours or `refresh_seconds`, and while waiting every `probe_seconds`.

    `shared` is where all processes of an installation keep what they know together; without it
    each process counts for itself. `reserve` leaves the last part of the share to the calls that
    come first: bulk stops at 85 % of it, a sweep at 92 %, writing back at 97 %.
    """

    share: float = 0.8
    on_limit: Literal["wait", "raise"] = "wait"
    longest_wait: float | None = 900.0
    on_waiting: Callable[[float, int, int], None] | None = field(default=None, compare=False)
    refresh_calls: int = 250
    refresh_seconds: float = 300.0
    probe_seconds: float = 60.0
    shared: SharedBudget | None = field(default=None, compare=False, repr=False)
    reserve: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError("share lies above 0 and at most at 1")

    def ceiling(self, priority: Priority) -> float:
        """Return the part of the limit at which calls of a priority stop."""
        return self.share * PARTS[priority] if self.reserve else self.share


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """
    The client's behaviour.

    `page_size`: rows a page, 1 to 500. `release_delay`: seconds a slot rests after an answer,
    because the vendor frees it a moment after we have seen the answer. `check_queries`: compare
    fields and values with metadata, where it was read, before sending.
    """

    page_size: int = 500
    release_delay: float = 0.02
    check_queries: bool = True
    retry: RetrySettings = field(default_factory=RetrySettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    transport: TransportSettings = field(default_factory=TransportSettings)

    def __post_init__(self) -> None:
        if not 1 <= self.page_size <= 500:
            raise ValueError("page_size lies between 1 and 500")


@dataclass(frozen=True, slots=True)
class WriteSettings:
    """
    How records are typed and writes looked after.

    `metadata_age`: seconds for which an entity's fields and picklists are believed; a value they
    refuse is checked against fresh ones first when they are older than `reread_age`.
    `read_back_tries`: how often a written record is looked at before a difference is told, because
    it may show a moment later; `read_back_waits` lie between.
    """

    metadata_age: float = 900.0
    reread_age: float = 60.0
    read_back_tries: int = 4
    read_back_waits: Waits = field(default_factory=lambda: Waits(0.25, 2.0, 0.1))

    def __post_init__(self) -> None:
        if self.read_back_tries < 1:
            raise ValueError("read_back_tries is at least 1")
