"""
What is wrong with a person's SQL, in plain words, from what the database says of it. Pure.

The sentences of DuckDB were observed; of PostgreSQL's some, the others are as its sources have
them. One that is not known here is passed on without the database's own class of errors before it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from isthmus.warehouse.ports import QueryFailed

MOST_NEAR: Final = 4
_CLASS: Final = re.compile(
    r"^(?:[A-Z][A-Za-z/-]*(?: [A-Za-z/-]+){0,3} (?:Error|exception)|ERROR): *"
)
_LINE: Final = re.compile(r"^LINE (\d+): (.*)\n( *)\^", re.MULTILINE)
_NAME: Final = r'(?:"([^"\n]+)"|([\w.$]+|\S))'
_NEAR: Final = re.compile(r"^(?:Candidate \w+: *:?|Did you mean)(.*)$", re.MULTILINE)
_HINTED: Final = re.compile(r'(?:column|named|function) "([^"]+)"')
_QUOTED: Final = re.compile(r'"([^"]+)"')
_PLACES: Final = re.compile(r"\b[a-z]+://\S+|(?<![\w.)])/(?:[\w.@-]+/)+[\w.@-]*")
"""Addresses, which may hold a password, and paths of this machine."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """
    A mistake that is known: how the database says it, what we say, and what mends it.

    `{}` stands for the name that the database says. `seeks` tells that it names what is not there.
    """

    said: re.Pattern[str]
    what: str
    remedy: str = ""
    seeks: bool = False


def _kind(said: str, what: str, remedy: str = "", *, seeks: bool = False) -> _Kind:
    return _Kind(re.compile(said.replace("NAME", _NAME), re.IGNORECASE), what, remedy, seeks)


_AGGREGATES: Final = "count, sum, avg, min or max"
_KINDS: Final = (
    _kind(
        'Referenced column NAME (?:was )?not found|does not have a column named NAME'
        "|^column NAME does not exist|column NAME not found",
        "There is no column {}.", "SELECT * FROM the table LIMIT 1 shows those there are.",
        seeks=True,
    ),
    _kind(
        "Table with name NAME does not exist|relation NAME does not exist",
        "There is no table {}.", "Tables are named like datasets: Tickets, Companies, TimeEntries.",
        seeks=True,
    ),
    _kind(
        "Referenced table NAME not found|(?:missing|invalid reference to) FROM-clause entry for"
        " table NAME",
        "No table of the query is called {}.",
        "Name the table in FROM or JOIN, or use the short name it has there.", seeks=True,
    ),
    _kind(
        r"Function with name NAME does not exist|^function NAME\(.*does not exist",
        "There is no function {}.", "Look at how its name is spelled.", seeks=True,
    ),
    _kind(
        "Ambiguous reference to column name NAME|column reference NAME is ambiguous",
        "More than one table of the query has a column {}.",
        "Put the table before it, such as Tickets.{}.",
    ),
    _kind(
        "column NAME must appear in the GROUP BY clause",
        "{} is neither grouped by nor counted up.",
        f"Add it to GROUP BY, or put {_AGGREGATES} around it.",
    ),
    _kind(
        "WHERE clause cannot contain aggregates|aggregate functions are not allowed in WHERE",
        f"WHERE looks at single rows, so it cannot hold {_AGGREGATES}.",
        "Put that condition into HAVING, behind GROUP BY.",
    ),
    _kind(
        "aggregate function calls cannot be nested",
        f"One of {_AGGREGATES} stands inside another.",
        "Count up in a query of its own, in brackets behind FROM, and count its rows up outside.",
    ),
    _kind(
        r"^syntax error at or near NAME$", "The query cannot be read at {}.",
        "Look at what stands there and just before it: a comma, a bracket or a word may be missing"
        " or too many.",
    ),
    _kind(
        "^syntax error at end of input", "The query ends too early.",
        "Something is missing at the end: a bracket, a column or a condition.",
    ),
    _kind(
        "unterminated (?:string literal|quoted string)", "A text is begun with ' and not ended.",
        "End it with another '; a ' inside a text is written twice.",
    ),
    _kind(
        "unterminated quoted identifier", 'A name is begun with " and not ended.',
        'End it with another ".',
    ),
    _kind(
        r"No function matches the given name and argument types '(.+?)'\."
        r"|^(?:function|operator) (?:does not exist: )?(.+?)(?: does not exist)?$",
        "{} does not go together: the kinds of values do not fit.",
        "Turn one of them into the other kind with CAST(... AS ...).",
    ),
    _kind(
        "Could not convert string '(.*?)' to|invalid input syntax for type [a-z ]+: NAME$"
        "|invalid (?:timestamp|date) field format: NAME",
        "The value {} is of another kind than what it is compared with or turned into.",
        "Write texts as 'text', numbers without quotes, times as '2026-01-31 08:00'.",
    ),
    _kind(
        "Subquery returns \\d+ columns|subquery must return only one column",
        "A query in brackets gives several columns where one value is wanted.",
        "Let it name one column.",
    ),
    _kind(
        "Set operations can only apply|each (?:UNION|INTERSECT|EXCEPT) query must have the same",
        "The parts of a UNION have different numbers of columns.",
        "Let each part name as many columns as the first.",
    ),
    _kind("Overflow in|out of range", "A number becomes larger than its kind can hold.",
          "Use CAST(... AS DOUBLE PRECISION) before it is added up or multiplied."),
    _kind("division by zero", "Something is divided by 0.", "Write NULLIF(..., 0) below the line."),
)  # fmt: skip


def mistake(sql: str, said: str, *, at: int | None = None, hint: str = "") -> QueryFailed:
    """
    Return what the database says of a statement as a person can use it.

    Args: said: the database's own words; at: where, in characters from the beginning, where the
    database tells it apart from its words; hint: what it says of a remedy.
    """
    plain = _PLACES.sub("…", _CLASS.sub("", said.strip()).split("\n", 1)[0].strip())
    place = _place_in(sql, said) if at is None else _place_at(sql, at)
    for kind in _KINDS:
        found = kind.said.search(plain)
        if found is None:
            continue
        name = next(filter(None, found.groups()), "")
        near = nearest(name, _near(said, hint)) if kind.seeks else ()
        remedy = did_you_mean(near) or kind.remedy
        return QueryFailed(
            kind.what.replace("{}", name), where=place, remedy=remedy.replace("{}", name),
            engine=_own(said, hint), sought=name if kind.seeks and not near else "",
        )  # fmt: skip
    return QueryFailed(
        plain[:1].upper() + plain[1:] or "It cannot be read.", where=place, engine=_own(said, hint)
    )


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return names that look like this one, the nearest first."""
    last = name.rsplit(".", 1)[-1].lower()
    known = {one.rsplit(".", 1)[-1].lower(): one for one in names}
    found = get_close_matches(last, known, n=MOST_NEAR, cutoff=0.5)
    return tuple(known[one] for one in found)


def did_you_mean(names: Iterable[str]) -> str:
    """Say which names may be meant; "" for none."""
    told = " or ".join(names)
    return f"Did you mean {told}?" if told else ""


def _near(said: str, hint: str) -> tuple[str, ...]:
    names = [name for line in _NEAR.findall(said) for name in _QUOTED.findall(line)]
    names += _HINTED.findall(hint)
    return tuple(dict.fromkeys(names))


def _own(said: str, hint: str) -> str:
    """Return the database's words, without the many ways a function could have been called."""
    told = said.strip().split("\nLINE ", 1)[0]  # the line itself is told as a place
    kept = [line for line in told.splitlines() if line.strip() and not line.startswith("\t")]
    return _PLACES.sub("…", "\n".join(filter(None, (*kept, hint))))


def _place_in(sql: str, said: str) -> str:
    """Read where the words point: DuckDB shows the line, its ends cut off, and marks a sign."""
    found = _LINE.search(said)
    if found is None:
        return ""
    number, shown = int(found[1]), found[2]
    column = len(found[3]) - len(f"LINE {number}: ")
    lines = sql.split("\n")
    if shown.startswith("...") and number <= len(lines):
        begins = lines[number - 1].find(shown[3:].removesuffix("..."))
        if begins < 0:
            return _line(number, None)
        column += begins - 3
    return _line(number, column + 1)


def _place_at(sql: str, at: int) -> str:
    before = sql[: max(at, 0)]
    return _line(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _line(number: int, column: int | None) -> str:
    return f"line {number} of the query" + (f", column {column}" if column else "")
