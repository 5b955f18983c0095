"""
The vendor's times: `YYYY-MM-DD HH:MM:SS` in UTC, beside a local date and time.

Pure. Source: developer guides ("24 h, no T, no Z"); most objects carry both forms on reading.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from isthmus.fieldnation.errors import TimeUnclear

_WIRE: Final = "%Y-%m-%d %H:%M:%S"
_PLAIN: Final = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")


def to_wire(moment: datetime) -> str:
    """
    Return an aware time as the vendor writes UTC; parts of a second are cut off.

    Raises: TimeUnclear: the time has no zone.
    """
    if moment.tzinfo is None:
        raise TimeUnclear(
            f"The time {moment.isoformat()} has no zone",
            remedy="Give an aware datetime, or a local date and time of the site.",
        )
    return moment.astimezone(UTC).strftime(_WIRE)


def from_wire(value: object) -> datetime | None:
    """
    Return a time of the vendor as aware UTC; None where there is none.

    Args: value: the text, or an object with `utc`. Zero dates and empty texts are no time.
    A text without a zone is UTC; one with a zone (webhook bodies) is turned into UTC.
    Raises: TimeUnclear: a text that is no time.
    """
    text = value.get("utc") if isinstance(value, Mapping) else value
    if not isinstance(text, str) or not text.strip() or text.startswith("0000-"):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise TimeUnclear(f"{text[:40]!r} is no time", where="answer") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_time(value: object) -> datetime | None:
    """Return a time as `from_wire`, but None for what cannot be read: one bad date hides no row."""
    try:
        return from_wire(value)
    except TimeUnclear:
        return None


def utc(moment: datetime) -> dict[str, Any]:
    """Return the object the vendor takes for a moment. Raises: TimeUnclear: no zone."""
    return {"utc": to_wire(moment)}


def local(moment: datetime) -> dict[str, Any]:
    """
    Return the object for a time on the clock of the site, whose zone the vendor knows.

    Raises: TimeUnclear: the time has a zone; then it is a moment, for `utc`.
    """
    if moment.tzinfo is not None:
        raise TimeUnclear(
            f"The time {moment.isoformat()} has a zone, so it is no time of the site's clock",
            remedy="Use it as it is; a time with a zone is sent as UTC.",
        )
    return {"local": {"date": f"{moment:%Y-%m-%d}", "time": f"{moment:%H:%M:%S}"}}


def either(moment: datetime) -> dict[str, Any]:
    """Return `utc` of an aware time, `local` of one without a zone."""
    return local(moment) if moment.tzinfo is None else utc(moment)


def same_time(one: str, other: str) -> bool | None:
    """Tell whether two texts are the same time; None when one of them is no date with a time."""
    if not (_PLAIN.match(one) and _PLAIN.match(other)):
        return None
    first, second = read_time(one), read_time(other)
    return None if first is None or second is None else first == second
