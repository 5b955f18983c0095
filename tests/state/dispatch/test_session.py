"""Transactions on the tables of dispatch, and how these come to be."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text, update

from isthmus.engine.database import open_database
from isthmus.state import StateBroken, StateBusy
from isthmus.state.dispatch import DispatchState, Inbox, Session
from isthmus.state.dispatch.session import make_tables, reading, writing
from isthmus.state.dispatch.tables import VERSION, inbox_metadata, inbox_version


def test_many_at_once_make_the_tables_once(database: Engine) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: Inbox.open(database), range(8)))
    with reading(database) as session:
        assert inspect(session).has_table("inbox")
        assert session.execute(text("SELECT count(*) FROM inbox_version")).scalar() == 1


def test_inbox_and_links_may_lie_in_one_database(database: Engine) -> None:
    Inbox.open(database)
    DispatchState.open(database)
    with reading(database) as session:
        assert {"inbox", "links"} <= set(inspect(session).get_table_names())


def test_tables_of_another_version_are_not_touched(database: Engine) -> None:
    Inbox.open(database)
    with writing(database) as session:
        session.execute(update(inbox_version).values(version=VERSION + 1))
    with pytest.raises(StateBroken) as refused:
        make_tables(database, inbox_metadata, inbox_version, VERSION)
    assert f"version {VERSION + 1}" in refused.value.what
    assert "password" not in refused.value.where


def test_what_fails_within_leaves_nothing(database: Engine) -> None:
    Inbox.open(database)

    def change(session: Session) -> None:
        session.execute(update(inbox_version).values(version=9))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), writing(database) as session:
        change(session)
    with reading(database) as session:
        assert session.execute(text("SELECT version FROM inbox_version")).scalar() == VERSION


def test_a_statement_that_is_refused_is_told_without_its_values(database: Engine) -> None:
    with pytest.raises((StateBroken, StateBusy)) as refused, writing(database) as session:
        session.execute(text("SELECT :value FROM nothing_there"), {"value": "of-a-customer"})
    assert "of-a-customer" not in str(refused.value)


def test_a_file_that_somebody_else_writes_is_busy(tmp_path: Path) -> None:
    first, second = (open_database(tmp_path / "inbox.sqlite") for _ in range(2))
    Inbox.open(first)
    with second.connect() as impatient:
        impatient.exec_driver_sql("PRAGMA busy_timeout = 1")
    with writing(first), pytest.raises(StateBusy) as busy, writing(second):
        pass
    assert "SQLITE_BUSY" in busy.value.what
    first.dispose()
    second.dispose()


def test_a_server_that_is_away_is_busy() -> None:
    away = open_database("postgresql://nobody:s3cret@127.0.0.1:9/nowhere")
    with pytest.raises(StateBusy) as busy, reading(away):
        pass
    assert "s3cret" not in str(busy.value)
    away.dispose()


def test_an_index_that_was_thought_of_later_is_made_for_tables_that_were_there(
    database: Engine,
) -> None:
    DispatchState.open(database)
    with writing(database) as session:
        session.execute(text("DROP INDEX links_by_record"))
    for _ in range(2):
        DispatchState.open(database)
    with reading(database) as session:
        names = {one["name"] for one in inspect(session).get_indexes("links")}
    assert "links_by_record" in names
