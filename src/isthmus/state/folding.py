"""Searches that mind no case, the same over SQLite as over PostgreSQL: of every letter there is."""

import sqlite3
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_Value: TypeAlias = str | bytes | int | float | None
_FOLD: Final = "isthmus_fold"


def holds(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """
    Tell whether a column holds a text, whatever its case.

    SQLite's LIKE minds no case of the letters of ASCII; only where a text has others is Python
    asked for each row, which takes many times as long.
    """
    folded = _Ascii(column) if text.isascii() else _Folded(column)
    return folded.contains(text.lower(), autoescape=True)


def fold_every_letter(driver: sqlite3.Connection) -> None:
    """Give a connection what `holds` needs: SQLite's own `lower` knows the letters of ASCII."""
    driver.create_function(_FOLD, 1, _lower, deterministic=True)


def _lower(value: _Value) -> _Value:
    return value.lower() if isinstance(value, str) else value


class _Folded(FunctionElement[str]):
    """What a column holds, in lower case; texts that it is held against are made fit as its own."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


class _Ascii(_Folded):
    """The same where it is held against a text of ASCII."""

    inherit_cache = True


@compiles(_Folded)
def _in_lower_case(element: _Folded, compiler: SQLCompiler, **more: Any) -> str:
    return f"lower({compiler.process(element.clauses, **more)})"


@compiles(_Folded, "sqlite")
def _by_python(element: _Folded, compiler: SQLCompiler, **more: Any) -> str:
    return f"{_FOLD}({compiler.process(element.clauses, **more)})"


@compiles(_Ascii, "sqlite")
def _as_it_is(element: _Ascii, compiler: SQLCompiler, **more: Any) -> str:
    return compiler.process(element.clauses, **more)
