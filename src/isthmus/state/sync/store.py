"""The one class that speaks to the tables of copying."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self

from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.state.dispatch.session import make_tables, reading, writing
from isthmus.state.sync import asking, going, quota, standing
from isthmus.state.sync.shapes import Ask, DatasetChoice, Kept, Permission, Progress, QuotaSample
from isthmus.state.sync.tables import VERSION, metadata, version


class SyncState:
    """
    What is known of copying, for every process of an installation.

    Safe to use from several threads and processes. Every method that changes something is one
    transaction, on disk when it returns. Blocks. Raises: StateBusy, StateBroken.
    """

    def __init__(self, database: Engine) -> None:
        self._engine = database

    @classmethod
    def open(cls, database: Engine) -> Self:
        """Open it over the database of dispatch, and make the tables where there are none."""
        make_tables(database, metadata, version, VERSION)
        return cls(database)

    # What goes on now

    def note_progress(
        self, run_id: str, lines: Iterable[Progress], gone: Sequence[str] = ()
    ) -> None:
        """Put a run's lines in the place of earlier ones, and show that the run lives."""
        with writing(self._engine) as session:
            going.note(session, run_id, lines, gone, utc_now())

    def end_progress(self, run_id: str) -> None:
        """Forget the lines of a run; it is over."""
        with writing(self._engine) as session:
            going.end(session, run_id)

    def progress(self) -> tuple[Progress, ...]:
        """Return the lines of every run that lives, by dataset."""
        with reading(self._engine) as session:
            return going.live(session, utc_now())

    def stop(self, datasets: Sequence[str], by: str) -> None:
        """Have running refreshes of these datasets end; without any, all of them."""
        with writing(self._engine) as session:
            going.stop(session, datasets, by, utc_now())

    def stops(self, since: datetime) -> frozenset[str]:
        """Return which datasets were to stop since then; "" among them means all."""
        with reading(self._engine) as session:
            return going.stopped(session, since)

    # Where each dataset stands

    def keep(self, *lines: Kept) -> None:
        """Put where datasets stand in the place of what was known."""
        with writing(self._engine) as session:
            for line in lines:
                standing.save(session, line)

    def kept(self) -> dict[str, Kept]:
        """Return by name where each dataset stands that was ever refreshed."""
        with reading(self._engine) as session:
            return standing.load(session)

    def save_scope(self, dataset: str, scope: str) -> None:
        """Note with what part of the records a table is about to be filled, where one is known."""
        with writing(self._engine) as session:
            standing.save_scope(session, dataset, scope)

    def forget(self, dataset: str) -> None:
        """Forget where a dataset stands and what may be read of it: its table is gone."""
        with writing(self._engine) as session:
            standing.forget(session, dataset)

    # What people asked for

    def ask(self, ask: Ask) -> Ask:
        """Keep what was asked for; returns the same thing that waits already, if it does."""
        with writing(self._engine) as session:
            going.go_on(session, ask.wanted)
            return asking.add(session, ask)

    def find_ask(self, key: str) -> Ask | None:
        """Return what was asked for under a key."""
        with reading(self._engine) as session:
            return asking.find(session, key)

    def open_asks(self) -> tuple[Ask, ...]:
        """Return what was asked for and is not done, the first first."""
        with reading(self._engine) as session:
            return asking.unfinished(session)

    def save_ask(self, ask: Ask) -> None:
        """Keep how far an ask is; those that were done a week ago are forgotten."""
        with writing(self._engine) as session:
            asking.save(session, ask, utc_now())

    # What people set

    def choices(self) -> dict[str, DatasetChoice]:
        """Return by name what was set about datasets."""
        with reading(self._engine) as session:
            return standing.choices_of(session)

    def choose(self, choice: DatasetChoice) -> None:
        """Set something about a dataset, in the place of what was set."""
        with writing(self._engine) as session:
            standing.choose(session, choice, utc_now())

    # What may be read

    def save_permissions(self, lines: Sequence[Permission]) -> None:
        """Put what was found in the place of what was known of the same datasets."""
        with writing(self._engine) as session:
            standing.save_permissions(session, lines)

    def permissions(self) -> dict[str, Permission]:
        """Return by dataset what the API user may read, as last checked."""
        with reading(self._engine) as session:
            return standing.permissions_of(session)

    # The calls of the hour

    def add_sample(self, sample: QuotaSample) -> bool:
        """Keep a sample, unless one was kept within the last minute; tells whether it was."""
        with writing(self._engine) as session:
            return quota.add(session, sample)

    def last_sample(self) -> QuotaSample | None:
        """Return the latest sample."""
        with reading(self._engine) as session:
            return quota.last(session)

    def samples(self, since: datetime, most: int = 2_000) -> tuple[QuotaSample, ...]:
        """Return the samples since then, the first first; of too many, some evenly."""
        with reading(self._engine) as session:
            return quota.since(session, since, most)
