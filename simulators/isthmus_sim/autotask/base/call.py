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
    A request after its path was normalised.

    path: segments below the API root, without the version, in the caller's spelling
    (compare case-insensitively). entity: the collection the call is about, in catalogue
    spelling, or None. at: the simulator's clock, aware UTC. origin: scheme and host the
    caller used, for URLs in answers; root: the path up to the version, with slashes at both ends.
    url: the whole request target, as it came.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    entity: str | None = None
    username: str = ""
    integration_code: str = ""
    impersonate: int | None = None
    origin: str = "http://127.0.0.1"
    root: str = "/ATServicesRest/"
    url: str = ""
