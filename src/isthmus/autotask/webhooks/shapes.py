"""The shapes of webhooks that cross to the rest: frozen, and silent about secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from isthmus.base import redaction

Plain = str | int | Decimal | bool | None | list["Plain"] | dict[str, "Plain"]
"""A JSON value; fractions are Decimal."""


class Action(StrEnum):
    """What an event tells; DEACTIVATED is about the webhook itself, not about a record."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"
    DEACTIVATED = "Deactivated"


@dataclass(frozen=True, slots=True)
class Event:
    """
    One delivery of a webhook. It is a hint: the record is fetched before anything is done with it.

    `guid` names the webhook, not the event. `entity` is the REST collection; it and `id` are None
    only in DEACTIVATED. `fields` holds changed subscribed fields and those always shown, by the
    names sent (PascalCase has been seen). `at` is aware UTC. `at`, `sequence` and `person_id` are
    None where nothing usable was sent. The repr shows no value of the record.
    """

    action: Action
    guid: str
    entity: str | None
    id: int | None
    fields: Mapping[str, Plain] = field(repr=False)
    udfs: Mapping[str, Plain] = field(repr=False)
    at: datetime | None
    sequence: int | None
    person_id: int | None

    @property
    def message_id(self) -> str | None:
        """Return what a repeat of this event has too; None when the number is missing."""
        return None if self.sequence is None else f"{self.guid.lower()}:{self.sequence}"


@dataclass(frozen=True, slots=True)
class Hint:
    """
    What an extension callout points at: `id` or `number` or both are set, never neither.

    `entity` is Tickets or Tasks. `found_in` tells where, such as "query ticketId". Nothing of a
    callout is signed: fetch the record, and believe only that.
    """

    entity: str
    id: int | None
    number: str | None
    found_in: str


@dataclass(frozen=True, slots=True)
class FoundField:
    """A field, or UDF field, that a webhook has; `code` is the picklist's."""

    id: int
    code: int
    fires: bool
    always: bool


@dataclass(frozen=True, slots=True)
class FoundExcluded:
    """A resource that a webhook leaves out."""

    id: int
    resource_id: int


@dataclass(frozen=True, slots=True)
class Found:
    """
    A webhook as the tenant has it.

    `secret` is None where the vendor does not show it. `children_read` is False for webhooks that
    are not ours: their fields are not asked for.
    """

    entity: str
    id: int
    guid: str
    name: str
    url: str = field(repr=False)
    deactivation_url: str = field(repr=False)
    secret: str | None = field(repr=False)
    email: str
    notifies: bool
    active: bool
    ready: bool
    creates: bool
    updates: bool
    deletes: bool
    owner_id: int | None
    fields: tuple[FoundField, ...] = ()
    udfs: tuple[FoundField, ...] = ()
    excluded: tuple[FoundExcluded, ...] = ()
    children_read: bool = True


class Standing(StrEnum):
    """
    What a found webhook is to us; `plan.recognise` decides.

    OURS: the one to keep. DUPLICATE: ours too, and one too many. ORPHAN: made by Isthmus for
    another connection or host, or sends to our address under another name beside the one kept.
    FOREIGN: another integration's.
    """

    OURS = "ours"
    DUPLICATE = "duplicate"
    ORPHAN = "orphan"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Seen:
    """A found webhook with its standing, why, and what is wrong with it, for a person to read."""

    found: Found
    standing: Standing
    because: str
    troubles: tuple[str, ...] = ()


class Verb(StrEnum):
    """What a step does to one vendor record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Step:
    """
    One write. `collection` is the vendor's, such as TicketWebhookFields.

    `id` is None for creates. `webhook_id` is the parent of a child record; None: the webhook that
    an earlier step of the same plan creates. `says` is for a person.
    """

    verb: Verb
    collection: str
    says: str
    id: int | None = None
    webhook_id: int | None = None
    is_child: bool = False
    values: Mapping[str, str | int | bool] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    The writes that make what is found into what is wanted, in order, and what was noticed.

    `keeps` is the id of the webhook that stays; None when it is still to be made.
    """

    entity: str
    name: str
    keeps: int | None
    steps: tuple[Step, ...]
    notices: tuple[str, ...] = ()
    removes: bool = False

    def lines(self) -> tuple[str, ...]:
        """Return the preview a person reads; no line holds a secret."""
        steps = [f"  {step.says}" for step in self.steps]
        notices = [f"  ! {notice}" for notice in self.notices]
        head = f"{self.entity}: webhook {self.name!r} {self._state()}"
        return tuple(redaction.redact(line) for line in (head, *steps, *notices))

    def _state(self) -> str:
        if self.removes:
            return "is removed" if self.keeps is not None else "is not there"
        if self.keeps is None:
            return "will be made"
        return f"is there as {self.keeps}" + ("" if self.steps else ", as wanted")


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of a registration.

    `done` are the steps taken, `left` those that the vendor did not let come true although it
    took them. `ready` is None when the webhook cannot be read back yet.
    """

    entity: str
    webhook_id: int | None
    guid: str
    active: bool
    ready: bool | None
    done: tuple[str, ...]
    left: tuple[str, ...]
    notices: tuple[str, ...]
