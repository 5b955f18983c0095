"""What of a table a page shows, and the addresses that lead on from there. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from isthmus.reports.look_conditions import Condition, Is
from isthmus.wiring.tables.reading import Column, ColumnType, Origin

MOST_AT_FIRST: Final = 12
_APART: Final = "|"
_NAMED: Final = ("number", "title", "name")
_USUAL: Final = tuple(
    """
    id ticketnumber tasknumber projectnumber contractnumber invoicenumber title firstname lastname
    companyname projectname contractname name status priority queueid companytype contracttype
    ticketnumber assignedresourcefullname resourcefullname dateworked hoursworked hourstobill
    startdate startdatetime enddate duedatetime isactive createdate units unitprice unitcost price
    invoicedate invoicedatetime invoicetotal duedate emailaddress phone city
    contracttitle summarynotes
    """.split()  # noqa: SIM905 - words are read more easily so
)
"""What people look for first, of whichever dataset has it."""

_CODES: Final = (Origin.CODE, Origin.UDF_CODE)
_LABELS: Final = (Origin.LABEL, Origin.UDF_LABEL)
_CUT: Final = 240
_TYPES: Final = {
    ColumnType.INTEGER: "number",
    ColumnType.DECIMAL: "number",
    ColumnType.WIDE_DECIMAL: "number",
    ColumnType.BOOLEAN: "yes or no",
    ColumnType.TIMESTAMP: "time",
    ColumnType.TEXT: "text",
}
_ORIGINS: Final = {
    Origin.FIELD: "",
    Origin.LABEL: "label",
    Origin.CODE: "code",
    Origin.HYDRATED: "looked up",
    Origin.UDF: "own field",
    Origin.UDF_LABEL: "own field, label",
    Origin.UDF_CODE: "own field, code",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A condition as the form has it; "" and "" for column and value: none."""

    column: str = ""
    way: str = ""
    value: str = ""

    @property
    def lacks(self) -> str:
        """Say what it lacks to be a condition; "" where it is one, or none was begun."""
        if not self.column:
            return "Choose the column that has this value." if self.value else ""
        if self.way not in WAYS:
            return f"Choose how {self.column} is compared."
        if not self.value and self.way not in _ALONE:
            return f"Write the value that {self.column} is compared with."
        return ""

    @property
    def text(self) -> str:
        """Return it as an address has it; "" where it is no condition yet."""
        if not self.column or self.lacks:
            return ""
        return condition_text(self.column, self.way, "" if self.way in _ALONE else self.value)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What the address asks for; `where` are conditions as the address writes them.

    `typed` stands in the form: it is no condition yet, or one that cannot be understood.
    """

    search: str
    sort: str
    descending: bool
    where: tuple[str, ...]
    columns: tuple[str, ...]
    size: int
    typed: Typed = Typed()

    def query(self, **changes: object) -> str:
        """Return the query of an address like this one with some things changed."""
        values: dict[str, object] = {
            "q": self.search,
            "sort": "" if self.sort == "id" else self.sort,
            "way": "" if self.descending else "up",
            "where": self.where,
            "columns": self.columns,
            "size": "" if self.size == 50 else self.size,
            "column": self.typed.column,
            "is": self.typed.way if self.typed.column or self.typed.value else "",
            "value": self.typed.value,
        } | changes
        return "?" + urlencode({k: v for k, v in values.items() if v not in ("", ())}, doseq=True)


def first_columns(columns: Sequence[Column]) -> tuple[str, ...]:
    """Choose what is shown at first: what names a row, its labels, its names, its times."""
    live = [one for one in columns if one.is_live and not one.is_long]
    ranked = sorted((rank, place, one.name) for place, one in enumerate(live)
                    if (rank := _rank(one)) is not None)  # fmt: skip
    return tuple(name for _, _, name in ranked[:MOST_AT_FIRST])


def _rank(column: Column) -> int | None:
    name = column.name.lower()
    if column.origin in _CODES or name.endswith("username"):
        return None
    if name in _USUAL:
        return _USUAL.index(name)
    return len(_USUAL) + _kind_rank(column, name)


def _kind_rank(column: Column, name: str) -> int:
    if column.type is ColumnType.TEXT and column.origin is Origin.FIELD and name.endswith(_NAMED):
        return 0
    if column.origin is Origin.HYDRATED:
        return 1
    if column.origin in _LABELS:
        return 2
    if column.type is ColumnType.TIMESTAMP:
        return 3
    return 5 if name.endswith("id") else 4


def type_of(column: Column) -> str:
    """Return what a column holds and where it comes from, in words."""
    origin = _ORIGINS[column.origin]
    told = f"{_TYPES[column.type]}, {origin}" if origin else _TYPES[column.type]
    return told if column.is_live else f"{told}, no longer in Autotask"


def is_number(column: Column) -> bool:
    """Tell whether a column's values are set to the right."""
    kinds = {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.WIDE_DECIMAL}
    return column.type in kinds and column.origin not in _LABELS


def written(value: object) -> str:
    """Write a value of a row that is no time; what is cut ends in three dots."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    text = str(value)
    return text if len(text) <= _CUT else f"{text[:_CUT]}…"


def conditions_of(where: Sequence[str]) -> tuple[Condition, ...]:
    """Read conditions of an address; one that says no known way is left out."""
    found = []
    for one in where:
        column, _, rest = one.partition(_APART)
        way, _, value = rest.partition(_APART)
        if column and way in list(Is):
            found.append(Condition(column, Is(way), value))
    return tuple(found)


def condition_text(column: str, way: str, value: str) -> str:
    """Write a condition as an address has it."""
    return _APART.join((column, way, value))


def said(condition: Condition) -> str:
    """Say a condition."""
    return f"{condition.column} {condition.way} {condition.value}".strip()


def choices(columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Return the columns as a list to choose from."""
    return [(one.name, one.name) for one in columns]


_ALONE: Final = frozenset({Is.EMPTY, Is.FILLED})
"""They are compared with nothing."""

WAYS: Final[Mapping[str, str]] = {str(one): str(one) for one in Is}
