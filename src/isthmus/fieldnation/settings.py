"""What a caller sets: who we are, and how the client behaves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeVar

from isthmus.base import redaction
from isthmus.base.backoff import Waits
from isthmus.fieldnation.errors import CredentialsUnusable
from isthmus.transport import TransportSettings

T = TypeVar("T")
_WORTH_HIDING: Final = 8  # a short client id may be a plain number, as ids in every text are
SANDBOX: Final = "https://api-sandbox.fndev.net"
PRODUCTION: Final = "https://api.fieldnation.com"


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    An API client of a company and the user it acts as. `repr` shows none of the four.

    All four are kept out of logs and errors from here on.
    Raises: CredentialsUnusable: one is empty or holds a line break or a space at an end.
    """

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    username: str = field(repr=False)
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("client_id", "client_secret", "username", "password"):
            value = getattr(self, name)
            if not value or value != value.strip() or not value.isprintable():
                raise CredentialsUnusable(
                    f"The {name.replace('_', ' ')} is empty, or holds a line break or a space at"
                    " an end.",
                    remedy="Copy it again, as Field Nation gave it.",
                )
        redaction.guard(self.client_secret, self.username, self.password)
        if len(self.client_id) >= _WORTH_HIDING:
            redaction.guard(self.client_id)


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """How often each class of error is tried again before it is raised, and the waits between."""

    rate_limit: int = 3
    server_trouble: int = 4
    broken_answer: int = 2
    waits: Waits = field(default_factory=Waits)


@dataclass(frozen=True, slots=True)
class RateSettings:
    """
    How many calls the company may make: so many a minute, after a burst.

    Every client of one account in this process shares them, and with `SharedTurns` every process.
    `longest_wait` bounds in seconds what one call waits for its turn, or as long as a 429 asks
    for, before RateLimited is raised.
    Source: 60 a minute and bursts to 100 are documented in 2025; other pages name no number.
    """

    per_minute: float = 60.0
    burst: int = 100
    longest_wait: float = 120.0

    def __post_init__(self) -> None:
        if self.per_minute <= 0 or self.burst < 1:
            raise ValueError("per_minute lies above 0, burst is at least 1")


class SharedTurns(Protocol):
    """Where all processes of an installation keep the turns of an account."""

    async def change(self, key: str, act: Callable[[str, float], tuple[str, T]]) -> T:
        """
        Put in the place of a note what `act` makes of it, and return its result.

        `act` is given the note, "" at first, and the time in seconds on a clock that is one for
        all processes. Nobody else changes the note meanwhile. It must not wait.
        """


@dataclass(frozen=True, slots=True)
class SettleSettings:
    """
    How long a queued change (`run_async`, mass route) is looked for, and how often, in seconds.

    Source: that such changes become visible later is documented, after how long is not.
    """

    seconds: float = 30.0
    first: float = 0.5
    longest: float = 5.0


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """
    The client's behaviour.

    `sign_in_by`: where REST v2 gets the token; webhooks always get it in the header.
    `token_margin`: seconds before its end at which a token is no longer used. `read_back`: fetch a
    work order after create and update, and tell what the vendor dropped. `check_echo`: use a
    listing only if its echo shows the list and the filters asked for. `per_page`: rows a page,
    1 to 100. `shared`: where all processes keep the account's turns; without it each counts alone.
    """

    sign_in_by: Literal["query", "header"] = "query"
    token_margin: float = 60.0
    read_back: bool = True
    check_echo: bool = True
    per_page: int = 100
    retry: RetrySettings = field(default_factory=RetrySettings)
    rate: RateSettings = field(default_factory=RateSettings)
    shared: SharedTurns | None = field(default=None, compare=False, repr=False)
    settle: SettleSettings = field(default_factory=SettleSettings)
    transport: TransportSettings = field(
        default_factory=lambda: TransportSettings(read_timeout=60.0, call_timeout=120.0)
    )

    def __post_init__(self) -> None:
        if not 1 <= self.per_page <= 100:
            raise ValueError("per_page lies between 1 and 100")
