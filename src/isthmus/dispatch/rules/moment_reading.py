"""A text read by a format of tokens."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Final

from isthmus.dispatch.rules.moment_tokens import DAYS, MONTHS, pieces
from isthmus.dispatch.rules.values import Unfit

_LONGEST_TEXT: Final = 200
_MONTH_BY_WORD: Final = {
    word.casefold(): number for number, name in enumerate(MONTHS, 1) for word in (name, name[:3])
}
_NAMES: Final = "|".join(sorted(_MONTH_BY_WORD, key=len, reverse=True))
_WEEK: Final = "|".join(f"{day}|{day[:3]}|{day[:2]}" for day in DAYS)
_READ: Final[Mapping[str, tuple[str, str]]] = {
    "YYYY": ("year", r"\d{4}"),
    "YY": ("short_year", r"\d{2}"),
    "Y": ("year", r"\d{1,4}"),
    "MMMM": ("month_name", _NAMES),
    "MMM": ("month_name", _NAMES),
    "MM": ("month", r"\d{1,2}"),
    "Mo": ("month_nth", r"\d{1,2}(?:st|nd|rd|th)"),
    "M": ("month", r"\d{1,2}"),
    "DDDD": ("day_of_year", r"\d{1,3}"),
    "DDD": ("day_of_year", r"\d{1,3}"),
    "DD": ("day", r"\d{1,2}"),
    "Do": ("day_nth", r"\d{1,2}(?:st|nd|rd|th)"),
    "D": ("day", r"\d{1,2}"),
    "dddd": ("weekday", _WEEK),
    "ddd": ("weekday", _WEEK),
    "dd": ("weekday", _WEEK),
    "HH": ("hour", r"\d{1,2}"),
    "H": ("hour", r"\d{1,2}"),
    "kk": ("hour24", r"\d{1,2}"),
    "k": ("hour24", r"\d{1,2}"),
    "hh": ("hour12", r"\d{1,2}"),
    "h": ("hour12", r"\d{1,2}"),
    "A": ("half", r"[ap]\.?m\.?"),
    "a": ("half", r"[ap]\.?m\.?"),
    "mm": ("minute", r"\d{1,2}"),
    "m": ("minute", r"\d{1,2}"),
    "ss": ("second", r"\d{1,2}"),
    "s": ("second", r"\d{1,2}"),
    **{"S" * digits: ("fraction", r"\d{1,9}") for digits in range(1, 10)},
    "ZZ": ("offset", r"Z|[+-]\d{2}:?\d{2}"),
    "Z": ("offset", r"Z|[+-]\d{2}:?\d{2}"),
    "X": ("seconds", r"-?\d{1,13}(?:\.\d{1,9})?"),
    "x": ("milliseconds", r"-?\d{1,16}"),
}
CANNOT_READ: Final = "Formats that are read take year, month, day, time, zone offset, X and x."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text said: a moment with its zone, or a time of a clock whose zone is not told."""

    moment: datetime

    @property
    def has_zone(self) -> bool:
        """Tell whether the text named its own zone."""
        return self.moment.tzinfo is not None


def read_iso(text: str) -> Reading:
    """Read an ISO 8601 date, with or without a time and an offset. Raises: Unfit."""
    try:
        return Reading(datetime.fromisoformat(text.strip()))
    except ValueError:
        raise Unfit(f"{text[:60]!r} is no ISO 8601 date", "Give its input format.") from None


def read_moment(text: str, pattern: str) -> Reading:
    """Read a text by a format; the whole text has to fit. Raises: Unfit."""
    expression, names = _compiled(pattern)
    match = expression.fullmatch(text.strip()) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise Unfit(f"{text[:60]!r} is not written as {pattern!r}", "Mend the input format.")
    told = dict(zip(names, match.groups(), strict=True))
    try:
        return Reading(_made(told))
    except (ValueError, OverflowError, OSError):
        raise Unfit(f"{text[:60]!r} is no date that exists", "Look at the source field.") from None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    expression, names = "", []
    for is_token, text in pieces(pattern.strip()):
        if not is_token:
            expression += re.escape(text)
            continue
        known = _READ.get(text)
        if known is None or known[0] in names:
            raise Unfit(f"{text!r} in {pattern!r} cannot be read", CANNOT_READ)
        names.append(known[0])
        expression += f"({known[1]})"
    if not names:
        raise Unfit(f"{pattern!r} names no part of a date", CANNOT_READ)
    return re.compile(expression, re.IGNORECASE | re.ASCII), tuple(names)


def _made(told: dict[str, str]) -> datetime:
    if "seconds" in told or "milliseconds" in told:
        return _counted(told)
    hour, minute = _hour(told), int(told.get("minute", 0))
    second, micro = int(told.get("second", 0)), _micro(told)
    # A clock's time has no zone until the row's zone is put on it.
    clock = datetime(_year(told), 1, 1, hour, minute, second, micro)  # noqa: DTZ001
    if "day_of_year" in told:
        day = clock + timedelta(days=int(told["day_of_year"]) - 1)
        if day.year != clock.year or told["day_of_year"].strip("0") == "":
            raise ValueError("no such day")
    else:
        day = clock.replace(month=_month(told), day=int(told.get("day") or _nth(told, "day_nth")))
    if "weekday" in told and not DAYS[day.weekday()].lower().startswith(told["weekday"].lower()):
        raise ValueError("another day of the week")
    offset = told.get("offset")
    return day if offset is None else day.replace(tzinfo=_zone(offset))


def _counted(told: dict[str, str]) -> datetime:
    count = Decimal(told["seconds"]) if "seconds" in told else Decimal(told["milliseconds"]) / 1000
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(count * 1_000_000))


def _year(told: dict[str, str]) -> int:
    if "short_year" in told:
        short = int(told["short_year"])  # moment: above 68 is the last century
        return short + (1900 if short > 68 else 2000)
    if "year" not in told:
        raise Unfit("A date without a year cannot be placed", "Map a field that holds the year.")
    return int(told["year"])


def _month(told: dict[str, str]) -> int:
    if "month_name" in told:
        return _MONTH_BY_WORD[told["month_name"].casefold()]
    return int(told.get("month") or _nth(told, "month_nth"))


def _nth(told: dict[str, str], name: str) -> int:
    return int(told.get(name, "1st")[:-2])


def _hour(told: dict[str, str]) -> int:
    if "hour" in told:
        return int(told["hour"])
    if "hour24" in told:
        return int(told["hour24"]) % 24
    hour = int(told.get("hour12", 0))
    if hour > 12:
        raise ValueError("no such hour")
    half = told.get("half", "").lower()
    return hour % 12 + 12 if half.startswith("p") else hour % 12 if half else hour


def _micro(told: dict[str, str]) -> int:
    return int(told.get("fraction", "0").ljust(6, "0")[:6])


def _zone(offset: str) -> timezone:
    if offset in {"Z", "z"}:
        return UTC
    digits = offset[1:].replace(":", "")
    passed = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-passed if offset[0] == "-" else passed)


def check_format(pattern: str) -> None:
    """Check that texts can be read by a format. Raises: Unfit."""
    _compiled(pattern)
