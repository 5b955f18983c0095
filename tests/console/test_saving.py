"""A person's SQL is kept in its box whatever becomes of saving it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.wiring.people import Role
from tests.console.exploring import tabled
from tests.console.site import Served, signed_in

SQL = "select title, count(*) as n from Tickets group by 1"
FIELDS = {"sql": SQL, "title": "By title", "chart": "bar", "x": "title"}
HOLD = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True);"
    " sys.stdin.read()"
)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Served]:
    with tabled(tmp_path / "home") as given:
        yield given


def test_a_query_of_a_report_that_was_removed_can_be_saved_as_a_new_one(console: Served) -> None:
    with signed_in(console, Role.DISPATCHER) as (client, token):
        form = {"csrf": token, **FIELDS}
        first = client.post("/explore/sql/save", data=form).headers["location"]
        gone = first.rpartition("/")[2]
        console.site.saved.remove(gone)
        told = client.post("/explore/sql/save", data={**form, "saved": gone, "title": "By name"})
        assert told.status_code == 409
        assert f"{SQL}</textarea>" in told.text
        assert "The report was removed meanwhile." in told.text
        assert "save it as a new report" in told.text
        assert "Save the report" in told.text
        assert 'value="By name"' in told.text
        assert gone not in told.text
        shown = client.get("/explore/sql", params={"sql": SQL, "saved": gone})
        assert f"{SQL}</textarea>" in shown.text
        bare = client.get("/explore/sql", params={"saved": gone})
        assert (bare.status_code, "There is no such saved report" in bare.text) == (409, True)
        again = client.post("/explore/sql/save", data=form)
    assert again.status_code == 303
    assert [one.title for one in console.site.saved.all()] == ["By title"]


def test_while_the_tables_are_held_by_another_the_query_stays_in_the_box(console: Served) -> None:
    path = str(console.house.config.warehouse.path)
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder,
        signed_in(console, Role.DISPATCHER) as (client, token),
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        told = client.post("/explore/sql/save", data={"csrf": token, **FIELDS})
        assert holder.stdin is not None
        holder.stdin.close()
    assert told.status_code == 503
    assert f"{SQL}</textarea>" in told.text
    assert told.text.count(f"process {holder.pid}") == 1
    assert console.site.saved.all() == ()
