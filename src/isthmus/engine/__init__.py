"""
Durable work behind a thin port: asked for by any process, done by workers, nothing lost.

`Agenda` is light and for everybody. `isthmus.engine.worker` loads DBOS, so only a process that
works imports it.
"""

from isthmus.engine.agenda import Agenda
from isthmus.engine.errors import (
    EngineBroken,
    EngineUnavailable,
    NotAReference,
    RunCancelled,
    RunTaken,
    StepsChanged,
)
from isthmus.engine.port import (
    PRIORITY,
    Again,
    Cron,
    Done,
    Every,
    Handler,
    Item,
    Kind,
    Outcome,
    Run,
    Schedule,
    Settings,
    Small,
    Waiting,
)
from isthmus.engine.schedules import ScheduleWrong

__all__ = [
    "PRIORITY",
    "Again",
    "Agenda",
    "Cron",
    "Done",
    "EngineBroken",
    "EngineUnavailable",
    "Every",
    "Handler",
    "Item",
    "Kind",
    "NotAReference",
    "Outcome",
    "Run",
    "RunCancelled",
    "RunTaken",
    "Schedule",
    "ScheduleWrong",
    "Settings",
    "Small",
    "StepsChanged",
    "Waiting",
]
