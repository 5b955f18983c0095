"""
Files at records, over REST: listed, put up, taken down, removed, byte for byte.

Source: vendor help on limits: 6 to 7 MB a file by the API, 10,000,000 bytes in five minutes, then
none for five minutes; that only the nested GET of one file fills `data`, and answers in the shape
of a list, observed by three integrators.
"""

import base64
import binascii
from collections import deque
from collections.abc import Mapping
from typing import Final

from isthmus.autotask import errors as err
from isthmus.autotask import query as q
from isthmus.autotask.call import Call
from isthmus.autotask.client import AutotaskClient
from isthmus.autotask.pages import broken
from isthmus.autotask.port import Attachment
from isthmus.autotask.records.decoding import decode_one, decode_row, decode_written
from isthmus.autotask.routes import attachments_of
from isthmus.autotask.writes import parse_deleted, send_write
from isthmus.base import clock
from isthmus.transport import Answer

LARGEST: Final = 6 * 1024 * 1024
"""Bytes of the largest file: the lower end of what the vendor says."""
WINDOW_BYTES: Final = 10_000_000
WINDOW_SECONDS: Final = 300.0
_LONGEST_NAME: Final = 255
_FILE: Final = "FILE_ATTACHMENT"

Raw = Mapping[str, object]


class Files:
    """The files of a tenant; counts the bytes it puts up, so as not to be locked out."""

    def __init__(self, client: AutotaskClient) -> None:
        self._client = client
        self._recent: deque[tuple[float, int]] = deque()

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
        _check_file(entity, file_name, title, data)
        self._check_window(entity, len(data))
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
        taken = (clock.monotonic(), len(data))
        self._recent.append(taken)
        try:
            return await send_write(
                self._client.caller, call, lambda answer: decode_written(answer.body, entity)
            )
        except err.WriteUncertain:
            raise
        except BaseException:
            self._recent.remove(taken)
            raise

    async def remove(self, entity: str, record_id: int, attachment_id: int) -> None:
        """Delete a file. Raises: NothingThere."""
        call = _call("DELETE", entity, record_id, attachment_id)
        await send_write(
            self._client.caller,
            call,
            lambda answer: parse_deleted(answer, entity),
            record_id=attachment_id,
        )

    def _check_window(self, entity: str, size: int) -> None:
        now = clock.monotonic()
        while self._recent and self._recent[0][0] <= now - WINDOW_SECONDS:
            self._recent.popleft()
        used = sum(length for _, length in self._recent)
        if used + size <= WINDOW_BYTES:
            return
        wait = 0.0
        for at, length in self._recent:
            used -= length
            wait = at + WINDOW_SECONDS - now
            if used + size <= WINDOW_BYTES:
                break
        raise err.AttachmentsPaused(
            f"In five minutes Autotask takes {WINDOW_BYTES} bytes of files, then none for five",
            where=f"{entity} attachments",
            remedy=f"Nothing was sent. There is room again in {wait:.0f} s.",
            wait_seconds=wait,
        )


def _check_file(entity: str, file_name: str, title: str, data: bytes) -> None:
    where = f"{entity} attachments"
    if len(data) > LARGEST:
        raise err.AttachmentTooLarge(
            f"The file has {len(data)} bytes; Autotask takes {LARGEST} by its API",
            where=where,
            remedy="Put up a smaller one, or a link to it.",
        )
    if not data:
        raise err.ValidationFailed("The file is empty", where=where, remedy="Autotask takes none.")
    for name, text in (("file_name", file_name), ("title", title)):
        if len(text) > _LONGEST_NAME or (name == "file_name" and not text.strip()):
            raise err.ValidationFailed(
                f"The {name} has {len(text)} characters",
                where=where,
                remedy=f"Give 1 to {_LONGEST_NAME}.",
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
