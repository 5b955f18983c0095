"""
Looks, slowly, for what no change tells: records that are gone, and what has no time of change.

It goes through all open links, 500 of them a call, some calls at a time.
"""

import json
from collections.abc import Sequence
from typing import Final

from isthmus.autotask import q
from isthmus.base.errors import NeedsPerson
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.fitting import tell_unfit
from isthmus.dispatch.handing import hand_on
from isthmus.dispatch.hydrate import TIES, tie_mark
from isthmus.dispatch.related import hold_against
from isthmus.dispatch.rules.sweeping import BESIDE
from isthmus.dispatch.seen import seen_of
from isthmus.state.dispatch import LINKED, STUCK, Arrival, Link

_BATCH: Final = 500
_CALLS: Final = 10
"""Calls of one slice, so that other sweeps need not wait for the end of this one."""
_MARK: Final = "sweep/standing"
_LINKS: Final = ""
_FEW: Final = 20
_SHARE: Final = 0.2


class ManyGone(NeedsPerson):
    """So many records cannot be seen at once that a right is missing, more likely."""


class Standing:
    """One round through all that is open, in slices; where it is, is kept."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def slice(self) -> tuple[int, bool]:
        """
        Look at the next links; returns how many are news, and whether the round is over.

        Raises: ManyGone, after which the next slice goes on behind them.
        """
        desk = self._desk
        kept = await desk.kept(desk.state.mark, _MARK)
        if not kept:
            await tell_unfit(desk)
        phase, last = json.loads(kept) if kept else (_LINKS, "")
        found = 0
        for _ in range(_CALLS):
            if phase == _LINKS:
                links = await self._links(last)
                news = await self._gone(links)
                following = links[-1].id if links else ""
            else:
                ids = await desk.kept(desk.state.references.after, phase, int(last or 0), _BATCH)
                news = await self._unstamped(phase, ids)
                following = str(ids[-1]) if ids else ""
            found += news
            last = following
            if not following:
                phase = await self._after(phase)
                if phase == _LINKS:
                    await desk.kept(desk.state.save_mark, _MARK, None)
                    return found, True
            await desk.kept(desk.state.save_mark, _MARK, json.dumps([phase, last]))
        return found, False

    async def _after(self, phase: str) -> str:
        others = await self._desk.kept(self._desk.state.references.others, BESIDE.keys())
        return next((name for name in others if name > phase), _LINKS)

    async def _links(self, last: str) -> tuple[Link, ...]:
        state = self._desk.state
        return await self._desk.kept(state.links_after, last, (LINKED, STUCK), _BATCH)

    async def _gone(self, links: Sequence[Link]) -> int:
        arrivals: list[Arrival] = []
        for entity in sorted({link.entity for link in links}):
            mine = [link for link in links if link.entity == entity and link.work_order_id]
            if not mine:
                continue
            ids = [link.record_id for link in mine]
            found = await self._desk.records.find(entity, q.in_("id", ids), limit=_BATCH)
            there = {record.id for record in found}
            gone = [link for link in mine if link.record_id not in there]
            if len(gone) > max(_FEW, _SHARE * len(mine)):
                await self._pass_by(links[-1])
                raise _many_gone(entity, len(gone), len(mine))
            arrivals += [_news_of(link) for link in gone]
        return await hand_on(self._desk, arrivals)

    async def _pass_by(self, last: Link) -> None:
        value = json.dumps([_LINKS, last.id])
        await self._desk.kept(self._desk.state.save_mark, _MARK, value)

    async def _unstamped(self, entity: str, ids: Sequence[int]) -> int:
        """Hold records against what links read of them, where no time tells that they changed."""
        if not ids:
            return 0
        desk = self._desk
        if entity == TIES:
            ties = [one async for one in desk.records.read(TIES, q.in_("serviceCallID", ids))]
            tickets = {int(str(t.values["serviceCallID"])): t for t in reversed(ties)}
            marks = {
                number: tie_mark(tickets[number].values.get("ticketID") if number in tickets
                                 else None)
                for number in ids
            }  # fmt: skip
            return await hold_against(desk, entity, marks)
        found = await desk.records.find(entity, q.in_("id", ids), limit=_BATCH)
        return await hold_against(desk, entity, {one.id: seen_of(one) for one in found})


def _news_of(link: Link) -> Arrival:
    generation = "" if link.updated_at is None else link.updated_at.isoformat()
    return Arrival("sweep", f"{link.key}<{generation}>gone", "record", link.key)


def _many_gone(entity: str, gone: int, asked: int) -> ManyGone:
    return ManyGone(
        f"{gone:,} of {asked:,} linked {entity} cannot be seen any more: nothing was done to them",
        where=f"Autotask, {entity}",
        remedy="Give the API user the right to see them again (isthmus doctor names what is"
        " missing). If they were deleted, park their links: isthmus dispatch park.",
    )
