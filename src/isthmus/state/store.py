"""The one class that speaks to the state's tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection as Session
from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.state import connections, fieldnation, notes, runlog, secrets, spool
from isthmus.state.engine import READ_ONLY, open_engine, translated
from isthmus.state.errors import KeyWrong
from isthmus.state.schema import migrate
from isthmus.state.shapes import (
    Connection,
    ConnectionNote,
    Extraction,
    FieldNationConnection,
    FieldNationNote,
    RunDataset,
    RunFilter,
    RunRecord,
    Secret,
    Segment,
    ZoneNote,
)
from isthmus.state.sole import is_running, sole_run
from isthmus.state.vault import Vault

CHANGED = "connections changed at"


class State:
    """
    The state of one home. Safe to use from several threads and processes.

    Every method that saves is one transaction, on disk when it returns.
    Raises: StateBusy: another process holds the file too long; StateBroken: the file is unusable.
    """

    def __init__(self, engine: Engine, path: Path, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault
        self.path = path

    @classmethod
    def open(cls, path: Path, *, key: str | None = None, key_file: Path | None = None) -> Self:
        """
        Open or make the state at `path`, and bring it to the present schema.

        `key` locks the secrets; without one, the key is kept in `key_file` (default: `key` beside
        the state), which is made when the first secret is saved.
        """
        vault = Vault(key, key_file or path.with_name("key"))
        with translated(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            engine = open_engine(path)
            migrate(engine, str(path))
        return cls(engine, path, vault)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Connections

    def save_connection(self, connection: Connection) -> None:
        """Keep how to reach a tenant, secrets locked; one of the same title is replaced."""
        with self._writing() as session:
            connections.save(session, self._vault, connection)
            notes.save(session, CHANGED, utc_now().isoformat())

    def load_connection(self, title: str | None = None) -> Connection | None:
        """
        Return the connection of that title; without a title, the one saved last.

        Raises: KeyWrong: the secrets cannot be unlocked with the key at hand.
        """
        with self._reading() as session:
            return connections.load(session, self._vault, title)

    def connections(self) -> tuple[ConnectionNote, ...]:
        """Return what connections there are, without secrets, the one saved last first."""
        with self._reading() as session:
            return connections.notes(session)

    def forget_connection(self, title: str) -> bool:
        """Remove a connection with its secrets; tells whether there was one."""
        with self._writing() as session:
            notes.save(session, CHANGED, utc_now().isoformat())
            return connections.forget(session, title)

    def save_zone(self, title: str, zone: ZoneNote | None) -> None:
        """Remember the zone a tenant was found in; None forgets it."""
        with self._writing() as session:
            connections.save_zone(session, title, zone)

    def load_zone(self, title: str) -> ZoneNote | None:
        """Return the zone a tenant was last found in."""
        with self._reading() as session:
            return connections.load_zone(session, title)

    # Field Nation

    def save_fieldnation(self, connection: FieldNationConnection) -> None:
        """Keep how to reach Field Nation, secrets locked, in the place of an earlier one."""
        with self._writing() as session:
            fieldnation.save(session, self._vault, connection)
            notes.save(session, CHANGED, utc_now().isoformat())

    def load_fieldnation(self) -> FieldNationConnection | None:
        """Return how to reach Field Nation. Raises: KeyWrong."""
        with self._reading() as session:
            return fieldnation.load(session, self._vault)

    def fieldnation(self) -> FieldNationNote | None:
        """Return how Field Nation is reached, without secrets."""
        with self._reading() as session:
            return fieldnation.note(session)

    def forget_fieldnation(self) -> bool:
        """Remove the connection with its secrets; tells whether there was one."""
        with self._writing() as session:
            notes.save(session, CHANGED, utc_now().isoformat())
            return fieldnation.forget(session)

    def connections_changed_at(self) -> datetime | None:
        """Return when a connection to either vendor was last saved or forgotten."""
        found = self.note(CHANGED)
        return None if found is None else datetime.fromisoformat(found)

    # Secrets by name

    def save_secret(self, name: str, text: str) -> None:
        """Keep a secret, locked, in the place of every earlier one of that name."""
        with self._writing() as session:
            secrets.save(session, self._vault, name, text)

    def load_secret(self, name: str) -> str | None:
        """Return the newest secret of a name. Raises: KeyWrong."""
        return next(iter(self.live_secrets(name)), None)

    def live_secrets(self, name: str) -> tuple[str, ...]:
        """Return every secret of a name that counts, newest first; () for none."""
        with self._reading() as session:
            found = secrets.find(session, self._vault, name)
        return () if found is None else found.live

    def secrets(self, prefix: str = "") -> tuple[Secret, ...]:
        """Return the secrets whose names begin so, by name. Raises: KeyWrong."""
        with self._reading() as session:
            return secrets.under(session, self._vault, prefix)

    def rotate_secret(self, name: str, new: str) -> None:
        """
        Keep a new secret beside the old one: both count until `settle_secret`.

        Rotated again before that, none of the earlier ones is dropped: which of them the other
        side still uses is not known here. The newest given once more changes nothing.
        """
        with self._writing() as session:
            secrets.rotate(session, self._vault, name, new)

    def settle_secret(self, name: str) -> bool:
        """Let only the newest count from now on; tells whether an older one did."""
        with self._writing() as session:
            return secrets.settle(session, name)

    def forget_secret(self, name: str) -> bool:
        """Remove every secret of a name; tells whether there was one."""
        with self._writing() as session:
            return secrets.forget(session, name)

    def seal(self, text: str) -> str:
        """Return a text that only who has this key reads; nothing is kept. Raises: KeyWrong."""
        return self._vault.lock(text).decode()

    def unseal(self, sealed: str) -> str | None:
        """Return what was sealed; None: it was not, or not by this key."""
        with suppress(KeyWrong):
            return self._vault.unlock(sealed.encode())
        return None

    # The spool

    def begin_extraction(self, extraction: Extraction) -> None:
        """Record that a dataset is being read; an unfinished one of that dataset is dropped."""
        with self._writing() as session:
            spool.begin(session, extraction)

    def open_extraction(self, dataset: str) -> Extraction | None:
        """Return the unfinished extraction of a dataset."""
        with self._reading() as session:
            return next(iter(spool.unfinished(session, dataset)), None)

    def open_extractions(self) -> tuple[Extraction, ...]:
        """Return every unfinished extraction; spool folders of no extraction here are litter."""
        with self._reading() as session:
            return spool.unfinished(session)

    def save_segment(self, extraction_id: str, segment: Segment) -> None:
        """Record a stretch that is on disk; same range start and file: replaced."""
        self.save_segments(extraction_id, (segment,))

    def save_segments(self, extraction_id: str, segments: Sequence[Segment]) -> None:
        """Record several stretches in one transaction, as when a range is split."""
        with self._writing() as session:
            spool.save(session, extraction_id, segments)

    def segments(self, extraction_id: str) -> tuple[Segment, ...]:
        """Return the stretches of an extraction, by range, last id and file."""
        with self._reading() as session:
            return spool.segments(session, extraction_id)

    def finish_extraction(self, extraction_id: str) -> None:
        """Forget an extraction with its segments: its rows are published, or given up."""
        with self._writing() as session:
            spool.finish(session, extraction_id)

    # Notes

    def note(self, key: str) -> str | None:
        """Return what was noted under a key."""
        with self._reading() as session:
            return notes.load(session, key)

    def save_note(self, key: str, value: str | None) -> None:
        """Note a value under a key, in the place of an earlier one; None forgets it."""
        with self._writing() as session:
            notes.save(session, key, value)

    # The log of runs

    @contextmanager
    def sole_worker(self) -> Iterator[None]:
        """Be the one process that works in this home. Raises: StateBusy: another one does."""
        remedy = "Stop that isthmus serve first, or set ISTHMUS_STATE: on PostgreSQL many may work."
        told = ("Another process of Isthmus works in this home.", remedy)
        with sole_run(self._lock.with_name("worker.lock"), told):
            yield

    @contextmanager
    def sole_run(self) -> Iterator[None]:
        """
        Be the only run of sync in this home while the block lasts, and even if it is killed.

        Raises: StateBusy: another process is in such a block.
        """
        with sole_run(self._lock):
            with self._writing() as session:
                runlog.mark_interrupted(session)
            yield

    def start_run(self, run_id: str, wanted: Sequence[str]) -> None:
        """Record that a run began, now, for these datasets."""
        with self._writing() as session:
            runlog.start(session, run_id, wanted)

    def record_dataset(self, run_id: str, result: RunDataset) -> None:
        """Record what a run did with one dataset; again: replaced."""
        with self._writing() as session:
            runlog.record(session, run_id, result)

    def finish_run(
        self,
        run_id: str,
        results: Sequence[RunDataset] = (),
        *,
        calls: int = 0,
        quota_used: int | None = None,
        quota_limit: int | None = None,
    ) -> None:
        """
        Record that a run ended, now, with the results not yet recorded.

        Its status follows from all results: ok when none failed, failed when all did, else partial.
        """
        with self._writing() as session:
            for result in results:
                runlog.record(session, run_id, result)
            runlog.finish(
                session, run_id, calls=calls, quota_used=quota_used, quota_limit=quota_limit
            )

    def runs(self, limit: int = 10) -> tuple[RunRecord, ...]:
        """
        Return the latest runs, newest first, with their datasets in the order recorded.

        A run that never ended is running while its process lives, interrupted from then on.
        """
        with self._reading() as session:
            found = runlog.latest(session, limit)
        running = {run.id for run in found if run.status == runlog.RUNNING}
        if not running or is_running(self._lock):
            return found
        with self._reading() as session:  # it may have ended well between the two looks
            return runlog.cut_short(runlog.latest(session, limit), running)

    def find_runs(
        self, wanted: RunFilter, limit: int = 50, before: tuple[datetime, str] | None = None
    ) -> tuple[RunRecord, ...]:
        """Return runs, newest first, as `runs`; `before`: when the last one began, and its id."""
        with self._reading() as session:
            found = runlog.page(session, wanted, limit, before)
        running = {run.id for run in found if run.status == runlog.RUNNING}
        if not running or is_running(self._lock):
            return found
        return runlog.cut_short(found, running)

    def runs_marker(self) -> str:
        """Return what moves when a run begins, ends, or is done with one of its datasets."""
        with self._reading() as session:
            return runlog.marker(session)

    def forget_runs(self, before: datetime) -> int:
        """Remove runs that began before a time; returns how many."""
        gone = 0
        while True:
            with self._writing() as session:
                batch = runlog.forget(session, before)
            gone += batch
            if not batch:
                return gone

    @property
    def _lock(self) -> Path:
        return self.path.with_name("run.lock")

    # Transactions

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with translated(self.path), self._engine.begin() as session:
            yield session

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with (
            translated(self.path),
            self._engine.connect().execution_options(**READ_ONLY) as session,
        ):
            yield session
