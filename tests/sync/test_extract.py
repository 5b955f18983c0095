"""Reading into the spool: every record once, whoever reads it, and nothing twice after a crash."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from isthmus.autotask import AutotaskClient, Credentials
from isthmus.autotask import query as q
from isthmus.autotask.errors import PermissionDenied
from isthmus.state import Extraction, State
from isthmus.sync import extract as module
from isthmus.sync.extract import extract
from isthmus.sync.spool import Spool, remove_strays


class PlugPulled(Exception):
    """What a crash looks like from inside."""


def ignore(rows: int) -> None:
    """Watch nothing."""


NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
EVERYTHING = q.gte("id", 0)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State.open(tmp_path / "state.db") as opened:
        yield opened


@pytest.fixture
def spool(tmp_path: Path, state: State) -> Spool:
    return open_spool(tmp_path, state)


def open_spool(tmp_path: Path, state: State) -> Spool:
    found = state.open_extraction("Tickets")
    if found is None:
        found = Extraction("Tickets-1", "Tickets", "full", None, NOON)
        state.begin_extraction(found)
    spool = Spool(tmp_path / "spool", state, found)
    spool.open()
    return spool


@pytest.fixture
async def client(sim: Any) -> AsyncIterator[AutotaskClient]:
    credentials = Credentials(
        username=sim.username, secret=sim.secret, integration_code=sim.integration_code
    )
    async with AutotaskClient.connect(credentials, base_url=sim.url) as connected:
        yield connected


@pytest.fixture
def sim(autotask_sim_factory: Callable[..., Any]) -> Any:
    return autotask_sim_factory(tickets=2_600, companies=20)


def ids_on_disk(spool: Spool) -> list[int]:
    lines = [line for file in spool.files() for line in file.read_bytes().splitlines()]
    return [json.loads(line)["id"] for line in lines]


def ids_at_the_vendor(sim: Any) -> list[int]:
    return [row["id"] for row in sim.rows("Tickets")]


async def test_one_reader_brings_every_record_once(
    client: AutotaskClient, spool: Spool, sim: Any
) -> None:
    await extract(client, "Tickets", EVERYTHING, spool, expected=None, on_page=ignore)

    assert ids_on_disk(spool) == ids_at_the_vendor(sim)


async def test_three_readers_share_a_collection_without_gap_or_overlap(
    client: AutotaskClient, spool: Spool, sim: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE_SIZE", 40)
    monkeypatch.setattr(module, "SEGMENT_PAGES", 3)
    seen: list[int] = []

    await extract(client, "Tickets", EVERYTHING, spool, expected=6_000, on_page=seen.append)

    assert sorted(ids_on_disk(spool)) == ids_at_the_vendor(sim)
    assert sum(seen) == spool.rows == len(ids_at_the_vendor(sim))


async def test_what_a_crash_left_on_disk_is_not_read_again(
    client: AutotaskClient, state: State, sim: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = open_spool(tmp_path, state)
    monkeypatch.setattr(module, "PAGE_SIZE", 100)
    monkeypatch.setattr(module, "SEGMENT_PAGES", 4)
    pages = 0

    def crash_later(rows: int) -> None:
        nonlocal pages
        pages += 1
        if pages == 11:
            raise PlugPulled

    with pytest.raises(PlugPulled):
        await extract(client, "Tickets", EVERYTHING, spool, expected=None, on_page=crash_later)
    again = open_spool(tmp_path, state)
    read: list[int] = []
    await extract(client, "Tickets", EVERYTHING, again, expected=None, on_page=read.append)

    assert ids_on_disk(again) == ids_at_the_vendor(sim)
    assert sum(read) == len(ids_at_the_vendor(sim)) - 800


async def test_a_reader_that_is_refused_says_so_plainly(
    client: AutotaskClient, spool: Spool, sim: Any
) -> None:
    sim.admin("POST", "faults", {"kind": "permission_lost", "mode": "refuse", "entity": "Tickets"})

    with pytest.raises(PermissionDenied):
        await extract(client, "Tickets", EVERYTHING, spool, expected=None, on_page=ignore)


def test_a_file_that_the_state_does_not_name_goes(tmp_path: Path, state: State) -> None:
    spool = open_spool(tmp_path, state)
    half_written = spool.folder / "000001.ndjson"
    half_written.write_bytes(b'{"id": 1')
    stray = tmp_path / "spool" / "Tickets-0"
    stray.mkdir()

    open_spool(tmp_path, state)
    remove_strays(tmp_path / "spool", {"Tickets-1"})

    assert not half_written.exists()
    assert not stray.exists()
    assert spool.folder.exists()
