"""Times in Field Nation's shape: UTC text and the local date and time of a place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

UTC_TEXT = "%Y-%m-%d %H:%M:%S"
_UTC = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?")
NO_TIME: dict[str, Any] = {"utc": "", "local": {"date": "", "time": ""}}
"""A time that is not there, where the vendor's description requires one; assumed."""


def utc_text(at: datetime) -> str:
    """Say an aware time as `YYYY-MM-DD HH:mm:ss`, UTC. Source: documented."""
    return at.astimezone(UTC).strftime(UTC_TEXT)


def from_utc_text(text: str) -> datetime:
    """Read what `utc_text` said; aware UTC. Raises: ValueError for any other form."""
    if not _UTC.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def both(utc: str, zone: str) -> dict[str, Any]:
    """Give {utc, local{date, time}} for a UTC text and an IANA zone; empty texts for ""."""
    if not utc:
        return {"utc": "", "local": {"date": "", "time": ""}}
    local = from_utc_text(utc).astimezone(ZoneInfo(zone)).isoformat()
    return {"utc": utc, "local": {"date": local[:10], "time": local[11:19]}}


def read_moment(value: Any, zone: str) -> str | None:
    """
    Read a written time, utc or local, to its UTC text; None for anything else.

    Source: documented: either `utc` without T and Z, or `local` date and time.
    """
    if not isinstance(value, dict):
        return None
    try:
        if value.get("utc"):
            return utc_text(from_utc_text(str(value["utc"])))
        local = value.get("local")
        return _read_local(local, zone) if isinstance(local, dict) else None
    except ValueError:
        return None


def _read_local(local: dict[str, Any], zone: str) -> str | None:
    day, time = str(local.get("date") or ""), str(local.get("time") or "")
    if not _DATE.fullmatch(day) or not _TIME.fullmatch(time):
        return None
    at = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone))
    return utc_text(at)


def offset_hours(zone: str, at: datetime) -> float:
    """Give how far a zone is from UTC at an aware time, in hours."""
    gap = at.astimezone(ZoneInfo(zone)).utcoffset()
    return gap.total_seconds() / 3600 if gap else 0.0


def short_name(zone: str, at: datetime) -> str:
    """Give a zone's short name at an aware time, like EST."""
    return at.astimezone(ZoneInfo(zone)).tzname() or ""
