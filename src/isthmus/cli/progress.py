"""A run while it goes, as a person wants to see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from isthmus.base.clock import monotonic, utc_now
from isthmus.cli import words
from isthmus.sync.outcomes import DatasetOutcome, Mode

MODE_WORDS: dict[Mode, str] = {
    "full": "all",
    "incremental": "changes",
    "reread": "all again",
}

BAR_WIDTH = 22

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Stage(StrEnum):
    """Where a dataset is."""

    WAITING = "waiting"
    READING = "reading"
    LOADING = "loading"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


MARKS = {
    Stage.WAITING: ("·", "dim"),
    Stage.LOADING: ("↓", "yellow"),
    Stage.DONE: ("✓", "green"),
    Stage.FAILED: ("✗", "bold red"),
    Stage.STOPPED: ("■", "yellow"),
}


@dataclass(slots=True)
class Line:
    """One dataset, as far as it is."""

    dataset: str
    stage: Stage = Stage.WAITING
    mode: Mode | None = None
    rows: int = 0
    expected: int | None = None
    calls: int = 0
    outcome: DatasetOutcome | None = None


@dataclass(slots=True)
class Progress:
    """What is known of a run; fed as an Observer, drawn by `render`."""

    started: float
    lines: dict[str, Line] = field(default_factory=dict)
    used: int = 0
    limit: int = 0
    held_up: str = ""

    def run_started(self, run_id: str, datasets: Sequence[str]) -> None:
        """Make a line for each dataset."""
        self.lines = {dataset: Line(dataset) for dataset in datasets}

    def dataset_started(self, dataset: str, mode: Mode, expected_rows: int | None) -> None:
        """Note that reading begins."""
        line = self._line(dataset)
        line.stage, line.mode, line.expected = Stage.READING, mode, expected_rows

    def page_read(self, dataset: str, rows: int, calls: int) -> None:
        """Note what came."""
        line = self._line(dataset)
        line.rows += rows
        line.calls += calls

    def dataset_loading(self, dataset: str) -> None:
        """Note that all is read."""
        self._line(dataset).stage = Stage.LOADING

    def dataset_done(self, outcome: DatasetOutcome) -> None:
        """Note how it ended."""
        line = self._line(outcome.dataset)
        line.stage = Stage.DONE if outcome.status == "ok" else Stage(outcome.status)
        line.outcome, line.mode = outcome, outcome.mode
        line.rows, line.calls = outcome.rows_read, outcome.calls

    def quota(self, used: int, limit: int) -> None:
        """Note the tenant's hour."""
        self.used, self.limit = used, limit

    def waiting(self, seconds: float, used: int, limit: int) -> None:
        """Note that nothing goes on for a while, or that it does again."""
        self.used, self.limit = used, limit or self.limit
        self.held_up = words.waiting(seconds, used, limit, utc_now()) if seconds else ""

    def _line(self, dataset: str) -> Line:
        return self.lines.setdefault(dataset, Line(dataset))

    def seconds_left(self, now: float) -> float | None:
        """
        Guess how long it will still take, from the pace so far; None when there is no telling.

        Only rows that were announced are counted, so it says nothing for a small refresh.
        """
        announced = [line for line in self.lines.values() if line.expected]
        done = sum(min(line.rows, line.expected or 0) for line in announced)
        left = sum(
            max(0, (line.expected or 0) - line.rows)
            for line in announced
            if line.stage in {Stage.WAITING, Stage.READING}
        )
        passed = now - self.started
        if passed < 2 or done < 500 or left == 0:
            return None
        return left * passed / done


def render(progress: Progress, now: float, height: int) -> RenderableType:
    """Draw a run; with fewer lines than datasets, what waits or is done is only counted."""
    lines = list(progress.lines.values())
    room = max(3, height - 6)
    shown = lines if len(lines) <= room else _most_telling(lines, room - 1)
    table = _table()
    for line in shown:
        _add(table, line, now)
    rest = Text(_count_others(lines, shown), style="dim")
    parts: list[RenderableType] = [table]
    if rest.plain:
        parts.append(rest)
    return Group(*parts, Text(), _foot(progress, now))


def _table() -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", width=1)
    table.add_column("Dataset", no_wrap=True, min_width=12)
    table.add_column("Reads", no_wrap=True)
    table.add_column("Rows", justify="right", no_wrap=True)
    table.add_column("", width=BAR_WIDTH, no_wrap=True)
    table.add_column("Calls", justify="right", no_wrap=True)
    return table


def _add(table: Table, line: Line, now: float) -> None:
    spin = SPINNER[int(now * 8) % len(SPINNER)]
    sign, style = MARKS.get(line.stage, (spin, "cyan"))
    table.add_row(
        Text(sign, style=style),
        Text(line.dataset, style="dim" if line.stage is Stage.WAITING else ""),
        MODE_WORDS[line.mode] if line.mode else "",
        words.count(line.rows) if line.stage is not Stage.WAITING else "",
        _state(line),
        words.count(line.calls) if line.calls else "",
    )


def _state(line: Line) -> RenderableType:
    if line.stage is Stage.READING and line.expected:
        return _bar(line.rows, max(line.expected, line.rows))
    if line.stage is Stage.LOADING:
        return Text("into the warehouse", style="yellow")
    if line.outcome is None:
        return Text(line.stage, style="dim")
    if line.stage is Stage.FAILED:
        return Text("failed", style="red")
    if line.stage is Stage.STOPPED:
        return Text("stopped", style="yellow")
    return changes(line.outcome)


def _bar(part: int, whole: int) -> Text:
    width = BAR_WIDTH - 6
    full = width * part // whole
    bar = Text("━" * full, style="cyan")
    bar.append("━" * (width - full), style="bright_black")
    return bar.append(f" {words.share(part, whole):>5}")


def changes(outcome: DatasetOutcome) -> Text:
    """Say what a run did to a table: +new ~changed -removed."""
    text = Text()
    for sign, number, style in (
        ("+", outcome.inserted, "green"),
        ("~", outcome.updated, "yellow"),
        ("-", outcome.deleted, "red"),
    ):
        if number:
            text.append(f"{sign}{number:,} ", style=style)
    if text.plain:
        return text
    is_empty = outcome.rows_read == 0 and outcome.mode != "incremental"
    return Text("no rows" if is_empty else "nothing new", style="dim")


def _most_telling(lines: list[Line], room: int) -> list[Line]:
    order = [Stage.FAILED, Stage.STOPPED, Stage.LOADING, Stage.READING, Stage.DONE, Stage.WAITING]
    chosen = sorted(lines, key=lambda line: order.index(line.stage))[:room]
    return [line for line in lines if line in chosen]


def _count_others(lines: list[Line], shown: list[Line]) -> str:
    hidden = [line for line in lines if line not in shown]
    counts = [(stage, sum(1 for line in hidden if line.stage is stage)) for stage in Stage]
    return "   and " + ", ".join(f"{n} {stage}" for stage, n in counts if n) if hidden else ""


def _foot(progress: Progress, now: float) -> RenderableType:
    lines = progress.lines.values()
    ended = sum(1 for line in lines if line.stage in {Stage.DONE, Stage.FAILED, Stage.STOPPED})
    foot = Text()
    foot.append(f"{ended} of {words.plural(len(progress.lines), 'dataset')}", style="bold")
    foot.append(f" · {words.plural(sum(line.rows for line in lines), 'row')}")
    foot.append(f" · {words.span(now - progress.started)}")
    left = progress.seconds_left(now)
    if left is not None:
        foot.append(f" · about {words.span(left)} left")
    if progress.held_up:
        return Group(foot, Text(progress.held_up, style="bold yellow"))
    if not progress.limit:
        return foot
    part = progress.used / progress.limit
    style = "red" if part >= 0.75 else "yellow" if part >= 0.5 else ""
    quota = Text("Calls of the hour, all tools: ", style="dim")
    quota.append(f"{progress.used:,} of {progress.limit:,}", style=style)
    quota.append(f" ({words.share(progress.used, progress.limit)})", style=style)
    return Group(foot, quota)


class LiveProgress(Progress):
    """A Progress that draws itself on a terminal, four times a second, until it is closed."""

    __slots__ = ("_console", "_live")

    def __init__(self, console: Console) -> None:
        super().__init__(started=monotonic())
        self._console = console
        self._live = Live(
            console=console,
            get_renderable=lambda: render(self, monotonic(), console.height),
            refresh_per_second=4,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()
