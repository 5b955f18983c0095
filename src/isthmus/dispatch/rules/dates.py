"""Dates from one format and zone into another, clock changes told."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from isthmus.dispatch.rules.moment_reading import Reading, read_iso, read_moment
from isthmus.dispatch.rules.moment_tokens import ISO_WORDS, LONGEST_FORMAT
from isthmus.dispatch.rules.moment_writing import format_moment
from isthmus.dispatch.rules.values import Unfit, iso, shown, text_of

_UTC: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Converted:
    """A date in its new form; `note` tells of a clock change that made it uncertain, or ""."""

    text: str
    note: str = ""


def convert_date(
    value: object,
    input_format: str = "",
    output_format: str = "",
    timezone_in: str = _UTC,
    timezone_out: str = _UTC,
) -> Converted:
    """
    Read a date by one format and zone and write it by another.

    Args: input_format, output_format: tokens; "" is ISO 8601. timezone_in: the IANA zone of a
    date that names none itself. A time that a clock change skips is moved on by the gap, one that
    it repeats is taken as the first; both are told.
    Raises: Unfit.
    """
    moment, note = read_date(value, input_format, timezone_in)
    local = moment.astimezone(zone(timezone_out))
    text = iso(local) if output_format.strip().lower() in ISO_WORDS else None
    return Converted(format_moment(local, _checked(output_format)) if text is None else text, note)


def read_date(value: object, input_format: str, timezone_in: str) -> tuple[datetime, str]:
    """Return a date as aware UTC and what there is to tell about it. Raises: Unfit."""
    place = zone(timezone_in)
    if isinstance(value, datetime):
        reading = Reading(value)
    elif input_format.strip().lower() in ISO_WORDS:
        reading = read_iso(text_of(value))
    else:
        reading = read_moment(_digits(value, input_format), _checked(input_format))
    if not reading.has_zone:
        return place_on_clock(reading.moment, place)
    try:
        return reading.moment.astimezone(UTC), ""
    except OverflowError:
        raise Unfit(f"{shown(value)} is beyond the calendar", "Look at the source field.") from None


def place_on_clock(local: datetime, place: ZoneInfo) -> tuple[datetime, str]:
    """Return the moment of a local clock's time as aware UTC, and a note on a clock change."""
    try:
        first = local.replace(tzinfo=place, fold=0)
        early, late = first.astimezone(UTC), first.replace(fold=1).astimezone(UTC)
        back = early.astimezone(place).replace(tzinfo=None)
    except OverflowError:
        raise Unfit(f"{local} is beyond the calendar", "Look at the source field.") from None
    if back != local:
        told = f"{local:%Y-%m-%d %H:%M} does not exist in {place.key}: moved on to {back:%H:%M}"
        return early, told
    if early != late:
        return early, f"{local:%Y-%m-%d %H:%M} comes twice in {place.key}: the first is taken"
    return early, ""


def add_day(value: object, input_format: str = "") -> str:
    """
    Return the same time a day later, written as it was read. Raises: Unfit.

    Source: the vendor's guide says that one day is added (documented); that the form stays is
    assumed.
    """
    if input_format.strip().lower() not in ISO_WORDS:
        moment = read_moment(_digits(value, input_format), input_format).moment
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return format_moment(_later(moment), _checked(input_format))
    text = text_of(value).strip()
    moved = _later(read_iso(text).moment)
    if len(text) == len("2026-01-31"):
        return f"{moved:%Y-%m-%d}"
    shape = moved.isoformat(
        sep="T" if "T" in text else " ", timespec="milliseconds" if "." in text else "seconds"
    )
    return shape.replace("+00:00", "Z") if text.endswith(("Z", "z")) else shape


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name; "" is UTC. Raises: Unfit."""
    try:
        return ZoneInfo(name.strip() or _UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unfit(
            f"{name[:60]!r} is no time zone", "Use an IANA name such as America/New_York."
        ) from None


def _later(moment: datetime) -> datetime:
    try:
        return moment + timedelta(days=1)
    except OverflowError:
        raise Unfit("The calendar ends here", "Look at the source field.") from None


def _checked(pattern: str) -> str:
    if len(pattern) > LONGEST_FORMAT:
        raise Unfit(f"A format of {len(pattern)} characters", f"Take at most {LONGEST_FORMAT}.")
    return pattern


def _digits(value: object, pattern: str) -> str:
    """Return the text to read; a count of seconds may come as a number with a fraction."""
    if isinstance(value, float) and pattern.strip() in {"X", "x"}:
        return f"{Decimal(str(value)):f}".removesuffix(".0")
    return text_of(value)
