"""
Times as SOAP shows them: US Eastern with daylight saving, without an offset.

Source: the vendor's page on time data and recorded answers; other pages say UTC, hence the
switch. Form: yyyy-MM-ddTHH:mm:ss.fff, trailing zeros of the fraction left out (recorded).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

EASTERN: tzinfo = ZoneInfo("America/New_York")
_REMEMBERED = 100_000
_FORM = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)


class BadTime(ValueError):
    """A text that is no time, or a time that the clocks leave out."""


class Shown(dict[str, str]):
    """Stored times to times as shown, remembered; zone None shows them as they are."""

    def __init__(self, zone: tzinfo | None) -> None:
        super().__init__()
        self._zone = zone
        self._offsets: dict[str, timedelta] = {}

    def __missing__(self, stored: str) -> str:
        if len(self) > _REMEMBERED:
            self.clear()
        shown = self[stored] = self._make(stored)
        return shown

    def _make(self, stored: str) -> str:
        fraction = stored[20:].rstrip("Zz").rstrip("0")
        whole = stored[:19]
        if self._zone is not None:
            # Offsets change on the hour, so one look-up serves all times of an hour.
            offset = self._offsets.get(stored[:13])
            if offset is None:
                offset = self._offset(stored[:13])
            whole = (datetime.fromisoformat(whole) + offset).isoformat()
        return f"{whole}.{fraction}" if fraction else whole

    def _offset(self, hour: str) -> timedelta:
        at = datetime.fromisoformat(hour + ":00:00+00:00")
        offset = at.astimezone(self._zone).utcoffset() or timedelta(0)
        self._offsets[hour] = offset
        return offset


def read_time(text: str, zone: tzinfo | None, *, offsets: bool = True) -> str:
    """
    Read a time as sent into storage form, UTC.

    zone: what a time without an offset is in; None means it is kept as it stands. offsets:
    whether an offset counts. An hour that comes twice in autumn is the first one (assumed).
    Raises: BadTime; the vendor documents an error for an hour that spring leaves out.
    """
    shape = _FORM.fullmatch(text.strip())
    if shape is None:
        raise BadTime(text)
    year, month, day, hour, minute, second = (int(shape[n] or 0) for n in range(1, 7))
    fraction = int((shape[7] or "").ljust(6, "0")[:6])
    try:
        naive = datetime(year, month, day, hour, minute, second, fraction)  # noqa: DTZ001
    except ValueError as error:
        raise BadTime(text) from error
    return _stored(naive, _zone_of(shape[8], zone, offsets=offsets), text)


def _zone_of(sent: str | None, zone: tzinfo | None, *, offsets: bool) -> tzinfo | None:
    if not sent or not offsets or zone is None:
        return zone
    if sent in "Zz":
        return UTC
    return datetime.fromisoformat(f"2000-01-01T00:00:00{sent}").tzinfo


def _stored(naive: datetime, zone: tzinfo | None, text: str) -> str:
    at = naive.replace(tzinfo=zone or UTC)
    try:
        utc = at.astimezone(UTC)
        back = utc.astimezone(zone or UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise BadTime(text) from error
    if back != naive:
        raise BadTime(text)  # spring leaves this hour out
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z".rjust(24, "0")
