"""
Conditions as text, in CEL: no loops, bounded length, nothing to call but what is here.

`value(path)`, `text(path)`, `number(path)`, `numeric(path)` and `empty(path)` read the record; its
own name can be used too: `ticket.labels.status == "Dispatch to Field"`.
"""

import re
from functools import lru_cache
from typing import Any, Final

import cel

from isthmus.dispatch.rules.condition_shapes import LONGEST_TEXT, ConditionWrong
from isthmus.dispatch.rules.reading import Reader
from isthmus.dispatch.rules.values import is_number, plain

FUNCTIONS: Final = ("value", "text", "number", "numeric", "empty")
_STRING: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
_LOOP: Final = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter)\s*\(")
_READ: Final = re.compile(
    rf"\b(?:{'|'.join(FUNCTIONS)})\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*\)", re.DOTALL
)
_OWN: Final = re.compile(r"\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\"\"\])+(?!\s*\()")
_REMEDY: Final = 'Write it like value("ticket.status.label") == "Dispatch to Field".'


@lru_cache(maxsize=256)
def compiled(text: str) -> Any:
    """Read a condition once. Raises: ConditionWrong, with where it goes wrong."""
    if len(text) > LONGEST_TEXT:
        raise ConditionWrong(f"It is longer than {LONGEST_TEXT} characters", remedy="Shorten it.")
    loop = _LOOP.search(_STRING.sub('""', text))
    if loop is not None:
        raise ConditionWrong(f"{loop[1]} is a loop", remedy="Conditions have none; use `in`.")
    try:
        program = cel.compile(text)
    except (ValueError, RuntimeError) as wrong:
        raise ConditionWrong(_first_line(wrong), remedy=_REMEDY) from None
    return program


def text_holds(text: str, reader: Reader) -> bool:
    """
    Tell whether a condition holds for a record.

    Raises: ConditionWrong: it cannot be read, fails on this record, or answers neither yes nor no.
    """
    program = compiled(text)
    context = cel.Context()
    for name in FUNCTIONS:
        context.add_function(name, getattr(reader, name))
    for name in program.variables():
        if name in reader.source:
            context.add_variable(name, _bounded(plain(reader.source[name])))
    try:
        answer = program.execute(context)
    except KeyError as missing:
        what = f"The record has no {missing} here"
        remedy = "Read it with value(...), which gives null for what is not there."
        raise ConditionWrong(what, remedy=remedy) from None
    except (LookupError, ValueError, RuntimeError, TypeError, ArithmeticError) as wrong:
        raise ConditionWrong(_first_line(wrong), remedy=_REMEDY) from None
    if not isinstance(answer, bool):
        raise ConditionWrong("It answers neither true nor false", remedy=_REMEDY)
    return answer


def paths_in(text: str) -> tuple[str, ...]:
    """Return the paths a text reads: those in its functions, and those written plainly."""
    found = [_unquoted(match[1]) for match in _READ.finditer(text)]
    found += [match[0] for match in _OWN.finditer(_STRING.sub('""', text))]
    return tuple(found)


def _unquoted(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _bounded(value: Any) -> Any:
    """Return a value that CEL can hold: whole numbers of 64 bits."""
    if isinstance(value, dict):
        return {key: _bounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_bounded(one) for one in value]
    too_large = is_number(value) and isinstance(value, int) and abs(value) >= 2**63
    return str(value) if too_large else value


def _first_line(wrong: Exception) -> str:
    """Return the library's own words, which point at the character."""
    return " ".join(str(wrong).split())[:400]
