"""`isthmus status`: what is held, how old it is, how the last runs went."""

from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.screen import answer_json, machine_told, out
from isthmus.sync.catalog import DATASETS
from isthmus.wiring.build import House, Kept, RunDataset, RunRecord, TableState

RUNS_TOLD = 10
"""So many of the last runs the JSON object tells of."""

RUN_STYLES = {
    "ok": "green",
    "running": "cyan",
    "partial": "yellow",
    "failed": "bold red",
    "interrupted": "yellow",
    "stopped": "yellow",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one dataset stands: its table and what is kept of its runs, if there are any."""

    dataset: str
    table: TableState | None
    kept: Kept | None

    @property
    def result(self) -> RunDataset | None:
        """Return what its last run did."""
        return None if self.kept is None else self.kept.result

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the last run warned of, and what runs before it did that is still so."""
        return () if self.kept is None else self.kept.warnings

    @property
    def fresh_as_of(self) -> datetime | None:
        """Return the vendor's time up to which the table is known to be complete."""
        if self.table is None or self.table.watermark is None:
            return None
        return self.table.watermark.at

    @property
    def rows(self) -> int | None:
        """Return how many rows the table holds."""
        return None if self.table is None else self.table.rows


def status(*, json: bool = False) -> None:
    """
    Show what is held, how old it is, and how the last runs went.

    Parameters
    ----------
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house:
        runs = house.state.runs(RUNS_TOLD)
        held = house.holdings()
        standings = _standings(held, house.copying.kept())
        if json:
            answer_json(_as_json(house, held is None, standings, runs))
            return
        console = out()
        console.print(_head(house, runs, utc_now()))
        console.print()
        if held is None:
            console.print(Text("Row counts come when the running sync is done.", style="yellow"))
        console.print(_table(standings))
        if any(standing.warnings for standing in standings):
            console.print()
            console.print(_warnings(standings))


def _standings(held: tuple[TableState, ...] | None, kept: dict[str, Kept]) -> tuple[Standing, ...]:
    tables = {table.dataset: table for table in held or ()}
    known = dict.fromkeys([*(d.name for d in DATASETS), *tables])
    return tuple(Standing(name, tables.get(name), kept.get(name)) for name in known)


def _head(house: House, runs: tuple[RunRecord, ...], now: datetime) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("Autotask", _connection(house))
    grid.add_row("Field Nation", _fieldnation(house))
    grid.add_row("Home", str(house.config.home))
    grid.add_row("Warehouse", _warehouse(house))
    grid.add_row("Last run", _last_run(runs, now))
    return grid


def _connection(house: House) -> Text:
    found = house.reach()
    if found is None:
        return Text("not connected yet: isthmus connect autotask", style="yellow")
    zone = house.zone(found.title)
    if zone is not None:
        place = f"{zone.name}, {zone.url}"
    else:
        place = found.base_url or (f"zone {found.zone}" if found.zone else "zone found by itself")
    api = ", SOAP for dispatch" if found.api == "soap" else ""
    return Text(f"{found.title}, {found.username}, {place}{api}")


def _fieldnation(house: House) -> Text:
    found = house.fieldnation_reach()
    if found is None:
        return Text("not connected: isthmus connect fieldnation, for dispatch", style="dim")
    return Text(f"{found.username}, {found.base_url}")


def _warehouse(house: House) -> str:
    place = house.config.warehouse
    if not place.is_file:
        return place.url
    path = place.path
    if not path.exists():
        return f"{path}, not made yet: isthmus sync"
    return f"{path}, {path.stat().st_size / 1e6:,.1f} MB"


def _last_run(runs: tuple[RunRecord, ...], now: datetime) -> Text:
    if not runs:
        return Text("none yet: isthmus sync")
    run = runs[0]
    text = Text(words.ago(run.started_at, now))
    text.append(f", {run.status}", style=RUN_STYLES[run.status])
    if run.finished_at is not None:
        text.append(f" in {words.span((run.finished_at - run.started_at).total_seconds())}")
    text.append(f", {words.plural(len(run.wanted), 'dataset')}")
    if run.calls:
        text.append(f", {words.plural(run.calls, 'call')}")
    if run.status in {"interrupted", "stopped"}:
        text.append("; the next run goes on from there")
    return text


def _table(standings: tuple[Standing, ...]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", width=1)
    table.add_column("Dataset", no_wrap=True)
    table.add_column("Rows", justify="right", no_wrap=True)
    table.add_column("Complete as of (UTC)", no_wrap=True)
    table.add_column("Last run", overflow="fold")
    for standing in standings:
        table.add_row(
            _mark(standing),
            standing.dataset,
            words.count(standing.rows),
            f"{standing.fresh_as_of:%Y-%m-%d %H:%M}" if standing.fresh_as_of else "",
            _result(standing),
        )
    return table


def _mark(standing: Standing) -> Text:
    if standing.result is None:
        return Text("·", style="dim")
    if standing.result.status == "failed":
        return Text("✗", style="bold red")
    return Text("!", style="yellow") if standing.warnings else Text("✓", style="green")


def _result(standing: Standing) -> Text:
    result = standing.result
    if result is None:
        return Text("never read", style="dim")
    if result.error is not None:
        return Text(f"{result.error.what} {result.error.remedy}", style="red")
    changed = [
        f"{sign}{number:,}"
        for sign, number in (
            ("+", result.inserted),
            ("~", result.updated),
            ("-", result.deleted),
        )
        if number
    ]
    text = Text(" ".join(changed) or "nothing new")
    if standing.warnings:
        text.append(f", {words.plural(len(standing.warnings), 'warning')}", style="yellow")
    return text


def _warnings(standings: tuple[Standing, ...]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="yellow", no_wrap=True)
    grid.add_column(overflow="fold")
    for standing in standings:
        for warning in standing.warnings:
            grid.add_row(standing.dataset, Text(warning))
    return grid


def _as_json(
    house: House, is_busy: bool, standings: tuple[Standing, ...], runs: tuple[RunRecord, ...]
) -> dict[str, object]:
    return {
        "home": str(house.config.home),
        "warehouse": house.config.warehouse.url,
        "warehouse_busy": is_busy,
        "connected": house.reach() is not None,
        "fieldnation_connected": house.fieldnation_reach() is not None,
        "datasets": [_standing_as_json(standing) for standing in standings],
        "runs": [_run_as_json(run) for run in runs],
    }


def _standing_as_json(standing: Standing) -> dict[str, object]:
    result = standing.result
    return {
        "dataset": standing.dataset,
        "rows": standing.rows,
        "complete_as_of": words.instant(standing.fresh_as_of),
        "last_status": None if result is None else result.status,
        "warnings": list(standing.warnings),
        "error": None
        if result is None or result.error is None
        else {
            "kind": result.error.kind,
            "what": result.error.what,
            "where": result.error.where,
            "remedy": result.error.remedy,
        },
    }


def _run_as_json(run: RunRecord) -> dict[str, object]:
    return {
        "run": run.id,
        "status": run.status,
        "started_at": words.instant(run.started_at),
        "finished_at": words.instant(run.finished_at),
        "datasets": list(run.wanted),
        "calls": run.calls,
        "quota": {"used": run.quota_used, "limit": run.quota_limit},
    }
