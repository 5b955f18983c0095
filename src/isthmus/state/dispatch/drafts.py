"""Drafts of mappings and rules: what people are still writing, one for each name, shared."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from secrets import randbelow
from typing import Final, Self

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import Connection as Session

from isthmus.base.clock import utc_now
from isthmus.base.errors import NeedsPerson
from isthmus.state.dispatch.session import make_index, make_tables, reading, writing
from isthmus.state.dispatch.tables import Words, links
from isthmus.state.tables import UtcTime

VERSION: Final = 1
metadata = MetaData()
version = Table("definition_drafts_version", metadata, Column("version", Integer, nullable=False))
drafts = Table(
    "definition_drafts",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("content", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("page", String(40), nullable=False),  # which open page saved it last
    Column("by", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("based_on", Text, nullable=False),
)
by_rule = Index("links_by_rule", links.c.rule, links.c.created_at)
_c = drafts.c
_CHANGED: Final = ("content", "revision", "page", "by", "at")
_FIRST_MOST: Final = 2**30
"""The column takes twice as much, so there is room to rise."""


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A mapping or rule that is being written.

    `content` is its file, which need not make sense yet. `revision` rises with each saving, from
    any number on, so that no two drafts of a name share one; `page` is the open page that saved it
    last. `based_on` is the version in force when it was begun, "" for
    a new one.
    """

    kind: str
    name: str
    content: str = field(repr=False)
    revision: int
    page: str
    by: str
    at: datetime
    based_on: str = ""

    def is_of(self, page: str) -> bool:
        """Tell whether this open page saved it last."""
        return bool(page) and self.page == page


class DraftMoved(NeedsPerson):
    """Somebody else saved the draft since it was read; nothing was done to it."""

    @classmethod
    def of(cls, now: Draft) -> Self:
        """Return what is said of a draft as it is now."""
        return cls(
            f"{now.by} saved this draft at {now.at:%Y-%m-%d %H:%M:%S} UTC, after you opened it.",
            where=f"draft of the {now.kind} {now.name}",
            remedy="Load the page anew to go on from that; copy first what you do not want to"
            " lose.",
        )


@dataclass(frozen=True, slots=True)
class Use:
    """How much a rule was used: its links, and when the last of them was made."""

    links: int
    last: datetime | None


class Drafts:
    """
    What people are still writing. Every method is one transaction, and blocks.

    Safe to use from several threads and processes. Raises: StateBusy, StateBroken.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open it over the engine of `DispatchState`, and make its table where there is none."""
        make_tables(engine, metadata, version, VERSION)
        make_index(engine, by_rule)
        return cls(engine)

    def find(self, kind: str, name: str) -> Draft | None:
        """Return the draft of a name."""
        with reading(self._engine) as session:
            query = select(drafts).where(_c.kind == kind, _c.name == name)
            row = session.execute(query).mappings().first()
        return None if row is None else Draft(**row)

    def all(self, kind: str) -> tuple[Draft, ...]:
        """Return all drafts of mappings, or of rules, by name."""
        with reading(self._engine) as session:
            query = select(drafts).where(_c.kind == kind).order_by(_c.name)
            return tuple(Draft(**row) for row in session.execute(query).mappings())

    def save(
        self,
        kind: str,
        name: str,
        content: str,
        *,
        by: str,
        page: str = "",
        seen: int = 0,
        based_on: str = "",
    ) -> Draft:
        """
        Keep a draft in the place of an earlier one.

        Args: seen: the revision that was read before it was changed; 0: there was none. page: which
        page it was changed in: what that page itself saved is in nobody's way. based_on: the
        version in force when it was begun; "": of a new one, or as the draft that is there says.
        Raises: DraftMoved: another page saved it meanwhile, or began another in its place.
        """
        with writing(self._engine) as session:
            before = _locked(session, kind, name)
            if before is None:
                first = 1 + randbelow(_FIRST_MOST)
                made = Draft(kind, name, content, first, page, by, utc_now(), based_on)
                session.execute(insert(drafts).values(**asdict(made)))
                return made
            is_another = before.revision != seen or based_on not in {"", before.based_on}
            if is_another and not before.is_of(page):
                raise DraftMoved.of(before)
            made = Draft(
                kind, name, content, before.revision + 1, page, by, utc_now(), before.based_on
            )
            values = {one: getattr(made, one) for one in _CHANGED}
            session.execute(update(drafts).where(*_here(kind, name)).values(**values))
        return made

    def drop(self, kind: str, name: str, revision: int, *, page: str = "") -> Draft | None:
        """
        Forget a draft as it was at a revision; returns what was saved since, which stays.

        Args: page: what this page itself saved since goes too.
        """
        with writing(self._engine) as session:
            now = _locked(session, kind, name)
            if now is not None and now.revision != revision and not now.is_of(page):
                return now
            session.execute(delete(drafts).where(*_here(kind, name)))
        return None

    def settle(self, made: Draft, version: str) -> Draft | None:
        """
        Forget a draft that was published; returns what was written since, which stays.

        What stays goes on from what was published: it is based on that `version` now.
        """
        here = _here(made.kind, made.name)
        with writing(self._engine) as session:
            now = _locked(session, made.kind, made.name)
            if now is None or made.revision == now.revision or made.content == now.content:
                session.execute(delete(drafts).where(*here))
                return None
            session.execute(update(drafts).where(*here).values(based_on=version))
        return replace(now, based_on=version)

    def uses(self) -> dict[str, Use]:
        """Return by rule how much it was used; of rules that were not, nothing."""
        query = select(links.c.rule, func.count(), func.max(links.c.created_at))
        with reading(self._engine) as session:
            rows = session.execute(query.group_by(links.c.rule)).all()
        return {name: Use(count, last) for name, count, last in rows}


def _here(kind: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return (_c.kind == kind, _c.name == name)


def _locked(session: Session, kind: str, name: str) -> Draft | None:
    """Return a draft that nobody else changes until this transaction ends."""
    query = select(drafts).where(*_here(kind, name)).with_for_update()
    row = session.execute(query).mappings().first()
    return None if row is None else Draft(**row)
