"""Who has gone to log in at an identity provider and is not back yet."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.wiring.people import Begun

LASTS: Final = timedelta(minutes=10)
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Gone:
    """A log-in that was begun, and the page that was wanted."""

    at: datetime
    begun: Begun = field(repr=False)
    following: str


class Away:
    """What was begun, in the memory of this process; each is used once."""

    def __init__(self) -> None:
        self._gone: dict[str, Gone] = {}

    def keep(self, begun: Begun, following: str) -> str:
        """Keep what was begun; returns by what the browser shows that it is its own."""
        now = utc_now()
        fresh = {key: one for key, one in self._gone.items() if one.at > now - LASTS}
        self._gone = dict(list(fresh.items())[-_MOST:])
        key = token_urlsafe(24)
        self._gone[key] = Gone(now, begun, following)
        return key

    def take(self, key: str) -> Gone | None:
        """Return what was begun, once; None: too long ago, or never."""
        found = self._gone.pop(key, None)
        return None if found is None or found.at <= utc_now() - LASTS else found
