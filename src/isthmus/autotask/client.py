"""The Autotask client: reading, one page or all of them, and what the tenant looks like."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from types import TracebackType
from typing import Final, Self, TypeVar

from isthmus.autotask import query as q
from isthmus.autotask.calls.call import Call
from isthmus.autotask.calls.caller import Caller
from isthmus.autotask.calls.pages import broken, decode_object, parse_page
from isthmus.autotask.errors import HourlyLimitHit, QueryRefused, UnknownEntity, UnknownField
from isthmus.autotask.metadata.checks import check_include, check_query
from isthmus.autotask.metadata.parsing import parse_entity_info, parse_fields, parse_udfs
from isthmus.autotask.models import EntityInfo, FieldInfo, Page, Threshold, UdfInfo, Usage, Zone
from isthmus.autotask.settings import ClientSettings, Credentials
from isthmus.base import clock
from isthmus.transport import Answer

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_REREAD_AFTER: Final = 60.0
"""Seconds after which an unknown field is worth a fresh look at the metadata."""
Shape = TypeVar("Shape")
Described = TypeVar("Described", FieldInfo, UdfInfo)


class AutotaskClient:
    """
    An Autotask tenant's REST API, for one API user.

    Use as an async context manager, in one event loop. Errors: `isthmus.autotask.errors`.
    """

    def __init__(self, caller: Caller, settings: ClientSettings) -> None:
        self._caller = caller
        self._settings = settings
        self._fields: dict[str, tuple[float, dict[str, FieldInfo]]] = {}
        self._udfs: dict[str, dict[str, UdfInfo]] = {}

    @classmethod
    def connect(
        cls,
        credentials: Credentials,
        *,
        base_url: str | None = None,
        zone: int | str | None = None,
        settings: ClientSettings | None = None,
    ) -> Self:
        """
        Return a client that looks up its zone at the first call.

        Args: base_url: where to ask for the zone, such as a simulator; wins over `zone`.
        zone: the number in the tenant's address (5 for ww5.autotask.net), to ask there.
        Raises: ZoneUnknown, WrongAddress: `zone` or `base_url` cannot be one.
        """
        chosen = ClientSettings() if settings is None else settings
        return cls(Caller(credentials, base_url=base_url, zone=zone, settings=chosen), chosen)

    async def __aenter__(self) -> Self:
        await self._caller.session.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._caller.session.__aexit__(kind, error, trace)

    @property
    def username(self) -> str:
        """Return the API user this client calls as."""
        return self._caller.username

    @property
    def caller(self) -> Caller:
        """Return what makes the calls, for the rooms that write."""
        return self._caller

    async def zone(self) -> Zone:
        """Return where the tenant lives. Raises: ZoneUnknown, WrongAddress."""
        return await self._caller.zone()

    async def threshold(self) -> Threshold:
        """Read the hour's limit and use now; costs a call. Raises: HourlyLimitHit, refused."""
        return await self._caller.threshold()

    def usage(self) -> Usage:
        """Return what was spent as far as known; costs nothing."""
        return self._caller.usage()

    def exhausted(self) -> HourlyLimitHit | None:
        """Return why the hour's limit would hold up the next call; None if not. Costs nothing."""
        return self._caller.exhausted()

    async def entity_info(self, entity: str) -> EntityInfo:
        """Return what the API user may do with an entity. Raises: UnknownEntity."""
        return await self._describe(entity, "", parse_entity_info)

    async def fields(self, entity: str) -> tuple[FieldInfo, ...]:
        """Read an entity's fields, in the vendor's order; queries are checked by them from then."""
        fields = await self._describe(entity, "/fields", parse_fields)
        self._fields[entity.casefold()] = (clock.monotonic(), _by_name(fields))
        return fields

    async def user_defined_fields(self, entity: str) -> tuple[UdfInfo, ...]:
        """Read an entity's user-defined fields; () where it has none."""
        try:
            udfs = await self._describe(entity, "/userDefinedFields", parse_udfs)
        except UnknownEntity:
            udfs = ()
        self._udfs[entity.casefold()] = _by_name(udfs)
        return udfs

    async def count(self, entity: str, where: q.Node | None = None) -> int:
        """Count the rows that match, all of them without `where`."""
        node = await self._checked(entity, where, ())
        call = _query(entity, "query/count", {"filter": [q.to_json(node)]})
        return await self._caller.fetch(call, lambda answer: _parse_count(answer, entity))

    async def query_page(
        self,
        entity: str,
        where: q.Node | None = None,
        *,
        page_size: int | None = None,
        include: Iterable[str] | None = None,
    ) -> Page:
        """
        Ask for the first page of the rows that match, by POST.

        Args: page_size: 1 to 500. include: fields wanted; `id` always comes. None: all fields.
        Raises: QueryRefused, UnknownField, UnknownEntity, PermissionDenied, and the Retryable ones
        once the retries are spent.
        """
        size = self._settings.page_size if page_size is None else page_size
        if not 1 <= size <= 500:
            raise QueryRefused(
                f"A page of {size} rows cannot be asked for", remedy="Ask for 1 to 500."
            )
        return await self._ask(entity, where, size, _with_id(include))

    async def read(
        self,
        entity: str,
        where: q.Node | None = None,
        *,
        after_id: int = -1,
        below_id: int | None = None,
        include: Iterable[str] | None = None,
    ) -> AsyncIterator[Page]:
        """
        Yield every page of rows that match, in id order: each asks for what lies after the last.

        Rows changed meanwhile are neither skipped nor doubled; rows added at the end are met.
        It ends at a page that names no next one and is not full, or has no rows; a short page
        alone is not taken for the last. Only `after_id` < id < `below_id` (when given) is read.
        Raises: as `query_page`.
        """
        wanted = _with_id(include)
        size = self._settings.page_size
        last = after_id
        while True:
            page = await self._ask(entity, where, size, wanted, above=last, below=below_id)
            if not page.rows:
                return
            yield page
            last = page.ids[-1]
            if not page.more and len(page.rows) < size:
                return

    async def get(self, entity: str, item_id: int) -> dict[str, object] | None:
        """
        Return one record as a dict, numbers with fractions as floats; None when there is none.

        A missing id is answered with a null item or with 404 (both observed).
        """
        call = Call("GET", f"{_path(entity)}/{int(item_id)}", entity)
        try:
            return await self._caller.fetch(call, lambda answer: _parse_item(answer, entity))
        except UnknownEntity:
            return None

    async def _ask(
        self,
        entity: str,
        where: q.Node | None,
        size: int,
        wanted: tuple[str, ...],
        *,
        above: int | None = None,
        below: int | None = None,
    ) -> Page:
        """Ask for one page, of ids above and below the given ones where they are given."""
        node = await self._checked(entity, where, wanted)
        filters = list(node.items if isinstance(node, q.Group) and node.op == "and" else (node,))
        if above is not None:
            filters.append(q.gt("id", above))
        if below is not None:
            filters.append(q.lt("id", below))
        body: dict[str, object] = {
            "filter": [q.to_json(item) for item in filters],
            "maxRecords": size,
        }
        if wanted:
            body["includeFields"] = list(wanted)
        return await self._caller.fetch(
            _query(entity, "query", body),
            lambda answer: parse_page(
                answer, entity=entity, page_size=size, above=above, below=below
            ),
        )

    async def _describe(
        self, entity: str, part: str, parse: Callable[[dict[str, object], str], Shape]
    ) -> Shape:
        call = Call("GET", f"{_path(entity)}/entityInformation{part}", entity)
        return await self._caller.fetch(
            call, lambda answer: parse(decode_object(answer, entity), entity)
        )

    async def _checked(self, entity: str, where: q.Node | None, include: tuple[str, ...]) -> q.Node:
        """Return the condition to send, never none: an empty filter is not surely understood."""
        _path(entity)
        node = q.gte("id", 0) if where is None else where
        if not self._settings.check_queries:
            q.check_shape(node)
            return node
        try:
            self._check(entity, node, include)
        except UnknownField:
            if not await self._reread(entity):
                raise
            self._check(entity, node, include)
        return node

    def _check(self, entity: str, node: q.Node, include: tuple[str, ...]) -> None:
        known = self._fields.get(entity.casefold())
        fields = None if known is None else known[1]
        check_query(entity, node, fields, self._udfs.get(entity.casefold()))
        check_include(entity, include, fields)

    async def _reread(self, entity: str) -> bool:
        """Read metadata anew when it is not fresh: a field may have been added since."""
        read_at = self._fields.get(entity.casefold(), (clock.monotonic(), {}))[0]
        if clock.monotonic() - read_at < _REREAD_AFTER:
            return False
        await self.fields(entity)
        if entity.casefold() in self._udfs:
            await self.user_defined_fields(entity)
        return True


def _by_name(described: Sequence[Described]) -> dict[str, Described]:
    return {one.name.casefold(): one for one in described}


def _path(entity: str) -> str:
    if not _NAME.fullmatch(entity):
        raise UnknownEntity(
            f"{entity!r} cannot be the name of an entity",
            where="entity",
            remedy="Use the REST collection name, such as Tickets.",
        )
    return entity


def _query(entity: str, route: str, body: object) -> Call:
    return Call("POST", f"{_path(entity)}/{route}", entity, body)


def _with_id(include: Iterable[str] | None) -> tuple[str, ...]:
    """Return the fields asked for with `id` among them: keyset reading needs it."""
    wanted = tuple(include or ())
    if wanted and not any(name.casefold() == "id" for name in wanted):
        return ("id", *wanted)
    return wanted


def _parse_count(answer: Answer, entity: str) -> int:
    count = decode_object(answer, entity).get("queryCount")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise broken("no count", entity)
    return count


def _parse_item(answer: Answer, entity: str) -> dict[str, object] | None:
    found = decode_object(answer, entity)
    items = found.get("items")
    if isinstance(items, list):  # attachments answer in this shape
        item = items[0] if items else None
    elif "item" in found:
        item = found["item"]
    else:
        raise broken("no item", entity)
    if item is not None and not isinstance(item, dict):
        raise broken("an item that is no object", entity)
    return item
