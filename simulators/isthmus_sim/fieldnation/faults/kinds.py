"""The kinds of fault there are, as data, and the check of what a test posts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
SHAPES = ("problem", "status_message", "error_object", "oauth", "webhooks")
TEXT = "Simulated fault"
NUMBER = (int, float)


class FaultRefused(ValueError):
    """A fault the simulator cannot make; the text says what is allowed."""


@dataclass(frozen=True)
class Setting:
    """One setting of a kind. A default of `...` means it must be given."""

    name: str
    types: tuple[type, ...]
    default: Any
    meaning: str
    allowed: tuple[Any, ...] | None = None
    least: float = 0
    top: float | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of fault and when it strikes: `before` or `after` the effect."""

    name: str
    moment: str
    meaning: str
    settings: tuple[Setting, ...] = ()


def _status(default: int) -> Setting:
    return Setting("status", (int,), default, "HTTP status.", least=100, top=599)


_SHAPE = Setting("shape", (str,), None, "Error shape; what the place uses if null.", SHAPES)
_AFTER = Setting("after_effect", (bool,), False, "Do the work first, then answer so.")
_SECONDS = Setting("seconds", NUMBER, ..., "How long.")
_TEXT = Setting("text", (str,), TEXT, "What the error says.")

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "status",
            "before",
            "Answer with an error status, in any of the vendor's five shapes.",
            (
                _status(500),
                _SHAPE,
                _TEXT,
                Setting("retry_after_s", (int,), None, "Sent as Retry-After when given."),
                _AFTER,
            ),
        ),
        Kind(
            "rate_limited",
            "before",
            "Answer 429 with Retry-After and the rate limit headers.",
            (_SHAPE, Setting("retry_after_s", (int,), 60, "Seconds to wait.")),
        ),
        Kind(
            "conflict",
            "before",
            "Answer 409, as after an edit by somebody else.",
            (_SHAPE, _TEXT, _AFTER),
        ),
        Kind("delay", "before", "Wait, then go on as if nothing were.", (_SECONDS,)),
        Kind("slow", "after", "Do the work, then wait before the answer.", (_SECONDS,)),
        Kind(
            "html_error",
            "before",
            "Answer with an HTML page, as a gateway in front does.",
            (_status(502),),
        ),
        Kind("drop_before", "before", "Close the connection before any effect."),
        Kind("drop_after", "after", "Do the work, then close the connection without an answer."),
        Kind(
            "truncate",
            "after",
            "Announce the whole answer, send a part, close.",
            (
                Setting("share", NUMBER, 0.5, "The share that is sent.", top=1),
                Setting("keep_bytes", (int,), None, "Bytes that are sent, instead of a share."),
            ),
        ),
        Kind("empty_body", "after", "Do the work, answer with no body at all."),
        Kind("malformed_json", "after", "Do the work, answer with JSON that does not parse."),
        Kind(
            "expired_token",
            "before",
            "The token of the call has just expired, for this call and every later one.",
        ),
        Kind(
            "replication_lag",
            "after",
            "Work orders created in the last seconds are in no list yet.",
            (_SECONDS,),
        ),
    )
}

COMMON = (
    Setting("method", (str,), None, "HTTP method it strikes; all if null.", METHODS),
    Setting("path", (str,), None, "Regular expression looked for in the path; all if null."),
    Setting("count", (int,), None, "How often it strikes; for ever if null."),
    Setting("probability", NUMBER, 1.0, "Chance of each strike, decided by the seed.", top=1),
    Setting("seed", (int,), None, "Seed of the chances; the simulator's if null."),
)


def check(posted: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """
    Check a posted fault; give its kind, its common part and its own settings.

    Raises: FaultRefused.
    """
    if not isinstance(posted, dict):
        raise FaultRefused('a fault is a JSON object, for instance {"kind": "drop_before"}')
    kind = KINDS.get(str(posted.get("kind")))
    if kind is None:
        raise FaultRefused(f"kind is one of {', '.join(KINDS)}; got {posted.get('kind')!r}")
    allowed = [setting.name for setting in (*COMMON, *kind.settings)]
    if unknown := sorted(set(posted) - set(allowed) - {"kind"}):
        raise FaultRefused(
            f"{kind.name} has no {', '.join(unknown)}; it takes {', '.join(allowed)}"
        )
    common = {s.name: _value(kind, s, posted.get(s.name)) for s in COMMON}
    if common["path"] is not None:
        try:
            re.compile(common["path"])
        except re.error as error:
            raise FaultRefused(f"path is no regular expression: {error}") from error
    return kind.name, common, {s.name: _value(kind, s, posted.get(s.name)) for s in kind.settings}


def describe() -> dict[str, Any]:
    """Give every kind with its settings, as GET faults/kinds shows it."""
    return {
        kind.name: {
            "meaning": kind.meaning,
            "settings": {
                s.name: s.meaning + ("" if s.default is not ... else " Must be given.")
                for s in (*kind.settings, *COMMON)
            },
        }
        for kind in KINDS.values()
    }


def _value(kind: Kind, setting: Setting, value: Any) -> Any:
    if value is None:
        if setting.default is ...:
            raise FaultRefused(f"{kind.name} needs {setting.name}: {setting.meaning}")
        return setting.default
    if setting.name == "method" and isinstance(value, str):
        value = value.upper()
    if not isinstance(value, setting.types) or isinstance(value, bool) != (bool in setting.types):
        names = " or ".join(t.__name__ for t in setting.types)
        raise FaultRefused(f"{setting.name} takes {names}; got {value!r}")
    if isinstance(value, int | float) and not setting.least <= value <= (setting.top or value):
        raise FaultRefused(f"{setting.name} is out of range: {value}")
    if setting.allowed and value not in setting.allowed:
        raise FaultRefused(f"{setting.name} takes {', '.join(setting.allowed)}; got {value!r}")
    return value
