"""What a person looks for in a table, as SQL with parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from isthmus.reports.errors import ExploringWrong
from isthmus.reports.names import quoted
from isthmus.warehouse.answering import TableReader
from isthmus.warehouse.ports import Column, ColumnType, Origin, TableState

_MOST_SEARCHED: Final = 12
_SEARCHED: Final = (Origin.FIELD, Origin.HYDRATED, Origin.UDF)
_FIRST: Final = ("number", "title", "name")


class ConditionWrong(ExploringWrong):
    """A condition names no column, or its value does not fit the column."""


class Is(StrEnum):
    """How a column is compared."""

    EQUAL = "is"
    NOT_EQUAL = "is not"
    CONTAINS = "contains"
    BEGINS = "begins with"
    FROM = "from"
    TO = "to"
    EMPTY = "is empty"
    FILLED = "is filled"


@dataclass(frozen=True, slots=True)
class Condition:
    """
    A condition on one column; `value` is text as a person writes it.

    A time is written 2026-03-04 or 2026-03-04T12:30:00+01:00; without a zone it is of the zone that
    who asks is in. TO leaves out the value itself. CONTAINS and BEGINS see a time as
    2026-03-04 12:30:00 in that zone.
    """

    column: str
    way: Is
    value: str = ""


def searched_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns a search looks into: short texts, numbers, titles and names first."""
    texts = [
        column
        for column in columns
        if column.type is ColumnType.TEXT and not column.is_long and column.origin in _SEARCHED
        and column.is_live and not column.name.endswith("UserName")
    ]  # fmt: skip
    return tuple(sorted(texts, key=_rank))[:_MOST_SEARCHED]


def conditions_sql(
    reader: TableReader,
    state: TableState,
    conditions: Sequence[Condition],
    search: str,
    searched: Sequence[Column],
    *,
    zone: str = "UTC",
) -> tuple[str, dict[str, object]]:
    """
    Return the conditions joined by AND, "" for none, and their parameters.

    Args: zone: the IANA zone of who asks, for times. Raises: ConditionWrong.
    """
    parts: list[str] = []
    values: dict[str, object] = {}
    for place, condition in enumerate(conditions):
        part, more = _one(reader, state, condition, f"c_{_letters(place)}", ZoneInfo(zone))
        parts.append(part)
        values |= more
    text = search.strip()
    if text:
        values["search"] = f"%{_escaped(text)}%"
        names = [f"{quoted(reader, c.name)} ILIKE :search ESCAPE '!'" for c in searched]
        parts.append(f"({' OR '.join(names) or 'false'})")
    return " AND ".join(parts), values


def _rank(column: Column) -> int:
    name = column.name.lower()
    found = [place for place, word in enumerate(_FIRST) if name.endswith(word)]
    return found[0] if found else len(_FIRST)


def _letters(number: int) -> str:
    """Write a number with letters; names of parameters have nothing else."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _one(
    reader: TableReader, state: TableState, condition: Condition, name: str, zone: ZoneInfo
) -> tuple[str, dict[str, object]]:
    column = next((c for c in state.columns if c.name.lower() == condition.column.lower()), None)
    if column is None:
        raise ConditionWrong(
            f"{state.dataset} has no column {condition.column}.",
            where=state.dataset,
            remedy="The page of the dataset lists its columns.",
        )
    key = quoted(reader, column.name)
    match condition.way:
        case Is.EMPTY:
            return f"{key} IS NULL", {}
        case Is.FILLED:
            return f"{key} IS NOT NULL", {}
        case Is.CONTAINS | Is.BEGINS:
            start = "%" if condition.way is Is.CONTAINS else ""
            text, values = _as_text(key, column, zone)
            values[name] = f"{start}{_escaped(condition.value)}%"
            return f"{text} ILIKE :{name} ESCAPE '!'", values
        case Is.EQUAL | Is.NOT_EQUAL | Is.FROM | Is.TO:
            value = _value(column, condition.value, zone)
            sign = {Is.EQUAL: "=", Is.FROM: ">=", Is.TO: "<"}.get(condition.way)
            if sign is None:
                return f"{key} IS DISTINCT FROM :{name}", {name: value}
            return f"{key} {sign} :{name}", {name: value}


def _as_text(key: str, column: Column, zone: ZoneInfo) -> tuple[str, dict[str, object]]:
    match column.type:
        case ColumnType.TEXT:
            return key, {}
        case ColumnType.TIMESTAMP:
            return f"CAST({key} AT TIME ZONE :zone AS VARCHAR)", {"zone": zone.key}
        case _:
            return f"CAST({key} AS VARCHAR)", {}


def _value(column: Column, text: str, zone: ZoneInfo) -> object:
    try:
        match column.type:
            case ColumnType.INTEGER:
                return int(text)
            case ColumnType.DECIMAL | ColumnType.WIDE_DECIMAL:
                return Decimal(text)
            case ColumnType.TIMESTAMP:
                moment = datetime.fromisoformat(text)
                there = moment if moment.tzinfo else moment.replace(tzinfo=zone)
                return there.astimezone(UTC)
            case ColumnType.BOOLEAN:
                return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]
            case _:
                return text
    except (ValueError, KeyError, InvalidOperation, OverflowError):  # a zone moves the first day
        raise ConditionWrong(
            f"{text!r} is no {column.type.value}.",
            where=column.name,
            remedy="Write a number as 12.5, a day as 2026-03-04, and true or false.",
        ) from None


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
