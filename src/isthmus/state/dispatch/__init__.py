"""
What dispatch must remember: what arrived, links, intents, the trail, dead letters, definitions.

On SQLite what arrived lies in a file of its own; on PostgreSQL all of it is in one database, with
the engine's work.
"""

from isthmus.state.dispatch.board import Sort
from isthmus.state.dispatch.clerk import Clerk, ClerkBusy
from isthmus.state.dispatch.definitions import Definitions
from isthmus.state.dispatch.inbox import Inbox, Then
from isthmus.state.dispatch.references import Reference, References
from isthmus.state.dispatch.searching import TrailFilter
from isthmus.state.dispatch.session import Session
from isthmus.state.dispatch.shapes import (
    CLOSED,
    DONE,
    GIVEN_UP,
    INTENDED,
    LINKED,
    PARKED,
    STATES,
    STUCK,
    WAITING,
    Arrival,
    DeadLetter,
    Definition,
    Entry,
    Intent,
    LetterFilter,
    Link,
    LinkFilter,
    Message,
    Place,
    Receipt,
)
from isthmus.state.dispatch.store import DispatchState

__all__ = [
    "CLOSED",
    "DONE",
    "GIVEN_UP",
    "INTENDED",
    "LINKED",
    "PARKED",
    "STATES",
    "STUCK",
    "WAITING",
    "Arrival",
    "Clerk",
    "ClerkBusy",
    "DeadLetter",
    "Definition",
    "Definitions",
    "DispatchState",
    "Entry",
    "Inbox",
    "Intent",
    "LetterFilter",
    "Link",
    "LinkFilter",
    "Message",
    "Place",
    "Receipt",
    "Reference",
    "References",
    "Session",
    "Sort",
    "Then",
    "TrailFilter",
]
