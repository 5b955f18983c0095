"""Which other records a link's values came from, so that a change of one finds its links."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
)

from isthmus.state.dispatch.session import make_tables, reading, writing
from isthmus.state.dispatch.shapes import LINKED, STUCK
from isthmus.state.dispatch.tables import links

VERSION: Final = 1
metadata = MetaData()
version = Table("link_references_version", metadata, Column("version", Integer, nullable=False))
references = Table(
    "link_references",
    metadata,
    Column("link_id", String(40), primary_key=True),
    Column("entity", String(60), primary_key=True),
    Column("record_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", String(64), nullable=False),
    Index("link_references_by_record", "entity", "record_id"),
)
_c = references.c
_OPEN: Final = (LINKED, STUCK)


@dataclass(frozen=True, slots=True)
class Reference:
    """A link that was made from another record. `mark` is a hash of that record as it was read."""

    link_id: str
    key: str
    record_id: int
    mark: str
    updated_at: datetime | None


class References:
    """
    What links read beside their own record. Every method blocks. Raises: StateBusy, StateBroken.

    Over the engine of `DispatchState`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open it over an engine, and make its tables where there are none."""
        make_tables(engine, metadata, version, VERSION)
        return cls(engine)

    def save(self, link_id: str, read: Mapping[tuple[str, int], str]) -> None:
        """Keep what a link was made from, by collection and id; () of it: forget the link."""
        rows = [
            {"link_id": link_id, "entity": entity, "record_id": number, "mark": mark}
            for (entity, number), mark in sorted(read.items())
        ]
        with writing(self._engine) as session:
            session.execute(delete(references).where(_c.link_id == link_id))
            if rows:
                session.execute(insert(references), rows)

    def entities(self, among: Collection[str]) -> frozenset[str]:
        """Return of which of these collections any record is read; a look-up for each."""
        with reading(self._engine) as session:
            return frozenset(
                entity
                for entity in sorted(among)
                if session.execute(select(_c.entity).where(_c.entity == entity).limit(1)).first()
            )

    def others(self, but: Collection[str]) -> tuple[str, ...]:
        """Return the collections read that are not among these, by name."""
        found: list[str] = []
        with reading(self._engine) as session:
            last = ""
            while True:  # one look-up for each name, however many rows there are
                query = select(_c.entity).where(_c.entity > last).order_by(_c.entity).limit(1)
                entity: str | None = session.execute(query).scalar()
                if entity is None:
                    return tuple(name for name in found if name not in but)
                found.append(entity)
                last = entity

    def readers(self, entity: str, ids: Sequence[int]) -> tuple[Reference, ...]:
        """Return the open links that were made from these records."""
        query = (
            select(_c.link_id, links.c.key, _c.record_id, _c.mark, links.c.updated_at)
            .join(links, links.c.id == _c.link_id)
            .where(_c.entity == entity, _c.record_id.in_(ids), links.c.state.in_(_OPEN))
            .order_by(_c.link_id)
        )
        with reading(self._engine) as session:
            return tuple(Reference(*row) for row in session.execute(query))

    def after(self, entity: str, last: int, limit: int) -> tuple[int, ...]:
        """Return ids of records of a collection that are read, above `last`, ascending."""
        query = (
            select(_c.record_id)
            .where(_c.entity == entity, _c.record_id > last)
            .distinct()
            .order_by(_c.record_id)
            .limit(limit)
        )
        with reading(self._engine) as session:
            return tuple(session.execute(query).scalars())
