"""
What Isthmus must remember: connections, secrets, what is in the spool, the log of runs.

One SQLite file in `ISTHMUS_HOME`. Times are aware, in UTC. Every save is one durable transaction.
"""

from isthmus.state.errors import KeyWrong, StateBroken, StateBusy
from isthmus.state.shapes import (
    Connection,
    ConnectionNote,
    ErrorNote,
    Extraction,
    FieldNationConnection,
    FieldNationNote,
    RunDataset,
    RunFilter,
    RunRecord,
    Secret,
    Segment,
    ZoneNote,
)
from isthmus.state.store import State

__all__ = [
    "Connection",
    "ConnectionNote",
    "ErrorNote",
    "Extraction",
    "FieldNationConnection",
    "FieldNationNote",
    "KeyWrong",
    "RunDataset",
    "RunFilter",
    "RunRecord",
    "Secret",
    "Segment",
    "State",
    "StateBroken",
    "StateBusy",
    "ZoneNote",
]
