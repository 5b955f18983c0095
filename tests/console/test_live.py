"""What changes is told to pages, also what changed while a page was on its way to the browser."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing

import pytest

from isthmus.base.errors import Retryable
from isthmus.console.live import Live


async def told(live: Live, since: str, *, until: str, seconds: float = 10) -> list[str]:
    """Listen until a topic is told of; return all topics told by then."""
    found: list[str] = []
    async with asyncio.timeout(seconds), aclosing(live.events(since)) as lines:  # type: ignore[type-var]
        async for line in lines:
            found += [one.split()[1] for one in line.splitlines() if one.startswith("event: ")]
            if until in found:
                break
    return found


async def looked(live: Live) -> None:
    """Wait until somebody looked again."""
    before = live.stamp
    async with asyncio.timeout(10):
        while live.stamp == before:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


async def test_what_moved_between_drawing_and_listening_is_told_and_nothing_else() -> None:
    marks = {"links": "1", "runs": "1"}
    live = Live(lambda: dict(marks), every=0.02)
    other = asyncio.create_task(told(live, live.stamp, until="over"))
    await looked(live)
    drawn = live.stamp
    marks["links"] = "2"
    await looked(live)
    await looked(live)
    assert await told(live, drawn, until="links") == ["links"]
    marks["over"] = "1"
    await other


async def test_who_was_drawn_while_nobody_looked_is_told_everything_once() -> None:
    marks = {"links": "1", "runs": "1"}
    live = Live(lambda: dict(marks), every=0.02)
    assert set(await told(live, live.stamp, until="runs")) == {"links", "runs"}
    marks["runs"] = "2"
    assert "runs" in await told(live, live.stamp, until="runs")


async def test_a_stamp_of_another_process_is_no_reason_to_stay_behind() -> None:
    marks = {"links": "1"}
    live = Live(lambda: dict(marks), every=0.02)
    other = asyncio.create_task(told(live, live.stamp, until="over"))
    await looked(live)
    assert await told(live, "0badf00d.900", until="links") == ["links"]
    marks["over"] = "1"
    await other


@pytest.mark.parametrize("error", [Retryable("The database is busy."), ValueError("of ours")])
async def test_a_look_that_fails_is_made_again(error: Exception) -> None:
    failures = [error, error]

    def markers() -> Mapping[str, str]:
        if failures:
            raise failures.pop()
        return {"links": "1"}

    live = Live(markers, every=0.02)
    assert await told(live, live.stamp, until="links") == ["links"]


async def test_a_page_that_reads_slowly_misses_no_topic_and_hears_of_each_once() -> None:
    marks = {"links": 0, "runs": 0}

    def markers() -> Mapping[str, str]:
        marks["links"] += 1
        return {name: str(mark) for name, mark in marks.items()}

    live = Live(markers, every=0)
    async with asyncio.timeout(60), aclosing(live.events(live.stamp)) as lines:  # type: ignore[type-var]
        first = [await anext(lines), await anext(lines)]
        while marks["links"] < 300:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
        marks["runs"] = 1
        await looked(live)
        await looked(live)
        late = await anext(lines)
    assert "event: runs" in first[1]
    assert late.count("event: links") == late.count("event: runs") == 1


async def test_closing_ends_every_stream() -> None:
    live = Live(lambda: {"links": "1"}, every=0.02)
    listening = [asyncio.create_task(told(live, live.stamp, until="never")) for _ in range(3)]
    await looked(live)
    live.close()
    assert await asyncio.gather(*listening) == [["links"]] * 3
