"""One worker in this process, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from isthmus.base.clock import monotonic, utc_now
from isthmus.base.errors import Retryable
from isthmus.engine import (
    Again,
    Agenda,
    Done,
    EngineBroken,
    Every,
    Item,
    Kind,
    NotAReference,
    Outcome,
    Run,
    Schedule,
    Settings,
    Small,
)
from isthmus.engine.database import file_of, reading, writing
from isthmus.engine.port import APPLICATION_VERSION
from isthmus.engine.roll import proof_of_life
from isthmus.engine.worker import Worker
from tests.engine.conftest import QUICK, Start, Until

Effect = Callable[[], Awaitable[Small]]


def gives(value: Small) -> Effect:
    async def effect() -> Small:
        return value

    return effect


class Job:
    """A handler that tells when it has begun, and waits until it may end."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.most = 0
        self.gate = asyncio.Event()

    async def __call__(self, run: Run) -> Outcome:
        self.begun.append(run.item.key)
        self.most = max(self.most, len(self.begun) - len(self.ended))
        await run.step("wait", self._wait)
        self.ended.append(run.item.key)
        return Done()

    async def _wait(self) -> Small:
        await self.gate.wait()
        return None


@pytest.fixture
def job() -> Job:
    return Job()


async def test_a_run_is_kept_under_a_version_that_no_change_of_code_moves(
    agenda: Agenda, start: Start, until: Until, job: Job
) -> None:
    await start({"link": Kind(job)})
    agenda.enqueue("link", "T1")
    await until(lambda: job.begun)
    schema = "" if agenda.engine.dialect.name == "sqlite" else "dbos."
    with reading(agenda.engine) as session:
        kept = session.execute(text(f"SELECT application_version FROM {schema}workflow_status"))
        assert set(kept.scalars()) == {APPLICATION_VERSION}
    job.gate.set()


async def test_a_burst_during_a_run_is_one_more_run(
    agenda: Agenda, start: Start, until: Until, job: Job
) -> None:
    await start({"link": Kind(job)})
    agenda.enqueue("link", "T1")
    await until(lambda: job.begun)
    for _ in range(10):
        agenda.enqueue("link", "T1")
    await asyncio.sleep(0.2)
    assert job.begun == ["T1"]
    job.gate.set()
    await until(lambda: agenda.count() == 0)
    assert job.begun == ["T1", "T1"]


async def test_keys_go_side_by_side_up_to_the_slots(
    agenda: Agenda, start: Start, until: Until, job: Job
) -> None:
    for number in range(7):
        agenda.enqueue("link", f"T{number}")
    await start({"link": Kind(job)}, Settings(slots=3))
    await until(lambda: len(job.begun) == 3)
    await asyncio.sleep(0.2)
    job.gate.set()
    await until(lambda: agenda.count() == 0)
    assert (job.most, sorted(job.ended)) == (3, [f"T{number}" for number in range(7)])


async def test_a_kind_with_a_limit_leaves_slots_to_others(
    agenda: Agenda, start: Start, until: Until, job: Job
) -> None:
    bulk = Job()
    for number in range(4):
        agenda.enqueue("sync", f"S{number}", priority=1)
    agenda.enqueue("link", "T1", priority=9)
    job.gate.set()
    await start({"sync": Kind(bulk, limit=1), "link": Kind(job)}, Settings(slots=2))
    await until(lambda: job.ended)
    assert bulk.begun == ["S0"]
    bulk.gate.set()
    await until(lambda: agenda.count() == 0)
    assert (bulk.most, len(bulk.ended)) == (1, 4)


async def test_the_events_of_a_key_are_handled_in_their_order(
    agenda: Agenda, start: Start, until: Until
) -> None:
    wanted = dict.fromkeys((f"T{number}" for number in range(5)), 0)
    seen: dict[str, list[int]] = {key: [] for key in wanted}

    async def follow(run: Run) -> Outcome:
        found = await run.step("look", gives(wanted[run.item.key]))
        await run.step("write", gives(None))
        assert isinstance(found, int)
        seen[run.item.key].append(found)
        return Done()

    await start({"link": Kind(follow)})
    for version in range(1, 13):
        for key in wanted:
            wanted[key] = version
            agenda.enqueue("link", key)
        await asyncio.sleep(0.01)
    await until(lambda: agenda.count() == 0)
    assert all(versions == sorted(versions) for versions in seen.values())
    assert all(versions[-1] == 12 for versions in seen.values()), "nothing was lost"


async def test_not_yet_ends_the_run_and_begins_another(
    agenda: Agenda, start: Start, until: Until
) -> None:
    runs: list[tuple[str, str]] = []

    async def hesitant(run: Run) -> Outcome:
        runs.append((run.id, run.item.payload_ref))
        return Again(timedelta(milliseconds=10)) if len(runs) < 3 else Done()

    await start({"link": Kind(hesitant)})
    agenda.enqueue("link", "T1", "inbox-1")
    await until(lambda: agenda.count() == 0)
    assert [ref for _, ref in runs] == ["inbox-1"] * 3
    assert [run for run, _ in runs] == sorted({run for run, _ in runs})


async def test_what_fails_is_tried_again_and_never_lost(
    agenda: Agenda, start: Start, until: Until
) -> None:
    seen: list[int] = []

    async def shaky(run: Run) -> Outcome:
        seen.append(run.item.failures)
        if len(seen) < 4:
            raise Retryable("The vendor is out.")
        return Done()

    await start({"link": Kind(shaky)})
    agenda.enqueue("link", "T1")
    await until(lambda: agenda.count() == 0)
    assert seen == [0, 1, 2, 3]


def test_pauses_grow_up_to_the_longest() -> None:
    pauses = [Settings().pause(failures).total_seconds() for failures in (1, 2, 3, 9, 10, 10_000)]
    assert pauses == [1, 2, 4, 256, 512, 900]


async def test_a_cancellation_from_elsewhere_does_not_strand_the_item(
    agenda: Agenda, start: Start, until: Until
) -> None:
    tries: list[str] = []

    async def leaky(run: Run) -> Outcome:
        tries.append(run.id)
        if len(tries) == 1:
            raise asyncio.CancelledError
        return Done()

    await start({"link": Kind(leaky)})
    agenda.enqueue("link", "T1")
    await until(lambda: agenda.count() == 0)
    assert len(tries) == 2


async def test_a_cancelled_run_stops_where_its_next_step_would_begin(
    agenda: Agenda, start: Start, until: Until, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[frozenset[str]] = []
    ask = agenda.cancelled

    def cancelled(worker: str) -> frozenset[str]:
        found = ask(worker)
        heard.extend([found] if found else [])
        return found

    async def two_steps(run: Run) -> Outcome:
        await job(run)
        await run.step("never", gives(None))
        job.ended.append("too far")
        return Done()

    monkeypatch.setattr(agenda, "cancelled", cancelled)
    await start({"link": Kind(two_steps)})
    agenda.enqueue("link", "T1")
    await until(lambda: job.begun)
    agenda.cancel("link", "T1")
    await until(lambda: len(heard) > 1)  # it asks again when it has done as it first heard
    job.gate.set()
    await until(lambda: agenda.count() == 0)
    assert job.ended == ["T1"]


@pytest.mark.parametrize(
    "body", ["x" * 201, ["x" * 200] * 11, 1.5, b"bytes", {"a": object()}, {1: "a"}]
)
async def test_a_step_leaves_ids_and_hashes_only(
    agenda: Agenda, start: Start, until: Until, body: Small
) -> None:
    caught: list[Exception] = []

    async def talkative(run: Run) -> Outcome:
        try:
            await run.step("fetch", gives(body))
        except NotAReference as error:
            caught.append(error)
        return Done()

    await start({"link": Kind(talkative)})
    agenda.enqueue("link", "T1")
    await until(lambda: agenda.count() == 0)
    assert len(caught) == 1


async def test_nothing_of_an_error_is_kept_by_the_engine(
    agenda: Agenda, start: Start, until: Until
) -> None:
    tries: list[str] = []

    async def refused() -> Small:
        raise Retryable("The body was: Kaputte Heizung bei Frau Meier")

    async def shaky(run: Run) -> Outcome:
        tries.append(run.id)
        if len(tries) == 1:
            await run.step("send", refused)
        await run.step("kept", gives({"id": 7, "hash": "ab"}))
        return Done()

    await start({"link": Kind(shaky)})
    agenda.enqueue("link", "T1")
    await until(lambda: agenda.count() == 0)
    kept = everything(agenda)
    assert "isthmus.work" in kept
    assert "Meier" not in kept


def everything(agenda: Agenda) -> str:
    """Return all rows of all tables in the database as text."""
    if agenda.engine.dialect.name == "sqlite":
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        tables = (
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
    with reading(agenda.engine) as session:
        names = list(session.execute(text(tables)).scalars())
        return repr([session.execute(text(f"SELECT * FROM {name}")).all() for name in names])


async def test_a_schedule_runs_by_itself(agenda: Agenda, start: Start, until: Until) -> None:
    runs: list[str] = []

    async def refresh(run: Run) -> Outcome:
        runs.append(run.item.key)
        return Done()

    await start({"sync": Kind(refresh)})
    agenda.schedule(Schedule("tickets", "sync", "tickets", Every(timedelta(seconds=1))))
    await until(lambda: len(runs) >= 2)


async def test_a_process_has_one_worker(agenda: Agenda, start: Start) -> None:
    await start({})
    second = Worker(agenda, {}, QUICK)
    with pytest.raises(EngineBroken, match="already"):
        await second.start()
    file = file_of(agenda.engine)
    if file is not None:
        with proof_of_life(file, second.id):  # nothing holds its place any more
            pass


async def test_the_loop_has_threads_after_a_worker_has_stopped(agenda: Agenda) -> None:
    worker = Worker(agenda, {}, QUICK)
    await worker.start()
    await worker.stop()
    assert await asyncio.to_thread(agenda.count) == 0


async def test_what_a_worker_claimed_and_never_began_is_let_go(
    agenda: Agenda, start: Start, until: Until, job: Job
) -> None:
    job.gate.set()
    worker = await start({"link": Kind(job)})
    agenda.enqueue("other", "T1")
    agenda.claim(worker.id, {"other": 1}, 1)  # as if the process had lost it from its memory
    with writing(agenda.engine) as session:
        session.execute(text("UPDATE engine_work SET kind = 'link'"))
    await until(lambda: job.ended == ["T1"])


async def test_a_worker_held_for_dead_lets_go_and_goes_on(
    agenda: Agenda, start: Start, until: Until, job: Job
) -> None:
    worker = await start({"link": Kind(job)})
    agenda.enqueue("link", "T1")
    await until(lambda: job.begun)
    agenda.leave(worker.id)  # as a survivor does that takes over
    await until(lambda: len(job.begun) >= 1 and not agenda.signs()[0].gone)
    job.gate.set()
    await asyncio.sleep(0.1)
    assert job.ended == [], "the run it had is no longer its own"
    agenda.enqueue("link", "T2")
    await until(lambda: "T2" in job.ended)


@pytest.mark.parametrize("way", ["act", "keep"])
async def test_a_run_that_another_took_over_may_neither_act_nor_keep_anything(
    agenda: Agenda, start: Start, until: Until, way: str
) -> None:
    told: list[str] = []

    async def overtaken(run: Run) -> Outcome:
        if told:
            return Done()
        await run.check()
        with writing(agenda.engine) as session:
            run.confirm(session)
        told.append("its own")
        agenda.take_over(run.id, "another")  # as it does while this process stands still
        agenda.end(run.item, run.id, "another", again_at=utc_now(), failed=False)
        if way == "act":
            await run.check()
        else:
            with writing(agenda.engine) as session:
                run.confirm(session)
        told.append("too far")
        return Done()

    await start({"link": Kind(overtaken)})
    agenda.enqueue("link", "T1")
    await until(lambda: agenda.count() == 0)
    assert told == ["its own"]


async def test_a_process_that_stands_still_while_it_shows_itself_does_not_count_as_seen(
    agenda: Agenda, start: Start, until: Until, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await start({"link": Kind(job)})
    beat, beats, late = agenda.beat, list[str](), 0.0

    def slow(name: str) -> bool:
        nonlocal late
        seen = beat(name)
        beats.append(name)
        late += 100 * (len(beats) == 1)  # it stands still right after the first
        return seen

    monkeypatch.setattr(agenda, "beat", slow)
    monkeypatch.setattr("isthmus.engine.worker.monotonic", lambda: monotonic() + late)
    await worker.pulse()
    before = len(beats)
    await worker.stay_known()
    assert len(beats) > before


async def test_a_run_that_its_engine_forgot_is_found_and_begun_again(
    agenda: Agenda, start: Start, until: Until, job: Job
) -> None:
    first = Worker(agenda, {"link": Kind(job)}, QUICK)
    await first.start()
    agenda.enqueue("link", "T1")
    await until(lambda: job.begun)
    await first.stop(timedelta(0))
    with writing(agenda.engine) as session:
        schema = "" if session.dialect.name == "sqlite" else "dbos."
        session.execute(text(f"DELETE FROM {schema}operation_outputs"))
        session.execute(text(f"DELETE FROM {schema}workflow_status"))
    job.gate.set()
    await start({"link": Kind(job)})
    await until(lambda: agenda.count() == 0)
    assert job.ended == ["T1"]


async def test_ended_runs_are_forgotten(agenda: Agenda, start: Start, until: Until) -> None:
    async def quick(run: Run) -> Outcome:
        await run.step("one", gives("kept-value"))
        return Done()

    worker = await start({"link": Kind(quick)}, Settings(keep=timedelta(0)))
    agenda.enqueue("link", "T1")
    await until(lambda: agenda.count() == 0)
    await until(lambda: "SUCCESS" in everything(agenda))
    await worker._sweep()
    assert "kept-value" not in everything(agenda)


def test_an_item_says_what_and_not_how() -> None:
    assert Item("link", "T1") == Item("link", "T1", "", 0)
