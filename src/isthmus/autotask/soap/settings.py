"""What a caller sets for SOAP, beside what both APIs share."""

from dataclasses import dataclass
from pathlib import Path

from isthmus.autotask.soap.times import Mode


@dataclass(frozen=True, slots=True)
class SoapSettings:
    """
    `times`: the zone in which the service tells times; documented and recorded as US Eastern.

    `cache`: the folder that keeps the zones' WSDLs; None fetches one for each connection.
    """

    times: Mode = "eastern"
    cache: Path | None = None
