"""Paths into documents: `ticket.company.name`, `results[0].id`, `ticket.udf["Send to FN"]`."""

import re
from collections.abc import Iterable
from copy import deepcopy
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from isthmus.base.errors import Permanent
from isthmus.dispatch.rules.values import MISSING, Document, Missing

Step = str | int
Path = tuple[Step, ...]
LABEL: Final = "label"
LABELS: Final = "labels"
UDF: Final = "udf"
UDF_LABELS: Final = "udf_labels"
_MOST_STEPS: Final = 32
_MOST_INDEX: Final = 999
_STEP: Final = re.compile(
    r"""(?P<name>[^.\[\]"'\s][^.\[\]"']*)|\[(?P<index>\d{1,6})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]""",
    re.DOTALL,
)


class PathWrong(Permanent):
    """A path is not written as paths are."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    r"""
    Read a path: names with dots between them, `[n]` counted from 0, `["any name"]`.

    In quotes `\"` is a quote and `\\` a backslash. Raises: PathWrong.
    """
    steps: list[Step] = []
    at, text = 0, text.strip()
    while at < len(text) or not steps:
        match = _STEP.match(text, at)
        if match is None or (steps and _dot_is_wrong(text, at, match)) or len(steps) >= _MOST_STEPS:
            raise _wrong(text, at)
        steps.append(_step(match, text))
        at = match.end()
        if at < len(text) and text[at] == ".":
            at += 1
            if at == len(text) or text[at] == "[":
                raise _wrong(text, at)
    if not isinstance(steps[0], str):
        raise _wrong(text, 0)
    return tuple(steps)


def spell(path: Iterable[Step]) -> str:
    """Write a path so that `parse` gives it back."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _STEP.fullmatch(step) and not step.startswith("[") and step == step.strip():
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def read(document: Document, path: Path) -> Any:
    """
    Return what stands at a path; MISSING when nothing does.

    `label` behind a coded field gives the label that the record holds beside it.
    """
    if len(path) > 2 and path[-1] == LABEL:
        value = _walk(document, path[:-1])
        if not isinstance(value, dict | list | tuple):
            return _label(document, path[:-1])
    return _walk(document, path)


def write(document: dict[str, Any], path: Path, value: Any) -> bool:
    """
    Put a value at a path, making what leads to it; lists grow with empty objects.

    Returns: False when something else stands in the way, and nothing was changed.
    """
    if not _is_free(document, path) or _is_filled(_walk(document, path)):
        return False
    here: Any = document
    for step, following in pairwise(path):
        below = _child(here, step)
        if isinstance(below, Missing) or below is None or below == {}:
            below = [] if isinstance(following, int) else {}
            _put(here, step, below)
        here = below
    # A copy: a later row may write into it, and the source is not ours to change.
    _put(here, path[-1], deepcopy(value))
    return True


def _dot_is_wrong(text: str, at: int, match: re.Match[str]) -> bool:
    """Tell whether a name follows without a dot before it."""
    return match["name"] is not None and text[at - 1] != "."


def _step(match: re.Match[str], text: str) -> Step:
    if match["index"] is not None:
        number = int(match["index"])
        if number > _MOST_INDEX:
            raise _wrong(text, match.start())
        return number
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"][1:-1], flags=re.DOTALL)
    return match["name"].rstrip()


def _wrong(text: str, at: int) -> PathWrong:
    return PathWrong(
        f"{text[:80]!r} is no path: it cannot be read from character {at + 1} on",
        remedy='Write it like company.name, results[0].id or ticket.udf["Send to FN"].',
    )


def _walk(document: Document, path: Path) -> Any:
    here: Any = document
    for step in path:
        here = _child(here, step)
    return here


def _label(document: Document, path: Path) -> Any:
    """Return the label of the coded field at a path: the record keeps them beside its fields."""
    *above, field = path
    if above[-1] == UDF:
        return _walk(document, (*above[:-1], UDF_LABELS, field))
    return _walk(document, (*above, LABELS, field))


def _child(value: Any, step: Step) -> Any:
    if isinstance(step, int):
        inside = isinstance(value, list | tuple) and step < len(value)
        return value[step] if inside else MISSING
    return value.get(step, MISSING) if isinstance(value, dict) else MISSING


def _is_free(document: dict[str, Any], path: Path) -> bool:
    here: Any = document
    for step in path[:-1]:
        if not _fits(here, step):
            return False
        here = _child(here, step)
        if here is None or isinstance(here, Missing) or here == {}:
            return True
    return _fits(here, path[-1])


def _is_filled(value: Any) -> bool:
    """Tell whether other rows have put values below a path."""
    return isinstance(value, dict | list) and bool(value)


def _fits(value: Any, step: Step) -> bool:
    return isinstance(value, list if isinstance(step, int) else dict)


def _put(value: Any, step: Step, what: Any) -> None:
    if isinstance(step, int):
        value.extend({} for _ in range(step + 1 - len(value)))
    value[step] = what
