"""
What a watcher sees of the calls that reach a simulated vendor, named by the step they belong to.

A step is told from the wire alone (method, path, body), so the product needs no hook for it.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

AUTOTASK: Final = "Autotask"
FIELDNATION: Final = "Field Nation"
OTHER: Final = "something else"

READ_TICKET: Final = "read the ticket"
READ_RELATED: Final = "read what the ticket refers to"
MAKE_ORDER: Final = "make the order"
LOOK_ORDER: Final = "look for the order"
PUBLISH: Final = "publish the order"
CROSS_LINK: Final = "show the order at the ticket"
CHANGE_ORDER: Final = "change the order"
POST_MESSAGE: Final = "post a message"
READ_ORDER: Final = "read the order"
READ_MESSAGES: Final = "read the messages"
CHANGE_TICKET: Final = "change the ticket"
MAKE_NOTE: Final = "make a note"
LOOK_NOTE: Final = "look for a note"
READ_NOTES: Final = "read the notes"
MAKE_TIME: Final = "make a time entry"
LOOK_TIME: Final = "look for a time entry"
MAKE_CHARGE: Final = "make a charge"
LOOK_CHARGE: Final = "look for a charge"
TAKE_FILE: Final = "put a file at the ticket"
GIVE_FILE: Final = "put a file at the order"
READ_FILES: Final = "read the ticket's files"
CANCEL: Final = "cancel the order"
SWEEP_TICKETS: Final = "sweep the tickets"
SWEEP_ORDERS: Final = "sweep the orders"
METADATA: Final = "read metadata"
HEAR_AUTOTASK: Final = "a webhook of Autotask comes"
HEAR_FIELDNATION: Final = "a webhook of Field Nation comes"

TOWARD_ORDER: Final = (
    HEAR_AUTOTASK, READ_TICKET, MAKE_ORDER, LOOK_ORDER, PUBLISH, CROSS_LINK, CHANGE_ORDER,
    READ_NOTES, POST_MESSAGE, SWEEP_TICKETS, READ_FILES, GIVE_FILE, CANCEL,
)  # fmt: skip
TOWARD_TICKET: Final = (
    HEAR_FIELDNATION, READ_ORDER, CHANGE_TICKET, MAKE_NOTE, LOOK_NOTE, READ_MESSAGES, MAKE_TIME,
    LOOK_TIME, MAKE_CHARGE, LOOK_CHARGE, SWEEP_ORDERS, TAKE_FILE,
)  # fmt: skip
WRITES: Final = frozenset(
    {MAKE_ORDER, PUBLISH, CROSS_LINK, CHANGE_ORDER, POST_MESSAGE, CHANGE_TICKET, MAKE_NOTE}
    | {MAKE_TIME, MAKE_CHARGE, TAKE_FILE, GIVE_FILE, CANCEL}
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came. `port`: the caller's, by which its process is found."""

    side: str
    method: str
    path: str
    query: str = ""
    body: bytes = field(default=b"", repr=False)
    port: int = 0

    @property
    def document(self) -> dict[str, Any]:
        """Return the body as a JSON object; empty where it is none."""
        try:
            found = json.loads(self.body) if self.body else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


_ORDER: Final = re.compile(r"/workorders/(\d+)$")
_TICKETS_PATCHED: Final = frozenset({"PATCH", "PUT"})


def step_of(call: Call) -> str:
    """Return the step that a call belongs to; "" for the simulator's own doors."""
    path = call.path.lower()
    if "/_sim/" in path or "/provider/" in path:
        return ""
    if call.side == AUTOTASK:
        return _autotask(call, path.partition("/v1.0/")[2].strip("/"))
    return _fieldnation(call, path)


def order_of(call: Call) -> int:
    """Return the order that a call at Field Nation names in its path; 0 for none."""
    found = re.search(r"/workorders/(\d+)", call.path)
    return int(found[1]) if found else 0


def _autotask(call: Call, path: str) -> str:
    if call.method == "POST" and path.endswith("/query"):
        return _asked(path, call.body.decode("utf-8", "replace"))
    if path == "tickets" and call.method in _TICKETS_PATCHED:
        names = set(call.document) - {"id", "userDefinedFields"}
        return CHANGE_TICKET if names else CROSS_LINK
    if path.endswith("/attachments"):
        return TAKE_FILE if call.method == "POST" else READ_FILES
    if call.method == "POST":
        made = {"notes": MAKE_NOTE, "charges": MAKE_CHARGE, "timeentries": MAKE_TIME}
        return made.get(path.rpartition("/")[2].removeprefix("ticket"), OTHER)
    if "entityinformation" in path or "threshold" in path or "zoneinformation" in path:
        return METADATA
    return OTHER


def _asked(path: str, body: str) -> str:
    entity = path.removesuffix("/query")
    looks = '"contains"' in body
    if entity == "tickets":
        return SWEEP_TICKETS if "lastActivityDate" in body else READ_TICKET
    if entity == "ticketnotes":
        return LOOK_NOTE if looks else READ_NOTES
    if entity == "timeentries":
        return LOOK_TIME
    if entity == "ticketcharges":
        return LOOK_CHARGE
    return READ_RELATED


def _fieldnation(call: Call, path: str) -> str:
    if path.endswith("/workorders"):
        if call.method == "POST":
            return MAKE_ORDER
        return LOOK_ORDER if "search" in call.query else SWEEP_ORDERS
    if path.endswith("/messages"):
        return POST_MESSAGE if call.method == "POST" else READ_MESSAGES
    if path.endswith(("/publish", "/route")):
        return PUBLISH
    if "/attachments" in path:
        return GIVE_FILE if call.method == "POST" else METADATA
    if _ORDER.search(path) and call.method in {"GET", "DELETE"}:
        return READ_ORDER if call.method == "GET" else CANCEL
    if "/workorders/" in path and call.method in {"PUT", "POST"}:
        return CHANGE_ORDER
    return METADATA
