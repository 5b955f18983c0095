"""
What a warehouse is to the rest of Isthmus: the shapes it takes and gives, and its one protocol.

Nothing here knows a database. Every back end stores the same tables under the same names: the
datasets in the schema `autotask`, what Isthmus notes about them in the schema `isthmus`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from isthmus.base.errors import NeedsPerson, Permanent, Retryable
from isthmus.base.warned import Warned


class WarehouseBusy(Retryable):
    """Another process holds the warehouse; `where` names the file or server."""


class WarehouseAway(Retryable):
    """The server cannot be reached, or was lost on the way; what was begun there is undone."""


class WarehouseBroken(Permanent):
    """The warehouse cannot be opened or refused a statement of ours."""


class QueryFailed(Permanent):
    """
    A query a person asked for was refused; `where` is the line and column, where it is known.

    `engine` is what the database itself said, "" where it was not asked; `sought` a name that it
    does not know, where it named none that is near.
    """

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", engine: str = "", sought: str = ""
    ) -> None:
        super().__init__(what, where=where, remedy=remedy, engine=engine)
        self.sought = sought


class TooManyRemovals(NeedsPerson):
    """The brake held: a re-read would have removed more rows than is plausible."""


class ColumnType(StrEnum):
    """
    What a column can hold, from narrow to wide; each back end names it in its own words.

    INTEGER 64 bit; DECIMAL 18 digits, 4 of them fraction; WIDE_DECIMAL 38 and 10; TIMESTAMP an
    instant in UTC to the microsecond; TEXT anything.
    """

    INTEGER = "integer"
    DECIMAL = "decimal"
    WIDE_DECIMAL = "wide decimal"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    TEXT = "text"


class Origin(StrEnum):
    """
    Where a column's values come from.

    FIELD a vendor field; LABEL the label of a picklist field, under the field's own name; CODE the
    raw code beside it; HYDRATED looked up in another table; UDF, UDF_LABEL and UDF_CODE the same
    for user-defined fields.
    """

    FIELD = "field"
    LABEL = "label"
    CODE = "code"
    HYDRATED = "hydrated"
    UDF = "udf"
    UDF_LABEL = "udf label"
    UDF_CODE = "udf code"


@dataclass(frozen=True, slots=True)
class Lookup:
    """
    How a hydrated column is found: in `dataset`, the row whose id stands in our column `key`.

    Several columns in `take` are joined with one blank, leaving out nulls (a person's full name).
    """

    key: str
    dataset: str
    take: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a dataset's table.

    `source` is the vendor's field or user-defined field the value is read from; "" when hydrated.
    `lookup` is set only when hydrated. `is_live` is False for a field that metadata no longer
    names: the column stays, new values are null. `is_long` marks texts worth packing tightly.
    """

    name: str
    type: ColumnType
    origin: Origin
    source: str = ""
    lookup: Lookup | None = None
    is_live: bool = True
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class TableShape:
    """A dataset's table: the columns in their order, `id` first. Names differ without case."""

    dataset: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Return the column of that name, whatever its case; None when there is none."""
        wanted = name.lower()
        return next((c for c in self.columns if c.name.lower() == wanted), None)

    def retyped(self, types: dict[str, ColumnType]) -> "TableShape":
        """Return the shape with other types for the columns named (exact names)."""
        changed = tuple(
            replace(c, type=types[c.name]) if c.name in types else c for c in self.columns
        )
        return replace(self, columns=changed)


@dataclass(frozen=True, slots=True)
class PicklistEntry:
    """One label: of which source field (vendor or user-defined), for which code (as text)."""

    field: str
    code: str
    label: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Watermark:
    """Server time from which the next refresh of a dataset looks, and the run that set it."""

    dataset: str
    at: datetime
    run_id: str


class Mode(StrEnum):
    """
    What the segments mean.

    MERGE: some rows, new or changed; all others stay. REPLACE: all rows there are; a row that is
    not among them is removed.
    """

    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Brake:
    """
    A REPLACE stops when it would remove more than `share` of all rows, and more than `rows` rows.

    In a table so small that `rows` is much of it, more than half of it is enough: a table must not
    become empty unasked, for a lost permission looks just like that.
    """

    share: float = 0.2
    rows: int = 50

    def holds(self, held: int, gone: int) -> bool:
        """Tell whether removing `gone` of `held` rows is too much to do unasked."""
        return gone > self.share * held and gone > min(self.rows, held / 2)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What `isthmus.runs` keeps of one dataset in one run. Times are aware UTC."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    calls: int = 0
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class Package:
    """
    All that one publication needs; what it writes appears at once or not at all.

    `segments` are NDJSON files of raw vendor records, mended (see sync/rules/normalize.py); where
    an id comes twice the later line of the later segment wins. `deleted_ids` are removed after the
    rows are merged. `emptied` names columns that lose their values in all rows. `watermark` None
    leaves the stored one alone.
    """

    dataset: str
    shape: TableShape
    segments: tuple[Path, ...]
    mode: Mode
    run: RunRecord
    watermark: datetime | None = None
    deleted_ids: tuple[int, ...] = ()
    picklists: tuple[PicklistEntry, ...] = ()
    brake: Brake = field(default_factory=Brake)
    emptied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """A picklist code metadata does not know, and how many of the rows written carry it."""

    column: str
    code: str
    rows: int


@dataclass(frozen=True, slots=True)
class Widened:
    """A column that took a wider type, with one value that did not fit the old one."""

    column: str
    old: ColumnType
    new: ColumnType
    example: str


@dataclass(frozen=True, slots=True)
class Published:
    """
    What a publication did to the table, in rows.

    `received` lines came, `duplicates` of them were superseded by a later line of the same id,
    `quarantined` could not be read and were set aside in `isthmus.quarantine`. `added` names new
    columns. `warnings` tells all that a person should know (their sentences are also stored).
    """

    dataset: str
    received: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    duplicates: int = 0
    quarantined: int = 0
    unknown_codes: tuple[UnknownCode, ...] = ()
    widened: tuple[Widened, ...] = ()
    added: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class TableState:
    """A dataset as the warehouse holds it. `last_run` None: known by name, never published."""

    dataset: str
    rows: int
    columns: tuple[Column, ...]
    watermark: Watermark | None
    last_run: RunRecord | None


@dataclass(frozen=True, slots=True)
class Result:
    """An answer: column names, rows of plain values (int, Decimal, str, bool, aware datetime)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


class Warehouse(Protocol):
    """
    The tables users query. One process writes; calls may come from any thread, one after another.

    Raises: WarehouseBusy, WarehouseBroken besides what each method names.
    """

    def watermark(self, dataset: str) -> Watermark | None:
        """Return where the next refresh starts; None before the first publication."""
        ...

    def known_columns(self, dataset: str) -> tuple[Column, ...]:
        """Return the columns as last published, in order; () for a table not yet made."""
        ...

    def highest_id(self, dataset: str) -> int | None:
        """Return the largest id held; None when the table is empty or not there."""
        ...

    def publish(self, package: Package) -> Published:
        """
        Bring a dataset's table up to date in one transaction, watermark and run record included.

        Raises: TooManyRemovals; nothing has changed then.
        """
        ...

    def rehydrate(self, shape: TableShape) -> int:
        """
        Bring labels and hydrated columns up to date with the tables they come from.

        For rows that did not change themselves: a company was renamed, a label reworded, a row
        referred to arrived later. One transaction. Call it in the order of the catalogue. Cheap
        when nothing it depends on has changed.
        Returns: rows changed; 0 for a table that is not there.
        """
        ...

    def drop(self, dataset: str) -> None:
        """Remove a dataset's table with all its rows; nothing happens where there is none."""
        ...

    def describe(self) -> tuple[TableState, ...]:
        """Return every dataset's table, by name."""
        ...

    def query(self, sql: str) -> Result:
        """
        Answer one statement that reads; it cannot change anything.

        Raises: QueryFailed.
        """
        ...

    def close(self) -> None:
        """Let go of the file or connection; the object is of no use afterwards."""
        ...
