"""Readers of a home's tables share the file with a refresh, and let others have it."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from isthmus.warehouse.ports import ColumnType, QueryFailed
from isthmus.warehouse.postgres.session import PostgresSession
from isthmus.wiring.environment.config import Config, load_config
from isthmus.wiring.tables.reading import NothingHeld, Readers, WarehouseAway, WarehouseBusy
from isthmus.wiring.tables.warehouse import open_warehouse
from tests.threads import waits_in
from tests.warehouse.building import Desk, column, shape

TABLE = shape("Tickets", column("title"), column("n", ColumnType.INTEGER))
HOLD = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True);"
    " sys.stdin.read()"
)
SEEN = "import duckdb, sys; print(duckdb.connect(sys.argv[1]).execute('from autotask.Tickets'))"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(load_config({"ISTHMUS_HOME": str(tmp_path / "home")}))


def publish(config: Config, *ids: int) -> None:
    warehouse = open_warehouse(config)
    Desk(warehouse, config.spool).publish(TABLE, *({"id": n, "title": "x", "n": n} for n in ids))
    warehouse.close()


def count(readers: Readers) -> object:
    with readers.reader() as reader:
        return reader.query("select count(*) from autotask.Tickets").rows[0][0]


def is_free(config: Config) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", SEEN, str(config.warehouse.path)], capture_output=True, check=False
    )
    return done.returncode == 0


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_before_the_first_sync_there_is_nothing_to_read(config: Config) -> None:
    readers = Readers(config)

    with pytest.raises(NothingHeld, match="no tables"), readers.reader():
        pass
    assert not config.warehouse.path.exists()
    readers.close()


def test_a_reader_sees_what_a_refresh_in_the_same_process_publishes(config: Config) -> None:
    publish(config, 1, 2)
    readers = Readers(config)
    assert count(readers) == 2

    warehouse = open_warehouse(config)
    desk = Desk(warehouse, config.spool / "second")
    with readers.reader() as reader, reader.stream("select * from autotask.Tickets") as stream:
        desk.publish(TABLE, {"id": 3, "title": "x", "n": 3})
        begun_before = sum(len(batch) for batch in stream.batches)
        assert reader.query("select count(*) from autotask.Tickets").rows == ((3,),)
    warehouse.close()

    assert begun_before == 2
    assert count(readers) == 3
    readers.close()


def test_an_idle_reader_lets_go_of_the_file(config: Config) -> None:
    publish(config, 1)
    readers = Readers(config, idle=0.2)

    with readers.reader() as reader:
        reader.query("select 1")
        assert not is_free(config)
    until(lambda: is_free(config))

    assert count(readers) == 1
    readers.close()
    assert is_free(config)


def test_what_was_made_ahead_meanwhile_reads_the_file_as_it_is_now(config: Config) -> None:
    publish(config, 1)
    readers = Readers(config, idle=0.05)

    for number in range(2, 5):
        assert count(readers) == number - 1
        until(lambda: is_free(config))
        with duckdb.connect(str(config.warehouse.path)) as plain:
            plain.execute(f"insert into autotask.Tickets (id) values ({number})")

    assert count(readers) == 4
    with readers.reader() as reader, pytest.raises(QueryFailed):
        reader.query("select * from read_csv('/etc/passwd')")
    readers.close()


def test_rows_are_counted_again_only_when_they_changed_though_readers_come_and_go(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    fetch = PostgresSession.fetch

    def noted(session: PostgresSession, sql: str, parameters: Sequence[object] = ()) -> Any:
        counted.extend([sql] if ", count(*) FROM" in sql else [])
        return fetch(session, sql, parameters)

    monkeypatch.setattr(PostgresSession, "fetch", noted)
    home = {"ISTHMUS_HOME": str(tmp_path / "home"), "ISTHMUS_WAREHOUSE": postgres_url}
    config = load_config(home)
    readers = Readers(config, idle=0.0)

    def rows() -> list[int]:
        with readers.reader() as reader:
            return [table.rows for table in reader.describe()]

    publish(config, 1, 2)
    assert [rows() for _ in range(3)] == [[2]] * 3
    assert len(counted) == 1
    publish(config, 3)
    assert [rows() for _ in range(3)] == [[3]] * 3
    assert len(counted) == 2
    readers.close()


def test_a_busy_reader_keeps_it(config: Config) -> None:
    publish(config, 1)
    readers = Readers(config, idle=0.05)

    with readers.reader() as reader:
        for _ in range(4):
            with readers.reader() as another:
                another.query("select 1")
            time.sleep(0.1)
        assert reader.query("select count(*) from autotask.Tickets").rows == ((1,),)
        readers.close()
        assert reader.query("select 1").rows == ((1,),)
    assert is_free(config)


def test_while_another_process_holds_it_a_reader_says_so_and_recovers(config: Config) -> None:
    publish(config, 1)
    readers = Readers(config)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(config.warehouse.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(WarehouseBusy, match=f"process {holder.pid}") as caught,
            readers.reader(),
        ):
            pass
        assert caught.value.remedy
        assert holder.stdin is not None
        holder.stdin.close()

    assert count(readers) == 1
    readers.close()


def test_many_threads_read_while_a_refresh_publishes(config: Config) -> None:
    publish(config, 0)
    readers = Readers(config, idle=0.01)
    seen: list[object] = []

    def look() -> None:
        for _ in range(15):
            seen.append(count(readers))  # noqa: PERF401 - one after the other

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for n in range(1, 6):
        warehouse = open_warehouse(config)
        Desk(warehouse, config.spool / str(n)).publish(TABLE, {"id": n, "title": "x", "n": n})
        warehouse.close()
    for thread in threads:
        thread.join()

    assert len(seen) == 90
    assert set(seen) <= set(range(1, 7))
    assert count(readers) == 6
    readers.close()


class Silent:
    """A server that takes connections and says nothing, until it hangs up on all of them."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.came: list[socket.socket] = []
        self.url = f"postgresql://nobody:x@127.0.0.1:{listening.getsockname()[1]}/none?sslmode=disable&gssencmode=disable"

    def take(self) -> None:
        while True:
            try:
                self.came.append(self._listening.accept()[0])
            except OSError:
                return

    def hang_up(self) -> None:
        with suppress(OSError):  # it was done before
            self._listening.shutdown(socket.SHUT_RDWR)
        for one in self.came:
            one.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Silent(listening)
        taking = threading.Thread(target=server.take)
        taking.start()
        yield server
        server.hang_up()
        taking.join()


def test_many_who_come_while_a_server_is_silent_share_one_attempt(
    tmp_path: Path, silent: Silent
) -> None:
    home = {"ISTHMUS_HOME": str(tmp_path / "home"), "ISTHMUS_WAREHOUSE": silent.url}
    readers = Readers(load_config(home))
    told: list[str] = []

    def look() -> None:
        try:
            with readers.reader():
                told.append("reached")
        except WarehouseAway as error:
            told.append(error.what)

    threads = [threading.Thread(target=look, daemon=True) for _ in range(5)]
    threads[0].start()
    until(lambda: bool(silent.came))
    for thread in threads[1:]:
        thread.start()
    until(lambda: all(waits_in(thread, "result") for thread in threads[1:]))
    readers.close()  # nobody who connects holds it up
    silent.hang_up()
    for thread in threads:
        thread.join()

    assert len(silent.came) == 1
    assert len(told) == 5
    assert set(told) == {told[0]}
    assert "cannot be reached" in told[0]
