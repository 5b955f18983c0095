"""
When people at the MSP work: days, minutes and texts by table look-up.

Times inside the generator are whole minutes since midnight UTC of the first day. The MSP keeps
office hours of the eastern United States, so UTC offsets change at daylight-saving dates.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

DAY = 1440
OPEN = 480  # local minute of the day at which the office opens
CLOSE = 1080
LOOKAHEAD_DAYS = 500
HISTORY_MONTHS = 39


@cache
def date_text(day: date) -> str:
    """Write a day as the vendor writes date-only fields: midnight with a Z."""
    return f"{day.isoformat()}T00:00:00.000Z"


@cache
def month_start(day: date, months: int = 0) -> date:
    """Return the first of the month `months` after that of `day`."""
    whole = day.year * 12 + day.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


@cache
def month_end(day: date, months: int = 0) -> date:
    """Return the last of the month `months` after that of `day`."""
    return month_start(day, months + 1) - timedelta(days=1)


def nth_sunday(year: int, month: int, nth: int) -> date:
    """Return the nth Sunday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


@cache
def eastern_offset(day: date) -> int:
    """
    Return how many minutes the eastern United States are behind UTC at noon of a day.

    Source: Energy Policy Act of 2005: second Sunday of March to first Sunday of November.
    """
    summer = nth_sunday(day.year, 3, 2) <= day < nth_sunday(day.year, 11, 1)
    return 240 if summer else 300


def holidays(year: int) -> set[date]:
    """Return the days of a year on which the office is closed."""
    november = date(year, 11, 1)
    thanksgiving = november + timedelta(days=(3 - november.weekday()) % 7 + 21)
    september = date(year, 9, 1)
    labor = september + timedelta(days=-september.weekday() % 7)
    return {date(year, 1, 1), date(year, 7, 4), labor, thanksgiving, date(year, 12, 25)}


class Worktime:
    """Tables over the tenant's days, from the first of its history until well after its now."""

    def __init__(self, epoch: datetime) -> None:
        now = epoch.astimezone(UTC)
        self.today = now.date()
        self.start = month_start(self.today, -HISTORY_MONTHS)
        self.now = (self.today - self.start).days * DAY + now.hour * 60 + now.minute
        self.days = (self.today - self.start).days + 1
        span = [self.start + timedelta(days=d) for d in range(self.days + LOOKAHEAD_DAYS)]
        closed = {h for year in range(self.start.year, span[-1].year + 1) for h in holidays(year)}
        self.dates = span
        self.day_texts = [f"{d.isoformat()}T" for d in span]
        self.midnights = [date_text(d) for d in span]
        self.minute_texts = [f"{m // 60:02d}:{m % 60:02d}:" for m in range(DAY)]
        self.offsets = [eastern_offset(d) for d in span]
        self.works = [d.weekday() < 5 and d not in closed for d in span]
        self.next_work = self._next_work()
        self.months = [(d.year - self.start.year) * 12 + d.month - self.start.month for d in span]

    def _next_work(self) -> list[int]:
        following = [0] * len(self.works)
        upcoming = len(self.works) - 1
        for day in range(len(self.works) - 1, -1, -1):
            if self.works[day]:
                upcoming = day
            following[day] = upcoming
        return following

    def text(self, minute: int, tail: str = "00.000Z") -> str:
        """Write a minute in storage form; `tail` carries seconds and milliseconds."""
        return self.day_texts[minute // DAY] + self.minute_texts[minute % DAY] + tail

    def snap(self, minute: int, spare: int) -> int:
        """
        Move a minute to the next office hour when it is outside.

        `spare`: random bits that spread what would otherwise pile up at opening time.
        """
        day = minute // DAY
        work = self.next_work[day]
        if work == day:
            local = minute - day * DAY - self.offsets[day]
            if OPEN <= local <= CLOSE:
                return minute
            if local > CLOSE:
                work = self.next_work[day + 1]
        return work * DAY + self.offsets[work] + OPEN + (spare & 127)

    def minute_of(self, day: date) -> int:
        """Return the minute at which a day begins (UTC); negative before the history."""
        return (day - self.start).days * DAY
