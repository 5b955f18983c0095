"""
The shapes that cross from the Field Nation client to the rest: frozen, over the vendor's JSON.

Each keeps what the vendor sent as `raw`; the rest of it are the few values that rules need.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Status:
    """
    Where a work order is in its life.

    `name` is the main status ("Assigned"), `sub_status` the finer one ("Checked in"), "" for none.
    Rules go by these first and by `id` second: the numbers are in doubt, see `vocabulary`.
    `display` is "Name" or "Name: Sub-status", `code` the machine form. `delay` is lateness; the
    vendor's pages disagree whether in seconds or minutes.
    """

    id: int | None
    name: str
    sub_status: str = ""
    display: str = ""
    code: str = ""
    is_routed: bool = False
    confirmed: bool = False
    no_show: bool = False
    delay: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CustomValue:
    """
    A custom field of a work order with its value, always text; "" when it is empty.

    `role` is who fills it, buyer or assigned_provider. `group` is the heading it stands under.
    """

    id: int
    name: str
    value: str
    role: str = ""
    type: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """The technician a work order is assigned to. The e-mail address is never given here."""

    id: int
    first_name: str
    last_name: str
    phone: str = ""
    cell: str = ""

    @property
    def name(self) -> str:
        """Return first and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class ExternalRecord:
    """A record of another system that Field Nation says this order is linked with."""

    id: str
    name: str
    href: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """
    A work order as it was answered.

    `is_stub` tells a row of a listing that was asked for without columns: it says nothing about
    what it leaves out. `status` is None when the answer has none. `correlation_id` is the vendor's
    own token of the status. `actions` is what this caller may do now. `milestones` are aware UTC
    by the vendor's names, such as `workdone`.
    """

    id: int
    title: str
    status: Status | None
    assignee: Provider | None
    custom_values: tuple[CustomValue, ...]
    milestones: Mapping[str, datetime]
    actions: frozenset[str]
    external: tuple[ExternalRecord, ...]
    correlation_id: str
    is_stub: bool
    raw: Raw = field(repr=False)

    def custom_value(self, number: int) -> str | None:
        """Return the value of a custom field by its id; None when the order does not have it."""
        return next((one.value for one in self.custom_values if one.id == number), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """A path whose value came back otherwise than it was sent."""

    path: str
    sent: object
    found: object


@dataclass(frozen=True, slots=True)
class WrittenOrder:
    """
    A work order that was written, and what became of what was sent.

    `dropped` are paths sent that are not there; `changed` are there with another value; `unseen`
    are kept by the vendor without being shown, so nothing can be said. `checked` is False when
    the order could not be read again, or was not to be: then all of this is about the answer to
    the write itself.
    """

    order: WorkOrder
    dropped: tuple[str, ...] = ()
    changed: tuple[Difference, ...] = ()
    unseen: tuple[str, ...] = ()
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message of a work order; `role` is its kind, such as INTERNAL or FROMTECH.

    `parent_id` is "" for one that is no reply. Messages are never changed or deleted.
    """

    id: str
    parent_id: str
    author_id: int | None
    author: str
    role: str
    at: datetime | None
    text: str
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True)
class File:
    """
    A file of a work order. `link` leads to its bytes, for a while; it is a secret.

    `size` is in bytes. `status` is pending, approved or denied.
    """

    id: int
    folder_id: int | None
    name: str
    mime: str
    size: int | None
    status: str
    notes: str
    author_id: int | None
    at: datetime | None
    link: str = field(repr=False)
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of attachments; every order has Documents and Misc (observed)."""

    id: int
    name: str
    type: str
    files: tuple[File, ...]
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True)
class TimeLog:
    """
    A stay on site: aware UTC; `end` is None while checked in. `hours` is the vendor's count.

    A later edit keeps the id.
    """

    id: int
    start: datetime | None
    end: datetime | None
    hours: Decimal | None
    devices: int | None
    status: str
    edited: bool
    verified: bool
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True)
class Expense:
    """An expense of a work order; `amount` is for one, in the account's currency."""

    id: int
    status: str
    description: str
    amount: Decimal | None
    quantity: Decimal | None
    category: str
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a company's list: a project, a template, a type of work, a manager."""

    id: int
    name: str
    raw: Raw = field(repr=False)


@dataclass(frozen=True, slots=True)
class CompanyField:
    """
    A custom field the company has defined.

    `type` is text, numeric, date, date_time, time, predefined (a picklist) or phone. `options` are
    a picklist's values where the vendor lists them.
    """

    id: int
    name: str
    type: str
    required: bool
    unique: bool
    internal: bool
    for_provider: bool
    options: tuple[str, ...]
    raw: Raw = field(repr=False)
