"""One call as the handlers see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass
class Call:
    """
    A request.

    path: decoded, with its leading slash, without the query. at: the simulator's clock, aware
    UTC. origin: scheme and host the caller used, for links in answers. token and user: who
    signed in, set by the room that checked it; user is a Field Nation user id.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    token: str = ""
    user: int = 0
    origin: str = "http://127.0.0.1"

    @property
    def segments(self) -> tuple[str, ...]:
        """Give the parts of the path that are not empty."""
        return tuple(part for part in self.path.split("/") if part)
