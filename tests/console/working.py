"""A worker beside the console of a test, in a thread with a loop of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
