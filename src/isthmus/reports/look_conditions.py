"""What a person looks for in a table, as SQL with parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

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

    A time is written 2026-03-04 or 2026-03-04T12:30:00+01:00; without a zone it is UTC. TO leaves
    out the value itself.
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
) -> tuple[str, dict[str, object]]:
    """Return the conditions joined by AND, "" for none, and their parameters."""
    parts: list[str] = []
    values: dict[str, object] = {}
    for place, condition in enumerate(conditions):
        part, value = _one(reader, state, condition, f"c_{_letters(place)}")
        parts.append(part)
        if value is not None:
            values[f"c_{_letters(place)}"] = value
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
    reader: TableReader, state: TableState, condition: Condition, name: str
) -> tuple[str, object]:
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
            return f"{key} IS NULL", None
        case Is.FILLED:
            return f"{key} IS NOT NULL", None
        case Is.CONTAINS | Is.BEGINS:
            start = "%" if condition.way is Is.CONTAINS else ""
            text = f"CAST({key} AS VARCHAR)" if column.type is not ColumnType.TEXT else key
            return f"{text} ILIKE :{name} ESCAPE '!'", f"{start}{_escaped(condition.value)}%"
        case Is.EQUAL | Is.NOT_EQUAL | Is.FROM | Is.TO:
            value = _value(column, condition.value)
            sign = {Is.EQUAL: "=", Is.FROM: ">=", Is.TO: "<"}.get(condition.way)
            if sign is None:
                return f"{key} IS DISTINCT FROM :{name}", value
            return f"{key} {sign} :{name}", value


def _value(column: Column, text: str) -> object:
    try:
        match column.type:
            case ColumnType.INTEGER:
                return int(text)
            case ColumnType.DECIMAL | ColumnType.WIDE_DECIMAL:
                return Decimal(text)
            case ColumnType.TIMESTAMP:
                moment = datetime.fromisoformat(text)
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            case ColumnType.BOOLEAN:
                return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]
            case _:
                return text
    except (ValueError, KeyError, InvalidOperation):
        raise ConditionWrong(
            f"{text!r} is no {column.type.value}.",
            where=column.name,
            remedy="Write a number as 12.5, a day as 2026-03-04, and true or false.",
        ) from None


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
