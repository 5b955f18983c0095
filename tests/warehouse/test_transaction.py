"""A table, its watermark and the record of the run change together or not at all."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from isthmus.warehouse.duckdb.session import DuckDBSession
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.ports import Mode, WarehouseBroken
from isthmus.warehouse.postgres.session import PostgresSession
from tests.warehouse.building import NOON, Desk, column, number, shape

TABLE = shape("Tickets", column("title"), number("n"))


def some(title: str, count: int) -> list[dict[str, object]]:
    return [{"id": n, "title": title, "n": n} for n in range(count)]


def everything(desk: Desk) -> list[list[tuple[object, ...]]]:
    notes = ("columns", "picklists", "watermarks", "runs", "warnings", "tables", "quarantine")
    held = [
        desk.rows(
            "select table_schema, table_name, column_name, data_type"
            " from information_schema.columns"
        ),
        desk.table("Tickets"),
        *(desk.rows(f"select * from isthmus.{note}") for note in notes),
    ]
    return [sorted(rows, key=repr) for rows in held]


@pytest.mark.parametrize("stage", ["save_watermark", "save_run", "save_version", "save_columns"])
def test_a_failure_at_any_stage_leaves_everything_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    desk.publish(TABLE, *some("old", 20))
    before = everything(desk)
    wider = shape("Tickets", *TABLE.columns[1:], column("more"))

    def fail(*_: object) -> None:
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr(Ledger, stage, fail)
    with pytest.raises(RuntimeError, match="plug"):
        desk.publish(wider, *some("new", 30), {"id": 99, "n": "no number"}, mode=Mode.REPLACE)

    assert everything(desk) == before


def test_after_a_failure_the_next_publication_succeeds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "save_run", _raise)
        with pytest.raises(RuntimeError):
            desk.publish(TABLE, *some("first", 3))

    assert desk.warehouse.known_columns("Tickets") == ()
    assert desk.publish(TABLE, *some("second", 3)).inserted == 3
    assert desk.warehouse.rehydrate(TABLE) == 0


def _raise(*_: object) -> None:
    raise RuntimeError("pulled the plug")


def test_a_reader_sees_the_old_or_the_new_and_never_a_mix(desk: Desk) -> None:
    desk.publish(TABLE, *some("0", 400))
    seen: set[tuple[object, ...]] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.update(desk.rows("select count(*), count(distinct title) from autotask.Tickets"))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for version in range(1, 9):
            desk.publish(TABLE, *some(str(version), 400), mode=Mode.REPLACE)
    finally:
        stop.set()
        reader.join()

    assert seen == {(400, 1)}


def test_an_id_that_would_stand_twice_stops_the_publication(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish(TABLE, *some("old", 3))

    for session in (DuckDBSession, PostgresSession):
        monkeypatch.setattr(session, "dialect", replace(session.dialect, line="id"))
    with pytest.raises(WarehouseBroken, match="more than once"):
        desk.publish(TABLE, *some("new", 1), *some("newer", 1))

    assert {row[1] for row in desk.table("Tickets")} == {"old"}


def test_every_run_is_on_record_with_its_counts_and_warnings(desk: Desk) -> None:
    desk.publish(TABLE, *some("a", 2))
    desk.publish(TABLE, {"id": 1, "title": "b", "n": "x"}, {"id": 5, "title": "c"}, deleted=[0])

    assert desk.rows(
        "select run_id, mode, received, inserted, updated, deleted, unchanged, calls"
        " from isthmus.runs order by run_id"
    ) == [("run-0001", "merge", 2, 2, 0, 0, 0, 3), ("run-0002", "merge", 2, 1, 1, 1, 0, 3)]
    (state,) = desk.warehouse.describe()
    assert (state.dataset, state.rows) == ("Tickets", 2)
    assert state.last_run is not None
    assert (state.last_run.run_id, state.last_run.finished_at) == ("run-0002", NOON)
    told = desk.rows("select run_id, warning from isthmus.warnings order by position")
    assert [run_id for run_id, _ in told] == ["run-0002"] * 2
    assert [c.name for c in state.columns] == ["id", "title", "n"]


@pytest.fixture
def publish_twice(desk: Desk) -> Callable[[], None]:
    package = desk.package(TABLE, *some("a", 5), mode=Mode.REPLACE)

    def twice() -> None:
        desk.warehouse.publish(package)
        desk.warehouse.publish(package)

    return twice


def test_the_same_package_twice_changes_nothing_and_is_one_run(
    desk: Desk, publish_twice: Callable[[], None]
) -> None:
    publish_twice()

    assert len(desk.table("Tickets")) == 5
    assert desk.rows("select count(*), max(unchanged) from isthmus.runs") == [(1, 5)]
