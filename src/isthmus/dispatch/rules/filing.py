"""Mappings as files: TOML that reads well, merges well and comes back the same."""

import math
import tomllib
from collections.abc import Mapping as Table
from typing import Any, Final

import tomli_w

from isthmus.base.errors import Permanent
from isthmus.dispatch.rules.actions import ACTIONS
from isthmus.dispatch.rules.naming import LONGEST, REMEDY, is_name
from isthmus.dispatch.rules.shapes import DIRECTIONS, Mapping, Row, content_of
from isthmus.dispatch.rules.values import MISSING

FORMAT: Final = 1
KIND: Final = "mapping"
HEAD: Final = (
    "# A mapping of Isthmus. Format 1: rows are done from top to bottom; each row has a target,\n"
    "# an action and what that action takes. Lines that begin with # are not kept on import;\n"
    "# a note is.\n"
)
_ROW_KEYS: Final = ("target", "action", "source", "default", "required", "events", "note")
_KEYS: Final = ("format", "kind", "name", "direction", "root", "note", "needs", "rows")
_REMEDY: Final = "Mend the file and import it again."
_DATES: Final = "Write dates as texts in quotes."


class FileWrong(Permanent):
    """A file is no mapping; `where` names the line or the row."""


def export(mapping: Mapping) -> str:
    """Write a mapping as TOML; `parse_file` gives the same mapping back."""
    content = {"format": FORMAT, **content_of(mapping)}
    return f"{HEAD}\n{tomli_w.dumps(content, multiline_strings=True, indent=2)}"


def parse_file(text: str) -> Mapping:
    """Read a mapping from TOML. Raises: FileWrong, with the line or the row."""
    try:
        told = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as trouble:
        raise FileWrong(f"The file is no TOML: {trouble}"[:300], remedy=_REMEDY) from None
    return parse_content(told)


def parse_content(told: Table[str, Any]) -> Mapping:
    """Make a mapping of plain data. Raises: FileWrong."""
    if told.get("format", FORMAT) != FORMAT:
        raise FileWrong(
            f"The file has format {told['format']!r}; this Isthmus reads format {FORMAT}",
            remedy="Update Isthmus, or export the mapping from one of this version.",
        )
    if told.get("kind", KIND) != KIND:
        what = f"The file is no mapping: its kind is {told['kind']!r}"
        raise FileWrong(what, where="the file", remedy="isthmus rule takes rules.")
    _refuse_others(told, _KEYS, "the file")
    rows = told.get("rows", [])
    if not isinstance(rows, list):
        raise FileWrong("rows is no list of [[rows]]", where="the file", remedy=_REMEDY)
    name, direction = _text(told, "name", "the file"), _text(told, "direction", "the file")
    if not is_name(name):
        what = f"{name[:LONGEST]!r} cannot be the name of a mapping"
        raise FileWrong(what, where="name", remedy=REMEDY)
    if direction not in DIRECTIONS:
        raise FileWrong(
            f"The direction is {direction!r}", where="the file", remedy="Take inbound or outbound."
        )
    return Mapping(
        name=name,
        direction=direction,
        root=_text(told, "root", "the file"),
        rows=tuple(parse_row(row, f"row {number}") for number, row in enumerate(rows, 1)),
        needs=_texts(told, "needs", "the file"),
        note=_text(told, "note", "the file", ""),
    )


def parse_row(told: Any, where: str) -> Row:
    """Make a row of plain data. Raises: FileWrong, at `where`."""
    if not isinstance(told, dict):
        raise FileWrong("This is no table", where=where, remedy=_REMEDY)
    action = _text(told, "action", where)
    known = ACTIONS.get(action)
    if known is None:
        raise FileWrong(
            f"There is no action {action!r}", where=where, remedy=f"Take one of {_list(ACTIONS)}."
        )
    _refuse_others(told, (*_ROW_KEYS, *known.kinds), where)
    for name in known.needed:
        if name not in told:
            raise FileWrong(f"{action} needs {name}", where=where, remedy=_REMEDY)
    params = {name: told[name] for name in known.kinds if name in told}
    for name, value in params.items():
        if not isinstance(value, known.kinds[name]):
            raise FileWrong(f"{name} is of a wrong type", where=where, remedy=_REMEDY)
    for name in (*params, "default"):
        if not _is_plain(told.get(name, "")):
            raise FileWrong(f"{name} holds a date or no number", where=where, remedy=_DATES)
    source = _text(told, "source", where, "")
    if known.has_source and not source:
        raise FileWrong(f"{action} needs a source", where=where, remedy=_REMEDY)
    return Row(
        target=_text(told, "target", where),
        action=action,
        source=source,
        params=params,
        default=told.get("default", MISSING),
        required=_flag(told, "required", where),
        events=_texts(told, "events", where),
        note=_text(told, "note", where, ""),
    )


def _refuse_others(told: Table[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in told:
        if name not in known:
            raise FileWrong(
                f"{name!r} has no meaning here", where=where, remedy=f"Known: {_list(known)}."
            )


def _text(told: Table[str, Any], name: str, where: str, instead: str | None = None) -> str:
    value = told.get(name, instead)
    if not isinstance(value, str) or (instead is None and not value.strip()):
        raise FileWrong(f"{name} is missing or no text", where=where, remedy=_REMEDY)
    return value


def _texts(told: Table[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = told.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise FileWrong(f"{name} is no list of texts", where=where, remedy=_REMEDY)
    return tuple(value)


def _flag(told: Table[str, Any], name: str, where: str) -> bool:
    value = told.get(name, False)
    if not isinstance(value, bool):
        raise FileWrong(f"{name} is neither true nor false", where=where, remedy=_REMEDY)
    return value


def _is_plain(value: Any) -> bool:
    """Tell whether a value is one that JSON knows too; dates of TOML and nan are not."""
    if isinstance(value, dict):
        return all(_is_plain(one) for one in value.values())
    if isinstance(value, list):
        return all(_is_plain(one) for one in value)
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _list(names: Any) -> str:
    return ", ".join(names)
