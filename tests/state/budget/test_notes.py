import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from isthmus.state import StateBroken
from isthmus.state.budget import SharedBudget, open_budget, statements
from tests.postgres import Server
from tests.state.budget.conftest import Launch, Open


def add(note: str, _now: float) -> tuple[str, int]:
    after = int(note or 0) + 1
    return str(after), after


async def test_a_note_is_changed_by_one_at_a_time(another: Open, launch: Launch) -> None:
    programs = [launch("count", "--key", "n", "--times", 300) for _ in range(3)]
    assert {program.line() for program in programs} == {"ready"}
    for program in programs:
        program.tell("go")
    assert {program.process.wait(60) for program in programs} == {0}
    assert await another().change("n", add) == 901


async def test_what_fails_is_told_and_changes_nothing(another: Open) -> None:
    budget = another()

    def fail(note: str, _now: float) -> tuple[str, int]:
        raise LookupError(note)

    assert await budget.change("n", add) == 1
    with pytest.raises(LookupError, match="1"):
        await budget.change("n", fail)
    assert await budget.change("n", add) == 2


async def test_a_note_is_changed_at_the_moment_slots_are_given(another: Open) -> None:
    budget = another()
    async with budget.hold(["Tickets"], of=3, rank=3, rest=0.0, noting=("n", add)):
        assert await budget.change("n", add) == 2


async def test_a_slot_is_not_kept_when_its_note_cannot_be(another: Open) -> None:
    budget = another()

    def fail(_note: str, _now: float) -> tuple[str, int]:
        raise LookupError

    for _ in range(4):
        with pytest.raises(LookupError):
            async with budget.hold(["Tickets"], of=3, rank=3, rest=0.0, noting=("n", fail)):
                pass
    async with budget.hold(["Tickets"], of=1, rank=3, rest=0.0):
        pass


async def test_all_have_one_clock(another: Open) -> None:
    one, two = another(), another()
    moments = [await budget.change("n", lambda note, now: (note, now)) for budget in (one, two)]
    assert moments == sorted(moments)


async def test_a_note_from_the_future_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=1)
    budget = SharedBudget(tmp_path / "b.db")
    with monkeypatch.context() as patched:
        patched.setattr("isthmus.base.clock.utc_now", lambda: ahead)
        assert await budget.change("n", add) == 1
        assert await budget.change("n", add) == 2
    assert await budget.change("n", add) == 1
    budget.close()


async def test_a_file_that_another_is_making_just_now_is_waited_for(tmp_path: Path) -> None:
    budget = SharedBudget(tmp_path / "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db", isolation_level=None)) as maker:
        maker.execute("BEGIN IMMEDIATE")
        maker.execute("CREATE TABLE something (name)")
        waits = asyncio.create_task(budget.change("n", add))
        await asyncio.wait([waits], timeout=0.2)
        maker.execute("COMMIT")
        assert await waits == 1
    budget.close()


async def test_a_new_file_may_be_made_by_many_at_once(tmp_path: Path) -> None:
    budgets = [SharedBudget(tmp_path / "b.db") for _ in range(12)]
    found = await asyncio.gather(*(budget.change("n", add) for budget in budgets))
    assert sorted(found) == list(range(1, 13))
    for budget in budgets:
        budget.close()


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    budget = SharedBudget(tmp_path / "home" / "budget.db")
    await budget.change("n", add)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "home").iterdir()} == {0}
    budget.close()


async def test_a_file_that_is_no_budget_is_named_with_its_remedy(tmp_path: Path) -> None:
    file = tmp_path / "budget.db"
    file.write_bytes(b"not a database" * 1000)
    budget = SharedBudget(file)
    with pytest.raises(StateBroken, match="remove the file") as caught:
        await budget.change("n", add)
    assert str(file) in caught.value.where
    with pytest.raises(StateBroken):
        async with budget.hold(["Tickets"], of=3, rank=3, rest=0.0):
            pass
    file.unlink()
    assert await budget.change("n", add) == 1
    budget.close()


async def test_a_place_that_fails_while_slots_are_held_fails_no_call(
    another: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = another(lease=0.4, renew=0.05)

    def fail(*_known: object) -> None:
        raise LookupError

    with monkeypatch.context() as patched:
        patched.setattr(statements, "renew", fail)
        patched.setattr(statements, "give_back", fail)
        for _ in range(3):
            async with budget.hold(["Tickets"], of=3, rank=3, rest=0.0):
                await asyncio.sleep(0.1)
    async with budget.hold(["Tickets"], of=3, rank=3, rest=0.0):  # when the leases have lapsed
        pass


async def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    budget = SharedBudget("postgresql://me:s3cr3t@127.0.0.1:1/x")
    with pytest.raises(Exception, match="cannot be looked up") as caught:
        await budget.change("n", add)
    assert "s3cr3t" not in str(caught.value)
    budget.close()


async def test_a_connection_that_the_server_cut_is_made_anew(
    postgres_server: Server, postgres_url: str
) -> None:
    budget = SharedBudget(postgres_url)
    assert await budget.change("n", add) == 1
    postgres_server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{make_url(postgres_url).database}'"
    )
    assert await budget.change("n", add) == 2
    budget.close()


async def test_a_process_has_one_for_each_place_as_long_as_somebody_has_it(
    tmp_path: Path,
) -> None:
    one = open_budget(tmp_path / "a.db")
    assert open_budget(tmp_path / "a.db") is one
    assert open_budget(tmp_path / "b.db") is not one


def test_loops_and_threads_share_one(tmp_path: Path) -> None:
    budget = SharedBudget(tmp_path / "a.db")
    assert [asyncio.run(budget.change("n", add)) for _ in range(3)] == [1, 2, 3]
    budget.close()
