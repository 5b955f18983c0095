"""Messages and attachments."""

from collections.abc import Sequence

from isthmus.fieldnation.errors import FieldNationError
from isthmus.fieldnation.links import fetch_link
from isthmus.fieldnation.models import File, Folder, Message, WorkOrder
from isthmus.fieldnation.parsing import parse_folders, parse_messages
from isthmus.fieldnation.readout import object_of
from isthmus.fieldnation.work_orders.base import OrderCalls, options, without_none
from isthmus.transport import FilePart, Form


class Talk(OrderCalls):
    """The calls about what people say and attach."""

    async def messages(self, work_order_id: int) -> tuple[Message, ...]:
        """Read all messages, newest first as the vendor gives them, each with its replies."""
        return parse_messages(await self._part(work_order_id, "messages"))

    async def send_message(
        self,
        work_order_id: int,
        text: str,
        *,
        kind: str,
        to: int | None = None,
        notify: Sequence[int] = (),
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> Message | None:
        """
        Post a message; plain text, and for good: messages cannot be changed or deleted.

        Args: kind: who sees it: INTERNAL and STAFF_NOTE our side only, ASSIGNEDTECH,
        REQUESTEDTECHS, ROUTEDTECHS, or SPECIFICTECH with `to`. notify: users told by mail.
        Returns: the message as it stands there; None when the answer does not show it yet.
        """
        body = without_none(
            message=text,
            type=kind,
            to=None if to is None else {"id": to},
            notify=list(notify) or None,
        )
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        found = await self._write("POST", work_order_id, "messages", body=body, query=query)
        return _newest(parse_messages(found), text, "")

    async def reply(
        self,
        work_order_id: int,
        message_id: str,
        text: str,
        *,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> Message | None:
        """Answer a message. Returns: as `send_message`."""
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        tail = ("messages", int(message_id) if message_id.isdecimal() else message_id)
        found = await self._write("POST", work_order_id, *tail, body={"message": text}, query=query)
        return _newest(parse_messages(found), text, message_id)

    async def attachments(
        self, work_order_id: int, *, acting_user_id: int | None = None
    ) -> tuple[Folder, ...]:
        """Read the folders with their files."""
        return parse_folders(
            await self._part(work_order_id, "attachments", acting_user_id=acting_user_id)
        )

    async def add_folder(self, work_order_id: int, name: str) -> tuple[Folder, ...]:
        """Make a folder. Returns: all folders of the order."""
        await self._write("POST", work_order_id, "attachments", body={"name": name}, query={})
        return await self.attachments(work_order_id)

    async def attach(
        self,
        work_order_id: int,
        folder_id: int,
        filename: str,
        content: bytes,
        *,
        content_type: str = "application/octet-stream",
        notes: str = "",
        force_upload: bool = False,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> File | None:
        """
        Put a file into a folder.

        Args: force_upload: also where the vendor has one of this name (assumed).
        Returns: the file as it stands there; None when it does not show yet.
        Raises: an error that `may_have_taken_effect` also where only the look at it failed.
        """
        # A quote or line break in a form's file name is escaped in ways servers disagree about.
        filename = " ".join(filename.replace('"', "'").split())
        values = {"notes": notes} if notes else {}
        if force_upload:
            values["force_upload"] = "true"
        form = Form(values, (FilePart("file", filename, content_type, content),))
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        tail = ("attachments", folder_id)
        found = await self._write("POST", work_order_id, *tail, body=form, query=query)
        shown = object_of(found.get("attachments"))
        folders = parse_folders(shown)
        if not shown:
            try:
                folders = await self.attachments(work_order_id, acting_user_id=acting_user_id)
            except FieldNationError as error:
                error.may_have_taken_effect = True
                raise
        mine = [
            file
            for folder in folders
            if folder.id == folder_id
            for file in folder.files
            if file.name == filename and (not notes or file.notes == notes)
        ]
        return max(mine, key=lambda file: file.id, default=None)

    async def update_attachment(
        self,
        work_order_id: int,
        file: File,
        *,
        notes: str | None = None,
        status: str | None = None,
        show_before_assignment: bool | None = None,
        acting_user_id: int | None = None,
    ) -> WorkOrder:
        """Change notes, review (PENDING, APPROVED, DENIED) or visibility of a file."""
        body = without_none(
            notes=notes, status=status, show_before_assignment=show_before_assignment
        )
        tail = ("attachments", file.folder_id or 0, file.id)
        query = options(acting_user_id=acting_user_id)
        return await self._write_order("PUT", work_order_id, *tail, body=body, query=query)

    async def remove_attachment(
        self, work_order_id: int, file: File, *, acting_user_id: int | None = None
    ) -> WorkOrder:
        """Delete a file."""
        tail = ("attachments", file.folder_id or 0, file.id)
        query = options(acting_user_id=acting_user_id)
        return await self._write_order("DELETE", work_order_id, *tail, body=None, query=query)

    async def download(self, file: File) -> bytes:
        """
        Fetch a file's bytes by its link.

        The log-in goes along only to the API's own host.
        Raises: FileUnavailable: no link, or it ran out: read the attachments again.
        """
        return await fetch_link(self._caller, file.link, f"file {file.id}")


def _newest(messages: Sequence[Message], text: str, parent: str) -> Message | None:
    """Return the latest message of this text; the vendor lists all of them after each post."""
    mine = [
        one
        for one in messages
        if one.text.strip() == text.strip() and (not parent or one.parent_id == parent)
    ]
    return max(mine, key=_age, default=None)


def _age(message: Message) -> tuple[float, int]:
    at = message.at.timestamp() if message.at is not None else 0.0
    return at, int(message.id) if message.id.isdecimal() else 0
