"""The kinds of fault of the simulated Autotask."""

from typing import Any

from isthmus_sim.autotask.store.catalog import Catalog, Entity
from isthmus_sim.base.fault_kinds import COMMON as ALL_TAKE
from isthmus_sim.base.fault_kinds import (
    NUMBER,
    OUTAGE,
    TEXT,
    FaultRefused,
    Kind,
    Setting,
    read_posted,
)

VERBS = ("query", "create", "update", "delete")
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
        OUTAGE,
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
    *ALL_TAKE,
)


def check(posted: Any, catalog: Catalog) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check a posted fault; give its common part (with `kind`) and its own settings.

    Raises: FaultRefused.
    """
    kind, common, settings = read_posted(posted, KINDS, COMMON)
    _settle(kind, common, settings, catalog)
    return {"kind": kind.name, **common}, settings


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


def _field(entity: Entity, name: str) -> str:
    field = entity.field(name)
    if field is None:
        raise FaultRefused(f"{entity.collection} has no field {name!r}")
    return field.name
