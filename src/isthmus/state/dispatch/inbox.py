"""What arrived, saved before any work, once for each message id of its sender."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Self, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Engine,
    RowMapping,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import arrivals as statements
from isthmus.state.dispatch.session import Session, make_tables, reading, writing
from isthmus.state.dispatch.shapes import Arrival, Message, Receipt
from isthmus.state.dispatch.tables import VERSION, inbox, inbox_metadata, inbox_version

Then: TypeAlias = Callable[[Session, Sequence[Message]], None]
"""What else belongs to the transaction that keeps these messages."""

WORK: Final = "work"
NOBODY: Final = "nobody"
SOURCES: Final = ("autotask", "fieldnation", "callout", "sweep", "sync", "person")
_BATCH: Final = 1_000
_OWN_PATIENCE: Final = timedelta(seconds=30)
_c = inbox.c
_HEADS: Final = tuple(column for column in _c if column.name != "body")
_NOW: Final = bindparam("now", type_=_c.done_at.type)
_SETTLE: Final = (
    update(inbox)
    .where(_c.number.in_(bindparam("numbers", expanding=True)))
    .values(
        done_at=_NOW, outcome=bindparam("became"), relayed_at=func.coalesce(_c.relayed_at, _NOW)
    )
)


class Inbox:
    """
    The messages. Safe to use from several threads and processes; every method blocks.

    What changes something is on disk when it returns. Raises: StateBusy, StateBroken.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open it over an engine, and make its tables where there are none."""
        make_tables(engine, inbox_metadata, inbox_version, VERSION)
        return cls(engine)

    def keep(self, arrivals: Sequence[Arrival], then: Then | None = None) -> tuple[Receipt, ...]:
        """
        Keep what is new, all in one transaction; returns a receipt for each.

        Args: then: more for the same transaction, given the new messages that are to be handed
        on: all but echoes, and of these the ones before which others are missing.
        """
        now = utc_now()
        with writing(self.engine) as session:
            receipts, new = statements.keep(session, arrivals, now)
            work = [one for one in new if one.outcome != statements.ECHO or one.missed]
            if then is not None and work:
                then(session, work)
        return receipts

    # Handing on

    def unrelayed(self, limit: int) -> tuple[Message, ...]:
        """
        Return what is still to be handed on, the first first.

        What Isthmus told itself is handed on by whoever told it, so it counts only when half a
        minute old.
        """
        query = select(inbox).where(self._waits()).order_by(_c.number).limit(limit)
        return self._all(query)

    def assign(self, keys: Mapping[int, str | None], session: Session | None = None) -> None:
        """
        Say whose work messages are, by number; None: nobody's, and so they are done.

        Assigned before the work is enqueued, so that whoever does it finds them; `relayed` after.
        """
        ours = [{"of": number, "whose": key} for number, key in sorted(keys.items()) if key]
        nobodys = sorted(number for number, key in keys.items() if not key)
        with self._within(session) as tied:
            if ours:
                here = update(inbox).where(_c.number == bindparam("of"))
                tied.execute(here.values(key=bindparam("whose")), ours)
            if nobodys:
                outcome = case((_c.outcome == statements.NEW, NOBODY), else_=_c.outcome)
                values = {"key": "", "outcome": outcome, "done_at": _first(_c.done_at)}
                tied.execute(update(inbox).where(_c.number.in_(nobodys)).values(**values))

    def relayed(self, numbers: Sequence[int], session: Session | None = None) -> None:
        """Note that the work of these is enqueued."""
        if not numbers:
            return
        outcome = case((_c.outcome == statements.NEW, WORK), else_=_c.outcome)
        values = {"relayed_at": _first(_c.relayed_at), "outcome": outcome}
        with self._within(session) as tied:
            tied.execute(update(inbox).where(_c.number.in_(sorted(numbers))).values(**values))

    # Working

    def undone(self, key: str) -> tuple[Message, ...]:
        """
        Return what no run has taken into account of a key, in the order it came.

        Without bodies: a link that is parked may have many, and nobody looks at them.
        """
        query = select(*_HEADS).where(_c.key == key, _c.done_at.is_(None)).order_by(_c.number)
        return self._all(query)

    def latest_undone(self, key: str, limit: int) -> tuple[tuple[Message, ...], int]:
        """Return the same to be shown: the latest of it, and how many came before these."""
        here = (_c.key == key, _c.done_at.is_(None))
        latest = select(*_HEADS).where(*here).order_by(_c.number.desc()).limit(limit)
        with reading(self.engine) as session:
            rows = session.execute(latest).mappings().all()
            count = len(rows)
            if count == limit:
                count = session.execute(select(func.count()).where(*here)).scalar_one()
        return tuple(_message(row) for row in reversed(rows)), count - len(rows)

    def with_bodies(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """Return these messages with the bodies they came with."""
        bodies: dict[int, bytes] = {}
        numbers = [message.number for message in messages]
        with reading(self.engine) as session:
            for start in range(0, len(numbers), _BATCH):
                part = numbers[start : start + _BATCH]
                query = select(_c.number, _c.body).where(_c.number.in_(part))
                bodies |= {row.number: row.body for row in session.execute(query)}
        return tuple(replace(one, body=bodies.get(one.number, b"")) for one in messages)

    def reassign(self, numbers: Sequence[int], key: str) -> None:
        """
        Say that messages are another key's work, still to be handed on as such.

        Whoever dies before the work is enqueued loses nothing: the relay does it.
        """
        if not numbers:
            return
        with writing(self.engine) as session:
            here = update(inbox).where(_c.number.in_(sorted(numbers)))
            session.execute(here.values(key=key, relayed_at=None))

    def settle(self, numbers: Sequence[int], outcome: str = "done") -> None:
        """Note what became of messages; they need no handing on any more."""
        if not numbers:
            return
        settled = {"numbers": sorted(numbers), "now": utc_now(), "became": outcome}
        with writing(self.engine) as session:
            session.execute(_SETTLE, settled)

    # Looking

    def search(
        self, text: str = "", limit: int = 100, before: int | None = None
    ) -> tuple[Message, ...]:
        """
        Return messages about a subject or of a key, or all of them, the newest first.

        Args: before: only those with a lower number, to turn pages.
        """
        query = select(inbox).order_by(_c.number.desc()).limit(limit)
        if text:
            query = query.where(or_(_c.subject == text, _c.key == text))
        if before is not None:
            query = query.where(_c.number < before)
        return self._all(query)

    def named(self, message_id: str) -> tuple[Message, ...]:
        """Return the messages that came under a sender's id; each sender has ids of its own."""
        here = (_c.source.in_(SOURCES), _c.message_id == message_id)
        return self._all(select(inbox).where(*here).order_by(_c.number))

    def last_number(self) -> int:
        """Return the number of the message that came last; 0 for none."""
        with reading(self.engine) as session:
            return session.execute(select(func.max(_c.number))).scalar() or 0

    def count_unrelayed(self) -> int:
        """Return how many are still to be handed on."""
        query = select(func.count()).select_from(inbox).where(self._waits())
        with reading(self.engine) as session:
            return session.execute(query).scalar_one()

    def oldest_unrelayed(self) -> datetime | None:
        """Return when the oldest of them came; None: there is none."""
        query = select(func.min(_c.received_at)).where(self._waits())
        with reading(self.engine) as session:
            found: datetime | None = session.execute(query).scalar()
            return found

    def heard(self, source: str, since: datetime, event: str = "") -> tuple[datetime | None, int]:
        """
        Return when something last came from a source, and how many numbers are missing there.

        Both of what came since a time, and of events that begin with these letters.
        """
        query = select(func.max(_c.received_at), func.sum(_c.missed)).where(
            _c.source == source,
            _c.received_at >= since,
            _c.event.startswith(event, autoescape=True),
        )
        with reading(self.engine) as session:
            last, missed = session.execute(query).one()
            return last, int(missed or 0)

    # Forgetting

    def forget(self, before: datetime) -> int:
        """
        Remove what came before a time and is done; returns how many. Takes a thousand at a time.

        A repeat of what is forgotten would be kept as new; it is a hint, and so does no harm.
        """
        old = (
            select(_c.number)
            .where(_c.received_at < before, _c.done_at.is_not(None), _c.relayed_at.is_not(None))
            .order_by(_c.received_at)
            .limit(_BATCH)
        )
        gone = 0
        while True:
            with writing(self.engine) as session:
                batch = session.execute(
                    delete(inbox).where(_c.number.in_(old.scalar_subquery()))
                ).rowcount
            gone += batch
            if batch < _BATCH:
                return gone

    # Inside

    def _all(self, query: Any) -> tuple[Message, ...]:
        with reading(self.engine) as session:
            return tuple(_message(row) for row in session.execute(query).mappings())

    def _within(self, session: Session | None) -> AbstractContextManager[Session]:
        return writing(self.engine) if session is None else nullcontext(session)

    def _waits(self) -> ColumnElement[bool]:
        late = utc_now() - _OWN_PATIENCE
        told = or_(_c.source.not_in(sorted(statements.OWN)), _c.received_at < late)
        return _c.relayed_at.is_(None) & told


def _first(column: Any) -> Any:
    """Return the column's time, or the present where it has none."""
    return func.coalesce(column, bindparam(None, utc_now(), type_=column.type))


def _message(row: RowMapping) -> Message:
    values = {name: row[name] for name in row if name != "relayed_at"}
    return Message(**{"body": b"", **values})
