"""The kinds of fault there are, as data, and the check of what a test posts."""

import re
from dataclasses import dataclass
from typing import Any

from isthmus_sim.autotask.store.catalog import Catalog, Entity

VERBS = ("query", "create", "update", "delete")
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


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
    top: float | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of fault and when it strikes: `before` or `after` the effect, or neither."""

    name: str
    moment: str
    meaning: str
    settings: tuple[Setting, ...] = ()


NUMBER = (int, float)
TEXT = "Simulated fault"
STATUS = Setting("status", (int,), 500, "HTTP status.")

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "status",
            "before",
            "Answer with a status and one error text; 429 and 500 alike.",
            (
                STATUS,
                Setting("text", (str,), TEXT, "The text in `errors`."),
                Setting("retry_after_s", (int,), None, "Sent as Retry-After when given."),
                Setting("after_effect", (bool,), False, "Do the work first, then answer so."),
            ),
        ),
        Kind(
            "delay",
            "before",
            "Wait, then go on as if nothing were.",
            (Setting("seconds", NUMBER, ..., "How long."),),
        ),
        Kind(
            "html_error",
            "before",
            "Answer with an HTML page, as a gateway in front does.",
            (Setting("status", (int,), 502, "HTTP status."),),
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
        Kind(
            "empty_body",
            "after",
            "Do the work, answer with no body at all.",
            (Setting("status", (int,), None, "HTTP status; as it would have been if not given."),),
        ),
        Kind("malformed_json", "after", "Do the work, answer with JSON that does not parse."),
        Kind(
            "zone_move",
            "",
            "The zone answers under /zone-N/ only; elsewhere 401; zoneInformation tells where.",
            (Setting("to", (int,), ..., "The new zone's number."),),
        ),
        Kind("unknown_op_matches_all", "", "A misspelt filter operator matches every row."),
        Kind(
            "replication_lag",
            "",
            "Rows created or changed in the last seconds are not there, by query or by id.",
            (Setting("seconds", NUMBER, ..., "How far the replica is behind."),),
        ),
        Kind(
            "workflow_revert",
            "",
            "A workflow rule sets a field back right after an API write.",
            (
                Setting("field", (str,), ..., "The field; needs `entity`."),
                Setting("to", (str, int, float, bool), None, "Set to this instead of back."),
            ),
        ),
        Kind(
            "permission_lost",
            "",
            "The API user may no longer use an entity, or no longer sees some of its rows.",
            (
                Setting("mode", (str,), "refuse", "How it shows.", allowed=("refuse", "hide")),
                Setting("verbs", (list,), list(VERBS), "What is refused.", allowed=VERBS),
                Setting("share", NUMBER, 1.0, "The share of rows that vanish.", top=1),
                Setting("where", (str,), None, "SQL condition of the rows that vanish."),
            ),
        ),
        Kind(
            "quota_eaten",
            "",
            "Other integrations of the tenant use calls of the hour.",
            (
                Setting("calls", (int,), 0, "At once."),
                Setting("per_minute", NUMBER, 0, "From now on."),
            ),
        ),
    )
}

COMMON = (
    Setting("entity", (str,), None, "Collection it strikes, for instance Tickets; all if null."),
    Setting("method", (str,), None, "HTTP method it strikes; all if null.", allowed=METHODS),
    Setting("path", (str,), None, "Regular expression looked for in the path; all if null."),
    Setting("count", (int,), None, "How often it strikes; for ever if null."),
    Setting("probability", NUMBER, 1.0, "Chance of each strike, decided by the seed.", top=1),
    Setting("seed", (int,), None, "Seed of the chances; the simulator's if null."),
)


def check(posted: Any, catalog: Catalog) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check a posted fault; give its common part (with `kind`) and its own settings.

    Raises: FaultRefused.
    """
    if not isinstance(posted, dict):
        raise FaultRefused('a fault is a JSON object, for instance {"kind": "drop_before"}')
    kind = KINDS.get(str(posted.get("kind")))
    if kind is None:
        raise FaultRefused(f"kind is one of {', '.join(KINDS)}; got {posted.get('kind')!r}")
    allowed = {s.name: s for s in (*COMMON, *kind.settings)}
    unknown = sorted(set(posted) - set(allowed) - {"kind"})
    if unknown:
        raise FaultRefused(
            f"{kind.name} has no {', '.join(unknown)}; it takes {', '.join(allowed)}"
        )
    common = {s.name: _value(kind, s, posted) for s in COMMON}
    settings = {s.name: _value(kind, s, posted) for s in kind.settings}
    _settle(kind, common, settings, catalog)
    return {"kind": kind.name, **common}, settings


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


def _settle(kind: Kind, common: dict[str, Any], settings: dict[str, Any], catalog: Catalog) -> None:
    if common["entity"] is not None:
        entity = catalog.find(common["entity"])
        if entity is None:
            raise FaultRefused(f"there is no collection {common['entity']!r}")
        common["entity"] = entity.collection
        if "field" in settings:
            settings["field"] = _field(entity, settings["field"])
    elif "field" in settings:
        raise FaultRefused(f"{kind.name} needs an entity")
    if common["path"] is not None:
        try:
            re.compile(common["path"])
        except re.error as error:
            raise FaultRefused(f"path is no regular expression: {error}") from error


def _field(entity: Entity, name: str) -> str:
    field = entity.field(name)
    if field is None:
        raise FaultRefused(f"{entity.collection} has no field {name!r}")
    return field.name


def _value(kind: Kind, setting: Setting, posted: dict[str, Any]) -> Any:
    value = posted.get(setting.name)
    if value is None:
        if setting.default is ...:
            raise FaultRefused(f"{kind.name} needs {setting.name}: {setting.meaning}")
        return setting.default
    if setting.name == "method" and isinstance(value, str):
        value = value.upper()
    wrong_type = not isinstance(value, setting.types) or (
        isinstance(value, bool) and bool not in setting.types
    )
    if wrong_type:
        names = " or ".join(t.__name__ for t in setting.types)
        raise FaultRefused(f"{setting.name} takes {names}; got {value!r}")
    number = float(value) if isinstance(value, int | float) and str not in setting.types else 0
    if not 0 <= number <= (setting.top or number):
        raise FaultRefused(f"{setting.name} is out of range: {value}")
    choices = value if isinstance(value, list) else [value]
    if setting.allowed and not set(choices) <= set(setting.allowed):
        raise FaultRefused(f"{setting.name} takes {', '.join(setting.allowed)}; got {value!r}")
    return value
