"""One condition of a query as SQL, by the type of its field."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from isthmus_sim.autotask.base import errors

NOTHING = "0"
COMPARISONS = {"eq": "=", "noteq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
SUBSTRINGS = {"beginswith": "sim_begins", "endswith": "sim_ends", "contains": "sim_contains"}
_TOO_LARGE = 9e14  # times 10,000 still fits 64 bits
_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*")
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:([T ]\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_TICKS = "substr({0}, 1, 19) || substr(rtrim(substr({0}, 21), 'Z') || '0000000', 1, 7)"

Sql = tuple[str, list[Any]]


class WrongKind(Exception):
    """The value cannot be compared with such a field; the text says why."""


class NeverEqual(Exception):
    """The value is of another kind that the vendor compares without error and without a match."""


def compare(kind: str, column: str, op: str, value: Any) -> Sql:
    """
    Compare a column with one value. kind: the field's type; column: quoted; op: of COMPARISONS.

    A null row matches no comparison, as in SQL (assumed). Raises: WrongKind, NeverEqual.
    """
    sign = COMPARISONS[op]
    if kind == "datetime":
        return _moment(column, sign, moment(value))
    if kind == "string":
        return _text(column, sign, text(value))
    left = number_of(column) if kind == "decimal" else column
    return f"{left} {sign} ?", [converted(kind, value)]


def substring(kind: str, column: str, op: str, value: Any) -> Sql:
    """Look for a piece of text, in any case. `%` and `_` mean themselves (assumed)."""
    if kind != "string":
        raise WrongKind(f"The operator {op} needs a text field")
    return f"{SUBSTRINGS[op]}({column}, ?)", [text(value)]


def membership(kind: str, column: str, values: list[Any], *, inside: bool) -> Sql:
    """Look for a value among several; null members count for nothing (assumed)."""
    if kind == "string":
        return _texts(column, [text(value) for value in values], inside=inside)
    if kind == "datetime":
        return _moments(column, values, inside=inside)
    members = []
    for value in values:
        try:
            members.append(converted(kind, value))
        except NeverEqual:
            continue
    left = number_of(column) if kind == "decimal" else column
    marks = ", ".join("?" * len(members))
    return f"{left} {'IN' if inside else 'NOT IN'} ({marks})", members


def _texts(column: str, values: list[str], *, inside: bool) -> Sql:
    plain = [value for value in values if value.isascii()]
    folded = [value.casefold() for value in values if not value.isascii()]
    word = "IN" if inside else "NOT IN"
    parts = [f"{column} COLLATE NOCASE {word} ({', '.join('?' * len(plain))})"]
    if folded:
        parts.append(f"sim_fold({column}) {word} ({', '.join('?' * len(folded))})")
    return (" OR " if inside else " AND ").join(parts), [*plain, *folded]


def _moments(column: str, values: list[Any], *, inside: bool) -> Sql:
    parts = [compare("datetime", column, "eq" if inside else "noteq", v) for v in values]
    if not parts:
        return (NOTHING if inside else f"{column} IS NOT NULL"), []
    joined = (" OR " if inside else " AND ").join(f"({part[0]})" for part in parts)
    return joined, [param for part in parts for param in part[1]]


def converted(kind: str, value: Any) -> Any:
    """Bring a JSON value into the storage form of a boolean, a number or an id."""
    if kind == "boolean":
        return _boolean(value)
    if isinstance(value, bool):
        raise WrongKind(f"'{str(value).lower()}' is not a number")
    if isinstance(value, str):
        if kind == "long":
            # Observed: a number in quotes against an id matched nothing and raised nothing.
            raise NeverEqual
        value = _parsed(value)
    if not isinstance(value, int | float):
        raise WrongKind("A number was expected")
    if abs(value) >= _TOO_LARGE:
        raise NeverEqual
    return scaled(value) if kind == "decimal" else value


def _boolean(value: Any) -> int:
    """Source: the vendor's page on query calls, which takes only JSON true and false."""
    if isinstance(value, bool):
        return int(value)
    raise WrongKind("A boolean field takes true or false only")


def _parsed(value: str) -> int | float:
    if not _NUMBER.fullmatch(value):
        raise WrongKind(f"'{value}' is not a number")
    return float(value) if "." in value else int(value)


def scaled(value: int | float) -> int | float:
    """Scale a number by 10,000, exactly where it has at most four decimals."""
    exact = Decimal(str(value)) * 10_000
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def number_of(column: str) -> str:
    """Read a decimal column whose exact numbers of more decimals are text."""
    return (
        f"CASE typeof({column}) WHEN 'text' THEN CAST({column} AS REAL) * 10000 ELSE {column} END"
    )


def text(value: Any) -> str:
    """Take a text; a number or a boolean is written out (assumed)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int | float):
        raise WrongKind("A text was expected")
    return str(value)


def _text(column: str, sign: str, value: str) -> Sql:
    """Compare texts in any case (observed by integrators' tests). SQLite folds ASCII only."""
    if value.isascii():
        return f"{column} {sign} ? COLLATE NOCASE", [value]
    return f"sim_fold({column}) {sign} ?", [value.casefold()]


def moment(value: Any) -> str:
    """
    Read a time of a filter into 19 characters to the second and seven digits.

    Takes a date, or a date and time with 0 to 7 digits of fraction, with Z, an offset or
    neither, which is UTC. Source: vendor page on REST calls; the shapes of recorded calls.
    """
    if not isinstance(value, str):
        raise WrongKind("A date was expected")
    shape = _MOMENT.fullmatch(value.strip())
    if shape is None:
        raise WrongKind(f"String '{value}' was not recognized as a valid DateTime.")
    try:
        at = datetime.fromisoformat(shape[1] + (shape[2] or "T00:00:00") + (shape[4] or "Z"))
    except ValueError as error:
        raise WrongKind(f"String '{value}' was not recognized as a valid DateTime.") from error
    fraction = (shape[3] or "").ljust(7, "0")[:7]
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + fraction


def _moment(column: str, sign: str, value: str) -> Sql:
    """
    Compare times exactly, whatever documented shape a row holds.

    The first comparison is for the index: the first 19 characters have one shape everywhere.
    """
    ticks = _TICKS.format(column)
    exact, second = f"({ticks}) {sign} ?", value[:19]
    if sign in (">", ">="):
        return f"{column} >= ? AND {exact}", [second, value]
    if sign in ("<", "<="):
        return f"{column} < ? AND {exact}", [second + "~", value]
    if sign == "=":
        return f"{column} >= ? AND {column} < ? AND {exact}", [second, second + "~", value]
    return exact, [value]


def refused(error: WrongKind, field: str) -> errors.VendorError:
    """Say in the vendor's shape what is wrong with a value. Wording assumed."""
    return errors.invalid_query(f"{error} (field {field}).")
