"""
Every statement on the tables of a shared budget.

Each is called in a transaction beside which no other runs, so what was read still holds when it
is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection as Session
from sqlalchemy import Row, bindparam, delete, insert, literal, select, union_all, update

from isthmus.state.budget.tables import notes, slots, waiting

T = TypeVar("T")
STANDS: Final = 1.0
"""Seconds for which one who waits is counted without showing itself again."""

LONGEST: Final = 120.0
"""Seconds that no lease and no rest exceeds: what ends later was written before a clock was set
back."""

_NO_SLOT: Final = -1  # the number of a row that tells of one who waits
_SET_BACK: Final = 60.0  # so much a clock may be corrected without anybody noticing

_READ_NOTE = select(notes.c.value, notes.c.at).where(notes.c.key == bindparam("of"))
_WRITE_NOTE = (
    update(notes)
    .where(notes.c.key == bindparam("of"))
    .values(value=bindparam("text"), at=bindparam("now"))
)
_ADD_NOTE = insert(notes)
_READ_QUEUE = union_all(
    select(
        slots.c.key,
        slots.c.number,
        slots.c.holder,
        slots.c.until,
        literal(0).label("rank"),
        literal(0.0).label("since"),
    ).where(slots.c.key == bindparam("of")),
    select(
        waiting.c.key,
        literal(_NO_SLOT),
        waiting.c.holder,
        waiting.c.until,
        waiting.c.rank,
        waiting.c.since,
    ).where(waiting.c.key == bindparam("of")),
)
_TAKE = (
    update(slots)
    .where(slots.c.key == bindparam("of"), slots.c.number == bindparam("at"))
    .values(holder=bindparam("me"), lease=bindparam("count"), until=bindparam("end"))
)
_ADD_SLOT = insert(slots)
_GIVE_BACK = (
    update(slots)
    .where(slots.c.holder == bindparam("me"), slots.c.lease == bindparam("count"))
    .values(holder="", until=bindparam("end"))
)
_RENEW = (
    update(slots)
    .where(
        slots.c.holder == bindparam("me"),
        slots.c.lease.in_(bindparam("counts", expanding=True)),
    )
    .values(until=bindparam("end"))
)
_HOLDERS = (
    select(slots.c.holder)
    .where(
        slots.c.key.in_(bindparam("keys", expanding=True)),
        slots.c.until > bindparam("now"),
        slots.c.holder != "",
    )
    .distinct()
)
_FREE = (
    update(slots).where(slots.c.holder == bindparam("of")).values(holder="", until=bindparam("now"))
)
_STAND = (
    update(waiting)
    .where(waiting.c.key == bindparam("of"), waiting.c.holder == bindparam("me"))
    .values(rank=bindparam("mine"), since=bindparam("begun"), until=bindparam("end"))
)
_LINE_UP = insert(waiting)
_LEAVE = delete(waiting).where(
    waiting.c.key.in_(bindparam("keys", expanding=True)), waiting.c.holder == bindparam("me")
)
_FORGET = delete(waiting).where(waiting.c.until < bindparam("now"))


@dataclass(frozen=True, slots=True)
class Wish:
    """
    A slot of each key, wished by one process.

    `of`: how many slots a key has. The lowest `rank` comes first, then the earliest `since`.
    `count` will tell the lease from all others of the process; `seconds` is its length.
    """

    keys: tuple[str, ...]
    of: int
    rank: int
    since: float = 0.0
    count: int = 0
    seconds: float = 0.0


def change_note(
    session: Session, key: str, now: float, act: Callable[[str, float], tuple[str, T]]
) -> T:
    """
    Put in the place of a note what `act` makes of it; returns its result.

    Where the clock was set back, the times in a note lie in the future: it is begun anew.
    """
    row = session.execute(_READ_NOTE, {"of": key}).first()
    before = "" if row is None or row.at > now + _SET_BACK else row.value
    after, result = act(before, now)
    if row is None:
        session.execute(_ADD_NOTE, {"key": key, "value": after, "at": now})
    elif after != row.value:
        session.execute(_WRITE_NOTE, {"of": key, "text": after, "now": now})
    return result


def look(session: Session, prefix: str) -> tuple[tuple[str, float], ...]:
    """Return the notes whose keys begin so, each with its time, the newest first."""
    query = select(notes.c.value, notes.c.at).where(notes.c.key.startswith(prefix, autoescape=True))
    rows = session.execute(query.order_by(notes.c.at.desc()))
    return tuple((row.value, row.at) for row in rows)


def take(session: Session, me: str, wish: Wish, now: float) -> float | None:
    """
    Take a slot of each key, or none of any.

    Returns: the moment from which they may be used, maybe past; None where a key has no slot free,
    or none that is not another's who comes first.
    """
    chosen: list[tuple[str, int, bool]] = []
    latest = 0.0
    for key in wish.keys:
        rows = session.execute(_READ_QUEUE, {"of": key}).all()
        found = _choose(rows, wish, now)
        if found is None:
            return None
        ready, number = found
        latest = max(latest, ready)
        chosen.append((key, number, any(row.number == number for row in rows)))
    for key, number, known in chosen:
        _write_lease(session, me, wish, key, number, known=known, now=now)
    return latest


def _choose(rows: Sequence[Row[Any]], wish: Wish, now: float) -> tuple[float, int] | None:
    """Return from when a key has a slot for this wish, and its number."""
    free = dict.fromkeys(range(wish.of), 0.0)
    ahead = 0
    for row in rows:
        lasts = now < row.until <= now + (STANDS if row.number == _NO_SLOT else LONGEST)
        if row.number != _NO_SLOT:
            if lasts and row.holder:
                free.pop(row.number, None)
            elif lasts:
                free[row.number] = row.until
        elif lasts:
            if row.rank < wish.rank:
                return None
            ahead += (row.rank, row.since) < (wish.rank, wish.since)
    if len(free) <= ahead:
        return None
    return min((ready, number) for number, ready in free.items())


def _write_lease(
    session: Session, me: str, wish: Wish, key: str, number: int, *, known: bool, now: float
) -> None:
    end = now + wish.seconds
    if known:
        session.execute(_TAKE, {"of": key, "at": number, "me": me, "count": wish.count, "end": end})
    else:
        row = {"key": key, "number": number, "holder": me, "lease": wish.count, "until": end}
        session.execute(_ADD_SLOT, row)


def give_back(session: Session, me: str, count: int, rests_until: float) -> None:
    """Let go of a lease's slots; what lapsed and went to another stays with that one."""
    session.execute(_GIVE_BACK, {"me": me, "count": count, "end": rests_until})


def holders(session: Session, keys: Sequence[str], now: float) -> tuple[str, ...]:
    """Return who holds slots of these keys."""
    return tuple(session.execute(_HOLDERS, {"keys": list(keys), "now": now}).scalars())


def free(session: Session, holder: str, now: float) -> None:
    """Free all slots of one who lives no more."""
    session.execute(_FREE, {"of": holder, "now": now})


def renew(session: Session, me: str, counts: Sequence[int], end: float) -> None:
    """Let leases of a process last until `end`, all in one statement."""
    session.execute(_RENEW, {"me": me, "counts": list(counts), "end": end})


def stand(session: Session, me: str, wish: Wish, now: float) -> None:
    """Show all processes that this one waits, for the next `STANDS` seconds."""
    for key in wish.keys:
        shown = {"of": key, "me": me, "mine": wish.rank, "begun": wish.since, "end": now + STANDS}
        if not session.execute(_STAND, shown).rowcount:
            session.execute(_FORGET, {"now": now})
            row = {"key": key, "holder": me, "rank": wish.rank, "since": wish.since}
            session.execute(_LINE_UP, {**row, "until": now + STANDS})


def leave(session: Session, me: str, keys: Sequence[str]) -> None:
    """Wait no more for these."""
    session.execute(_LEAVE, {"keys": list(keys), "me": me})
