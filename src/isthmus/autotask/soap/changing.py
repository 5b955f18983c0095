"""Records created, updated and deleted over SOAP, and looked at afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from isthmus.autotask import query as q
from isthmus.autotask.errors import ValidationFailed
from isthmus.autotask.metadata.known import Known
from isthmus.autotask.port import Difference, Record, Written
from isthmus.autotask.records import Outgoing, same
from isthmus.autotask.records.readback import differences, may_show_later
from isthmus.autotask.soap import reading
from isthmus.autotask.soap.rows import Row
from isthmus.autotask.soap.session import Session
from isthmus.autotask.soap.writing import (
    Change,
    New,
    Whole,
    changed_whole,
    new_whole,
    prepared,
    send,
)
from isthmus.autotask.writes.look import Look

_ECHOED: Final = (
    "sent back as it was, because a SOAP update replaces the whole record; a workflow rule or"
    " somebody else has changed it, or Autotask keeps it in another form"
)
_PASSES: Final = (
    "SOAP tells times by the clocks of the US East, where autumn has this hour twice: the second"
    " pass cannot be named, so it became the first. REST writes it as it is"
)


class Changer:
    """Writes for one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def create(
        self, entity: str, given: Sequence[New], *, read_back: bool, impersonate: int | None
    ) -> tuple[Written, ...]:
        """Create records, all or none. Raises: BatchRefused, WriteUncertain and others."""
        session = self._session
        outgoing = [await prepared(session, entity, one) for one in given]
        spelling = await session.spelling(entity)
        wholes = [new_whole(one, spelling, session.times) for one in outgoing]
        ids = await send(session, "create", entity, wholes, impersonate=impersonate)
        written = []
        for record_id, sent in zip(ids, outgoing, strict=True):
            told: tuple[Difference, ...] = ()
            if read_back:
                told = await self._after_creation(entity, record_id, sent, impersonate)
            written.append(Written(record_id, told))
        return tuple(written)

    async def update(
        self, entity: str, given: Sequence[Change], *, read_back: bool, impersonate: int | None
    ) -> tuple[Written, ...]:
        """
        Change fields of records, all or none; a change of nothing is not sent.

        Raises: NothingThere: one of them is not to be seen; HalfKnown; and as `create`.
        """
        asked = [one for one in given if one.values or one.udfs]
        if len({one.record_id for one in asked}) != len(asked):
            raise ValidationFailed(
                "A record is changed twice in one batch",
                where=f"SOAP update {entity}",
                remedy="Give all changes of a record together: each would undo the other.",
            )
        if not asked:
            return tuple(Written(one.record_id) for one in given)
        plans = await self._plan(entity, asked)
        await send(
            self._session, "update", entity, [plan[0] for plan in plans], impersonate=impersonate
        )
        told: dict[int, tuple[Difference, ...]] = {}
        for whole, sent, before in plans if read_back else ():
            told[whole.id] = await self._after_update(entity, whole, sent, before)
        return tuple(Written(one.record_id, told.get(one.record_id, ())) for one in given)

    async def delete(self, entity: str, record_id: int) -> None:
        """Delete a record; type and id are all that is needed. Raises: NothingThere, ..."""
        await self._session.known(entity)
        await send(self._session, "delete", entity, [Whole(int(record_id), {}, {})])

    async def _plan(
        self, entity: str, asked: Sequence[Change]
    ) -> list[tuple[Whole, Outgoing, Record]]:
        """Read the records as they are, and change them."""
        session = self._session
        rows = await self._rows(entity, [one.record_id for one in asked])
        spelling, known = await session.spelling(entity), await session.known(entity)
        plans = []
        for one in asked:
            row = rows[one.record_id]
            before = reading.record(entity, row, spelling, known, session.times)
            sent = await prepared(session, entity, one, current=before)
            plans.append((changed_whole(row, sent, spelling, session.times), sent, before))
        return plans

    async def _rows(self, entity: str, ids: Sequence[int]) -> Mapping[int, Row]:
        """Return rows by id, looking again for what may be too new to show."""
        found: dict[int, Row] = {}

        async def look(name: str, record_id: int) -> Record | None:
            missing = [one for one in ids if one not in found]
            rows = await reading.fetch_rows(self._session, name, q.in_("id", missing), above=None)
            found.update({row.id: row for row in rows})
            return None if record_id not in found else Record(name, record_id, {}, {}, {}, {})

        for record_id in ids:
            if record_id not in found:
                await Look(look, self._session.writes).current(entity, record_id)
        return found

    async def _fetch(self, entity: str, record_id: int) -> Record | None:
        rows = await reading.fetch_rows(
            self._session, entity, q.eq("id", int(record_id)), above=None
        )
        records = await reading.typed(self._session, entity, rows)
        return records[0] if records else None

    async def _after_creation(
        self, entity: str, record_id: int, sent: Outgoing, impersonate: int | None
    ) -> tuple[Difference, ...]:
        known = await self._session.known(entity)

        def compare(found: Record) -> tuple[tuple[Difference, ...], bool]:
            told = differences(entity, sent, found, udf_fields=known.udfs, creator=impersonate)
            return self._explained(told), True

        look = Look(self._fetch, self._session.writes)
        return await look.after(entity, record_id, compare)

    async def _after_update(
        self, entity: str, whole: Whole, sent: Outgoing, before: Record
    ) -> tuple[Difference, ...]:
        known, spelling = await self._session.known(entity), await self._session.spelling(entity)
        echoed = [spelling.rest_of(name) for name in whole.cells]

        def compare(found: Record) -> tuple[tuple[Difference, ...], bool]:
            told = self._explained(
                differences(entity, sent, found, before=before, udf_fields=known.udfs)
            )
            settled = not may_show_later(told, before)
            return (*told, *_echo_differences(echoed, sent, before, found, known)), settled

        look = Look(self._fetch, self._session.writes)
        return await look.after(entity, whole.id, compare)

    def _explained(self, told: tuple[Difference, ...]) -> tuple[Difference, ...]:
        """Give the true reason where a time was asked for that SOAP cannot tell."""
        times = self._session.times
        return tuple(
            replace(one, why=_PASSES)
            if isinstance(one.asked, datetime)
            and one.asked != one.found == times.told_as(one.asked)
            else one
            for one in told
        )


def _echo_differences(
    echoed: Sequence[str], sent: Outgoing, before: Record, found: Record, known: Known
) -> tuple[Difference, ...]:
    """Tell the fields that were sent back unchanged and are otherwise now."""
    asked = {name.casefold() for name in sent.values}
    writable = {field.name.casefold() for field in known.fields if not field.is_read_only}
    return tuple(
        Difference(name, old, now, _ECHOED)
        for name in echoed
        if name.casefold() not in asked
        and name.casefold() in writable
        and not same(old := before.values.get(name), now := found.values.get(name))
    )
