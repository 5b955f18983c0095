"""What a test may switch on: kinds of fault as data, and the check of what it posts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
NUMBER = (int, float)
TEXT = "Simulated fault"


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
    """One kind of fault and when it strikes: `before` or `after` the effect, or neither."""

    name: str
    moment: str
    meaning: str
    settings: tuple[Setting, ...] = ()


COMMON = (
    Setting("method", (str,), None, "HTTP method it strikes; all if null.", allowed=METHODS),
    Setting("path", (str,), None, "Regular expression looked for in the path; all if null."),
    Setting("count", (int,), None, "How often it strikes; for ever if null."),
    Setting("probability", NUMBER, 1.0, "Chance of each strike, decided by the seed.", top=1),
    Setting("seed", (int,), None, "Seed of the chances; the simulator's if null."),
)
"""What every fault takes, at every simulator: whom it strikes, how often."""
OUTAGE = Kind(
    "outage",
    "before",
    "Nothing answers for a while; an outage of all calls holds deliveries back, too.",
    (
        Setting("seconds", NUMBER, ..., "How long from now, on the simulator's clock."),
        Setting("status", (int,), None, "Status of a gateway's page; null closes the connection."),
    ),
)
"""A vendor that is gone, and comes back."""


def read_posted(
    posted: Any, kinds: Mapping[str, Kind], common: Sequence[Setting]
) -> tuple[Kind, dict[str, Any], dict[str, Any]]:
    """
    Check a posted fault; give its kind, its common part and its own settings.

    Raises: FaultRefused.
    """
    if not isinstance(posted, dict):
        raise FaultRefused('a fault is a JSON object, for instance {"kind": "drop_before"}')
    kind = kinds.get(str(posted.get("kind")))
    if kind is None:
        raise FaultRefused(f"kind is one of {', '.join(kinds)}; got {posted.get('kind')!r}")
    allowed = [setting.name for setting in (*common, *kind.settings)]
    if unknown := sorted(set(posted) - set(allowed) - {"kind"}):
        raise FaultRefused(
            f"{kind.name} has no {', '.join(unknown)}; it takes {', '.join(allowed)}"
        )
    whom = {s.name: _value(kind, s, posted.get(s.name)) for s in common}
    if whom["path"] is not None:
        try:
            re.compile(whom["path"])
        except re.error as error:
            raise FaultRefused(f"path is no regular expression: {error}") from error
    return kind, whom, {s.name: _value(kind, s, posted.get(s.name)) for s in kind.settings}


def describe_kinds(kinds: Mapping[str, Kind], common: Sequence[Setting]) -> dict[str, Any]:
    """Give every kind with its settings, as GET faults/kinds shows it."""
    return {
        kind.name: {
            "meaning": kind.meaning,
            "settings": {
                s.name: s.meaning + ("" if s.default is not ... else " Must be given.")
                for s in (*kind.settings, *common)
            },
        }
        for kind in kinds.values()
    }


def _value(kind: Kind, setting: Setting, value: Any) -> Any:
    if value is None:
        if setting.default is ...:
            raise FaultRefused(f"{kind.name} needs {setting.name}: {setting.meaning}")
        return setting.default
    if setting.name == "method" and isinstance(value, str):
        value = value.upper()
    no_flag = isinstance(value, bool) and bool not in setting.types
    if no_flag or not isinstance(value, setting.types):
        names = " or ".join(t.__name__ for t in setting.types)
        raise FaultRefused(f"{setting.name} takes {names}; got {value!r}")
    number = float(value) if isinstance(value, NUMBER) and str not in setting.types else None
    if number is not None and not setting.least <= number <= (setting.top or number):
        raise FaultRefused(f"{setting.name} is out of range: {value}")
    choices = value if isinstance(value, list) else [value]
    if setting.allowed and not set(choices) <= set(setting.allowed):
        raise FaultRefused(f"{setting.name} takes {', '.join(setting.allowed)}; got {value!r}")
    return value
