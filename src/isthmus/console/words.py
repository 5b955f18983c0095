"""Figures and times as people write them. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

_STEPS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))
_SMALL: Final = 1e-6
"""What is smaller is written with a power of ten."""
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def number(value: float | None) -> str:
    """Write a figure with thousands apart; a dash for none."""
    if value is None:
        return "–"  # noqa: RUF001 - a dash is meant
    if not float(value).is_integer():
        return f"{value:,.1f}"
    return f"{int(value):,}"


def figure(value: float) -> str:
    """Write a figure shortly: two decimals at most, three digits that count where it is below 1."""
    if not 0 < abs(value) < 1:
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    short = f"{value:.3g}"
    return short if abs(value) < _SMALL else f"{Decimal(short):f}"


def size(count: int | None) -> str:
    """Write a number of bytes in the unit that suits it."""
    if count is None:
        return "–"  # noqa: RUF001
    left = float(count)
    for unit in _UNITS[:-1]:
        if left < 1000:
            return f"{left:.0f} {unit}" if unit == "B" else f"{left:.1f} {unit}"
        left /= 1000
    return f"{left:.1f} {_UNITS[-1]}"


def share(part: float, whole: float) -> str:
    """Write a part in percent of the whole."""
    if not whole:
        return "–"  # noqa: RUF001
    percent = 100 * part / whole
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: 1 ticket, 2 tickets."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def lasting(time: timedelta | float | None) -> str:
    """Write how long something takes; a number is in seconds."""
    if time is None:
        return "–"  # noqa: RUF001
    seconds = time.total_seconds() if isinstance(time, timedelta) else float(time)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    for length, unit in _STEPS:
        if seconds >= length:
            rest = ""
            following = {"d": (3_600, "h"), "h": (60, "min")}.get(unit)
            if following and (more := int(seconds % length // following[0])):
                rest = f" {more} {following[1]}"
            return f"{int(seconds // length)} {unit}{rest}"
    raise AssertionError


def ago(at: datetime, now: datetime) -> str:
    """Write how long since, or until: 5 min ago, in 2 h, just now."""
    seconds = (now - at).total_seconds()
    if abs(seconds) < 5:
        return "just now"
    if abs(seconds) < 60:
        text = f"{abs(seconds):.0f} s"
    else:
        length, unit = next(step for step in _STEPS if abs(seconds) >= step[0])
        text = f"{int(abs(seconds) // length)} {unit}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def moment(there: datetime, now: datetime | None = None) -> str:
    """Write a time of the viewer's clock; with `now`, the day only when it is another."""
    if now is not None and there.date() == now.date():
        return f"{there:%H:%M:%S}"
    if now is not None and there.year == now.year:
        return f"{there:%-d %b %H:%M}"
    return f"{there:%-d %b %Y %H:%M:%S} {there.tzname() or ''}".strip()
