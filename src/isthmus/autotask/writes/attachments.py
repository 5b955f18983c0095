"""
Files at records, over REST: listed, put up, taken down, removed, byte for byte.

Source: that only the nested GET of one file fills `data`, and answers in the shape of a list,
observed by three integrators; limits: `file_limits`.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from isthmus.autotask import errors as err
from isthmus.autotask import query as q
from isthmus.autotask.calls.call import Call
from isthmus.autotask.calls.pages import broken
from isthmus.autotask.client import AutotaskClient
from isthmus.autotask.port import Attachment
from isthmus.autotask.records.decoding import decode_one, decode_row, decode_written
from isthmus.autotask.writes.file_limits import Window, check_file
from isthmus.autotask.writes.routes import attachments_of
from isthmus.autotask.writes.writer import parse_deleted, send_write
from isthmus.transport import Answer

_FILE: Final = "FILE_ATTACHMENT"

Raw = Mapping[str, object]


class Files:
    """The files of a tenant; counts the bytes it puts up, so as not to be locked out."""

    def __init__(self, client: AutotaskClient) -> None:
        self._client = client
        self._window = Window()

    async def listed(self, entity: str, record_id: int) -> tuple[Attachment, ...]:
        """Return the files at a record by ascending id, without data."""
        call = _call("GET", entity, record_id)
        rows, more = await self._client.caller.fetch(
            call, lambda answer: _parse_list(answer, entity)
        )
        found = [_attachment(row, entity) for row in rows]
        while more and found:
            here = q.and_(q.eq("parentID", record_id), q.gt("id", found[-1].id))
            page = await self._client.query_page(call.entity, here)
            found.extend(_attachment(decode_row(row, entity), entity) for row in page.rows)
            more = page.more and bool(page.rows)
        return tuple(sorted(found, key=lambda one: one.id))

    async def fetch(self, entity: str, record_id: int, attachment_id: int) -> Attachment | None:
        """Return a file with its data, None without one; links have no data."""
        call = _call("GET", entity, record_id, attachment_id)
        try:
            row = await self._client.caller.fetch(call, lambda answer: _decode_file(answer, entity))
        except err.UnknownEntity:
            return None
        return row

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

        Raises: AttachmentTooLarge, AttachmentsPaused (before sending, where our own files of the
        last five minutes fill the window), ValidationFailed, WriteUncertain.
        """
        check_file(entity, file_name, title, data)
        body: dict[str, object] = {
            "id": 0,
            "attachmentType": _FILE,
            "title": title or file_name,
            "fullPath": file_name,
            "publish": publish,
            "data": base64.b64encode(data).decode(),
        }
        if content_type:
            body["contentType"] = content_type
        call = _call("POST", entity, record_id, body=body, impersonate=impersonate)
        with self._window.taking(entity, len(data)):
            return await send_write(
                self._client.caller, call, lambda answer: decode_written(answer.body, entity)
            )

    async def remove(self, entity: str, record_id: int, attachment_id: int) -> None:
        """Delete a file. Raises: NothingThere."""
        call = _call("DELETE", entity, record_id, attachment_id)
        await send_write(
            self._client.caller,
            call,
            lambda answer: parse_deleted(answer, entity),
            record_id=attachment_id,
        )


def _call(
    method: str,
    entity: str,
    record_id: int,
    attachment_id: int | None = None,
    *,
    body: object = None,
    impersonate: int | None = None,
) -> Call:
    collection, route = attachments_of(entity)
    path = f"{route.path}/{int(record_id)}/{route.segment}"
    if attachment_id is not None:
        path = f"{path}/{int(attachment_id)}"
    return Call(method, path, collection, body, method == "GET", route.parent, impersonate)


def _parse_list(answer: Answer, entity: str) -> tuple[list[Raw], bool]:
    found = decode_row(answer.body, entity)
    items, details = found.get("items"), found.get("pageDetails")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise broken("no list of files", entity)
    more = isinstance(details, dict) and bool(details.get("nextPageUrl"))
    return items, more


def _decode_file(answer: Answer, entity: str) -> Attachment | None:
    row = decode_one(answer.body, entity)
    return None if row is None else _attachment(row, entity)


def _attachment(row: Raw, entity: str) -> Attachment:
    number, publish = row.get("id"), row.get("publish")
    if not isinstance(number, int):
        raise broken("a file without an id", entity)
    return Attachment(
        id=number,
        title=_text(row, "title"),
        file_name=_text(row, "fullPath"),
        content_type=_text(row, "contentType"),
        publish=publish if isinstance(publish, int) else 0,
        data=_data(row, entity),
    )


def _data(row: Raw, entity: str) -> bytes | None:
    encoded = row.get("data")
    if encoded is None:
        return None
    try:
        return base64.b64decode(str(encoded), validate=True)
    except (binascii.Error, ValueError):
        raise broken("a file that is no base64", entity) from None


def _text(row: Raw, key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value)
