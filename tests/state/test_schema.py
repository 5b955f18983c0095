"""The file itself: how it is made, kept and refused."""

import multiprocessing
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from isthmus.state import (
    Connection,
    FieldNationConnection,
    State,
    StateBroken,
    StateBusy,
    connections,
    runlog,
    schema,
)
from isthmus.state.engine import open_engine
from isthmus.state.tables import metadata
from isthmus.state.vault import Vault


def test_the_migrations_lead_to_the_tables_of_the_code(state: State) -> None:
    engine = create_engine(f"sqlite:///{state.path}")
    with engine.connect() as session:
        differences = compare_metadata(MigrationContext.configure(session), metadata)
    engine.dispose()

    assert differences == []


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))

    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def _upgrade_to(path: Path, revision: str) -> None:
    """Make the file as an earlier Isthmus did."""
    path.parent.mkdir(parents=True)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = open_engine(path)
    with engine.begin() as session:
        config.attributes["connection"] = session
        command.upgrade(config, revision)
    engine.dispose()


def test_a_state_from_before_field_nation_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "home" / "state.db"
    _upgrade_to(path, "0001")
    autotask = Connection("Contoso", "api@contoso.example", "secret", "code", zone=5, api="soap")
    engine = open_engine(path)
    with engine.begin() as session:
        connections.save(session, Vault(None, path.with_name("key")), autotask)
        runlog.start(session, "r1", ["Tickets"])
    engine.dispose()

    fieldnation = FieldNationConnection("c", "cs", "u", "p", "https://api.fieldnation.com")
    with State.open(path) as state:
        assert state.load_connection() == autotask
        assert [run.id for run in state.runs()] == ["r1"]
        assert state.load_fieldnation() is None
        assert state.secrets() == ()
        state.save_fieldnation(fieldnation)
        state.save_secret("webhook", "tell-nobody")
    with State.open(path) as state:
        assert state.load_fieldnation() == fieldnation
        assert state.load_secret("webhook") == "tell-nobody"


def test_a_write_is_on_disk_when_it_returns(state: State) -> None:
    engine = open_engine(state.path)
    with engine.connect() as session:
        journal = session.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = session.exec_driver_sql("PRAGMA synchronous").scalar()
    engine.dispose()

    assert (journal, synchronous) == ("wal", 2)


def test_a_state_of_a_newer_isthmus_is_refused(state: State) -> None:
    state.close()
    with sqlite3.connect(state.path) as session:
        session.execute("UPDATE alembic_version SET version_num = '9999'")
    session.close()

    with pytest.raises(StateBroken, match="newer Isthmus"):
        State.open(state.path)


def test_a_file_that_is_no_state_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"no database at all, " * 100)

    with pytest.raises(StateBroken) as caught:
        State.open(path)
    assert caught.value.where == str(path)
    assert "ISTHMUS_HOME" in caught.value.remedy


def test_a_home_that_cannot_be_made_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StateBroken) as caught:
        State.open(tmp_path / "file" / "home" / "state.db")
    assert str(tmp_path / "file") in caught.value.where


def test_a_reader_does_not_wait_for_a_writer(state: State) -> None:
    state.start_run("r1", [])
    writer = sqlite3.connect(state.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert len(state.runs()) == 1
    finally:
        writer.close()


def test_a_writer_that_waits_too_long_says_so(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.state.engine.BUSY_TIMEOUT_MS", 10)
    writer = sqlite3.connect(state.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with State.open(state.path) as hasty, pytest.raises(StateBusy, match="another process"):
            hasty.start_run("r1", [])
    finally:
        writer.close()


def test_alembic_is_not_imported_when_the_schema_is_there(state: State) -> None:
    code = (
        "import sys; from pathlib import Path; from isthmus.state import State; "
        f"State.open(Path({str(state.path)!r})).close(); "
        "sys.exit('alembic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _open_and_save(path: Path, number: int) -> None:
    with State.open(path) as state:
        state.save_connection(Connection(f"c{number}", "u", "secret", "code"))
        state.start_run(f"r{number}", [])


def test_processes_that_start_together_make_one_state_and_one_key(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    context = multiprocessing.get_context("spawn")
    starters = [context.Process(target=_open_and_save, args=(path, n)) for n in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()

    assert [starter.exitcode for starter in starters] == [0, 0, 0]
    with State.open(path) as state:
        assert {run.id for run in state.runs()} == {"r0", "r1", "r2"}
        for number in range(3):
            assert state.load_connection(f"c{number}") is not None
    assert {found.name for found in tmp_path.iterdir()} == {"state.db", "key"}
