"""A worker beside the console of a test, in a thread with a loop of its own."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.console.site import Served
from tests.dispatch.shores import Flow, Shores, flowing


@contextmanager
def at_work(shores: Shores) -> Iterator[Flow]:
    """Have dispatch at work between the shores while the block lasts, the tickets' rule on."""
    begun, ended = threading.Event(), threading.Event()
    kept: list[Flow] = []

    async def work() -> None:
        async with flowing(shores) as flow:
            kept.append(flow)
            begun.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=lambda: asyncio.run(work()), daemon=True)
    thread.start()
    assert begun.wait(60), "no worker began"
    try:
        yield kept[0]
    finally:
        ended.set()
        thread.join(60)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def dispatched(console: Served, shores: Shores, which: int = 0) -> str:
    """Send a ticket out without a browser, of those that can the one; returns its link's id."""
    ticket = shores.fit_tickets(which + 1)[which]
    shores.send_out(ticket["id"])
    key = f"Tickets/{ticket['id']}"
    console.stores.commands.ask(key, "record+order+notes", "a test")

    def linked() -> bool:
        link = console.stores.state.link_of(key)
        return link is not None and link.work_order_id is not None

    until(linked)
    link = console.stores.state.link_of(key)
    assert link is not None
    return link.id
