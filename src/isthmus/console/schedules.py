"""The form that says when a dataset is refreshed. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from isthmus.base.errors import NeedsPerson
from isthmus.wiring.sync.syncing import Beat

_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DAYS: Final = {"daily": "*", "weekdays": "1-5"}
_MOST_MINUTES: Final = 7 * 24 * 60


class ScheduleUnclear(NeedsPerson):
    """What was filled in says no time."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it shows a schedule: `how` is every, daily, weekdays, cron or off."""

    how: str
    minutes: int | str = 15
    clock: str = "02:00"
    cron: str = "0 2 * * *"
    zone: str = "UTC"


def filled_of(beat: Beat | None, zone: str) -> Filled:
    """Return how the form shows a schedule. Args: zone: the viewer's, for what has none yet."""
    if beat is None:
        return Filled("off", zone=zone)
    if beat.minutes is not None:
        return Filled("every", beat.minutes, zone=zone)
    parts = beat.cron.split()
    days = {value: name for name, value in _DAYS.items()}
    is_plain = len(parts) == 5 and parts[0].isdigit() and parts[1].isdigit()
    if is_plain and parts[2:4] == ["*", "*"] and parts[4] in days:
        clock = f"{int(parts[1]):02}:{int(parts[0]):02}"
        return Filled(days[parts[4]], clock=clock, cron=beat.cron, zone=beat.zone)
    return Filled("cron", cron=beat.cron, zone=beat.zone)


def typed_of(text: Callable[[str, str], str], saved: Filled) -> Filled:
    """Return the form as it was sent; as it is saved, where it was not. Args: text: one field."""
    names = ("how", "minutes", "clock", "cron", "zone")
    return replace(saved, **{name: text(name, str(getattr(saved, name))) for name in names})


def beat_of(given: Mapping[str, str]) -> Beat | None:
    """Return the schedule that was filled in; None: not by itself. Raises: ScheduleUnclear."""
    how, zone = given["how"], given["zone"] or "UTC"
    if how == "off":
        return None
    if how == "every":
        minutes = given["minutes"]
        if not minutes.isdigit() or not 1 <= int(minutes) <= _MOST_MINUTES:
            raise _unclear(f'"{minutes}" is no number of minutes', "Give 1 to 10080.")
        return Beat(minutes=int(minutes))
    if how in _DAYS:
        found = _CLOCK.fullmatch(given["clock"])
        if found is None:
            raise _unclear(f'"{given["clock"]}" is no time of day', "Write it as 02:00.")
        return Beat(cron=f"{int(found[2])} {int(found[1])} * * {_DAYS[how]}", zone=zone)
    return Beat(cron=given["cron"], zone=zone)


def _unclear(what: str, remedy: str) -> ScheduleUnclear:
    return ScheduleUnclear(f"{what}.", where="the schedule", remedy=remedy)
