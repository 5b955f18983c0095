"""
A vendor that refuses our credentials: all links wait, one letter says so, and none of them asks.

One piece of work, `connection/<vendor>`, tries now and then whether the vendor takes them again.
If so, the letter is settled and all that waits goes on. What is known of it stands in the state,
for all processes.
"""

from datetime import timedelta
from typing import Final

from isthmus.base.clock import monotonic, utc_now
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.base.ids import new_ordered_id
from isthmus.base.log import get_logger
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import AUTOTASK, CREDENTIALS, TITLES, kind_of
from isthmus.dispatch.relay import LINK
from isthmus.dispatch.waits import shown_as_waiting, until_taken
from isthmus.engine import Again, Done, Outcome
from isthmus.state.dispatch import PARKED, DeadLetter

CONNECTION: Final = "connection"
"""Begins the key of work and letters about a vendor as a whole: `connection/autotask`."""
_BELIEVED_SECONDS: Final = 1.0
_log = get_logger("dispatch")


def refused(vendor: str) -> str:
    """Return under which mark it stands that a vendor refuses our credentials."""
    return f"refused/{vendor}"


class Gate:
    """Whether the vendors take our credentials; one for each handler."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen_open = float("-inf")

    async def wait(self, job: Job) -> timedelta | None:
        """Return how long a link must wait for a vendor that refuses us; None: it need not."""
        if monotonic() - self._seen_open < _BELIEVED_SECONDS:
            return None
        marks = {refused(vendor): vendor for vendor in TITLES}
        found = await self._desk.kept(self._desk.state.marks, tuple(marks))
        if not found:
            self._seen_open = monotonic()
            return None
        await self._show(job, marks[min(found)])
        return self._desk.settings.patience

    async def is_shut(self, vendor: str) -> bool:
        """Tell whether a vendor refuses us."""
        return await self._desk.kept(self._desk.state.mark, refused(vendor)) is not None

    async def shut(self, vendor: str, error: IsthmusError) -> timedelta:
        """Note that a vendor refuses us, tell people once, and return how long to wait."""
        self._seen_open = float("-inf")
        desk, key = self._desk, f"{CONNECTION}/{vendor}"
        if not await self.is_shut(vendor):
            letter = DeadLetter(
                id=f"dl-{new_ordered_id()}", key=key, kind=CREDENTIALS, what=error.what,
                where=error.where, remedy=error.remedy, at=utc_now(),
            )  # fmt: skip
            later = utc_now() + desk.settings.pause
            await desk.kept(desk.agenda.enqueue, LINK, key, not_before=later)
            now = utc_now().isoformat()
            if await desk.kept(desk.state.save_first_mark, refused(vendor), now, letter):
                _log.warning("credentials_refused", vendor=vendor, what=error.what)
        return desk.settings.patience

    async def try_again(self, vendor: str) -> Outcome:
        """Have all go on where a vendor takes our credentials again."""
        desk = self._desk
        if not await self._is_taken(vendor):
            return Again(desk.settings.pause)
        # In this order, so that a crash in between leaves nothing waiting.
        await desk.kept(desk.state.mark_dead_letters, f"{CONNECTION}/{vendor}", "settled")
        await desk.kept(desk.state.save_mark, refused(vendor), None)
        await desk.kept(desk.agenda.hasten, LINK)
        _log.info("credentials_taken", vendor=vendor)
        return Done()

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
