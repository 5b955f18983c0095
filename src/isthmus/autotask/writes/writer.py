"""
Writes over REST: sent once, at the right route, and read back.

A write is tried again only where it surely had no effect; an answer that was lost is told as
WriteUncertain. Source: vendor's API description for routes, `{"itemId": n}` and the id in the body
of an update; what is read back and why: `records.readback`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from isthmus.autotask import errors as err
from isthmus.autotask.calls.call import Call
from isthmus.autotask.calls.caller import Caller
from isthmus.autotask.metadata.known import Known, KnownEntities
from isthmus.autotask.port import Difference, Record, Writable, Written
from isthmus.autotask.records import Outgoing, prepare
from isthmus.autotask.records.decoding import decode_written
from isthmus.autotask.records.outgoing import depends_on_current, to_json
from isthmus.autotask.records.readback import (
    SECRET,
    differences,
    echoed,
    has_rich_text,
    may_show_later,
)
from isthmus.autotask.settings import WriteSettings
from isthmus.autotask.writes.look import Look
from isthmus.autotask.writes.routes import (
    ChildRoute,
    check_verb,
    collection_path,
    parent_in,
    route_of,
)
from isthmus.base import redaction
from isthmus.transport import Answer

T = TypeVar("T")
_NO_CONTENT: Final = 204


async def send_write(
    caller: Caller, call: Call, parse: Callable[[Answer], T], *, record_id: int | None = None
) -> T:
    """
    Send a write, once unless it surely had no effect.

    Raises: WriteUncertain: it may have taken effect; Unreachable: it cannot have; and refusals.
    """
    await caller.zone()  # a failure to find the zone is not one of the write
    try:
        return await caller.fetch(call, parse)
    except err.Unreachable:
        raise
    except (err.ServerTrouble, err.AnswerBroken) as error:
        raise err.WriteUncertain(
            f"Whether the write took effect is not known: {error.what}",
            where=error.where or call.asked.where,
            remedy="Look whether it is there before writing again: doing it twice may double it.",
            entity=call.entity,
            record_id=record_id,
        ) from error


def parse_deleted(answer: Answer, entity: str) -> None:
    """Accept the answer to a deletion: an id, or 204 with nothing. Raises: AnswerBroken."""
    if answer.status != _NO_CONTENT:
        decode_written(answer.body, entity)


class Writer:
    """Creates, updates and deletes, for one client; `fetch` reads a record back."""

    def __init__(
        self,
        caller: Caller,
        known: KnownEntities,
        fetch: Callable[[str, int], Awaitable[Record | None]],
        settings: WriteSettings,
    ) -> None:
        self._caller = caller
        self._known = known
        self._look = Look(fetch, settings)
        self._settings = settings

    async def create(
        self,
        entity: str,
        values: Mapping[str, Writable],
        udfs: Mapping[str, Writable],
        *,
        read_back: bool,
        impersonate: int | None,
    ) -> Written:
        """Create a record. Raises: ValidationFailed, UnknownField, WriteUncertain and others."""
        route = route_of(entity)
        sent, known = await self._prepared(entity, values, udfs, creating=True, route=route)
        parent_id = None if route is None else parent_in(entity, route, sent.values)
        path = collection_path(entity, route, parent_id, "POST")
        call = Call("POST", path, entity, _body(sent), False, _bucket(route), impersonate)
        record_id = await send_write(
            self._caller, call, lambda answer: decode_written(answer.body, entity)
        )
        if not read_back:
            return Written(record_id)

        def compare(found: Record) -> tuple[tuple[Difference, ...], bool]:
            told = differences(entity, sent, found, udf_fields=known.udfs, creator=impersonate)
            return told, True

        return Written(record_id, await self._look.after(entity, record_id, compare))

    async def update(
        self,
        entity: str,
        record_id: int,
        changes: Mapping[str, Writable],
        udfs: Mapping[str, Writable],
        *,
        parent_id: int | None,
        read_back: bool,
        impersonate: int | None,
    ) -> Written:
        """
        Change fields; nothing is sent where nothing is asked.

        Raises: RichTextEcho, NothingThere, and as `create`.
        """
        if not changes and not udfs:
            return Written(record_id)
        route = route_of(entity)
        before = await self._before(entity, record_id, changes, route, parent_id)
        sent, known = await self._prepared(entity, changes, udfs, creating=False, current=before)
        if before is not None:
            _refuse_echo(entity, sent, before)
        if route is not None and parent_id is None and before is not None:
            parent_id = parent_in(entity, route, before.values)
        path = collection_path(entity, route, parent_id, "PATCH")
        body = {"id": record_id, **_body(sent)}
        call = Call("PATCH", path, entity, body, False, _bucket(route), impersonate)
        await send_write(
            self._caller,
            call,
            lambda answer: decode_written(answer.body, entity),
            record_id=record_id,
        )
        if not read_back:
            return Written(record_id)

        def compare(found: Record) -> tuple[tuple[Difference, ...], bool]:
            told = differences(entity, sent, found, before=before, udf_fields=known.udfs)
            return told, not may_show_later(told, before)

        return Written(record_id, await self._look.after(entity, record_id, compare))

    async def delete(self, entity: str, record_id: int, *, parent_id: int | None) -> None:
        """Delete a record. Raises: NothingThere, CallRefused, WriteUncertain and others."""
        await self._known.get(entity, self._settings.metadata_age)
        route = route_of(entity)
        if route is not None:
            check_verb(entity, route, "DELETE")
            if parent_id is None:
                found = await self._look.current(entity, record_id)
                parent_id = parent_in(entity, route, found.values)
        path = f"{collection_path(entity, route, parent_id, 'DELETE')}/{int(record_id)}"
        call = Call("DELETE", path, entity, None, False, _bucket(route))
        await send_write(
            self._caller, call, lambda answer: parse_deleted(answer, entity), record_id=record_id
        )

    async def _prepared(
        self,
        entity: str,
        values: Mapping[str, Writable],
        udfs: Mapping[str, Writable],
        *,
        creating: bool,
        route: ChildRoute | None = None,
        current: Record | None = None,
    ) -> tuple[Outgoing, Known]:
        """Check what is to be sent; what old metadata refuses is held to fresh metadata first."""
        _guard(values)
        known = await self._known.get(entity, self._settings.metadata_age)

        def checked(known: Known) -> Outgoing:
            return prepare(
                entity,
                values,
                known.fields,
                udfs=udfs,
                udf_fields=known.udfs,
                creating=creating,
                settable=() if route is None else (route.field,),
                current=None if current is None else current.values,
            )

        try:
            return checked(known), known
        except (err.UnknownField, err.ValidationFailed):
            if known.age < self._settings.reread_age:
                raise
        known = await self._known.get(entity, self._settings.reread_age)
        return checked(known), known

    async def _before(
        self,
        entity: str,
        record_id: int,
        changes: Mapping[str, Writable],
        route: ChildRoute | None,
        parent_id: int | None,
    ) -> Record | None:
        """Read the record as it is where an update depends on it; a call saved elsewhere."""
        known = await self._known.get(entity, self._settings.metadata_age)
        if route is not None:
            check_verb(entity, route, "PATCH")
        needed = (
            (route is not None and parent_id is None)
            or has_rich_text(entity, tuple(changes))
            or depends_on_current(changes, known.fields)
        )
        return await self._look.current(entity, record_id) if needed else None


def _bucket(route: ChildRoute | None) -> str:
    return "" if route is None else route.parent


def _guard(values: Mapping[str, Writable]) -> None:
    """Keep secrets that are written out of whatever the vendor says about them."""
    for name, value in values.items():
        if name.casefold() in SECRET and isinstance(value, str):
            redaction.guard(value)


def _refuse_echo(entity: str, sent: Outgoing, before: Record) -> None:
    fields = echoed(entity, sent, before)
    if fields:
        names = ", ".join(fields)
        raise err.RichTextEcho(
            f"{names} would be written with the plain text that is there already, which destroys"
            " its formatting and pictures",
            where=f"{entity}/{before.id}",
            remedy=f"Leave {names} out; send only what has changed.",
            fields=fields,
        )


def _body(sent: Outgoing) -> dict[str, object]:
    body: dict[str, object] = {name: to_json(value) for name, value in sent.values.items()}
    if sent.udfs:
        body["userDefinedFields"] = [
            {"name": name, "value": value} for name, value in sent.udfs.items()
        ]
    return body
