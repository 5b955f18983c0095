"""A moment written by a format of tokens."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from isthmus.dispatch.rules.moment_tokens import DAYS, MONTHS, ordinal, pieces


def format_moment(moment: datetime, pattern: str) -> str:
    """Write an aware moment in its own zone; letters that are no token stay as they are."""
    return "".join(WRITERS[text](moment) if token else text for token, text in pieces(pattern))


def _offset(moment: datetime, between: str) -> str:
    passed = moment.utcoffset()
    seconds = 0 if passed is None else int(passed.total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}{between}{minutes:02d}"


def _hour12(moment: datetime) -> int:
    return moment.hour % 12 or 12


def _us_week(moment: datetime) -> tuple[int, int]:
    """Return year and week as the American calendar counts: weeks start on Sunday, 1 January in."""
    first = moment.replace(month=1, day=1)
    week = (moment.timetuple().tm_yday + (first.isoweekday() % 7) - 1) // 7 + 1
    days_left = moment.replace(month=12, day=31).timetuple().tm_yday - moment.timetuple().tm_yday
    reaches_over = 6 - moment.isoweekday() % 7 > days_left
    return (moment.year + 1, 1) if reaches_over else (moment.year, week)


def _quarter(moment: datetime) -> int:
    return (moment.month + 2) // 3


def _day_of_year(moment: datetime) -> int:
    return moment.timetuple().tm_yday


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def _milliseconds(moment: datetime) -> int:
    whole = moment.replace(microsecond=0)
    return int(whole.timestamp()) * 1000 + moment.microsecond // 1000


def _fraction(digits: int) -> Callable[[datetime], str]:
    return lambda moment: f"{moment.microsecond:06d}000"[:digits]


WRITERS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "YYYY": lambda m: f"{m.year:04d}",
    "YY": lambda m: f"{m.year % 100:02d}",
    "Y": lambda m: str(m.year),
    "Q": lambda m: str(_quarter(m)),
    "Qo": lambda m: ordinal(_quarter(m)),
    "MMMM": lambda m: MONTHS[m.month - 1],
    "MMM": lambda m: MONTHS[m.month - 1][:3],
    "MM": lambda m: f"{m.month:02d}",
    "Mo": lambda m: ordinal(m.month),
    "M": lambda m: str(m.month),
    "DDDD": lambda m: f"{_day_of_year(m):03d}",
    "DDDo": lambda m: ordinal(_day_of_year(m)),
    "DDD": lambda m: str(_day_of_year(m)),
    "DD": lambda m: f"{m.day:02d}",
    "Do": lambda m: ordinal(m.day),
    "D": lambda m: str(m.day),
    "dddd": lambda m: DAYS[m.weekday()],
    "ddd": lambda m: DAYS[m.weekday()][:3],
    "dd": lambda m: DAYS[m.weekday()][:2],
    "do": lambda m: ordinal(m.isoweekday() % 7),
    "d": lambda m: str(m.isoweekday() % 7),
    "E": lambda m: str(m.isoweekday()),
    "e": lambda m: str(m.isoweekday() % 7),
    "GGGG": lambda m: f"{m.isocalendar().year:04d}",
    "GG": lambda m: f"{m.isocalendar().year % 100:02d}",
    "gggg": lambda m: f"{_us_week(m)[0]:04d}",
    "gg": lambda m: f"{_us_week(m)[0] % 100:02d}",
    "WW": lambda m: f"{m.isocalendar().week:02d}",
    "Wo": lambda m: ordinal(m.isocalendar().week),
    "W": lambda m: str(m.isocalendar().week),
    "ww": lambda m: f"{_us_week(m)[1]:02d}",
    "wo": lambda m: ordinal(_us_week(m)[1]),
    "w": lambda m: str(_us_week(m)[1]),
    "HH": lambda m: f"{m.hour:02d}",
    "H": lambda m: str(m.hour),
    "hh": lambda m: f"{_hour12(m):02d}",
    "h": lambda m: str(_hour12(m)),
    "kk": lambda m: f"{m.hour or 24:02d}",
    "k": lambda m: str(m.hour or 24),
    "A": lambda m: "AM" if m.hour < 12 else "PM",
    "a": lambda m: "am" if m.hour < 12 else "pm",
    "mm": lambda m: f"{m.minute:02d}",
    "m": lambda m: str(m.minute),
    "ss": lambda m: f"{m.second:02d}",
    "s": lambda m: str(m.second),
    **{"S" * digits: _fraction(digits) for digits in range(1, 10)},
    "zz": lambda m: m.tzname() or "",
    "z": lambda m: m.tzname() or "",
    "ZZ": lambda m: _offset(m, ""),
    "Z": lambda m: _offset(m, ":"),
    "X": lambda m: str(_seconds(m)),
    "x": lambda m: str(_milliseconds(m)),
}
