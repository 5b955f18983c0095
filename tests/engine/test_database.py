"""The database under the engine holds what was written, whatever happens to the machine."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from isthmus.engine import Agenda, EngineBroken, EngineUnavailable
from isthmus.engine.database import open_database, writing


def test_a_file_is_kept_as_safely_as_sqlite_can(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "engine.sqlite")
    with engine.connect() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000}


def test_a_server_ends_the_transaction_of_a_process_that_stands_still(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    with engine.connect() as session:
        found = session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
    engine.dispose()
    assert found == "15s"


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "engine.sqlite"
    path.touch(mode=0o644)
    Agenda.open(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_whoever_writes_holds_the_lock_from_the_beginning(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "engine.sqlite")
    with engine.begin() as session:
        session.execute(text("CREATE TABLE counted (number INTEGER)"))
        session.execute(text("INSERT INTO counted VALUES (0)"))

    def count_up() -> None:
        for _ in range(25):
            with writing(engine) as session:
                seen = session.execute(text("SELECT number FROM counted")).scalar_one()
                session.execute(text("UPDATE counted SET number = :n"), {"n": seen + 1})

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as session:
        assert session.execute(text("SELECT number FROM counted")).scalar_one() == 100
    engine.dispose()


def test_tables_of_a_newer_isthmus_are_left_alone(agenda: Agenda, where: str) -> None:
    with writing(agenda.engine) as session:
        session.execute(text("UPDATE engine_version SET version = 999"))
    with pytest.raises(EngineBroken, match="999"):
        Agenda.open(where)


def test_a_database_out_of_reach_is_said_to_be_without_its_password() -> None:
    with pytest.raises(EngineUnavailable) as caught:
        Agenda.open("postgresql://zelda:hunter2@127.0.0.1:1/engine")
    assert "hunter2" not in str(caught.value)
    assert "zelda" not in str(caught.value)


def test_what_is_no_database_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "engine.sqlite"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(EngineBroken):
        Agenda.open(path)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("SELECT * FROM sqlite_master")
