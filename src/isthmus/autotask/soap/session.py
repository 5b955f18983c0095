"""One API user's way to the SOAP service: zone, WSDL, calls by the budget and slots of REST."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from isthmus.autotask.calls.answers import Asked
from isthmus.autotask.calls.caller import Caller
from isthmus.autotask.errors import UnknownEntity
from isthmus.autotask.metadata.known import Known, KnownEntities
from isthmus.autotask.models import EntityInfo, FieldInfo, Threshold, UdfInfo
from isthmus.autotask.settings import ClientSettings, Credentials, WriteSettings
from isthmus.autotask.soap import wsdl
from isthmus.autotask.soap.metadata import fields_of, info_of, udfs_of
from isthmus.autotask.soap.names import Spelling, soap_name, spell
from isthmus.autotask.soap.service import Service, left_over, listed
from isthmus.autotask.soap.settings import SoapSettings
from isthmus.autotask.soap.times import Times
from isthmus.autotask.soap.wire import SoapWire
from isthmus.autotask.soap.xml import parse
from isthmus.autotask.writes.writer import send_write
from isthmus.base import log
from isthmus.transport import Answer

T = TypeVar("T")
_logger: Final = log.get_logger("autotask.soap")


class Session:
    """
    Makes calls and keeps what was learnt: the zone's description, fields and their spelling.

    Use as an async context manager, in one event loop. Entities are named as REST names them.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str | None,
        zone: int | str | None,
        settings: ClientSettings,
        soap: SoapSettings,
        writes: WriteSettings,
    ) -> None:
        self.wire = SoapWire(credentials, base_url, zone)
        self.caller = Caller(
            credentials, base_url=None, zone=None, settings=settings, wire=self.wire
        )
        self.times = Times(soap.times)
        self.page_size = settings.page_size
        self.writes = writes
        self._cache = soap.cache
        self._known = KnownEntities(self._read_fields, self._read_udfs)
        self._spellings: dict[str, Spelling] = {}
        self._lock = asyncio.Lock()
        self._described = ""
        self._is_fresh = False

    async def __aenter__(self) -> Self:
        await self.caller.session.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.caller.session.__aexit__(kind, error, trace)

    async def service(self) -> Service:
        """Return the zone's service, described by its WSDL. Raises: WrongAddress, ..."""
        zone = await self.caller.zone()
        if self.wire.service is None or self._described != zone.url:
            async with self._lock:
                if self.wire.service is None or self._described != zone.url:
                    await self._describe(zone.url, anew=False)
        assert self.wire.service is not None  # noqa: S101 - told to the type checker
        return self.wire.service

    async def renew(self) -> bool:
        """
        Fetch the zone's WSDL again, because it lacks what an answer holds; once is enough.

        Returns whether it was fetched: False where the one at hand is new already.
        """
        async with self._lock:
            if self._is_fresh:
                return False
            await self._describe((await self.caller.zone()).url, anew=True)
            return True

    async def call(
        self,
        operation: str,
        arguments: dict[str, object],
        entity: str,
        parse_answer: Callable[[Answer, Asked], T],
    ) -> T:
        """Make a call that changes nothing. Raises: the tree of `autotask.errors`."""
        await self.service()
        call = self.wire.call(operation, arguments, entity)
        return await self.caller.fetch(call, lambda answer: parse_answer(answer, call.asked))

    async def write(
        self,
        operation: str,
        arguments: dict[str, object],
        entity: str,
        parse_answer: Callable[[Answer, Asked], T],
        *,
        record_id: int | None = None,
        impersonate: int | None = None,
    ) -> T:
        """
        Make a call that changes something, once unless it surely had no effect.

        Raises: WriteUncertain: it may have taken effect; and as `call`.
        """
        await self.service()
        call = self.wire.call(
            operation, arguments, entity, idempotent=False, impersonate=impersonate
        )
        return await send_write(
            self.caller, call, lambda answer: parse_answer(answer, call.asked), record_id=record_id
        )

    async def result(self, operation: str, arguments: dict[str, object], entity: str) -> Any:
        """Make a call and return what zeep makes of its result."""
        service = await self.service()
        return await self.call(
            operation,
            arguments,
            entity,
            lambda answer, asked: service.result(operation, parse(answer.body, asked.where)),
        )

    # What the tenant looks like

    async def known(self, entity: str, age: float | None = None) -> Known:
        """Return an entity's metadata, in REST's names, at most so many seconds old."""
        return await self._known.get(entity, self.writes.metadata_age if age is None else age)

    async def spelling(self, entity: str) -> Spelling:
        """Return an entity's fields in both spellings."""
        await self.known(entity)
        return self._spellings[entity.casefold()]

    async def info(self, entity: str) -> EntityInfo:
        """Return what this user may do with an entity. Raises: UnknownEntity."""
        name = soap_name(entity)
        for one in await self._members("getEntityInfo", {}, entity, "EntityInfo"):
            if str(one.Name).casefold() == name.casefold():
                return info_of(one, entity)
        raise UnknownEntity(
            f"This tenant's SOAP service has no {name}",
            where="SOAP getEntityInfo",
            remedy="Use the REST API, which is the default.",
        )

    async def threshold(self) -> Threshold:
        """Return the hour's limit and use, now."""
        await self.service()
        return await self.caller.threshold()

    async def _describe(self, url: str, *, anew: bool) -> None:
        async def fetch(address: str) -> bytes:
            self._is_fresh = True
            return await self.caller.download(address, wsdl.parse_wsdl)

        self._is_fresh = False
        self.wire.service = await wsdl.load(self._cache, url, fetch, anew=anew)
        self._described = url

    async def _read_fields(self, entity: str) -> tuple[FieldInfo, ...]:
        name = soap_name(entity)
        told = await self._members("GetFieldInfo", {"psObjectType": name}, entity, "Field")
        self._spellings[entity.casefold()], fields = spell(name, fields_of(told, entity))
        return fields

    async def _read_udfs(self, entity: str) -> tuple[UdfInfo, ...]:
        name = soap_name(entity)
        told = await self._members("getUDFInfo", {"psTable": name}, entity, "Field")
        return udfs_of(told, entity)

    async def _members(
        self, operation: str, arguments: dict[str, object], entity: str, member: str
    ) -> Sequence[Any]:
        """Return an array's members, by a newer WSDL where this one does not know all of them."""
        told = listed(await self.result(operation, arguments, entity), member)
        unknown = left_over(told)
        if unknown and await self.renew():
            told = listed(await self.result(operation, arguments, entity), member)
            unknown = left_over(told)
        if unknown:
            _logger.warning("wsdl_lacks", operation=operation, elements=sorted(unknown))
        return told
