"""Files, folders and signatures of a work order."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.api.asked import part
from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.orders.step import part_of
from isthmus_sim.fieldnation.view import files

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]


def add_signature(a: Asked) -> Doc:
    """Keep a signature."""
    name, data = a.text("name", required=True), a.text("data", required=True)
    shape = a.text("format", required=True)
    done = moves.add_signature(a.world, a.order_id, a.by, name=name, data=data, shape=shape)
    return a.whole(done)


def read_signature(a: Asked) -> Doc:
    """Give one signature."""
    sight = a.sight()
    number = a.number("signature_id")
    return files.signature(sight, part_of(sight.order["signatures"], number, "Signature"))


def add_folder(a: Asked) -> Doc:
    """Make a folder."""
    body = a.body()
    more = {k: body[k] for k in ("min_files", "max_files") if isinstance(body.get(k), int)}
    task = body.get("task")
    if isinstance(task, dict) and isinstance(task.get("id"), int):
        more["task_id"] = task["id"]
    name = a.text("name", required=True)
    return a.whole(moves.add_folder(a.world, a.order_id, a.by, name, **more))


def upload(a: Asked) -> Doc:
    """Keep an uploaded file: multipart/form-data with `file` and `notes` (documented)."""
    name, mime, data, notes = _multipart(a)
    folder = a.number("folder_id")
    done = moves.add_attachment(
        a.world, a.order_id, a.by, folder, name=name, data=data, mime=mime, notes=notes
    )
    return a.whole(done)


def _multipart(a: Asked) -> tuple[str, str, bytes, str]:
    kind = a.call.headers.get("Content-Type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise invalid("An upload takes multipart/form-data.", "/file")
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + a.call.body)
    parts = {
        str(p.get_param("name", header="content-disposition")): p for p in message.iter_parts()
    }
    file, notes = parts.get("file"), parts.get("notes")
    if file is None:
        raise invalid("file is required.", "/file")
    data = file.get_payload(decode=True)
    said = notes.get_payload(decode=True) if notes is not None else b""
    mime = file.get_content_type() if file["Content-Type"] else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else ""
    return file.get_filename() or "file", mime, data if isinstance(data, bytes) else b"", text


def change_attachment(a: Asked) -> Doc:
    """Review a file."""
    folder, number = a.number("folder_id"), a.number("attachment_id")
    done = moves.change_attachment(
        a.world, a.order_id, a.by, folder, file_id=number, value=a.body()
    )
    return a.whole(done)


def remove_attachment(a: Asked) -> Doc:
    """Delete a file."""
    folder, number = a.number("folder_id"), a.number("attachment_id")
    return a.whole(moves.remove_attachment(a.world, a.order_id, a.by, folder, number))


SERVED: dict[str, Handler] = {
    "v2_woSignatures_get": part(files.signatures),
    "v2_woSignatures_post": add_signature,
    "v2_woSignaturesById_get": read_signature,
    "v2_woAttachments_get": part(files.attachments),
    "v2_woAttachments_post": add_folder,
    "v2_woAttachmentsByFolderId_post": upload,
    "v2_woAttachmentsByFolderIdByAttachmentId_put": change_attachment,
    "v2_woAttachmentsByFolderIdByAttachmentId_delete": remove_attachment,
}
