"""
A vendor that refuses our credentials: all links wait, one letter says so, and none of them asks.

Now and then one of the runs that come tries whether the vendor takes them again. If so, the letter
is settled and all that waits goes on. What is known of it stands in the state, for all processes.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from isthmus.base.clock import monotonic, utc_now
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.base.ids import new_ordered_id
from isthmus.base.log import get_logger
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import AUTOTASK, CREDENTIALS, TITLES, kind_of
from isthmus.dispatch.waits import shown_as_waiting, until_taken
from isthmus.state.dispatch import PARKED, DeadLetter

CONNECTION: Final = "connection"
"""Begins the key of a letter about a vendor as a whole: `connection/autotask`."""
_LINK: Final = "link"
_BELIEVED_SECONDS: Final = 1.0
_log = get_logger("dispatch")


def refused(vendor: str) -> str:
    """Return under which mark it stands that a vendor refuses our credentials."""
    return f"refused/{vendor}"


_MARKS: Final = {vendor: refused(vendor) for vendor in TITLES}


@dataclass(frozen=True, slots=True)
class _Shut:
    """That a vendor refuses us: `text` as it is kept, and when it is tried again."""

    vendor: str
    text: str
    next_try: datetime


class Gate:
    """Whether the vendors take our credentials; one for each handler."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen_open = float("-inf")

    async def wait(self, job: Job) -> timedelta | None:
        """Return how long a link must wait for a vendor that refuses us; None: it need not."""
        vendor, wait = await self._look(tuple(_MARKS))
        if wait is not None:
            await self._show(job, vendor)
        return wait

    async def is_shut(self, vendor: str) -> bool:
        """Tell whether a vendor refuses us; it is tried where its time has come."""
        return (await self._look((vendor,)))[1] is not None

    async def shut(self, vendor: str, error: IsthmusError) -> timedelta:
        """Note that a vendor refuses us, tell people once, and return how long to wait."""
        desk, self._seen_open = self._desk, float("-inf")
        pause = desk.settings.pause
        if await desk.kept(desk.state.swap_mark, _MARKS[vendor], None, _next(pause)):
            _log.warning("credentials_refused", vendor=vendor, what=error.what)
            letter = DeadLetter(
                id=f"dl-{new_ordered_id()}", key=f"{CONNECTION}/{vendor}", kind=CREDENTIALS,
                what=error.what, where=error.where, remedy=error.remedy, at=utc_now(),
            )  # fmt: skip
            await desk.kept(desk.state.save_dead_letter, letter)
        return pause

    async def _look(self, vendors: tuple[str, ...]) -> tuple[str, timedelta | None]:
        """Return a vendor that refuses us with how long to wait; ("", None) for none."""
        if monotonic() - self._seen_open < _BELIEVED_SECONDS:
            return "", None
        for shut in await self._shut(vendors):
            pause = self._desk.settings.pause
            if shut.next_try > utc_now():
                return shut.vendor, self._desk.settings.patience
            if not await self._swap(shut, _next(pause)):
                return shut.vendor, pause  # another tries it now
            if not await self._is_taken(shut.vendor):
                return shut.vendor, pause
            await self._open(shut.vendor)
        if vendors == tuple(_MARKS):
            self._seen_open = monotonic()
        return "", None

    async def _shut(self, vendors: tuple[str, ...]) -> list[_Shut]:
        names = [_MARKS[vendor] for vendor in vendors]
        found = await self._desk.kept(self._desk.state.marks, names)
        return [
            _Shut(vendor, text, datetime.fromisoformat(json.loads(text)["next"]))
            for vendor in vendors
            if (text := found.get(_MARKS[vendor])) is not None
        ]

    async def _swap(self, shut: _Shut, text: str) -> bool:
        state = self._desk.state
        return await self._desk.kept(state.swap_mark, _MARKS[shut.vendor], shut.text, text)

    async def _is_taken(self, vendor: str) -> bool:
        """Ask a vendor for next to nothing; an outage is no answer."""
        try:
            if vendor == AUTOTASK:
                await self._desk.records.threshold()
            else:
                async for _ in self._desk.orders.work_orders.list(per_page=1):
                    break
        except IsthmusError as error:
            _log.info("still_refused", vendor=vendor, what=error.what)
            return kind_of(error) != CREDENTIALS and not isinstance(error, Retryable)
        return True

    async def _open(self, vendor: str) -> None:
        """Let all go on; in this order, so that a crash in between leaves nothing waiting."""
        desk = self._desk
        await desk.kept(desk.state.mark_dead_letters, f"{CONNECTION}/{vendor}", "settled")
        await desk.kept(desk.state.save_mark, _MARKS[vendor], None)
        await desk.kept(desk.agenda.hasten, _LINK)
        _log.info("credentials_taken", vendor=vendor)

    async def _show(self, job: Job, vendor: str) -> None:
        """Have the link say what it waits for."""
        link = await self._desk.kept(self._desk.state.link_of, job.key)
        if link is None or link.state == PARKED:
            return
        job.link = link
        if shown_as_waiting(job, until_taken(vendor)):
            job.tell("decision", f"Waiting: {TITLES[vendor]} refuses our credentials")
            await self._desk.kept(
                self._desk.state.save_link, job.linked, entries=job.take_entries(),
                then=job.run.confirm,
            )  # fmt: skip


def _next(pause: timedelta) -> str:
    return json.dumps({"next": (utc_now() + pause).isoformat(), "by": new_ordered_id()})
