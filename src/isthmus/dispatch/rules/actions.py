"""
The eight actions of a row: what each takes, and what it makes of a value.

Source: Field Nation's mapping guide names seven with their parameters (documented); template is
ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from isthmus.dispatch.rules import paths, tables, templates
from isthmus.dispatch.rules.dates import convert_date
from isthmus.dispatch.rules.shapes import Row
from isthmus.dispatch.rules.values import (
    CONVERSIONS,
    MISSING,
    Document,
    Unfit,
    convert,
    is_empty,
    shown,
    text_of,
)

SYNC: Final = "sync"
STATIC: Final = "static"
ARRAY_MAP: Final = "array_map"
RANGE_MAP: Final = "range_map"
DATE_CONVERT: Final = "date_convert"
CONCAT: Final = "concat"
TEMPLATE: Final = "template"
CUSTOM: Final = "custom"


@dataclass(frozen=True, slots=True)
class Made:
    """The value an action came to, and a note on how."""

    value: Any
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """
    What an action takes.

    `kinds` are the types of its parameters by name; those in `needed` must be there.
    """

    kinds: Mapping[str, tuple[type, ...]]
    needed: tuple[str, ...] = ()
    has_source: bool = True


_TEXT: Final = (str,)
_TABLE: Final = (list, tuple)
_ANY: Final = (str, bool, int, float, list, tuple, dict)
ACTIONS: Final[Mapping[str, Action]] = {
    SYNC: Action({"type": _TEXT}),
    STATIC: Action({"value": _ANY}, ("value",), has_source=False),
    ARRAY_MAP: Action({"mappings": _TABLE, "forgiving": (bool,)}, ("mappings",)),
    RANGE_MAP: Action({"ranges": _TABLE}, ("ranges",)),
    DATE_CONVERT: Action(
        dict.fromkeys(("input_format", "output_format", "timezone_in", "timezone_out"), _TEXT)
    ),
    CONCAT: Action({"parts": _TABLE, "separator": _TEXT}, ("parts",), has_source=False),
    TEMPLATE: Action({"template": _TEXT}, ("template",), has_source=False),
    CUSTOM: Action({"script": _TEXT}, ("script",), has_source=False),
}
TYPES: Final = tuple(CONVERSIONS)


def make(row: Row, source: Document, before: Any) -> Made:
    """
    Do a row's action; `custom` is not done here, its script runs elsewhere.

    Args: before: what stands at the row's source. Returns: MISSING for nothing to write.
    Raises: Unfit.
    """
    return _MAKERS[row.action](row, source, before)


def parts_of(row: Row) -> tuple[tuple[str, str], ...]:
    """Return (field or static, value) of each part of a concat. Raises: Unfit."""
    found: list[tuple[str, str]] = []
    for number, part in enumerate(row.params.get("parts", ()), 1):
        kind = part.get("type") if isinstance(part, Mapping) else None
        value = part.get("value") if isinstance(part, Mapping) else None
        if kind not in {"field", "static"} or not isinstance(value, str):
            raise Unfit(
                f"Part {number} is neither a field nor a static text",
                'Write { type = "field", value = "path" } or { type = "static", value = "text" }.',
            )
        found.append((kind, value))
    return tuple(found)


def _sync(row: Row, _: Document, before: Any) -> Made:
    wanted = row.params.get("type")
    return Made(before if is_empty(before) or wanted is None else convert(before, wanted))


def _static(row: Row, _: Document, __: Any) -> Made:
    return Made(row.params["value"])


def _array_map(row: Row, _: Document, before: Any) -> Made:
    if is_empty(before):
        return Made(MISSING)
    pairs = tables.pairs_of(row.params["mappings"])
    found = tables.array_map(pairs, before, forgiving=bool(row.params.get("forgiving")))
    return Made(found, f"no entry for {shown(before)}" if found is MISSING else "")


def _range_map(row: Row, _: Document, before: Any) -> Made:
    if is_empty(before):
        return Made(MISSING)
    found = tables.range_map(tables.pairs_of(row.params["ranges"]), before)
    return Made(found, f"{shown(before)} is beyond the last band" if found is MISSING else "")


def _date(row: Row, _: Document, before: Any) -> Made:
    if is_empty(before):
        return Made(MISSING)
    told = convert_date(before, **dict(row.params))
    return Made(told.text, told.note)


def _concat(row: Row, source: Document, _: Any) -> Made:
    texts: list[str] = []
    is_bare = True
    for kind, value in parts_of(row):
        found = value if kind == "static" else paths.read(source, paths.parse(value))
        is_bare = is_bare and (kind == "static" or is_empty(found))
        texts.append(text_of(found))
    if is_bare and any(kind == "field" for kind, _ in parts_of(row)):
        return Made(MISSING)
    return Made(row.params.get("separator", "").join(text for text in texts if text))


def _template(row: Row, source: Document, _: Any) -> Made:
    template = row.params["template"]
    bare = templates.is_bare(template, source)
    return Made(MISSING if bare else templates.fill(template, source))


_MAKERS: Final[Mapping[str, Callable[[Row, Document, Any], Made]]] = {
    SYNC: _sync,
    STATIC: _static,
    ARRAY_MAP: _array_map,
    RANGE_MAP: _range_map,
    DATE_CONVERT: _date,
    CONCAT: _concat,
    TEMPLATE: _template,
}
