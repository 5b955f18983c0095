"""Attachments: files below tickets, notes, time entries and others, and their common index.

Source: file and five-minute limits documented; `data` only by the nested GET of one
attachment, and the `items` shape of single attachments, observed by three integrators.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections import deque
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.base import errors

if TYPE_CHECKING:
    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.autotask.writing.writes import Parent, Writes
    from isthmus_sim.base.clock import SimClock
    from isthmus_sim.base.switches import Switches

INDEX = "AttachmentInfo"
FILE = "FILE_ATTACHMENT"
WINDOW_S = 300
SCALE = 10_000
TASK_OR_TICKET, TIME_ENTRY, NOTE = 4, 18, 23
# 4, 18 and 23 are observed; the others are assumed.
PARENT_TYPES = {
    "Companies": 1,
    "Opportunities": 3,
    "Tickets": TASK_OR_TICKET,
    "Tasks": TASK_OR_TICKET,
    "Projects": 5,
    "Resources": 6,
    "ConfigurationItems": 7,
    "TimeEntries": TIME_ENTRY,
}
# The index names the parent by a field of its own.
INDEX_FIELDS = {
    "KnowledgeBaseArticles": "articleID",
    "Companies": "companyID",
    "CompanyNotes": "companyNoteID",
    "ConfigurationItems": "configurationItemID",
    "ConfigurationItemNotes": "configurationItemNoteID",
    "ContractNotes": "contractNoteID",
    "Documents": "documentID",
    "ExpenseItems": "expenseItemID",
    "ExpenseReports": "expenseReportID",
    "Opportunities": "opportunityID",
    "Projects": "projectID",
    "ProjectNotes": "projectNoteID",
    "Resources": "resourceID",
    "SalesOrders": "salesOrderID",
    "Tasks": "taskID",
    "TaskNotes": "taskNoteID",
    "Tickets": "ticketID",
    "TicketNotes": "ticketNoteID",
    "TimeEntries": "timeEntryID",
}


def is_attachment(collection: str) -> bool:
    """Tell whether a collection holds files."""
    return collection.endswith("Attachments")


class Attachments:
    """Files with their bytes, kept beside the rows so that no list ever carries them."""

    def __init__(self, state: State, clock: SimClock, switches: Switches, writes: Writes) -> None:
        self._state = state
        self._clock = clock
        self._switches = switches
        self._writes = writes
        self._recent: deque[tuple[float, int]] = deque()
        self._refused_until = 0.0

    def create(self, call: Call, entity: Entity, parent: Parent, body: Any) -> int:
        """Store a file below its parent; give its id.

        Raises: VendorError.
        """
        given = dict(body) if isinstance(body, dict) else body
        name = next((k for k in given if k.lower() == "data"), "data") if given else "data"
        encoded = given.pop(name, None) if isinstance(given, dict) else None
        content = self._content(given, encoded)
        with self._state.transaction():
            extra = self._facts(call, entity, parent, given, content)
            row_id = self._writes.create(call, entity, parent, given, extra=extra)
            self._keep(entity.collection, row_id, content)
            self._index(entity, parent, row_id)
        self._recent.append((self._clock.timestamp(), len(content)))
        return row_id

    def delete(self, call: Call, entity: Entity, parent: Parent, row_id: int) -> int:
        """Remove a file, its bytes and its line in the index; give its id.

        Raises: VendorError.
        """
        with self._state.transaction():
            self._writes.delete(call, entity, parent, row_id)
            self._bytes_table()
            self._state.sql(
                "DELETE FROM _attachment WHERE collection = ? AND id = ?",
                (entity.collection, row_id),
            )
            self._state.delete(INDEX, row_id)
        return row_id

    def data(self, collection: str, row: Row) -> str:
        """Give a file's bytes in base64, as only the nested GET of one shows them.

        A generated attachment has no bytes kept: it shows made-up ones of its size.
        """
        self._bytes_table()
        found = self._state.sql(
            "SELECT data FROM _attachment WHERE collection = ? AND id = ?", (collection, row["id"])
        )
        content = found[0][0] if found else _made_up(row)
        return base64.b64encode(content).decode()

    # Inside --------------------------------------------------------------------------

    def _content(self, given: Any, encoded: Any) -> bytes:
        kinds = [v for k, v in given.items() if k.lower() == "attachmenttype"] if given else []
        if not encoded:
            if kinds == [FILE]:
                raise errors.required_value_missing("data")
            return b""
        try:
            content = base64.b64decode(str(encoded), validate=True)
        except binascii.Error:
            raise errors.VendorError(
                "Error converting value to type 'System.Byte[]'. Path 'data'."
            ) from None
        self._room_for(len(content))
        return content

    def _room_for(self, size: int) -> None:
        """Documented limits; texts assumed."""
        if size > int(self._switches["attachment_max_bytes"]):
            raise errors.VendorError("The attachment exceeds the maximum file size.")
        now = self._clock.timestamp()
        while self._recent and self._recent[0][0] <= now - WINDOW_S:
            self._recent.popleft()
        used = sum(length for _, length in self._recent)
        if now < self._refused_until or used + size > int(
            self._switches["attachment_window_bytes"]
        ):
            if now >= self._refused_until:
                self._refused_until = now + WINDOW_S
            raise errors.VendorError(
                "The attachment limit of 10000000 bytes in 5 minutes has been exceeded."
            )

    def _facts(self, call: Call, entity: Entity, parent: Parent, given: Any, content: bytes) -> Row:
        """What the server says about a file."""
        path = next((v for k, v in given.items() if k.lower() == "fullpath"), "") if given else ""
        facts: Row = {
            "id": self._next_id(entity.collection),
            "parentID": parent.id,
            "parentType": PARENT_TYPES.get(parent.collection or "", NOTE),
            "attachDate": self._clock.now_text(),
            "attachedByResourceID": self._writes.actor(call, entity),
            "contentType": mimetypes.guess_type(str(path))[0] or "application/octet-stream",
            "fileSize": len(content) * SCALE,
            "creatorType": 1,
            INDEX_FIELDS.get(parent.collection or "", ""): parent.id,
        }
        if parent.collection in ("Tickets", "Tasks"):
            facts["isTaskAttachment"] = int(parent.collection == "Tasks")
        return {name: value for name, value in facts.items() if name.lower() in entity.by_name}

    def _next_id(self, collection: str) -> int:
        """Files of all kinds share one row of ids, that of the index. Assumed."""
        tables = [self._state.table(name) for name in (INDEX, collection)]
        tops = [self._state.sql(f"SELECT coalesce(max(id), 0) FROM {t}")[0][0] for t in tables]
        seen = self._state.sql(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name IN (?, ?)",
            (INDEX, collection),
        )
        return int(max(*tops, seen[0][0])) + 1

    def _index(self, entity: Entity, parent: Parent, row_id: int) -> None:
        row = self._state.get(entity.collection, row_id) or {}
        index = self._state.catalog[INDEX]
        line = {name: value for name, value in row.items() if name.lower() in index.by_name}
        owner = INDEX_FIELDS.get(parent.collection or "")
        if owner and parent.collection:
            line[owner] = parent.id
            line |= self._grandparent(parent)
        self._state.insert(INDEX, line)

    def _grandparent(self, parent: Parent) -> Row:
        """A file on a note or on time names the ticket or task too. Assumed."""
        row = self._state.get(str(parent.collection), parent.id) or {}
        return {name: row[name] for name in ("ticketID", "taskID") if row.get(name) is not None}

    def _keep(self, collection: str, row_id: int, content: bytes) -> None:
        self._bytes_table()
        self._state.sql(
            "INSERT OR REPLACE INTO _attachment VALUES (?, ?, ?)", (collection, row_id, content)
        )

    def _bytes_table(self) -> None:
        self._state.sql(
            "CREATE TABLE IF NOT EXISTS _attachment "
            "(collection TEXT, id INTEGER, data BLOB, PRIMARY KEY (collection, id))"
        )


def _made_up(row: Row) -> bytes:
    size = int(row.get("fileSize") or 0) // SCALE or 64
    line = f"Generated attachment {row['id']}.\n".encode()
    return (line * (size // len(line) + 1))[: min(size, 1_000_000)]
