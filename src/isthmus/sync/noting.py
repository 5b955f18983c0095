"""What a run tells of itself, noted where every process of the installation can read it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError
from isthmus.base.log import get_logger
from isthmus.state.sync import Earlier, Kept, Pace, Progress, SyncState
from isthmus.sync.lasting import earlier_of, earlier_ones
from isthmus.sync.outcomes import DatasetOutcome, Mode, Observer
from isthmus.sync.record import recorded
from isthmus.sync.stopping import Stops

QUEUED: Final = "queued"
READING: Final = "reading"
LOADING: Final = "loading"
WAITING: Final = "waiting"
BEAT: Final = 1.0
"""Seconds between two notes: what happens in between is written together."""

_JUST_NOW: Final = timedelta(seconds=2)  # who stopped it while it was being begun is heard too
_log = get_logger("sync.noting")


@dataclass(frozen=True, slots=True)
class Who:
    """Who wants a run: a login, `schedule` or `cli`; `asked` is the key of what they asked for."""

    by: str = "cli"
    asked: str = ""


class Noting:
    """
    An observer that notes progress and outcomes, and hands all on to another one.

    A thread of its own writes once a second what has changed, and looks whether somebody wants the
    run to stop; so no method waits. Use it as a context manager. What cannot be written is left
    out: a run does not end because nobody can watch it, but its outcomes are tried once more.
    """

    def __init__(
        self, inner: Observer, kept: SyncState, stops: Stops, who: Who,
        sample: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """Args: sample: looks at the calls of the hour; called with each note, and at the end."""
        self._inner, self._kept, self._stops, self._who = inner, kept, stops, who
        self._sample = sample
        self._began = utc_now() - _JUST_NOW
        self._run_id = ""
        self._lines: dict[str, Progress] = {}
        self._changed: set[str] = set()
        self._outcomes: list[DatasetOutcome] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_noting, name="progress", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._write()
        self._safely(lambda: self._kept.end_progress(self._run_id))
        self._safely(self._sample)

    # What the run tells

    def run_started(self, run_id: str, datasets: Sequence[str]) -> None:
        """See Observer."""
        now = utc_now()
        with self._lock:
            self._run_id = run_id
            asked, by = self._who.asked, self._who.by
            self._lines = {
                name: Progress(
                    name, run_id, QUEUED, "", 0, None, 0, now, now, asked=asked, by=by
                )
                for name in datasets
            }  # fmt: skip
            self._changed.update(datasets)
        self._inner.run_started(run_id, datasets)

    def dataset_started(self, dataset: str, mode: Mode, expected_rows: int | None) -> None:
        """See Observer."""
        self._change(dataset, phase=READING, mode=mode, expected=expected_rows, since=utc_now())
        self._inner.dataset_started(dataset, mode, expected_rows)

    def page_read(self, dataset: str, rows: int, calls: int) -> None:
        """See Observer."""
        line = self._lines.get(dataset)
        if line is not None:
            self._change(dataset, rows=line.rows + rows, calls=line.calls + calls)
        self._inner.page_read(dataset, rows, calls)

    def dataset_loading(self, dataset: str) -> None:
        """See Observer."""
        self._change(dataset, phase=LOADING, since=utc_now(), waiting_until=None)
        self._inner.dataset_loading(dataset)

    def dataset_done(self, outcome: DatasetOutcome) -> None:
        """See Observer."""
        with self._lock:
            self._outcomes.append(outcome)
        self._inner.dataset_done(outcome)

    def quota(self, used: int, limit: int) -> None:
        """See Observer."""
        self._inner.quota(used, limit)

    def waiting(self, seconds: float, used: int, limit: int) -> None:
        """See Observer; all that read wait together."""
        now = utc_now()
        until = now + timedelta(seconds=seconds) if seconds else None
        for name, line in list(self._lines.items()):
            if seconds and line.phase == READING:
                self._change(name, phase=WAITING, since=now, waiting_until=until)
            elif seconds and line.phase == WAITING:
                self._change(name, waiting_until=until)
            elif line.phase == WAITING:
                self._change(name, phase=READING, since=now, waiting_until=None)
        self._inner.waiting(seconds, used, limit)

    def _change(self, dataset: str, **values: object) -> None:
        with self._lock:
            line = self._lines.get(dataset)
            if line is not None:
                self._lines[dataset] = replace(line, **values)  # type: ignore[arg-type]
                self._changed.add(dataset)

    # What the thread does

    def _keep_noting(self) -> None:
        while not self._over.wait(BEAT):
            self._write()
            self._safely(lambda: self._stops.ask(self._kept.stops(self._began)))
            self._safely(self._sample)

    def _write(self) -> None:
        with self._lock:
            outcomes, self._outcomes = self._outcomes, []
            for outcome in outcomes:
                self._lines.pop(outcome.dataset, None)
            lines = [self._lines[name] for name in self._changed if name in self._lines]
            self._changed.clear()
        if outcomes and not self._safely(lambda: self._keep(outcomes)):
            with self._lock:
                self._outcomes = outcomes + self._outcomes
        gone = [outcome.dataset for outcome in outcomes]
        if self._run_id:
            self._safely(lambda: self._kept.note_progress(self._run_id, lines, gone))

    def _keep(self, outcomes: Sequence[DatasetOutcome]) -> None:
        before = self._kept.kept()
        self._kept.keep(
            *(self._standing(one, before.get(one.dataset)) for one in outcomes)
        )  # fmt: skip

    def _standing(self, outcome: DatasetOutcome, before: Kept | None) -> Kept:
        now = utc_now()
        line = Kept(outcome.dataset, self._run_id, self._who.by, now, recorded(outcome))
        if outcome.status != "ok":
            if before is None:
                return line
            return replace(
                before, run_id=line.run_id, by=line.by, finished_at=now, result=line.result,
                earlier=_told_before(before), told=(),
            )  # fmt: skip
        pace = None if before is None else before.pace
        is_full = outcome.mode != "incremental"
        if is_full:
            pace = Pace(outcome.rows_read, outcome.calls, outcome.seconds)
        return replace(
            line,
            told=earlier_of(outcome.warnings, self._run_id, now),
            rows=outcome.rows_held,
            fresh_as_of=outcome.fresh_as_of,
            ok_at=now,
            scope=outcome.scope,
            pace=pace,
            earlier=earlier_ones(
                _told_before(before), outcome.warnings, named=outcome.named, is_full=is_full,
                now=now,
            ),
        )  # fmt: skip

    def _safely(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except IsthmusError as error:
            _log.warning("progress_not_noted", what=error.what)
            return False
        except RuntimeError:  # the run's loop has ended
            return False
        return True


def _told_before(before: Kept | None) -> tuple[Earlier, ...]:
    """Return all that the run before warned of, or still showed."""
    return () if before is None else (*before.earlier, *before.told)
