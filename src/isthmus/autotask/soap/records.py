"""The port `Records` over SOAP: the same calls as over REST, with equal answers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Final, Self

from isthmus.autotask import query as q
from isthmus.autotask.errors import HourlyLimitHit, QueryRefused
from isthmus.autotask.models import EntityInfo, FieldInfo, Threshold, UdfInfo, Usage, Zone
from isthmus.autotask.port import NONE_GIVEN, Attachment, Record, Writable, Written
from isthmus.autotask.settings import ClientSettings, Credentials, WriteSettings
from isthmus.autotask.soap import reading
from isthmus.autotask.soap.changing import Changer
from isthmus.autotask.soap.files import SoapFiles
from isthmus.autotask.soap.session import Session
from isthmus.autotask.soap.settings import SoapSettings
from isthmus.autotask.soap.writing import Change, New

_MOST: Final = reading.MOST


class SoapRecords:
    """
    A tenant's records over the SOAP API 1.6, which the vendor has frozen; REST is the default.

    Use as an async context manager, in one event loop. Errors: `isthmus.autotask.errors`.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._changer = Changer(session)
        self._files = SoapFiles(session)

    @classmethod
    def connect(
        cls,
        credentials: Credentials,
        *,
        base_url: str | None = None,
        zone: int | str | None = None,
        settings: ClientSettings | None = None,
        writes: WriteSettings | None = None,
        soap: SoapSettings | None = None,
    ) -> Self:
        """
        Return records behind a session that looks up zone and WSDL at the first call.

        Args: base_url: where to ask for the zone: the service, its WSDL, or the REST API beside it.
        Raises: ZoneUnknown, WrongAddress: `zone` or `base_url` cannot be one.
        """
        return cls(
            Session(
                credentials,
                base_url=base_url,
                zone=zone,
                settings=settings or ClientSettings(),
                soap=soap or SoapSettings(),
                writes=writes or WriteSettings(),
            )
        )

    async def __aenter__(self) -> Self:
        await self._session.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.__aexit__(kind, error, trace)

    async def zone(self) -> Zone:
        """Return where the tenant's service is. Raises: ZoneUnknown, WrongAddress."""
        return await self._session.caller.zone()

    def usage(self) -> Usage:
        """Return what was spent as far as known; costs nothing."""
        return self._session.caller.usage()

    def exhausted(self) -> HourlyLimitHit | None:
        """Return why the hour's limit would hold up the next call; None if not."""
        return self._session.caller.exhausted()

    async def fetch(self, entity: str, record_id: int) -> Record | None:
        """Return one record; None when there is none, or none that this user may see."""
        found = await self.find(entity, q.eq("id", int(record_id)), limit=1)
        return found[0] if found else None

    async def find(self, entity: str, where: q.Node, *, limit: int = _MOST) -> tuple[Record, ...]:
        """Return the first `limit` (1 to 500) records that match, by ascending id."""
        if not 1 <= limit <= _MOST:
            raise QueryRefused(f"{limit} records cannot be found", remedy="Ask for 1 to 500.")
        found: list[Record] = []
        async for rows in reading.read_rows(self._session, entity, where, after_id=None):
            found.extend(await reading.typed(self._session, entity, rows[: limit - len(found)]))
            if len(found) == limit or _is_one(where):
                break
        return tuple(found)

    async def read(
        self, entity: str, where: q.Node | None = None, *, after_id: int = -1
    ) -> AsyncIterator[Record]:
        """Yield every record that matches, by ascending id, until an answer is empty."""
        async for rows in reading.read_rows(self._session, entity, where, after_id=after_id):
            for record in await reading.typed(self._session, entity, rows):
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

        Raises: UnknownField, ValidationFailed: before sending or by Autotask; PermissionDenied;
        WriteUncertain: it may be there; Unreachable: it is not.
        """
        new = New(values, udfs)
        return (await self.create_all(
            entity, [new], read_back=read_back, impersonate=impersonate
        ))[0]  # fmt: skip

    async def create_all(
        self,
        entity: str,
        records: Sequence[New],
        *,
        read_back: bool = True,
        impersonate: int | None = None,
    ) -> tuple[Written, ...]:
        """
        Create 1 to 200 records in one call, all or none.

        Raises: BatchRefused telling each refused record by its index; and as `create`.
        """
        return await self._changer.create(
            entity, records, read_back=read_back, impersonate=impersonate
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
        Change the given fields; the rest is read and sent back as it was, for SOAP replaces.

        What others change between the reading and the sending is undone, and formatted texts
        become plain: REST does neither.
        Raises: NothingThere; HalfKnown; and as `create`.
        """
        change = Change(record_id, changes, udfs)
        return (await self.update_all(
            entity, [change], read_back=read_back, impersonate=impersonate
        ))[0]  # fmt: skip

    async def update_all(
        self,
        entity: str,
        changes: Sequence[Change],
        *,
        read_back: bool = True,
        impersonate: int | None = None,
    ) -> tuple[Written, ...]:
        """Change 1 to 200 records in one call, all or none. Raises: as `update`, BatchRefused."""
        return await self._changer.update(
            entity, changes, read_back=read_back, impersonate=impersonate
        )

    async def delete(
        self,
        entity: str,
        record_id: int,
        *,
        parent_id: int | None = None,
    ) -> None:
        """Delete a record. Raises: NothingThere; CallRefused: these cannot be deleted."""
        await self._changer.delete(entity, record_id)

    async def attachments(self, entity: str, record_id: int) -> tuple[Attachment, ...]:
        """List the files at a record, without their data."""
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
        return await self._session.info(entity)

    async def fields(self, entity: str, *, age: float | None = None) -> tuple[FieldInfo, ...]:
        """Return an entity's fields with their picklists, at most `age` or `metadata_age` old."""
        return (await self._session.known(entity, age)).fields

    async def user_defined_fields(self, entity: str) -> tuple[UdfInfo, ...]:
        """Return an entity's user-defined fields, at most `metadata_age` old; () for none."""
        return (await self._session.known(entity)).udfs

    async def threshold(self) -> Threshold:
        """Return the hour's limit and use, now."""
        return await self._session.threshold()


def _is_one(where: q.Node) -> bool:
    """Tell whether at most one record can match, so that no further answer is asked for."""
    return isinstance(where, q.Condition) and where.op == "eq" and where.field.casefold() == "id"
