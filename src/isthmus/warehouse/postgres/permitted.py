"""
What a person may ask PostgreSQL: the words of the statement, held against lists of what is safe.

The server sees to most of it: the statement runs in a read-only transaction, inside a cursor, with
a limit of time, and finds only the tables of one schema without a name before them. What a server
does not keep a reader from, it is not asked: functions that read files, wait, lock, call out, run
SQL or change settings, and the tables of the system and of others.

A function is any name before an opening bracket; what is on no list is refused, whatever it is.
Forms in which a name could hide (escapes in identifiers, dollar quotes, a dot after a bracket) are
refused as a whole. Source: PostgreSQL's own lexer and grammar, versions 14 to 18.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.warehouse.answering import NotPermitted
from isthmus.warehouse.dialect import DATA_SCHEMA, NOTES_SCHEMA
from isthmus.warehouse.postgres.functions import BEFORE_BRACKETS, FUNCTIONS, TYPES

SCHEMAS: Final = frozenset({DATA_SCHEMA, NOTES_SCHEMA, "autotask_joined"})
_CATALOGUE: Final = frozenset({"tables", "columns", "schemata", "views"})
_BEGINNINGS: Final = frozenset({"select", "with", "values", "table", "("})
_OF_THE_SYSTEM: Final = ("pg_", "lo_", "dblink")
_START = r"A-Za-z_\u0080-\U0010ffff"
_TOKEN: Final = re.compile(
    rf"""(?P<blank>[ \t\n\r\f]+|--[^\n\r]*)
    |(?P<comment>/\*)
    |(?P<name>[{_START}][{_START}0-9]*)
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<text>'(?:[^']|'')*')
    |(?P<number>[0-9]+)
    |(?P<sign>[^\x00-\x20"'$;\\])""",
    re.VERBOSE,
)
_ESCAPED: Final = re.compile(r"'(?:[^'\\]|\\.|'')*'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign; `word` is in lower case unless it was quoted."""

    kind: str
    word: str

    def is_word(self, *words: str) -> bool:
        """Tell whether it is one of these, unquoted."""
        return self.kind == "name" and self.word in words

    @property
    def is_identifier(self) -> bool:
        """Tell whether it may name something."""
        return self.kind in {"name", "quoted"}


def check_words(sql: str, other_schemas: frozenset[str]) -> None:
    """
    Insist that the statement only reads tables of ours.

    Args: other_schemas: every schema of the database but ours. Raises: NotPermitted.
    """
    tokens = tuple(_tokens(sql))
    if not tokens or tokens[0].word not in _BEGINNINGS or tokens[0].kind == "quoted":
        raise _refused("a statement that does not begin with SELECT, WITH, VALUES or TABLE")
    nothing = Token("end", "")
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else nothing
        after = tokens[place + 1] if place + 1 < len(tokens) else nothing
        if token.is_word("into"):
            raise _refused("INTO")
        if token.word == "." and before.word in {")", "]"}:
            raise _refused("a dot after a bracket")
        if token.is_identifier:
            _check_name(token, before, after, tokens[place + 2 : place + 3], other_schemas)
            if after.word == "(" and after.kind == "sign":
                _check_call(token, before, tokens[max(0, place - 3) : place])


def _check_name(
    token: Token, before: Token, after: Token, second: Sequence[Token], others: frozenset[str]
) -> None:
    name, is_qualifier = token.word, after.word == "."
    if name == "information_schema" and is_qualifier:
        if second and second[0].word in _CATALOGUE:
            return
        raise _refused("information_schema beyond tables, columns, schemata and views")
    if name == "pg_catalog" and is_qualifier and before.word != ".":
        return
    if name.startswith(_OF_THE_SYSTEM) and name not in FUNCTIONS:
        raise _refused(name)
    if is_qualifier and name in others:
        raise _refused(f"the schema {name}")


def _check_call(token: Token, before: Token, earlier: Sequence[Token]) -> None:
    if before.is_word("as", "with", "recursive") and not token.word.startswith(_OF_THE_SYSTEM):
        return  # names and their columns, or a type
    name = token.word
    if before.word == ".":
        is_ours = len(earlier) >= 2 and earlier[-2].word == "pg_catalog"
        if is_ours and (len(earlier) < 3 or earlier[-3].word != ".") and name in FUNCTIONS:
            return
    elif name in FUNCTIONS or (token.kind == "name" and name in BEFORE_BRACKETS | TYPES):
        return
    raise NotPermitted(
        f"The function {name} may not be used here.",
        remedy="Only functions that are known to stay within the tables may. If it is a name that"
        " you give to columns or rows, write AS before it.",
    )


def _tokens(sql: str) -> Iterator[Token]:
    place, glued = 0, ""
    while place < len(sql):
        if glued == "e" and sql[place] == "'":
            found = _ESCAPED.match(sql, place)
        else:
            found = _TOKEN.match(sql, place)
        if found is None or (glued == "u" and sql[place] == "&"):
            raise _refused(f"the sign {sql[place]!r}")
        kind, text = found.lastgroup or "text", found[0]
        place = _end_of_comment(sql, place) if kind == "comment" else found.end()
        glued = text.lower() if kind == "name" else ""
        if kind == "quoted":
            yield Token(kind, text[1:-1].replace('""', '"'))
        elif kind not in {"blank", "comment"}:
            yield Token(kind, text.lower() if kind == "name" else text)


def _end_of_comment(sql: str, place: int) -> int:
    """Return where a comment ends; comments stand inside each other."""
    depth = 0
    while place < len(sql):
        two = sql[place : place + 2]
        depth += (two == "/*") - (two == "*/")
        place += 2 if two in {"/*", "*/"} else 1
        if depth == 0:
            return place
    raise _refused("a comment that does not end")


def _refused(what: str) -> NotPermitted:
    return NotPermitted(
        f"This cannot be asked here: {what}.",
        remedy="Ask with SELECT, over the tables in the schema autotask.",
    )
