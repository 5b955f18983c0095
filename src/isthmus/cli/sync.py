"""`isthmus sync`: bring the tables up to date."""

import asyncio
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from isthmus.base.clock import monotonic, utc_now
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.cli import words
from isthmus.cli.exits import Exit, exit_of
from isthmus.cli.progress import MODE_WORDS, LiveProgress
from isthmus.cli.screen import (
    answer_json,
    err,
    error_as_json,
    error_grid,
    is_person_reading,
    is_person_watching,
    machine_told,
    out,
)
from isthmus.sync.catalog import Dataset
from isthmus.sync.outcomes import DatasetOutcome, RunSummary, SilentObserver
from isthmus.wiring.build import House
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.sync.syncing import moment_of

MOST_WARNINGS = 3
"""So many warnings of a dataset are shown; the rest is in the run log."""


@dataclass(slots=True)
class QuietObserver(SilentObserver):
    """Watches where nobody does; says in one line when the run is held up, since that may last."""

    is_held_up: bool = False

    def waiting(self, seconds: float, used: int, limit: int) -> None:
        """Say it once for each wait."""
        if seconds and not self.is_held_up:
            told = words.waiting(seconds, used, limit, utc_now())
            sys.stderr.write(f"{told[0].upper()}{told[1:]}.\n")
            sys.stderr.flush()
        self.is_held_up = seconds > 0


@dataclass(frozen=True, slots=True)
class Wish:
    """How much is read, and may go: as of `House.sync`."""

    full: bool
    since: datetime | None
    release_brake: bool


def sync(
    *datasets: str,
    full: bool = False,
    since: str | None = None,
    release_brake: bool = False,
    json: Annotated[bool | None, Parameter(negative="--no-json")] = None,
) -> int:
    """
    Bring the tables up to date with Autotask.

    Parameters
    ----------
    datasets
        Which datasets, in any case; all of them when none is named.
    full
        Read every record again, whatever is held. Rows that Autotask no longer has go.
    since
        Read again what changed from this day or time on, such as 2026-11-01 or 2026-11-01T09:30Z;
        UTC unless it says otherwise. Datasets without change dates are read whole, as always.
    release_brake
        Let rows go however many they are, this once: after a clean-up in Autotask, when the brake
        held.
    json
        Answer with one JSON object; the default when standard output is no terminal.
    """
    as_json = not is_person_reading() if json is None else json
    with machine_told(wanted=as_json):
        named = words.find_datasets(datasets)
        wish = Wish(full, None if since is None else _moment(since), release_brake)
        watched = is_person_watching() and json is not True
        with House.from_environment() as house:
            began = monotonic()
            wanted = named or house.standing()
            summary = asyncio.run(_run(house, wanted, wish, watched=watched))
    seconds = monotonic() - began
    code = _exit_of(summary)
    if as_json:
        answer_json(_as_json(summary, code, seconds))
    else:
        _show(summary, seconds)
    return code


async def _run(
    house: House, wanted: tuple[Dataset, ...], wish: Wish, *, watched: bool
) -> RunSummary:
    if not watched:
        return await house.sync(wanted, observer=QuietObserver(), **asdict(wish))
    with LiveProgress(err()) as progress:
        return await house.sync(wanted, observer=progress, **asdict(wish))


def _moment(text: str) -> datetime:
    """Read a day or a time. Raises: SettingWrong."""
    try:
        return moment_of(text)
    except ValueError:
        raise SettingWrong(
            f'--since "{text}" is no day or time.',
            where="the options on the command line",
            remedy="Write it like 2026-11-01 or 2026-11-01T09:30Z.",
        ) from None


def _exit_of(summary: RunSummary) -> Exit:
    failed = summary.failed
    if not failed:
        return Exit.PARTIAL if summary.stopped else Exit.OK
    if len(failed) < len(summary.outcomes):
        return Exit.PARTIAL
    codes = {exit_of(outcome.error) for outcome in failed if outcome.error is not None}
    return codes.pop() if len(codes) == 1 else Exit.UNREADABLE


def _as_json(summary: RunSummary, code: Exit, seconds: float) -> dict[str, object]:
    failed = len(summary.failed)
    well = "stopped" if summary.stopped else "ok"
    status = well if not failed else "partial" if failed < len(summary.outcomes) else "failed"
    return {
        "run": summary.run_id,
        "status": status,
        "started_at": words.instant(summary.started_at),
        "finished_at": words.instant(summary.finished_at),
        "seconds": round(seconds, 3),
        "datasets": [_outcome_as_json(outcome) for outcome in summary.outcomes],
        "calls": summary.calls,
        "quota": {"used": summary.quota_used, "limit": summary.quota_limit},
        "exit": int(code),
    }


def _outcome_as_json(outcome: DatasetOutcome) -> dict[str, object]:
    return {
        "dataset": outcome.dataset,
        "mode": outcome.mode,
        "status": outcome.status,
        "rows": outcome.rows_read,
        "inserted": outcome.inserted,
        "updated": outcome.updated,
        "deleted": outcome.deleted,
        "unchanged": outcome.unchanged,
        "calls": outcome.calls,
        "seconds": round(outcome.seconds, 3),
        "warnings": [warning.text for warning in outcome.warnings],
        "error": None if outcome.error is None else error_as_json(outcome.error),
    }


def _show(summary: RunSummary, seconds: float) -> None:
    console = out()
    console.print(_table(summary))
    if any(outcome.warnings for outcome in summary.outcomes):
        console.print()
        console.print(_warnings(summary))
    for error, datasets in _errors(summary):
        console.print()
        console.print(error_grid(error, _named(datasets), "bold red"))
    console.print()
    console.print(_closing(summary, seconds))


def _errors(summary: RunSummary) -> list[tuple[IsthmusError, list[str]]]:
    """Return each error once, with the datasets that failed for it."""
    found: dict[str, tuple[IsthmusError, list[str]]] = {}
    for outcome in summary.failed:
        error = outcome.error or IsthmusError("It failed, and no reason was told.")
        found.setdefault(str(error), (error, []))[1].append(outcome.dataset)
    return list(found.values())


def _named(datasets: list[str]) -> str:
    return datasets[0] if len(datasets) == 1 else words.plural(len(datasets), "dataset")


def _warnings(summary: RunSummary) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="yellow", no_wrap=True)
    grid.add_column(overflow="fold")
    for outcome in summary.outcomes:
        shown = outcome.warnings[:MOST_WARNINGS]
        for index, warning in enumerate(shown):
            grid.add_row(outcome.dataset if index == 0 else "", Text(warning.text))
        if len(shown) < len(outcome.warnings):
            more = len(outcome.warnings) - len(shown)
            grid.add_row("", Text(f"and {more} more: isthmus status", style="dim"))
    return grid


def _table(summary: RunSummary) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", width=1)
    table.add_column("Dataset", no_wrap=True)
    table.add_column("Read", no_wrap=True)
    for title in ("Rows", "New", "Changed", "Gone", "Same", "Calls"):
        table.add_column(title, justify="right", no_wrap=True)
    for outcome in summary.outcomes:
        table.add_row(*_cells(outcome))
    return table


def _cells(outcome: DatasetOutcome) -> tuple[Text | str, ...]:
    if outcome.status == "failed":
        return (
            Text("✗", style="bold red"),
            Text(outcome.dataset, style="red"),
            Text("failed", style="red"),
            words.count(outcome.rows_read or None),
            *("",) * 4,
            words.count(outcome.calls or None),
        )
    if outcome.status == "stopped":
        return (
            Text("■", style="yellow"),
            outcome.dataset,
            Text("stopped", style="yellow"),
            words.count(outcome.rows_read or None),
            *("",) * 4,
            words.count(outcome.calls or None),
        )
    return (
        Text("✓", style="green"),
        outcome.dataset,
        MODE_WORDS[outcome.mode],
        words.count(outcome.rows_read),
        Text(words.count(outcome.inserted or None), style="green"),
        Text(words.count(outcome.updated or None), style="yellow"),
        Text(words.count(outcome.deleted or None), style="red"),
        Text(words.count(outcome.unchanged or None), style="dim"),
        words.count(outcome.calls or None),
    )


def _closing(summary: RunSummary, seconds: float) -> Text:
    whole, failed = len(summary.outcomes), len(summary.failed)
    done = whole - failed - len(summary.stopped)
    text = Text()
    text.append(
        f"{done} of {words.plural(whole, 'dataset')} up to date",
        style="bold green" if done == whole else "bold yellow" if done else "bold red",
    )
    text.append(f" in {words.span(seconds)}, {words.plural(summary.calls, 'call')}")
    if summary.quota_limit:
        text.append(
            f"; this hour all tools together {summary.quota_used:,} of {summary.quota_limit:,}"
            f" ({words.share(summary.quota_used, summary.quota_limit)})"
        )
    text.append(".")
    later = any(isinstance(outcome.error, Retryable) for outcome in summary.failed)
    if summary.stopped or later:
        text.append("\nRun it again: it goes on from there.")
    return text
