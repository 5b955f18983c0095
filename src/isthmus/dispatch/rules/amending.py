"""What a person set in the place of what a mapping makes: read, and put into its result."""

import json
import re
from collections.abc import Mapping as Table
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from isthmus.base.errors import IsthmusError
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.known import near
from isthmus.dispatch.rules.order_fields import CUSTOM, OPEN, ORDER_FIELDS, OrderField
from isthmus.dispatch.rules.shapes import Mapping, Origin, Problem, Result
from isthmus.dispatch.rules.values import MISSING, Missing, Unfit, convert

PERSON: Final = "person"
"""The action that such a value counts as made by; its source says who."""
_CONVERTED: Final = {"whole": "integer", "number": "number", "flag": "boolean"}
_ANY: Final = OrderField("open")


def field_at(text: str) -> OrderField:
    """
    Return what stands at a path of a work order.

    Raises: Unfit, PathWrong: nothing that can be set does.
    """
    path = paths.parse(text)
    if path[0] == CUSTOM and len(path) == 2:
        return OrderField()
    if path[0] in OPEN and len(path) > 1:
        return _ANY
    general = re.sub(r"\[\d+\]", "[]", paths.spell(path))
    found = ORDER_FIELDS.get(general)
    if found is None:
        what = f"A work order has no field {paths.spell(path)} that can be set"
        raise Unfit(what, near(general, [*ORDER_FIELDS, CUSTOM]))
    return found


def read_value(path: str, text: str) -> Any:
    """
    Return the value that a person wrote for a path; MISSING for "": nothing is to be sent.

    Raises: Unfit, PathWrong.
    """
    field = field_at(path)
    if not text.strip():
        return MISSING
    if field.choices and text not in field.choices:
        what = f"{path} cannot be {text[:60]!r}"
        raise Unfit(what, f"Take one of {', '.join(field.choices)}.")
    if field.kind in _CONVERTED:
        return convert(text.strip(), _CONVERTED[field.kind])
    if field.kind == "open":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def target_of(problem: Problem, mapping: Mapping) -> str:
    """Return which field of the work order a problem is about; "" for none that is known."""
    if problem.row is not None and 0 < problem.row <= len(mapping.rows):
        try:
            return paths.spell(paths.parse(mapping.rows[problem.row - 1].target))
        except paths.PathWrong:
            return ""
    return problem.field


def amend(mapping: Mapping, result: Result, texts: Table[str, str], who: Table[str, str]) -> Result:
    """
    Return a result with what a person wrote, by path, in the place of what the mapping made.

    Args: who: set each of them. What cannot be put in is a problem.
    """
    document = deepcopy(dict(result.document))
    origins = dict(result.origins)
    problems = [
        one for one in result.problems
        if not (_is_at(one.field, texts) or _is_at(target_of(one, mapping), texts))
    ]  # fmt: skip
    left_out = tuple(one for one in result.left_out if one not in texts)
    for path, text in texts.items():
        steps = paths.parse(path)
        try:
            value = read_value(path, text)
        except (Unfit, IsthmusError) as trouble:
            what = str(trouble).partition("\n")[0]
            problems.append(Problem(what, trouble.remedy, None, path))
            continue
        before = paths.read(result.document, steps)
        _drop(document, steps)
        if isinstance(value, Missing):
            origins.pop(path, None)
            left_out = (*left_out, path)
        elif paths.write(document, steps, value):
            origins[path] = Origin(0, PERSON, who.get(path, ""), before, value)
        else:
            what = f"{path} cannot be set: something else stands in its way"
            problems.append(Problem(what, "Set the fields inside it.", None, path))
    whole = {path: _kept_up(path, one, document, texts) for path, one in origins.items()}
    return replace(
        result, document=document, origins=whole, problems=tuple(problems), left_out=left_out
    )


def _is_at(field: str, texts: Table[str, str]) -> bool:
    return any(field == path or field.startswith((f"{path}.", f"{path}[")) for path in texts)


def _kept_up(
    path: str, origin: Origin, document: Table[str, Any], texts: Table[str, str]
) -> Origin:
    """Return an origin with its present value, where a person set something inside it."""
    inside = any(text.startswith((f"{path}.", f"{path}[")) for text in texts)
    return replace(origin, after=paths.read(document, paths.parse(path))) if inside else origin


def _drop(document: dict[str, Any], steps: paths.Path) -> None:
    """Take out what stands at a path, where something does; a list keeps its places."""
    here: Any = document
    for step in steps[:-1]:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
        else:
            here = here.get(step) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here.pop(steps[-1], None)
    elif isinstance(here, list) and isinstance(steps[-1], int) and steps[-1] < len(here):
        here[steps[-1]] = {}
