"""Looks for changes of records that links were made from: companies, contacts, projects."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from isthmus.autotask import q
from isthmus.autotask.port import Record
from isthmus.dispatch.beside import news_for
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.handing import hand_on
from isthmus.dispatch.rules.sweeping import BESIDE, plan_start
from isthmus.dispatch.seen import seen_of

_BATCH: Final = 200


async def sweep_related(desk: Desk, entity: str, now: datetime) -> int:
    """
    Have links looked at that were made from records that changed since the last sweep.

    One call for each collection while little changes; a record that only moved, and says what it
    said, concerns nobody. Args: now: the server's time before anything is read.
    """
    name = f"sweep/beside/{entity}"
    before = await desk.kept(desk.state.mark, name)
    start = plan_start(None if before is None else datetime.fromisoformat(before), now)
    there = {one.name for one in await desk.records.fields(entity)}
    moved = [q.gte(field, start) for field in BESIDE[entity] if field in there]
    found = 0
    if moved:
        batch: list[Record] = []
        async for record in desk.records.read(entity, q.or_(*moved) if moved[1:] else moved[0]):
            batch.append(record)
            if len(batch) >= _BATCH:
                found += await hold_against(desk, entity, _marks(batch))
                batch = []
        found += await hold_against(desk, entity, _marks(batch))
    await desk.kept(desk.state.save_mark, name, now.isoformat())
    return found


async def hold_against(desk: Desk, entity: str, marks: Mapping[int, str]) -> int:
    """Have links looked at that were made from a record as it is no more; returns how many."""
    if not marks:
        return 0
    readers = await desk.kept(desk.state.references.readers, entity, sorted(marks))
    news = [one for one in readers if one.mark != marks[one.record_id]]
    return await hand_on(desk, [news_for(one, entity, marks[one.record_id]) for one in news])


def _marks(records: Sequence[Record]) -> dict[int, str]:
    return {record.id: seen_of(record) for record in records}
