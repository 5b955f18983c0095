"""
Times of the SOAP API: US Eastern with daylight saving, without an offset; ours are UTC.

Source: the vendor's page on time data and recorded answers; other pages of the vendor say UTC, so
one switch decides. A day (date-only field) stands at midnight and is moved by no zone (recorded).
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Mode = Literal["eastern", "utc"]
EASTERN: Final = ZoneInfo("America/New_York")
_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE | re.ASCII,
)
_LOWER: Final = frozenset({"gt", "gte"})
_UPPER: Final = frozenset({"lt", "lte"})


class Times:
    """Reads and writes times of one service; `mode` says in which zone it speaks."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._zone = EASTERN if mode == "eastern" else UTC

    def read(self, text: str, *, is_day: bool = False) -> datetime:
        """
        Return a time as an aware datetime in UTC; a day as midnight UTC, as REST has it.

        Of the hour that autumn has twice the first one is taken (assumed): the earlier time is the
        safer one to look for changes from. An offset, where one is told, counts.
        Raises: ValueError.
        """
        wall, offset = _parse(text)
        if offset is not None:
            return wall.replace(tzinfo=offset.tzinfo).astimezone(UTC)
        return wall.replace(tzinfo=UTC if is_day else self._zone).astimezone(UTC)

    def is_doubtful(self, text: str) -> bool:
        """Tell whether a time stands for two moments (autumn) or for none (spring)."""
        wall, offset = _parse(text)
        if offset is not None or self._zone is UTC:
            return False
        first, second = (wall.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        return first.utcoffset() != second.utcoffset()

    def write(self, moment: datetime, *, is_day: bool = False) -> str:
        """Return an aware moment as the service takes it: its own wall clock, no offset."""
        wall = moment.astimezone(UTC if is_day else self._zone).replace(tzinfo=None)
        return _text(wall)

    def told_as(self, moment: datetime) -> datetime:
        """Return what a written moment is read as: an hour early in autumn's second pass."""
        return self.read(self.write(moment))

    def bound(self, op: str, moment: datetime, *, is_day: bool = False) -> str:
        """
        Return a moment to compare with, never leaving out what a comparison in UTC would find.

        The service compares wall clocks. In the doubled hour of autumn a later moment may show an
        earlier clock, so a lower bound in its first pass goes back before the hour, and an upper
        bound in its second pass up to its end; more may be found than asked for.
        """
        local = moment.astimezone(UTC if is_day else self._zone)
        other = local.replace(fold=1 - local.fold)
        wall = local.replace(tzinfo=None, fold=0)
        if other.utcoffset() != local.utcoffset():
            hour = wall.replace(minute=0, second=0, microsecond=0)
            if op in _LOWER and local.fold == 0:
                wall = hour - timedelta(milliseconds=1)
            elif op in _UPPER and local.fold == 1:
                wall = hour + timedelta(hours=1)
        return _text(wall)


def _parse(text: str) -> tuple[datetime, datetime | None]:
    """Return the wall clock, and a moment that carries the offset where one is told."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time")
    day, minutes, seconds, fraction, zone = match.groups()
    digits = (fraction or "").ljust(6, "0")[:6]
    wall = datetime.fromisoformat(f"{day}T{minutes or '00:00'}{seconds or ':00'}.{digits}")
    if zone is None:
        return wall, None
    return wall, datetime.fromisoformat(f"2000-01-01T00:00:00{zone.upper()}")


def _text(wall: datetime) -> str:
    spec = "milliseconds" if wall.microsecond % 1000 == 0 else "microseconds"
    return wall.isoformat(timespec=spec)
