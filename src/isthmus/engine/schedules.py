"""When a schedule is due, and statements on the schedules."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from isthmus.base.errors import Permanent
from isthmus.engine.port import Cron, Every, Schedule
from isthmus.engine.tables import schedules

_c = schedules.c
_SHORTEST: Final = timedelta(seconds=1)


class ScheduleWrong(Permanent):
    """A schedule that no clock could keep."""


def check(schedule: Schedule) -> None:
    """Raise ScheduleWrong for an interval under a second, a broken cron line, an unknown zone."""
    when = schedule.when
    if isinstance(when, Every):
        if when.interval < _SHORTEST:
            raise _wrong(schedule, "its interval is under a second")
        return
    if len(when.line.split()) != 5 or not croniter.is_valid(when.line):
        raise _wrong(schedule, f"`{when.line}` is no crontab line of five fields")
    try:
        ZoneInfo(when.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _wrong(schedule, f"`{when.zone}` is no time zone") from error


def _wrong(schedule: Schedule, why: str) -> ScheduleWrong:
    return ScheduleWrong(
        f"The schedule {schedule.name} cannot be kept: {why}.",
        remedy="Give an interval, or minute hour day month weekday and an IANA zone.",
    )


def next_after(when: Every | Cron, base: datetime, now: datetime) -> datetime:
    """
    Return the first beat after `now`, in UTC.

    Args: base: a beat of an interval, from which the others keep their distance; aware.
    """
    if isinstance(when, Every):
        passed = max(0, (now - base) // when.interval + 1)
        return (base + passed * when.interval).astimezone(UTC)
    zone = ZoneInfo(when.zone)
    beats = croniter(when.line, now.astimezone(zone))
    while True:
        found: datetime = beats.get_next(datetime)
        if not _comes_again(found.astimezone(UTC).astimezone(zone), when.line):
            return found.astimezone(UTC)


def _comes_again(beat: datetime, line: str) -> bool:
    """Tell whether a named hour comes for the second time, as one does when summer time ends."""
    hours = line.split()[1]
    return beat.fold == 1 and "*" not in hours and "/" not in hours


def save(session: Connection, schedule: Schedule, now: datetime) -> None:
    """Keep a schedule; one of the same name and time goes on with its own beats."""
    check(schedule)
    values = _values(schedule)
    old = session.execute(select(schedules).where(_c.name == schedule.name)).mappings().first()
    if old is None:
        due = next_after(schedule.when, now, now)
        session.execute(insert(schedules).values(name=schedule.name, next_at=due, **values))
        return
    if _when(old) != schedule.when:
        values["next_at"] = next_after(schedule.when, now, now)
    session.execute(update(schedules).where(_c.name == schedule.name).values(**values))


def _values(schedule: Schedule) -> dict[str, object]:
    when = schedule.when
    every = when.interval.total_seconds() if isinstance(when, Every) else None
    return {
        "kind": schedule.kind,
        "key": schedule.key,
        "payload_ref": schedule.payload_ref,
        "priority": schedule.priority,
        "every_seconds": every,
        "cron": when.line if isinstance(when, Cron) else None,
        "zone": when.zone if isinstance(when, Cron) else "UTC",
    }


def _when(row: RowMapping) -> Every | Cron:
    if row["cron"] is None:
        return Every(timedelta(seconds=row["every_seconds"]))
    return Cron(row["cron"], row["zone"])


def forget(session: Connection, name: str) -> bool:
    """Remove a schedule; tells whether there was one. What it enqueued stays."""
    return session.execute(delete(schedules).where(_c.name == name)).rowcount > 0


def is_any_due(session: Connection, now: datetime) -> bool:
    """Tell whether a schedule's time has come."""
    return session.execute(select(_c.name).where(_c.next_at <= now).limit(1)).first() is not None


def fire(session: Connection, now: datetime) -> tuple[tuple[Schedule, datetime], ...]:
    """Return the schedules whose time has come, with that time, and set each to its next."""
    query = (
        select(schedules)
        .where(_c.next_at <= now)
        .order_by(_c.priority, _c.next_at, _c.name)
        .with_for_update(skip_locked=True)
    )
    fired: list[tuple[Schedule, datetime]] = []
    for row in session.execute(query).mappings().all():
        schedule = _schedule(row)
        due = next_after(schedule.when, row["next_at"], now)
        session.execute(update(schedules).where(_c.name == schedule.name).values(next_at=due))
        fired.append((schedule, row["next_at"]))
    return tuple(fired)


def saved(session: Connection) -> tuple[tuple[Schedule, datetime], ...]:
    """Return every schedule with its next time, by name."""
    rows = session.execute(select(schedules).order_by(_c.name)).mappings()
    return tuple((_schedule(row), row["next_at"]) for row in rows)


def _schedule(row: RowMapping) -> Schedule:
    return Schedule(
        row["name"], row["kind"], row["key"], _when(row), row["payload_ref"], row["priority"]
    )
