"""
What changes, told to the pages that show it: one stream a page, one look a second for all.

A topic is a name and a marker of what stands behind it; when the marker moves, every page that
listens gets one event of the topic's name and fetches its own part anew. A page says by a stamp
from when it is, and is told at once of what moved between its drawing and its listening.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Final

from isthmus.base.clock import monotonic
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.console.faulting import log_fault

EVERY_SECONDS: Final = 1.0
_ALIVE_SECONDS: Final = 20.0
_PROVEN_SECONDS: Final = 5.0
"""How long a listener is believed to be one who may listen."""
OVER: Final = "event: over\ndata: over\n\n"
"""Told last to one who may listen no more: what he fetches then leads him to the log-in."""
_log = get_logger("console")

Counts = Callable[[], bool]
"""Tells whether a listener may listen still. Blocks; a cheap query."""

Markers = Callable[[], Mapping[str, str]]
"""Returns by topic what stands there now. Blocks; a few cheap queries."""


class Live:
    """Looks while anybody listens, and only then."""

    def __init__(self, markers: Markers, every: float = EVERY_SECONDS) -> None:
        self._markers = markers
        self._every = every
        self._listening: set[_Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False
        self._looking: asyncio.Task[None] | None = None
        self._name = token_hex(4)
        self._turn = 0
        self._moved: dict[str, int] = {}
        """By topic: the look that last saw it move."""

    @property
    def stamp(self) -> str:
        """Return what a page that is drawn from now on shows to `events`."""
        return f"{self._name}.{self._turn}"

    async def events(self, since: str = "", counts: Counts = lambda: True) -> AsyncIterator[str]:
        """
        Give lines of an event stream until the listener goes, or does not count any more.

        Args: since: the stamp of the page. What moved after it is told first; everything, where
        nobody looked then. counts: asked before something is told, once in some seconds.
        """
        listener = _Listener()
        self._loop = asyncio.get_running_loop()
        self._listening.add(listener)
        if self._looking is None or self._looking.done():
            self._moved.clear()
            self._looking = asyncio.create_task(self._look())
        listener.tell(self._missed(since))
        try:
            yield "retry: 3000\n\n"
            proven_at = monotonic()
            while not self._is_closed:
                told = await listener.told()
                if monotonic() - proven_at >= _PROVEN_SECONDS:
                    if not await asyncio.to_thread(_counts, counts):
                        yield OVER
                        return
                    proven_at = monotonic()
                if told:
                    yield told
        finally:
            self._listening.discard(listener)

    def close(self) -> None:
        """End every stream, so that the server can stop; from any thread."""
        self._is_closed = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended, and with it every stream
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for listener in self._listening:
            listener.wake()

    def _missed(self, since: str) -> list[str]:
        name, _, turn = since.partition(".")
        if name != self._name or not turn.isdecimal():
            return list(self._moved)
        return [topic for topic, moved in self._moved.items() if moved > int(turn)]

    async def _look(self) -> None:
        """
        Look once a second. The first look tells everything: nobody knows what moved before it.

        A turn is counted before a look begins, so that a page drawn during it counts as older.
        """
        before: Mapping[str, str] = {}
        while self._listening and not self._is_closed:
            turn = self._turn + 1
            try:
                now = await asyncio.to_thread(self._markers)
            except IsthmusError as error:
                _log.warning("live_look_failed", what=error.what)
            except Exception as error:  # noqa: BLE001 - else no page hears of anything any more
                log_fault("/live", error)
            else:
                moved = [topic for topic in now if now[topic] != before.get(topic)]
                self._moved |= dict.fromkeys(moved, turn)
                for listener in self._listening:
                    listener.tell(moved)
                before = now
            self._turn = turn
            await asyncio.sleep(self._every)


class _Listener:
    """What one page is still to be told: each topic once, however slowly the page reads."""

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}
        self._news = asyncio.Event()

    def tell(self, topics: Iterable[str]) -> None:
        self._topics |= dict.fromkeys(topics)
        if self._topics:
            self._news.set()

    def wake(self) -> None:
        """Have `told` return, though there may be nothing."""
        self._news.set()

    async def told(self) -> str:
        """Return events, "" for none; that the stream is alive, after a while without any."""
        try:
            await asyncio.wait_for(self._news.wait(), _ALIVE_SECONDS)
        except TimeoutError:
            return ": alive\n\n"
        self._news.clear()
        topics, self._topics = self._topics, {}
        return "".join(f"event: {topic}\ndata: {topic}\n\n" for topic in topics)


def _counts(counts: Counts) -> bool:
    try:
        return counts()
    except IsthmusError as error:  # it is asked again
        _log.warning("live_listener_unproven", what=error.what)
        return True
