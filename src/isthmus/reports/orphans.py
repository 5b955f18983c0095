"""How many rows refer to nothing, join by join: counted aside, kept until a table changes."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.base.log import get_logger
from isthmus.reports.names import quoted, table
from isthmus.reports.paths import Join
from isthmus.warehouse.answering import Limits, TableReader
from isthmus.warehouse.dialect import DATA_SCHEMA

_LIMITS: Final = Limits(rows=None, seconds=120.0)
_log = get_logger("reports")

GiveReader = Callable[[], AbstractContextManager[TableReader]]


@dataclass(frozen=True, slots=True)
class JoinCount:
    """
    What is known of one join.

    `referring` rows have a value in the column, `orphans` of them one that no row has. Both are
    None while nothing was counted yet, when `missing` names tables that are not there, or when
    counting failed: `error` says why. `is_current` False: a table has changed since `at`; a new
    count is on its way.
    """

    join: Join
    referring: int | None = None
    orphans: int | None = None
    at: datetime | None = None
    is_current: bool = False
    missing: tuple[str, ...] = ()
    error: str = ""


class OrphanCounts:
    """
    Counts for all joins of a home; one for the whole process, for several threads.

    Args: readers: gives a reader, as `Readers.reader`.
    """

    def __init__(self, joins: Sequence[Join], readers: GiveReader) -> None:
        self._joins = tuple(joins)
        self._readers = readers
        self._turn = Lock()
        self._kept: dict[Join, tuple[tuple[int, int], JoinCount]] = {}
        self._running: Event | None = None

    def now(self, wait: float = 0.5) -> tuple[JoinCount, ...]:
        """
        Return what is known, in the order of the joins.

        Where a table has changed, counting begins in a thread of its own; `wait` seconds are given
        it to end. Raises: what `readers` raises.
        """
        with self._readers() as reader:
            versions = reader.versions()
        if all(self._is_current(join, versions) for join in self._joins):
            return self._told(versions)
        self._begin().wait(wait)
        return self._told(versions)

    def count(self) -> tuple[JoinCount, ...]:
        """
        Count what has changed, however long it takes.

        A join that cannot be counted is kept with its error, until one of its tables changes.
        Raises: what `readers` raises; Retryable.
        """
        with self._readers() as reader:
            versions = reader.versions()
            for join in self._joins:
                if not self._is_current(join, versions):
                    counted = _counted(reader, join)
                    with self._turn:
                        self._kept[join] = (_versions(join, versions), counted)
        return self._told(versions)

    def _begin(self) -> Event:
        with self._turn:
            if self._running is not None:
                return self._running
            ended = self._running = Event()
        Thread(target=self._run, args=(ended,), name="isthmus-orphans", daemon=True).start()
        return ended

    def _run(self, ended: Event) -> None:
        try:
            self.count()
        except IsthmusError as error:
            _log.warning("orphans_not_counted", error=error.what)
        finally:
            with self._turn:
                self._running = None
            ended.set()

    def _is_current(self, join: Join, versions: dict[str, int]) -> bool:
        if _missing(join, versions):
            return True
        with self._turn:
            kept = self._kept.get(join)
        return kept is not None and kept[0] == _versions(join, versions)

    def _told(self, versions: dict[str, int]) -> tuple[JoinCount, ...]:
        with self._turn:
            kept = dict(self._kept)
        found = []
        for join in self._joins:
            missing = _missing(join, versions)
            held = kept.get(join)
            if missing or held is None:
                found.append(JoinCount(join, missing=missing))
                continue
            at, count = held
            found.append(replace(count, is_current=at == _versions(join, versions)))
        return tuple(found)


def orphans_sql(join: Join) -> str:
    """Write the query for the rows of a join that refer to nothing, for people to run."""
    return (
        f"select m.*\nfrom {DATA_SCHEMA}.{join.many} m\n"
        f"left join {DATA_SCHEMA}.{join.one} o on o.id = m.{join.column}\n"
        f"where m.{join.column} is not null and o.id is null\norder by m.id"
    )


def _versions(join: Join, versions: dict[str, int]) -> tuple[int, int]:
    return versions.get(join.one, 0), versions.get(join.many, 0)


def _missing(join: Join, versions: dict[str, int]) -> tuple[str, ...]:
    return tuple(name for name in (join.one, join.many) if name not in versions)


def _counted(reader: TableReader, join: Join) -> JoinCount:
    try:
        referring, orphans = _count(reader, join)
    except Retryable:  # the same may go well with the next look
        raise
    except IsthmusError as error:
        _log.warning("join_not_counted", join=f"{join.many}.{join.column}", error=error.what)
        return JoinCount(join, at=utc_now(), is_current=True, error=error.what)
    return JoinCount(join, referring, orphans, utc_now(), is_current=True)


def _count(reader: TableReader, join: Join) -> tuple[int, int]:
    key, row_id = quoted(reader, join.column), quoted(reader, "id")
    many, one = table(reader, join.many), table(reader, join.one)
    answer = reader.query(
        f"SELECT count(*), count(*) FILTER (WHERE o.{row_id} IS NULL) FROM {many} AS m"
        f" LEFT JOIN {one} AS o ON o.{row_id} = m.{key} WHERE m.{key} IS NOT NULL",
        limits=_LIMITS,
    )
    referring, orphans = (int(str(number)) for number in answer.rows[0])
    return referring, orphans
