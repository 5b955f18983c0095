"""
Hands on what arrived: says in the agenda whose work it became. At least once, whatever dies.

A message gets its key, then its work is enqueued, then it is noted as handed on. A crash between
two of these does them again, and the agenda makes one run of what is asked for twice.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from isthmus.base.clock import sleep, utc_now
from isthmus.base.log import get_logger
from isthmus.engine import PRIORITY, Agenda
from isthmus.engine.database import writing
from isthmus.state.dispatch import Inbox, Message, Session

Resolve: TypeAlias = Callable[[Message], str | None]
"""Whose work a message is: the key of a link; None: nobody's. It may read the state."""

LINK: Final = "link"
SWEEP: Final = "sweep"
AUTOTASK: Final = "autotask"
URGENT: Final = 3
UNHURRIED: Final = 7
GAP_PATIENCE: Final = timedelta(seconds=30)
"""A number that is missing may be on its way still: lanes of one webhook overtake one another."""
_PRIORITIES: Final = {
    "autotask": URGENT, "fieldnation": URGENT, "callout": URGENT, "person": URGENT,
    "sweep": UNHURRIED, "sync": UNHURRIED,
}  # fmt: skip
_WITH_LINKS: Final = frozenset(
    {"Tickets", "Tasks", "TicketNotes", "TaskNotes", "ServiceCalls", "WorkOrders"}
    | {"Projects", "TicketNumbers", "TaskNumbers"}
)
_BATCH: Final = 500
_LONGEST_PAUSE: Final = 30.0
_GATHER_SECONDS: Final = 0.05
_log = get_logger("dispatch.relay")


def key_of(message: Message, key_of_order: Callable[[int], str | None]) -> str | None:
    """
    Return the key of the link that a message is about; None when it is about none.

    Args: key_of_order: of the link that has this work order. An order that none has is its own
    key, and so is a note, or a ticket known by its number only: their run finds out whose it is.
    """
    entity, _, number = message.subject.partition("/")
    if entity == "WorkOrders" and number.isdecimal():
        return key_of_order(int(number)) or message.subject
    return message.subject if entity in _WITH_LINKS else None


class Relay:
    """
    Hands messages on; one for each process that works, and safe to have in several.

    Args: poll: how often to look for what nobody told of.
    """

    def __init__(
        self,
        inbox: Inbox,
        agenda: Agenda,
        resolve: Resolve,
        poll: timedelta = timedelta(seconds=1),
    ) -> None:
        self._inbox = inbox
        self._agenda = agenda
        self._resolve = resolve
        self._poll = poll.total_seconds()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_within = False

    def tell(self) -> None:
        """Say that something was kept; from any thread."""
        if self._is_within:
            self._agenda.told()
        if self._loop is not None:
            with suppress(RuntimeError):  # that loop has ended
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Hand on whatever there is and comes, until cancelled; an outage is waited out."""
        self._loop = asyncio.get_running_loop()
        failures = 0
        while True:
            self._wake.clear()
            try:
                more = await asyncio.to_thread(self.hand_on) == _BATCH
                failures = 0
            except Exception as error:  # noqa: BLE001 - it must outlive every outage
                failures += 1
                more = False
                _log.warning("not_handed_on", failures=failures, error=str(error))
            if not more:
                await self._rest(failures)

    async def _rest(self, failures: int) -> None:
        if failures:
            await sleep(min(_LONGEST_PAUSE, self._poll * 2.0 ** min(failures, 10)))
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._wake.wait()
        await sleep(_GATHER_SECONDS)  # what comes with it is handed on with it

    def hand_on(self) -> int:
        """Hand on the next messages, 500 at most; returns how many. Blocks."""
        messages = self._inbox.unrelayed(_BATCH)
        if not messages:
            return 0
        keys = self._keys(messages)
        self._inbox.assign(keys)
        with writing(self._agenda.engine) as session:
            self._enqueue(session, messages, keys)
        self._agenda.told()
        self._inbox.relayed([message.number for message in messages])
        return len(messages)

    def within(self, session: Session, messages: Sequence[Message]) -> None:
        """
        Hand on in the very transaction that keeps them, where inbox and agenda share a database.

        Give it to the clerk as `then`; afterwards `tell` is to be called.
        """
        self._is_within = True
        keys = self._keys(messages)
        self._inbox.assign(keys, session)
        self._enqueue(session, messages, keys)
        self._inbox.relayed([message.number for message in messages], session)

    def _keys(self, messages: Sequence[Message]) -> dict[int, str | None]:
        """Return whose work the messages are that do not say so themselves."""
        return {
            message.number: None if _is_for_sweep(message) else self._resolve(message)
            for message in messages
            if message.key is None
        }

    def _enqueue(
        self, session: Session, messages: Sequence[Message], keys: Mapping[int, str | None]
    ) -> None:
        """Enqueue each piece of work once, in an order that is everybody's: no two block."""
        wanted = _work(messages, keys, utc_now())
        for kind, key in sorted(wanted):
            priority, due = wanted[kind, key]
            self._agenda.enqueue(kind, key, not_before=due, priority=priority, within=session)


def _is_for_sweep(message: Message) -> bool:
    """Tell whether a message says only that others may be missing."""
    return message.outcome == "broken" or message.subject.startswith("Webhooks/")


def _work(
    messages: Sequence[Message], keys: Mapping[int, str | None], now: datetime
) -> dict[tuple[str, str], tuple[int, datetime]]:
    """Return what is to be done, by kind and key: how urgently, and from when on."""
    wanted: dict[tuple[str, str], tuple[int, datetime]] = {}

    def want(kind: str, key: str, priority: int, due: datetime) -> None:
        before = wanted.get((kind, key), (priority, due))
        wanted[kind, key] = (min(before[0], priority), min(before[1], due))

    for message in messages:
        key = keys.get(message.number, message.key)
        if _is_for_sweep(message):
            side = message.source if message.source == "fieldnation" else AUTOTASK
            want(SWEEP, side, PRIORITY, now)
        elif key:
            want(LINK, key, _PRIORITIES.get(message.source, PRIORITY), now)
        if message.missed:
            want(SWEEP, AUTOTASK, PRIORITY, now + GAP_PATIENCE)
    return wanted
