"""
The events that rows of an outbound mapping can be for, and which new records are made at them.

Field Nation tells of most by a webhook; those of money and hours are ours, read off the order.
"""

from collections.abc import Mapping
from typing import Final

from isthmus.fieldnation.vocabulary import EVENTS

HOURS: Final = "timelog.saved"
EXPENSE: Final = "expense.approved"
PAY: Final = "pay.approved"
POSTED: Final = "workorder.message_posted"
CREATED: Final = "workorder.created"
KNOWN_EVENTS: Final = (*EVENTS, HOURS, EXPENSE, PAY)
NOTES: Final = frozenset({"note", "taskNote"})
MADE_AT: Final[Mapping[str, frozenset[str]]] = {
    HOURS: frozenset({"timeEntry"}),
    EXPENSE: frozenset({"charge"}),
    PAY: frozenset({"charge"}),
    POSTED: NOTES,
}
"""At these the record itself is not changed: the new thing is all there is."""
THINGS: Final[Mapping[str, str]] = {"timeLog": HOURS, "expense": EXPENSE, "message": POSTED}
"""What stands beside the order's own keys, and the only event at which it does."""
BESIDE: Final[Mapping[str, frozenset[str]]] = {
    "ticket": frozenset({"note", "timeEntry", "charge"}),
    "task": frozenset({"taskNote", "timeEntry"}),
}
"""The new records that can be tied to each root."""


def made_at(event: str) -> frozenset[str]:
    """Return which new records can be made at an event."""
    return MADE_AT.get(event, NOTES)
