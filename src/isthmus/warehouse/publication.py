"""How a package becomes rows: one transaction, the same steps in every database."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from isthmus.base.warned import Warned
from isthmus.warehouse import selecting, shaping
from isthmus.warehouse.dialect import COMPARED, FRESH, SEEN
from isthmus.warehouse.labelling import unknown_codes
from isthmus.warehouse.ledger import Ledger
from isthmus.warehouse.ports import (
    Mode,
    Package,
    Published,
    TooManyRemovals,
    UnknownCode,
    WarehouseBroken,
    Widened,
)
from isthmus.warehouse.segments import batches
from isthmus.warehouse.session import MisfitError, Session, TooLongError, UnreadableError
from isthmus.warehouse.sift import sift
from isthmus.warehouse.upkeep import refill, reshape, row_select, with_lookup_types

_IDS_AT_A_TIME = 1000


def publish(session: Session, package: Package) -> Published:
    """
    Bring a table up to date; on a misfit widen and begin again, on a broken line sift and again.

    Raises: TooManyRemovals; WarehouseBroken when a table would hold an id twice.
    """
    widened: list[Widened] = []
    aside: tuple[tuple[str, str], ...] = ()
    sifted = False
    while True:
        broken = False
        try:
            with session.transaction():
                return _Publication(session, package, widened, aside).run()
        except TooLongError:
            session.allow_longer(package.segments)
        except MisfitError:
            found = session.misfits(package.shape, package.segments)
            broken = not found or any(name.lower() == "id" for name in found)
            package, more = _widen(package, found)
            widened.extend(more)
        except UnreadableError:
            broken = True
        if broken and sifted:
            raise WarehouseBroken("The records cannot be read.", where=package.dataset)
        if broken:
            result = sift(package.segments)
            package, aside, sifted = replace(package, segments=result.segments), result.aside, True


class _Publication:
    """One attempt, inside its transaction."""

    def __init__(
        self,
        session: Session,
        package: Package,
        widened: Sequence[Widened],
        aside: tuple[tuple[str, str], ...],
    ) -> None:
        self._session = session
        self._package = package
        self._ledger = Ledger(session)
        self._shape = with_lookup_types(package.shape, self._ledger)
        self._table = session.dialect.table(package.dataset)
        self._id = session.dialect.name("id")
        self._widened = tuple(widened)
        self._aside = aside
        self._unknown: dict[tuple[str, str], int] = {}
        self._done = Published(package.dataset, quarantined=len(aside))

    def run(self) -> Published:
        """Do all of it and return what was done."""
        package, ledger = self._package, self._ledger
        added = reshape(self._session, ledger, self._shape)
        ledger.save_picklists(self._shape, package.picklists)
        self._empty(package.emptied)
        first = not self._exists(f"SELECT 1 FROM {self._table} LIMIT 1")
        replaces = package.mode is Mode.REPLACE and not first
        if replaces:
            self._session.run(f"CREATE TEMP TABLE {SEEN} ({self._id} BIGINT)")
        if package.segments and first:
            self._fill()
        else:
            self._merge(note_seen=replaces)
        if replaces:
            self._remove_unseen()
        self._remove(package.deleted_ids)
        self._refill_own()
        return self._note(first=first, added=added)

    def _empty(self, columns: Sequence[str]) -> None:
        """Take the values out of columns that are not to be kept."""
        names = [self._session.dialect.name(name) for name in columns]
        if names:
            sets = ", ".join(f"{name} = NULL" for name in names)
            held = " OR ".join(f"{name} IS NOT NULL" for name in names)
            self._count(updated=self._session.run(f"UPDATE {self._table} SET {sets} WHERE {held}"))

    def _fill(self) -> None:
        """Fill an empty table in one go; ids that came twice are taken out and put in again."""
        received = self._insert_from(self._relation(self._package.segments))
        rows = received
        twice = self._ids_twice("")
        if twice:
            rows -= self._delete_ids(twice)
            self._gather(self._package.segments, twice)
            rows += self._insert_fresh()
            self._drop(FRESH)
            self._must_be_single("")
        self._count(received=received, inserted=rows, duplicates=received - rows)
        self._note_unknown(self._table)

    def _merge(self, *, note_seen: bool) -> None:
        for batch in batches(self._package.segments):
            received, duplicates = self._gather(batch)
            if note_seen:
                self._session.run(f"INSERT INTO {SEEN} SELECT {self._id} FROM {FRESH}")
            self._count(received=received, duplicates=duplicates)
            self._merge_fresh()

    def _merge_fresh(self) -> None:
        run = self._session.run
        run(selecting.compare_rows(self._session.dialect, self._shape))
        by_id = f"USING {COMPARED} AS c WHERE c.id ="
        unchanged = run(f"DELETE FROM {FRESH} AS f {by_id} f.{self._id} AND NOT c.differs")
        updated = run(f"DELETE FROM {self._table} AS t {by_id} t.{self._id} AND c.differs")
        written = self._insert_fresh()
        self._count(unchanged=unchanged, updated=updated, inserted=written - updated)
        self._note_unknown(FRESH)
        if written:
            self._must_be_single(f" WHERE {self._id} IN (SELECT {self._id} FROM {FRESH})")
        self._drop(FRESH, COMPARED)

    def _gather(self, segments: Sequence[Path], only: Sequence[int] = ()) -> tuple[int, int]:
        """
        Gather whole rows in a temporary table, the last line of each id alone.

        Returns: the lines received, and how many of them were superseded.
        """
        line = self._session.dialect.line
        rows = self._select().whole_rows(self._relation(segments, only), in_order=True)
        received = self._session.run(f"CREATE TEMP TABLE {FRESH} AS {rows}")
        duplicates = self._session.run(
            f"DELETE FROM {FRESH} AS f USING (SELECT {self._id} AS id, max({line}) AS last"
            f" FROM {FRESH} GROUP BY 1 HAVING count(*) > 1) AS d"
            f" WHERE f.{self._id} = d.id AND f.{line} < d.last"
        )
        return received, duplicates

    def _remove_unseen(self) -> None:
        unseen = f"NOT EXISTS (SELECT 1 FROM {SEEN} AS s WHERE s.{self._id} = t.{self._id})"
        held = self._number(f"SELECT count(*) FROM {self._table}") - self._done.inserted
        gone = self._number(f"SELECT count(*) FROM {self._table} AS t WHERE {unseen}")
        if self._package.brake.holds(held, gone):
            raise TooManyRemovals(
                f"{gone} of {held} rows were not among the records read again; nothing changed.",
                where=self._package.dataset,
                remedy="See whether the API user may still read all of them (a lost permission"
                " looks like deletion): isthmus test. If they are really gone, allow it once:"
                f" isthmus sync {self._package.dataset} --release-brake",
            )
        if gone:
            self._session.run(f"DELETE FROM {self._table} AS t WHERE {unseen}")
        self._count(deleted=gone)
        self._drop(SEEN)

    def _remove(self, ids: Sequence[int]) -> None:
        self._count(deleted=self._delete_ids(ids))

    def _refill_own(self) -> None:
        """Fill what a table looks up in itself (a parent may have come after its child)."""
        own = tuple(
            c for c in self._shape.columns if c.lookup and c.lookup.dataset == self._shape.dataset
        )
        if own and self._changed():
            refill(self._session, self._ledger, self._shape, own)

    def _note(self, *, first: bool, added: tuple[str, ...]) -> Published:
        package, ledger = self._package, self._ledger
        new_table = len(added) == len(self._shape.columns)
        done = replace(
            self._done,
            unknown_codes=tuple(
                UnknownCode(*key, rows) for key, rows in sorted(self._unknown.items())
            ),
            widened=self._widened,
            added=() if new_table else added,
        )
        done = replace(done, warnings=_warnings(done))
        version, filled_from = ledger.version(package.dataset)
        ledger.save_version(package.dataset, version + (1 if self._changed() else 0), filled_from)
        if first:
            sources = ledger.sources_of(self._shape)
            ledger.save_version(package.dataset, version + 1, sources)
        ledger.set_aside(package.dataset, package.run.run_id, self._aside)
        if package.watermark is not None:
            ledger.save_watermark(package.dataset, package.watermark, package.run.run_id)
        ledger.save_run(package.mode.value, package.run, done)
        return done

    def _changed(self) -> int:
        return self._done.inserted + self._done.updated + self._done.deleted

    def _select(self) -> selecting.RowSelect:
        return row_select(self._session, self._ledger, self._shape)

    def _relation(self, segments: Sequence[Path], only: Sequence[int] = ()) -> str:
        return self._session.relation(self._shape, segments, only)

    def _insert_from(self, relation: str) -> int:
        rows = self._select().whole_rows(relation)
        return self._session.run(f"INSERT INTO {self._table} ({self._names()}) {rows}")

    def _insert_fresh(self) -> int:
        names = self._names()
        return self._session.run(f"INSERT INTO {self._table} ({names}) SELECT {names} FROM {FRESH}")

    def _names(self) -> str:
        return self._session.dialect.names(c.name for c in self._shape.columns)

    def _note_unknown(self, relation: str) -> None:
        labels = self._ledger.picklists(self._shape.dataset)
        sql = unknown_codes(self._session.dialect, self._shape, labels, relation)
        for column, code, rows in self._session.fetch(sql) if sql else ():
            self._unknown[column, code] = self._unknown.get((column, code), 0) + rows

    def _ids_twice(self, among: str) -> list[int]:
        rows = self._session.fetch(
            f"SELECT {self._id} FROM {self._table}{among} GROUP BY 1 HAVING count(*) > 1"
        )
        return [row[0] for row in rows]

    def _must_be_single(self, among: str) -> None:
        twice = self._ids_twice(among)
        if twice:
            raise WarehouseBroken(
                f"The table would hold id {twice[0]} more than once; nothing changed.",
                where=self._package.dataset,
            )

    def _delete_ids(self, ids: Sequence[int]) -> int:
        deleted = 0
        for start in range(0, len(ids), _IDS_AT_A_TIME):
            listed = ", ".join(str(number) for number in ids[start : start + _IDS_AT_A_TIME])
            deleted += self._session.run(
                f"DELETE FROM {self._table} WHERE {self._id} IN ({listed})"
            )
        return deleted

    def _exists(self, sql: str) -> bool:
        return bool(self._session.fetch(sql))

    def _number(self, sql: str) -> int:
        return int(self._session.fetch(sql)[0][0])

    def _drop(self, *tables: str) -> None:
        for table in tables:
            self._session.run(f"DROP TABLE {table}")

    def _count(self, **more: int) -> None:
        before = {name: getattr(self._done, name) for name in more}
        self._done = replace(self._done, **{name: before[name] + more[name] for name in more})


def _widen(package: Package, found: dict[str, str]) -> tuple[Package, list[Widened]]:
    columns = [c for c in package.shape.columns if c.name in found and c.name.lower() != "id"]
    types = {c.name: shaping.wider(c) for c in columns}
    told = [Widened(c.name, c.type, types[c.name], found[c.name]) for c in columns]
    return replace(package, shape=package.shape.retyped(types)), told


def _warnings(done: Published) -> tuple[Warned, ...]:
    told = [
        f"{w.column}: became {w.new.value} (was {w.old.value}), because {w.example!r} came."
        for w in done.widened
    ]
    if done.added:
        told.append(f"New columns: {', '.join(done.added)}.")
    if done.quarantined:
        lines = _counted(done.quarantined, "line")
        told.append(f"{lines} could not be read, kept in isthmus.quarantine.")
    return (*map(_unlabelled, done.unknown_codes), *map(Warned, told))


def _unlabelled(found: UnknownCode) -> Warned:
    rows = _counted(found.rows, "row")
    text = f"{found.column}: code {found.code} has no label in the field's metadata ({rows})."
    return Warned(text, about=(f"{found.column} {found.code}".lower(),))


def _counted(number: int, thing: str) -> str:
    """Say how many: 1 row, 3 rows."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
