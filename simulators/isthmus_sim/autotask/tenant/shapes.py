"""What a generated tenant consists of: plan, picklists, user-defined fields, tables of rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)

Row = tuple[Any, ...]
Change = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """
    How large a tenant to generate, from which seed, and when it "is now" there.

    `companies` counts company 0 too. `ticket_udfs` is the number of user-defined ticket fields
    beside those for dispatch (the vendor allows 300 in all). `epoch` is aware UTC; no wall clock
    is ever read.
    """

    seed: int = 1
    companies: int = 60
    tickets: int = 2000
    ticket_udfs: int = 5
    epoch: datetime = EPOCH


@dataclass(frozen=True, slots=True)
class PicklistEntry:
    """One entry of a picklist; `value` is text as in the vendor's metadata."""

    value: str
    label: str
    is_active: bool = True
    is_default: bool = False
    is_system: bool = False
    sort_order: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class UdfDefinition:
    """
    One user-defined field of a collection.

    `type` is one of String, LongText, Integer, Decimal, Date, Boolean, List, MultiSelect.
    `entries` is given for List and MultiSelect. A MultiSelect value joins entry values by commas
    (assumed). Values are stored, and travel, as text.
    """

    name: str
    label: str
    type: str
    length: int = 0
    description: str = ""
    entries: tuple[PicklistEntry, ...] | None = None
    default: str | None = None
    is_required: bool = False
    is_read_only: bool = False
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows of one collection in storage form, ascending by id.

    `rows` is called for a fresh iterator; `count` is what it will yield. Columns that hold null
    in every row are left out. `rows_from`, where given, yields the rows from an id on.
    """

    collection: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    count: int
    rows_from: Callable[[int], Iterator[Row]] | None = None


@dataclass
class Tenant:
    """A whole generated tenant, ready to be loaded by the store."""

    plan: TenantPlan
    picklists: dict[tuple[str, str], list[PicklistEntry]]
    udfs: dict[str, list[UdfDefinition]]
    parts: list[Table]
    summary: dict[str, Any] = field(default_factory=dict)

    def tables(self) -> Iterable[tuple[str, tuple[str, ...], Iterator[Row]]]:
        """Yield (collection, columns, rows) in dependency order; may be called again."""
        for part in self.parts:
            yield part.collection, part.columns, part.rows()
