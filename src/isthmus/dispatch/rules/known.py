"""What both sides have, as it was read from them: plain shapes for the checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.autotask.records.labels import nearest
from isthmus.fieldnation.models import Choice, CompanyField

# The names records have in paths, and Autotask's collections behind them.
ROOTS: Final[Mapping[str, str]] = {
    "ticket": "Tickets",
    "task": "Tasks",
    "project": "Projects",
    "serviceCall": "ServiceCalls",
    "note": "TicketNotes",
    "taskNote": "TaskNotes",
    "timeEntry": "TimeEntries",
    "charge": "TicketCharges",
    "expense": "ExpenseItems",
}
ROOT_OF: Final[Mapping[str, str]] = {entity: root for root, entity in ROOTS.items()}
# These are changed; the others are made anew, so that what Autotask requires has to be there.
UPDATED: Final = frozenset({"ticket", "task", "project", "serviceCall"})


@dataclass(frozen=True, slots=True)
class EntityShape:
    """The fields of an Autotask entity, as its metadata tells them."""

    fields: tuple[FieldInfo, ...]
    udfs: tuple[UdfInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class CompanyLists:
    """What the Field Nation company has set up; names differ from ids between environments."""

    projects: tuple[Choice, ...] = ()
    templates: tuple[Choice, ...] = ()
    types_of_work: tuple[Choice, ...] = ()
    managers: tuple[Choice, ...] = ()
    clients: tuple[Choice, ...] = ()
    custom_fields: tuple[CompanyField, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """
    What is known of both sides.

    `entities` by collection; of one that is not among them nothing is checked. `unread` are those
    that the API user may not see.
    """

    entities: Mapping[str, EntityShape] = field(default_factory=dict)
    company: CompanyLists = field(default_factory=CompanyLists)
    unread: frozenset[str] = frozenset()


def near(wanted: str, names: list[str]) -> str:
    """Return a remedy that names what comes closest."""
    close = nearest(wanted, names)
    return f"Did you mean {' or '.join(close)}?" if close else "Look at the list of fields."
