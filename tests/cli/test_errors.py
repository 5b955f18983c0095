"""What a person is told when something is wrong, and how the command ends."""

import errno
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.base.errors import NeedsPerson, Permanent, Retryable
from isthmus.cli.exits import Exit, exit_of
from isthmus.state import Connection, State
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["snyc"], 'Did you mean "sync"?'),
        (["sync", "--ful"], "Did you mean --full?"),
        (["sync", "Tickts", "--no-json"], "Did you mean Tickets?"),
        (["sync", "xyzzy", "--no-json"], "isthmus datasets lists all"),
        (["preview", "Tickets", "--rows", "0"], "from 1 to 500"),
        (["preview", "Tickets", "--rows", "many"], "--rows"),
        (["preview"], "requires an argument"),
        (["joins", "--sql", "--mermaid"], "exclude each other"),
        (["query", "select 1", "--format", "xml"], "--format"),
        (["connect", "autotask", "--zone", "5", "--url", "https://x/"], "exclude each other"),
        (["connect", "autotask", "--zone", "five"], "--zone five"),
        (["connect", "autotask", "--url", "ftp://x"], "--url ftp://x"),
        (["connect", "autotask"], "--username"),
    ],
)
def test_a_wrong_command_is_told_with_what_to_do(
    isthmus: Run, arguments: list[str], told: str
) -> None:
    ended = isthmus(*arguments)

    assert ended.code == Exit.USAGE
    assert told in " ".join(ended.err.split())
    assert "What to do" in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_a_wrong_setting_is_told_before_anything_is_done(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("ISTHMUS_QUOTA_SHARE", "much")
    ended = isthmus("status")

    assert ended.code == Exit.USAGE
    assert 'ISTHMUS_QUOTA_SHARE "much"' in ended.err
    assert not home.exists()


@pytest.mark.parametrize("command", [["test"], ["sync", "--no-json"], ["preview", "Tickets"]])
def test_without_a_connection_a_command_says_how_to_make_one(
    isthmus: Run, command: list[str]
) -> None:
    ended = isthmus(*command)

    assert ended.code == Exit.UNREADABLE
    assert "isthmus connect autotask" in ended.err


def test_a_machine_gets_the_error_too(isthmus: Run) -> None:
    ended = isthmus("sync", "Tickts", "--json")

    answer = ended.json()
    assert answer["exit"] == ended.code == Exit.USAGE
    assert answer["error"]["kind"] == "SettingWrong"
    assert "Tickets" in answer["error"]["remedy"]


def test_sync_answers_with_json_where_there_is_no_terminal(isthmus: Run) -> None:
    assert isthmus("sync").json()["error"]["kind"] == "NotConnected"


@pytest.mark.parametrize("command", [["sync", "--no-json"], ["status"], ["connect", "autotask"]])
def test_a_home_that_cannot_be_made_is_told(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    for name in ("USERNAME", "SECRET", "INTEGRATION_CODE"):
        monkeypatch.setenv(f"ISTHMUS_AUTOTASK_{name}", "x")
    monkeypatch.setenv("ISTHMUS_AUTOTASK_URL", "http://127.0.0.1:9/ATServicesRest/")
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "file" / "home"))
    ended = isthmus(*command)

    assert ended.code == Exit.STORE
    assert str(tmp_path / "file") in ended.err
    assert "ISTHMUS_HOME" in ended.err


@pytest.mark.parametrize("grouped", [False, True])
def test_a_full_disk_is_told_wherever_it_is_met(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch, *, grouped: bool
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    async def stumble(*_: object, **__: object) -> None:
        raise ExceptionGroup("several", [full]) if grouped else full

    monkeypatch.setattr("isthmus.cli.sync._run", stumble)
    ended = isthmus("sync", "Tickets")

    assert ended.code == ended.json()["exit"] == Exit.STORE
    assert "no room left" in ended.err
    assert "goes on from there" in ended.json()["error"]["remedy"]


def test_a_damaged_state_is_told_from_a_wrong_command(isthmus: Run, home: Path) -> None:
    home.mkdir()
    (home / "state.db").write_bytes(b"not a database, " * 64)
    ended = isthmus("status")

    assert ended.code == Exit.STORE
    assert str(home / "state.db") in ended.err


def test_a_lost_key_is_told(isthmus: Run, home: Path) -> None:
    with State.open(home / "state.db") as state:
        state.save_connection(Connection("t", "u", "secret", "code"))
    (home / "key").unlink()
    ended = isthmus("test")

    assert ended.code == Exit.USAGE
    assert str(home / "key") in ended.err


def test_a_broken_installation_is_told_without_a_traceback(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "isthmus.wiring.faults", None)
    monkeypatch.setattr("isthmus.cli.datasets.answer_json", None)
    ended = isthmus("datasets", "--json")

    assert ended.code == Exit.UNEXPECTED
    assert "did not expect" in ended.err
    assert "Traceback" not in ended.err


def test_an_unexpected_error_shows_no_traceback_unless_asked(
    isthmus: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("isthmus.cli.datasets.answer_json", stumble)
    ended = isthmus("datasets", "--json")
    assert ended.code == Exit.UNEXPECTED
    assert "ZeroDivisionError: by" in ended.err
    assert "Traceback" not in ended.err

    monkeypatch.setenv("ISTHMUS_LOG", "debug")
    assert "Traceback" in isthmus("datasets", "--json").err


def test_ctrl_c_is_told_apart(isthmus: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("isthmus.cli.datasets.answer_json", interrupt)
    ended = isthmus("datasets", "--json")

    assert ended.code == Exit.INTERRUPTED
    assert "Stopped" in ended.err


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("words", [["joins", "--mermaid"], ["joins"], ["--help"], ["status"]])
def test_a_reader_that_has_seen_enough_is_no_error(words: list[str]) -> None:
    command = [sys.executable, "-m", "isthmus", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ended:
        assert ended.stdout is not None
        ended.stdout.close()
        assert ended.stderr is not None
        told = ended.stderr.read()

    assert (ended.returncode, told) == (Exit.UNHEARD, b"")


@pytest.mark.parametrize("error", [Retryable("x"), Permanent("x"), NeedsPerson("x")])
def test_what_is_nobody_elses_matter_counts_as_unreadable(
    error: Retryable | Permanent | NeedsPerson,
) -> None:
    assert exit_of(error) is Exit.UNREADABLE


def test_a_query_before_the_first_sync_says_what_makes_the_tables(isthmus: Run, home: Path) -> None:
    ended = isthmus("query", "select 1")

    assert ended.code == Exit.UNREADABLE
    assert "isthmus sync" in ended.err
    assert not (home / "warehouse.duckdb").exists()


def test_a_state_that_is_being_written_can_still_be_shown(isthmus: Run, home: Path) -> None:
    State.open(home / "state.db").close()
    writer = sqlite3.connect(home / "state.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert isthmus("status").code == Exit.OK
    finally:
        writer.close()
