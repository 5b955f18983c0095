"""One script evaluated: the helpers around it, its errors made readable. Runs in the worker."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from importlib import resources
from typing import Any, Final

import rjsonnet

from isthmus.base.errors import IsthmusError
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.dates import add_day, convert_date
from isthmus.dispatch.rules.values import Unfit, number_of, plain

_PRELUDE: Final = (
    resources.files("isthmus.dispatch.scripts").joinpath("prelude.jsonnet").read_text("utf-8")
)
_HEAD: Final = (
    f"local helpers =\n{_PRELUDE};\n"
    "{ input:: std.parseJson(std.extVar('input')), util:: helpers, out: (\n"
)
_TAIL: Final = "\n) }.out\n"
_LINES: Final = _HEAD.count("\n")
_PLACE: Final = re.compile(r"\bscript:(\d+):(\d+)(?:-(?:\d+:)?\d+)?")
_MOST_STACK: Final = 200
LOOK: Final = "Look at the script; try it on this record with a dry run."


class ScriptFailed(Exception):
    """A script came to an error of its own; `remedy` says what to do."""

    def __init__(self, what: str, remedy: str = LOOK) -> None:
        super().__init__(what)
        self.remedy = remedy


def evaluate(script: str, given: str) -> str:
    """
    Run a script over JSON; return JSON.

    Raises: ScriptFailed, with the line and column of the script.
    """
    try:
        return rjsonnet.evaluate_snippet(
            "script",
            around(script),
            ext_vars={"input": given},
            import_callback=_deny,
            native_callbacks=NATIVES,
            max_stack=_MOST_STACK,
        )
    except RuntimeError as trouble:
        raise _readable(str(trouble)) from None


def around(script: str) -> str:
    """Return the whole program: the helpers, the input, and the script where `$` is both."""
    return f"{_HEAD}{script}{_TAIL}"


def parse_value(text: str) -> Any:
    """Return the value of a script's JSON; fractions keep their digits."""
    return json.loads(text, parse_float=Decimal)


def _deny(_: str, __: str) -> tuple[str, str]:
    raise RuntimeError("scripts cannot import anything")


def _guarded(call: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Return a call that answers with an error as data: the helpers raise it in the script."""

    def answer(*given: Any) -> dict[str, Any]:
        try:
            return {"value": plain(call(*given))}
        except Unfit as trouble:
            return {"error": f"{trouble}. {trouble.remedy}"}
        except IsthmusError as trouble:
            return {"error": f"{trouble.what}. {trouble.remedy}"}

    return answer


def _path(text: Any) -> list[paths.Step]:
    return list(paths.parse(_text(text)))


def _date(value: Any, fin: Any, fout: Any, tzin: Any, tzout: Any) -> str:
    return convert_date(_text(value), _text(fin), _text(fout), _text(tzin), _text(tzout)).text


def _later(value: Any, fin: Any) -> str:
    return add_day(_text(value), _text(fin))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("A helper was given something else where a text belongs", LOOK)
    return value


NATIVES: Final[dict[str, tuple[tuple[str, ...], Callable[..., Any]]]] = {
    "isthmus_path": (("path",), _guarded(_path)),
    "isthmus_number": (("value",), _guarded(lambda value: number_of(_text(value)))),
    "isthmus_date": (("value", "fin", "fout", "tzin", "tzout"), _guarded(_date)),
    "isthmus_day_later": (("value", "fin"), _guarded(_later)),
}


def _readable(told: str) -> ScriptFailed:
    """Return an error with the script's own lines, without the frames of what is around it."""
    what, *frames = told.split("\n")
    if "cannot import anything" in told:
        return ScriptFailed("Scripts cannot import anything", "Put what it needs into the script.")
    what = what.removeprefix("runtime error: ")
    if what.startswith("stack overflow"):
        return ScriptFailed("The script calls itself too deeply", LOOK)
    for frame in (what, *frames):
        match = _PLACE.search(frame)
        line = int(match[1]) - _LINES if match else 0
        if match and line > 0:
            return ScriptFailed(f"{what[:500]} (line {line}, column {match[2]} of the script)")
    return ScriptFailed(what[:500])
