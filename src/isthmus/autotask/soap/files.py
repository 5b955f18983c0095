"""
Files at records, over SOAP: found in the index AttachmentInfo, carried by operations of their own.

Source: WSDL for the shapes; parent type 4 for tickets from the vendor's samples; that a failure
gives id 0 or an empty result is documented, why it failed is not told.
"""

import re
from typing import Any, Final

from isthmus.autotask import errors as err
from isthmus.autotask import query as q
from isthmus.autotask.port import Attachment, Record
from isthmus.autotask.soap import reading
from isthmus.autotask.soap.answers import refused
from isthmus.autotask.soap.names import soap_name
from isthmus.autotask.soap.service import Cell
from isthmus.autotask.soap.session import Session
from isthmus.autotask.soap.xml import parse
from isthmus.autotask.writes.file_limits import Window, check_file
from isthmus.transport import Answer

_INDEX: Final = "AttachmentInfo"
_FILE: Final = "FILE_ATTACHMENT"
_TASK_OR_TICKET: Final = 4
_WORD: Final = re.compile(r"[A-Z][a-z]+|[a-z]+")


class SoapFiles:
    """The files of a tenant; counts the bytes it puts up, so as not to be locked out."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._window = Window()

    async def listed(self, entity: str, record_id: int) -> tuple[Attachment, ...]:
        """Return the files at a record by ascending id, without data."""
        kind = await self._parent_type(entity)
        here = q.and_(q.eq("parentID", record_id), q.eq("parentType", kind))
        found: list[Attachment] = []
        async for rows in reading.read_rows(self._session, _INDEX, here, after_id=-1):
            records = await reading.typed(self._session, _INDEX, rows)
            found.extend(_attachment(record, None) for record in records)
        return tuple(found)

    async def fetch(self, entity: str, record_id: int, attachment_id: int) -> Attachment | None:
        """Return a file with its data; None without one at this record. Links have no data."""
        here = q.and_(
            q.eq("id", int(attachment_id)),
            q.eq("parentID", record_id),
            q.eq("parentType", await self._parent_type(entity)),
        )
        rows = await reading.fetch_rows(self._session, _INDEX, here, above=None)
        if not rows:
            return None
        record = (await reading.typed(self._session, _INDEX, rows))[0]
        file = await self._session.result("GetAttachment", {"attachmentId": attachment_id}, _INDEX)
        data = getattr(file, "Data", None)
        if data is None and record.values.get("attachmentType") == _FILE:
            raise err.AnswerBroken(
                f"The file {attachment_id} came without its data",
                where="SOAP GetAttachment",
                remedy="It was removed a moment ago, or Autotask had a fault. Try again.",
            )
        return _attachment(record, data)

    async def put(
        self,
        entity: str,
        record_id: int,
        file_name: str,
        data: bytes,
        *,
        title: str,
        publish: int,
        content_type: str,
        impersonate: int | None,
    ) -> int:
        """
        Put a file at a record; return its id.

        Raises: AttachmentTooLarge, AttachmentsPaused, ValidationFailed; AttachmentRefused: refused
        without a reason; WriteUncertain.
        """
        check_file(entity, file_name, title, data)
        cells = {
            "ParentID": Cell((str(int(record_id)), "int")),
            "ParentType": Cell((str(await self._parent_type(entity)), "int")),
            "Type": Cell((_FILE, "string")),
            "Title": Cell((title or file_name, "string")),
            "FullPath": Cell((file_name, "string")),
            "Publish": Cell((str(publish), "int")),
        }
        if content_type:
            cells["ContentType"] = Cell((content_type, "string"))
        service = await self._session.service()
        file = service.build("Attachment", Data=data, Info=service.entity(_INDEX, 0, cells, {}))
        with self._window.taking(entity, len(data)):
            made = await self._write("CreateAttachment", {"attachment": file}, impersonate)
            if not made:
                raise err.AttachmentRefused(
                    "Autotask took no file, and does not say why",
                    where=f"{entity}/{record_id} attachments",
                    remedy="Over SOAP it gives no reason: the record may be gone, the file of a"
                    " kind or size it refuses, or too many bytes were put up in five minutes.",
                )
        return int(made)

    async def remove(self, entity: str, record_id: int, attachment_id: int) -> None:
        """Delete a file. Raises: NothingThere; ValidationFailed: refused with these words."""
        here = q.and_(q.eq("id", int(attachment_id)), q.eq("parentID", record_id))
        if not await reading.fetch_rows(self._session, _INDEX, here, above=None):
            raise err.NothingThere(
                f"{entity}/{record_id} has no file {attachment_id}",
                where=f"{entity}/{record_id} attachments",
                remedy="It is gone, or the API user may not see it.",
            )
        told = await self._write("DeleteAttachment", {"attachmentId": attachment_id}, None)
        if told:
            raise refused(str(told), entity)

    async def _write(
        self, operation: str, arguments: dict[str, object], impersonate: int | None
    ) -> Any:
        service = await self._session.service()

        def judge(answer: Answer, asked: Any) -> Any:
            return service.result(operation, parse(answer.body, asked.where))

        return await self._session.write(
            operation, arguments, _INDEX, judge, impersonate=impersonate
        )

    async def _parent_type(self, entity: str) -> int:
        """
        Return the code of an entity as a parent, by the tenant's own picklist.

        Raises: CallRefused: the picklist names no such parent.
        """
        words = {word.casefold() for word in (soap_name(entity), entity.removesuffix("s"))}
        fields = (await self._session.known(_INDEX)).fields
        kinds = next(field.picklist or () for field in fields if field.name == "parentType")
        for one in kinds:
            label = one.label.replace(" ", "").casefold()
            named = {word.casefold() for word in _WORD.findall(one.label)}
            if label in words or words & named:
                return int(one.code)
        if soap_name(entity) in {"Ticket", "Task"}:
            return _TASK_OR_TICKET
        raise err.CallRefused(
            f"It is not known how SOAP names {entity} as the parent of a file",
            where=f"{entity} attachments",
            remedy="Use the REST API, which is the default, for these files.",
        )


def _attachment(record: Record, data: bytes | None) -> Attachment:
    publish = record.values.get("publish")
    return Attachment(
        id=record.id,
        title=str(record.values.get("title") or ""),
        file_name=str(record.values.get("fullPath") or ""),
        content_type=str(record.values.get("contentType") or ""),
        publish=publish if isinstance(publish, int) else 0,
        data=data,
    )
