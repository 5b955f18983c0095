"""
The one port to a tenant's records: the same calls over REST or SOAP, with equal answers.

Names are REST's (`Tickets`, `companyID`), whichever wire a record came over; entities are data.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from isthmus.autotask import query as q
from isthmus.autotask.models import EntityInfo, FieldInfo, Threshold, UdfInfo, Zone

Value = str | int | Decimal | bool | datetime | None
NONE_GIVEN: Final[Mapping[str, "Writable"]] = {}


@dataclass(frozen=True, slots=True)
class Label:
    """A picklist value named by its label, for writing; the tenant's metadata gives the code."""

    text: str


Writable = Value | Label


@dataclass(frozen=True, slots=True)
class Record:
    """
    One record, typed by the tenant's metadata.

    `values` by field: int, Decimal for fractions, bool, str, aware datetime in UTC; None where the
    vendor sent null or nothing. `labels` holds the picklist label of each code that metadata
    knows. `udfs` by name are text as the vendor keeps them; `udf_labels` as `labels`. The repr
    shows no value: some are protected data.
    """

    entity: str
    id: int
    values: Mapping[str, Value] = field(repr=False)
    labels: Mapping[str, str] = field(repr=False)
    udfs: Mapping[str, str | None] = field(repr=False)
    udf_labels: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the vendor keeps otherwise than asked; `why` says what is known about it."""

    field: str
    asked: Value
    found: Value
    why: str


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: the record's id, and what was read back otherwise than asked."""

    id: int
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """
    A file at a record.

    `file_name` is the vendor's `fullPath`. `publish` 1: all, 2: internal. `data` is None in lists.
    """

    id: int
    title: str
    file_name: str
    content_type: str
    publish: int
    data: bytes | None = field(default=None, repr=False)


class Records(Protocol):
    """What Isthmus asks of a tenant; errors are those of `isthmus.autotask.errors`."""

    async def fetch(self, entity: str, record_id: int) -> Record | None:
        """Return one record; None when there is none, or none that this user may see."""
        ...

    async def find(self, entity: str, where: q.Node, *, limit: int = 500) -> tuple[Record, ...]:
        """Return the first `limit` (1 to 500) records that match, by ascending id."""
        ...

    def read(
        self, entity: str, where: q.Node | None = None, *, after_id: int = -1
    ) -> AsyncIterator[Record]:
        """Yield every record that matches, by ascending id."""
        ...

    async def create(
        self,
        entity: str,
        values: Mapping[str, Writable],
        *,
        udfs: Mapping[str, Writable] = NONE_GIVEN,
        read_back: bool = True,
    ) -> Written:
        """Create a record; the parent of a child entity is named by its field in `values`."""
        ...

    async def update(
        self,
        entity: str,
        record_id: int,
        changes: Mapping[str, Writable],
        *,
        udfs: Mapping[str, Writable] = NONE_GIVEN,
        parent_id: int | None = None,
        read_back: bool = True,
    ) -> Written:
        """Change the given fields and no other; without `parent_id` a child's is looked up."""
        ...

    async def delete(self, entity: str, record_id: int, *, parent_id: int | None = None) -> None:
        """Delete a record. Raises: NothingThere: there is none."""
        ...

    async def attachments(self, entity: str, record_id: int) -> tuple[Attachment, ...]:
        """List the files at a record, without their data."""
        ...

    async def attach(
        self, entity: str, record_id: int, file_name: str, data: bytes, *, title: str = "",
        publish: int = 1, content_type: str = "",
    ) -> int:  # fmt: skip
        """Put a file at a record; return its id. Raises: AttachmentRefused: too large."""
        ...

    async def fetch_attachment(
        self, entity: str, record_id: int, attachment_id: int
    ) -> Attachment | None:
        """Return one file with its data."""
        ...

    async def remove_attachment(self, entity: str, record_id: int, attachment_id: int) -> None:
        """Delete one file."""
        ...

    async def entity_info(self, entity: str) -> EntityInfo:
        """Return what this user may do with an entity."""
        ...

    async def fields(self, entity: str, *, age: float | None = None) -> tuple[FieldInfo, ...]:
        """Return an entity's fields with their picklists; read anew when older than `age` s."""
        ...

    async def user_defined_fields(self, entity: str) -> tuple[UdfInfo, ...]:
        """Return an entity's user-defined fields; () where it has none."""
        ...

    async def zone(self) -> Zone:
        """Return where the tenant lives; costs a call at the first need only."""
        ...

    async def threshold(self) -> Threshold:
        """Return the hour's limit and use."""
        ...
