"""
Attachments over SOAP: by the id they have in AttachmentInfo.

Source: WSDL for the shapes; documented: id 0 or an empty result when it fails. What
DeleteAttachment says is assumed: nothing when done, else why not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.soap.envelope import SoapFault, answer, element
from isthmus_sim.autotask.soap.xmltext import XSI, child, escape, number, text_of
from isthmus_sim.autotask.writing.attachments import (
    INDEX,
    INDEX_FIELDS,
    NOTE,
    PARENT_TYPES,
    is_attachment,
)
from isthmus_sim.autotask.writing.writes import Parent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.soap.envelope import Request
    from isthmus_sim.autotask.soap.tables import Tables
    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.autotask.writing.attachments import Attachments
    from isthmus_sim.base.reply import Reply
    from isthmus_sim.base.switches import Switches

_SENT = {"Type": "attachmentType", "Title": "title", "FullPath": "fullPath", "Publish": "publish"}
UNTYPED = (
    "System.Web.Services.Protocols.SoapException: "
    "Conversion from type 'XmlNode()' to type 'String' is not valid."
)


@dataclass
class Files:
    """Answers the three operations on files."""

    state: State
    tables: Tables
    attachments: Attachments
    switches: Switches

    def get(self, request: Request, _call: Call) -> Reply:
        """Give a file and what is known of it; an empty result for one that is not there."""
        found = self._found(request.argument("attachmentId"))
        if found is None:
            return answer(request, "")
        entity, row = found
        info = request.edition.entities[INDEX]
        writer = self.tables.writer(request.edition, info)
        rows = self.state.sql(
            f"SELECT {writer.columns} FROM {self.state.table(INDEX)} WHERE id = ?", (row["id"],)
        )
        told = element("Data", self.attachments.data(entity.collection, row))
        told += element("Info", writer.content(rows[0])) if rows else ""
        return answer(request, element("GetAttachmentResult", told))

    def create(self, request: Request, call: Call) -> Reply:
        """Store a file; give its id, 0 when it is refused."""
        attachment = child(request.body, "attachment")
        info = child(attachment, "Info")
        self._check_types(info)
        body: dict[str, Any] = {
            rest: text_of(sent).strip()
            for soap, rest in _SENT.items()
            if (sent := child(info, soap)) is not None
        }
        body.setdefault("attachmentType", "FILE_ATTACHMENT")
        body.setdefault("title", body.get("fullPath", ""))
        body["data"] = "".join(text_of(child(attachment, "Data")).split())
        try:
            row_id = self._create(call, info, body)
        except errors.VendorError:
            row_id = 0
        return answer(request, element("CreateAttachmentResult", str(row_id)))

    def delete(self, request: Request, call: Call) -> Reply:
        """Remove a file."""
        found = self._found(request.argument("attachmentId"))
        try:
            if found is None or found[0].parent is None:
                raise errors.nothing_to_delete()
            entity, row = found
            parent = Parent(entity.parent.collection if entity.parent else None, _parent_id(row))
            self.attachments.delete(call, entity, parent, int(row["id"] or 0))
        except errors.VendorError as refused:
            return answer(request, element("DeleteAttachmentResult", escape(str(refused))))
        return answer(request, element("DeleteAttachmentResult", ""))

    # Inside

    def _check_types(self, info: Element | None) -> None:
        if info is None or self.switches["soap_untyped_attachment"] == "accept":
            return
        if any(sent.get(f"{XSI}type") is None for name in _SENT for sent in _named(info, name)):
            raise SoapFault(UNTYPED, server=True)

    def _create(self, call: Call, info: Element | None, body: dict[str, Any]) -> int:
        kind, parent = (number(text_of(child(info, n))) for n in ("ParentType", "ParentID"))
        if kind is None or parent is None:
            raise errors.required_value_missing("ParentID")
        for collection in self._parents(kind):
            if self.state.get(collection, parent) is not None:
                entity = self._files_of(collection)
                return self.attachments.create(call, entity, Parent(collection, parent), body)
        raise errors.reference_invalid("ParentID", "Attachment")

    def _parents(self, kind: int) -> Iterator[str]:
        """Give the collections a parent type may mean, tickets before tasks."""
        known = [name for name, number in PARENT_TYPES.items() if number == kind]
        if kind == NOTE:  # notes of all kinds share one number; those of tickets first
            notes = [name for name in INDEX_FIELDS if name.endswith("Notes")]
            known = sorted(notes, key="TicketNotes".__ne__)
        yield from (name for name in known if self._has_files(name))

    def _has_files(self, collection: str) -> bool:
        return self.state.catalog.child(collection, "Attachments") is not None

    def _files_of(self, collection: str) -> Entity:
        found = self.state.catalog.child(collection, "Attachments")
        if found is None:
            raise errors.reference_invalid("ParentID", collection)
        return found

    def _found(self, text: str) -> tuple[Entity, Row] | None:
        row_id = number(text)
        if row_id is None:
            return None
        for entity in self.state.catalog:
            if is_attachment(entity.collection):
                row = self.state.get(entity.collection, row_id)
                if row is not None:
                    return entity, row
        return None


def _named(info: Element, name: str) -> list[Element]:
    found = child(info, name)
    return [] if found is None else [found]


def _parent_id(row: Row) -> int:
    return int(row.get("parentID") or 0)
