"""Every ready report says what the vendor's own rows say, in DuckDB and in PostgreSQL."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chaos.harness import Home, Simulator, must
from isthmus.reports.catalogue import REPORTS, report_named
from isthmus.reports.choosing import choices_of
from isthmus.reports.running import OTHERS, drill, prepare, run, shown_sql
from isthmus.reports.shapes import CHOICES, Asked, Chart, Report
from isthmus.sync.catalog import DATASETS
from isthmus.warehouse.answering import Answer, Limits, TableReader
from isthmus.warehouse.duckdb import DuckDBWarehouse
from isthmus.warehouse.ports import TableState
from isthmus.warehouse.postgres import PostgresReader
from tests.postgres import Server, postgres_server
from tests.reports import oracle
from tests.reports.oracle import Oracle, Row

__all__ = ["postgres_server"]

ZONE = "America/New_York"
FIRST, LAST = date(2025, 9, 17), date(2026, 6, 11)
"""Both within a week and a month, and on either side of two changes of the clock."""


@dataclass(frozen=True)
class Synced:
    """Two warehouses with the same tables, and the rows they came from."""

    file: Path
    url: str
    raw: dict[str, list[Row]]


def make_hard(simulator: Simulator) -> None:
    """Reopen tickets, leave dates out, and delete what was copied already."""
    tickets = simulator.admin("GET", "state/Tickets")
    closed = [row for row in tickets if row["status"] == 5]
    for row in closed[-40:-30]:
        simulator.admin("PATCH", f"state/Tickets/{row['id']}", {"status": 1})
    for row in closed[-30:-25]:
        simulator.admin("PATCH", f"state/Tickets/{row['id']}", {"completedDate": None, "raw": True})
    for row in closed[-25:-20]:
        changed = {"firstResponseDueDateTime": None, "resolvedDueDateTime": None, "raw": True}
        simulator.admin("PATCH", f"state/Tickets/{row['id']}", changed)
    for row in closed[-20:-15]:
        changed = {"resolvedDateTime": None, "raw": True}
        simulator.admin("PATCH", f"state/Tickets/{row['id']}", changed)
    for row in closed[-15:-10]:
        simulator.admin("DELETE", f"state/Tickets/{row['id']}")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> Iterator[Synced]:
    folder = tmp_path_factory.mktemp("figures")
    postgres_server.run("CREATE DATABASE isthmus_figures TEMPLATE template0")
    url = postgres_server.url("isthmus_figures")
    with Simulator(folder, "--seed", "6", "--companies", "30", "--tickets", "1500") as simulator:
        simulator.admin("PATCH", "switches", {"added_latency_scale": 0})
        file, server = (
            Home(folder / "file", simulator),
            Home(folder / "server", simulator, ISTHMUS_WAREHOUSE=url),
        )
        must(file.connect())
        must(file.run("sync", "--json"))
        make_hard(simulator)
        simulator.admin("POST", "activity", {"steps": 60})
        must(file.run("sync", "--json", "--full"))
        must(server.connect())
        must(server.run("sync", "--json"))
        raw = {d.name: simulator.admin("GET", f"state/{d.name}") for d in DATASETS}
        yield Synced(folder / "file" / "warehouse.duckdb", url, raw)
    postgres_server.run("DROP DATABASE isthmus_figures WITH (FORCE)")


@pytest.fixture(params=["duckdb", "postgresql"])
def reader(request: pytest.FixtureRequest, synced: Synced) -> Iterator[TableReader]:
    if request.param == "postgresql":
        server = PostgresReader.open(synced.url, place="postgresql://here")
        yield server
        server.close()
        return
    warehouse = DuckDBWarehouse.open(synced.file)
    file = warehouse.reader()
    warehouse.close()
    yield file
    file.close()


def asked(report: Report, **more: Any) -> Asked:
    return Asked(FIRST, LAST, report.grain, ZONE, more)


def expected(report: Report, synced: Synced, reader: TableReader, now: datetime) -> oracle.Figures:
    labels = {
        (str(row[0]), str(row[1]), str(row[2])): str(row[3])
        for row in reader.query("select dataset, field, code, label from isthmus.picklists").rows
    }
    known = Oracle(synced.raw, labels, FIRST, LAST, report.grain or "day", now)
    made: oracle.Figures = getattr(oracle, report.name.replace("-", "_"))(known)
    return made


def figures(report: Report, answer: Answer) -> oracle.Figures:
    """Key an answer by its axis and series; what is nothing at all is left out."""
    names = [name.lower() for name in answer.columns]
    keys = [report.x, report.series] if report.series else [report.x]
    measures = [m.column for m in report.measures]
    measures += [name for name in ("tickets", "calls", "revenue") if name in names]
    measures = list(dict.fromkeys(measures))
    found: oracle.Figures = {}
    for row in answer.rows:
        cells = dict(zip(names, row, strict=True))
        key = tuple(_day(cells[name]) for name in keys)
        found[key] = tuple(_number(cells[name]) for name in measures)
    return found


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


def _number(value: object) -> object:
    return float(value) if isinstance(value, Decimal | float | int) else value


def plain(found: oracle.Figures) -> dict[Any, Any]:
    """Leave out what is nothing at all, and round what was added up in another order."""
    rounded = {
        key: tuple(None if v is None else round(float(v), 4) for v in value)
        for key, value in found.items()
    }
    return {key: value for key, value in rounded.items() if any(value)}


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_a_report_says_what_the_vendors_rows_say(
    report: Report, reader: TableReader, synced: Synced
) -> None:
    ready = prepare(report, asked(report), reader.describe())

    answer = run(reader, ready)

    wanted = plain(expected(report, synced, reader, ready.as_of))
    assert plain(figures(report, answer)) == wanted
    assert wanted
    assert not answer.cut


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_the_rows_behind_a_figure_are_as_many_as_it_says(
    report: Report, reader: TableReader
) -> None:
    ready = prepare(report, asked(report), reader.describe())
    answer = run(reader, ready)
    names = [name.lower() for name in answer.columns]
    checked = 0
    for row in answer.rows[-12:]:
        cells = dict(zip(names, row, strict=True))
        for measure in report.measures:
            point, series = cells[report.x], str(cells.get(report.series, ""))
            if point == OTHERS:
                continue
            rows = drill(reader, ready, measure, point, series=series)
            if measure.unit in {"tickets", "tasks", "contracts"}:
                assert len(rows.rows) == cells[measure.column]
                checked += 1
            elif measure.unit in {"hours", "money", "units"} and cells[measure.column]:
                assert rows.rows
                checked += 1
            assert rows.columns[-1].lower() == "id"
    assert checked or report.chart is Chart.BAR


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_the_sql_shown_gives_the_same_and_is_what_a_person_may_ask(
    report: Report, reader: TableReader
) -> None:
    ready = prepare(report, asked(report), reader.describe())

    same = reader.ask(shown_sql(ready.sql, ready.values), Limits(), zone=ZONE)

    assert figures(report, same) == figures(report, run(reader, ready))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_a_report_can_be_narrowed_by_each_of_its_filters(
    report: Report, reader: TableReader
) -> None:
    states = reader.describe()
    whole = run(reader, prepare(report, asked(report), states))
    for name in report.filters:
        value, _ = choices_of(reader, name)[-1]
        narrowed = run(reader, prepare(report, asked(report, **{name: value}), states))
        assert len(narrowed.rows) <= len(whole.rows)
        drilled = prepare(report, asked(report, **{name: value}), states)
        for row in narrowed.rows[:1]:
            cells = dict(zip([c.lower() for c in narrowed.columns], row, strict=True))
            series = str(cells.get(report.series, ""))
            drill(reader, drilled, report.measures[0], cells[report.x], series=series)


def test_a_narrowed_report_counts_only_what_it_is_narrowed_to(
    reader: TableReader, synced: Synced
) -> None:
    report = report_named("tickets-by-client")
    raw = synced.raw["Tickets"]
    priority = raw[-1]["priority"]
    ready = prepare(report, asked(report, priority=str(priority)), reader.describe())

    total = sum(int(str(row[1])) for row in run(reader, ready).rows)

    inside = [row for row in raw if row["priority"] == priority and _is_inside(row)]
    assert total == len(inside) > 0


def _is_inside(row: Row) -> bool:
    created = oracle.moment(row["createDate"])
    return created is not None and FIRST <= oracle.local_day(created) <= LAST


def test_without_days_a_report_ends_with_the_last_refresh(
    reader: TableReader, synced: Synced
) -> None:
    report = report_named("ticket-flow")
    states = reader.describe()

    ready = prepare(report, Asked(zone=ZONE), states)

    (mark,) = [s.watermark for s in states if s.dataset == "Tickets"]
    assert mark is not None
    assert ready.as_of == mark.at
    assert ready.last == oracle.local_day(mark.at)
    assert ready.last - ready.first >= timedelta(days=report.days - 1)
    open_now = sum(row["status"] != 5 for row in synced.raw["Tickets"] if row["createDate"])
    last = dict(
        zip(["period", "opened", "closed", "open"], run(reader, ready).rows[-1], strict=True)
    )
    assert last["open"] == open_now


def test_choices_have_names(reader: TableReader) -> None:
    for name in CHOICES:
        found = choices_of(reader, name)
        assert found
        assert all(value.lstrip("-").isdecimal() and label for value, label in found), name


def test_a_day_belongs_to_the_zone_of_who_asks(reader: TableReader, synced: Synced) -> None:
    report = report_named("ticket-flow")
    states = reader.describe()
    for zone in ("America/New_York", "Pacific/Auckland", "UTC"):
        with suppress(StopIteration):
            day = next(
                created.date()
                for row in reversed(synced.raw["Tickets"])
                if (created := oracle.moment(row["createDate"])) is not None
            )
        ready = prepare(report, Asked(day, day, "day", zone), states)
        (row,) = run(reader, ready).rows
        wanted = [
            r
            for r in synced.raw["Tickets"]
            if (c := oracle.moment(r["createDate"])) is not None
            and c.astimezone(ZoneInfo(zone)).date() == day
        ]
        assert row[1] == len(wanted)


def states_without(states: tuple[TableState, ...], dataset: str) -> tuple[TableState, ...]:
    return tuple(state for state in states if state.dataset != dataset)


def test_times_are_the_vendors(reader: TableReader) -> None:
    ready = prepare(report_named("open-ticket-age"), Asked(), reader.describe())

    assert ready.as_of.astimezone(UTC).year == 2026
    assert ready.as_of.astimezone(UTC).month == 6
