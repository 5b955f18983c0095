"""The port `Records` over REST: typed records, writes that are read back, files."""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Final, Self

from isthmus.autotask import query as q
from isthmus.autotask.calls.call import Call
from isthmus.autotask.client import AutotaskClient
from isthmus.autotask.errors import QueryRefused, UnknownEntity
from isthmus.autotask.metadata.known import KnownEntities
from isthmus.autotask.models import EntityInfo, FieldInfo, Page, Threshold, UdfInfo, Zone
from isthmus.autotask.port import NONE_GIVEN, Attachment, Record, Writable, Written
from isthmus.autotask.records import record_of
from isthmus.autotask.records.decoding import decode_one, decode_row
from isthmus.autotask.settings import ClientSettings, Credentials, WriteSettings
from isthmus.autotask.writes.attachments import Files
from isthmus.autotask.writes.writer import Writer

_MOST: Final = 500


class RestRecords:
    """
    A tenant's records over REST, for one API user; `client` reads the same tenant by pages.

    Use as an async context manager, in one event loop. Errors: `isthmus.autotask.errors`.
    """

    def __init__(self, client: AutotaskClient, *, writes: WriteSettings | None = None) -> None:
        self.client = client
        self._settings = WriteSettings() if writes is None else writes
        self._known = KnownEntities(client.fields, client.user_defined_fields)
        self._writer = Writer(client.caller, self._known, self.fetch, self._settings)
        self._files = Files(client)

    @classmethod
    def connect(
        cls,
        credentials: Credentials,
        *,
        base_url: str | None = None,
        zone: int | str | None = None,
        settings: ClientSettings | None = None,
        writes: WriteSettings | None = None,
    ) -> Self:
        """Return the records behind a client of their own; arguments as `AutotaskClient`'s."""
        client = AutotaskClient.connect(
            credentials, base_url=base_url, zone=zone, settings=settings
        )
        return cls(client, writes=writes)

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.client.__aexit__(kind, error, trace)

    async def fetch(self, entity: str, record_id: int) -> Record | None:
        """Return one record; None when there is none, or none that this user may see."""
        known = await self._known.get(entity, self._settings.metadata_age)
        call = Call("GET", f"{entity}/{int(record_id)}", entity)
        try:
            raw = await self.client.caller.fetch(
                call, lambda answer: decode_one(answer.body, entity)
            )
        except UnknownEntity:  # 404: some entities answer so for a missing id (observed)
            return None
        return None if raw is None else record_of(entity, raw, known.fields, known.udfs)

    async def find(self, entity: str, where: q.Node, *, limit: int = _MOST) -> tuple[Record, ...]:
        """Return the first `limit` (1 to 500) records that match, by ascending id."""
        if not 1 <= limit <= _MOST:
            raise QueryRefused(f"{limit} records cannot be found", remedy="Ask for 1 to 500.")
        found: list[Record] = []
        more, node = True, where
        while more and len(found) < limit:
            page = await self._page(entity, node, limit - len(found))
            found.extend(await self._typed(entity, page))
            more = page.more and bool(page.rows)
            node = q.and_(where, q.gt("id", page.ids[-1])) if more else where
        return tuple(found)

    async def read(
        self, entity: str, where: q.Node | None = None, *, after_id: int = -1
    ) -> AsyncIterator[Record]:
        """Yield every record that matches, by ascending id."""
        await self._known.get(entity, self._settings.metadata_age)
        async for page in self.client.read(entity, where, after_id=after_id):
            for record in await self._typed(entity, page):
                yield record

    async def create(
        self,
        entity: str,
        values: Mapping[str, Writable],
        *,
        udfs: Mapping[str, Writable] = NONE_GIVEN,
        read_back: bool = True,
        impersonate: int | None = None,
    ) -> Written:
        """
        Create a record; the parent of a child entity is named by its field in `values`.

        Args: impersonate: the resource in whose name; needs rights on both sides.
        Raises: UnknownField, ValidationFailed: before sending or by Autotask; PermissionDenied;
        WriteUncertain: it may be there; Unreachable: it is not.
        """
        return await self._writer.create(
            entity, values, udfs, read_back=read_back, impersonate=impersonate
        )

    async def update(
        self,
        entity: str,
        record_id: int,
        changes: Mapping[str, Writable],
        *,
        udfs: Mapping[str, Writable] = NONE_GIVEN,
        parent_id: int | None = None,
        read_back: bool = True,
        impersonate: int | None = None,
    ) -> Written:
        """
        Change the given fields and no other; without `parent_id` a child's is looked up.

        Raises: RichTextEcho: a formatted text would be written over by its own plain text;
        NothingThere; and as `create`.
        """
        return await self._writer.update(
            entity, record_id, changes, udfs,
            parent_id=parent_id, read_back=read_back, impersonate=impersonate,
        )  # fmt: skip

    async def delete(self, entity: str, record_id: int, *, parent_id: int | None = None) -> None:
        """Delete a record. Raises: NothingThere; CallRefused: these cannot be deleted."""
        await self._writer.delete(entity, record_id, parent_id=parent_id)

    async def attachments(self, entity: str, record_id: int) -> tuple[Attachment, ...]:
        """
        List the files at a record, without their data.

        `find("AttachmentInfo", ...)` finds those of all records, by any field of that index.
        """
        return await self._files.listed(entity, record_id)

    async def attach(
        self, entity: str, record_id: int, file_name: str, data: bytes, *, title: str = "",
        publish: int = 1, content_type: str = "", impersonate: int | None = None,
    ) -> int:  # fmt: skip
        """Put a file at a record; return its id. Raises: AttachmentRefused (both kinds)."""
        return await self._files.put(
            entity, record_id, file_name, data, title=title, publish=publish,
            content_type=content_type, impersonate=impersonate,
        )  # fmt: skip

    async def fetch_attachment(
        self, entity: str, record_id: int, attachment_id: int
    ) -> Attachment | None:
        """Return one file with its data; a link has none."""
        return await self._files.fetch(entity, record_id, attachment_id)

    async def remove_attachment(self, entity: str, record_id: int, attachment_id: int) -> None:
        """Delete one file. Raises: NothingThere."""
        await self._files.remove(entity, record_id, attachment_id)

    async def entity_info(self, entity: str) -> EntityInfo:
        """Return what this user may do with an entity; read anew."""
        return await self.client.entity_info(entity)

    async def fields(self, entity: str, *, age: float | None = None) -> tuple[FieldInfo, ...]:
        """Return an entity's fields with their picklists, at most `age` or `metadata_age` old."""
        oldest = self._settings.metadata_age if age is None else age
        return (await self._known.get(entity, oldest)).fields

    async def user_defined_fields(self, entity: str) -> tuple[UdfInfo, ...]:
        """Return an entity's user-defined fields, at most `metadata_age` old; () for none."""
        return (await self._known.get(entity, self._settings.metadata_age)).udfs

    async def zone(self) -> Zone:
        """Return where the tenant lives; see `AutotaskClient.zone`."""
        return await self.client.zone()

    async def threshold(self) -> Threshold:
        """Return the hour's limit and use, now."""
        return await self.client.threshold()

    async def _page(self, entity: str, where: q.Node, size: int) -> Page:
        await self._known.get(entity, self._settings.metadata_age)
        return await self.client.query_page(entity, where, page_size=size)

    async def _typed(self, entity: str, page: Page) -> list[Record]:
        known = await self._known.get(entity, self._settings.metadata_age)
        return [
            record_of(entity, decode_row(row, entity), known.fields, known.udfs)
            for row in page.rows
        ]
