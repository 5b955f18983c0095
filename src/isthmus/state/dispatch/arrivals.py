"""Statements that keep what arrived, and count what did not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.dialects import postgresql, sqlite

from isthmus.state.dispatch.session import Session, is_file
from isthmus.state.dispatch.shapes import Arrival, Message, Receipt
from isthmus.state.dispatch.tables import inbox, sequences

NEW: Final = "new"
ECHO: Final = "echo"
BROKEN: Final = "broken"
OWN: Final = frozenset({"sweep", "sync", "person"})
"""Sources within Isthmus: their subject is the key, and who keeps them enqueues the work."""
UNSIGNED_ID: Final = "fieldnation"
"""The source whose message ids are in a header that no signature covers."""

_c = inbox.c
_s = sequences.c
_Insert = postgresql.Insert | sqlite.Insert
# The source is not asked for: SQLite would go through all that ever came from it.
_SAID: Final = (
    select(_c.number)
    .where(
        _c.subject == bindparam("about"),
        _c.event == bindparam("what"),
        _c.body == bindparam("words"),
    )
    .limit(1)
)
_LAST: Final = (
    select(_s.webhook, _s.last)
    .where(_s.webhook.in_(bindparam("webhooks", expanding=True)))
    .order_by(_s.webhook)
    .with_for_update()
)


@cache
def _keeping(dialect: str) -> Any:
    """Return the statement that keeps: building one anew for each arrival would cost the most."""
    return (
        _insert_into(dialect, inbox)
        .on_conflict_do_nothing(index_elements=[_c.source, _c.message_id])
        .returning(_c.number, _c.source, _c.message_id)
    )


@cache
def _counting(dialect: str) -> Any:
    """Return the statement that moves a webhook's last number on."""
    insert = _insert_into(dialect, sequences)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=[_s.webhook],
        set_={"last": case((new.last > _s.last, new.last), else_=_s.last), "at": new.at},
    )


def keep(
    session: Session, arrivals: Sequence[Arrival], now: datetime
) -> tuple[tuple[Receipt, ...], tuple[Message, ...]]:
    """Write what is new; returns a receipt for each arrival, and the messages that were new."""
    if not arrivals:
        return (), ()
    fresh = _not_said_before(session, arrivals)
    kept = _insert(session, list(fresh.values()), now) if fresh else {}
    numbers: dict[int, int] = {}
    for at, arrival in fresh.items():
        number = kept.pop((arrival.source, arrival.message_id), None)  # the first of equals
        if number is not None:
            numbers[at] = number
    missed = _count(session, {at: arrivals[at] for at in numbers}, now)
    _save_gaps(session, {numbers[at]: gap for at, gap in missed.items() if gap})
    receipts = tuple(Receipt(numbers.get(at), missed.get(at, 0)) for at in range(len(arrivals)))
    return receipts, tuple(_message(arrivals[at], receipts[at], now) for at in numbers)


def _not_said_before(session: Session, arrivals: Sequence[Arrival]) -> dict[int, Arrival]:
    """
    Return by position what is no word for word repeat under another id.

    Field Nation signs the body alone, so whoever got hold of a delivery could send it again under
    any id. Two true ones are equal to the byte only where the same happens to an order twice within
    a second; one of them has the order looked at as well.
    """
    found: dict[int, Arrival] = {}
    said: set[tuple[str, str, bytes]] = set()
    for at, arrival in enumerate(arrivals):
        if arrival.source == UNSIGNED_ID and arrival.subject and arrival.body:
            words = (arrival.subject, arrival.event, arrival.body)
            if words in said or session.execute(_SAID, _said(arrival)).first() is not None:
                continue
            said.add(words)
        found[at] = arrival
    return found


def _said(arrival: Arrival) -> dict[str, Any]:
    return {"about": arrival.subject, "what": arrival.event, "words": arrival.body}


def _save_gaps(session: Session, gaps: Mapping[int, int]) -> None:
    """Note what is missing before messages; that is to be handed on, also by an echo."""
    if gaps:
        here = update(inbox).where(_c.number == bindparam("of"))
        statement = here.values(missed=bindparam("gap"), relayed_at=None)
        session.execute(statement, [{"of": number, "gap": gap} for number, gap in gaps.items()])


def _insert(
    session: Session, arrivals: Sequence[Arrival], now: datetime
) -> dict[tuple[str, str], int]:
    """
    Insert what is not there yet; returns its numbers.

    A server's transactions wait for one another's rows, so all of them insert in one order.
    """
    if not is_file(session.engine):
        arrivals = sorted(arrivals, key=lambda one: (one.source, one.message_id))
    statement = _keeping(session.dialect.name)
    rows = session.execute(statement, [_values(arrival, now) for arrival in arrivals])
    return {(row.source, row.message_id): row.number for row in rows}


def _values(arrival: Arrival, now: datetime) -> dict[str, Any]:
    settled = arrival.is_echo or arrival.is_broken
    return {
        "source": arrival.source,
        "message_id": arrival.message_id,
        "event": arrival.event,
        "subject": arrival.subject,
        "key": _key(arrival),
        "body": arrival.body,
        "missed": 0,
        "received_at": now,
        "relayed_at": now if arrival.is_echo else None,
        "done_at": now if settled else None,
        "outcome": _outcome(arrival),
    }


def _key(arrival: Arrival) -> str | None:
    if arrival.source in OWN:
        return arrival.subject
    return "" if arrival.is_echo or arrival.is_broken else None


def _outcome(arrival: Arrival) -> str:
    if arrival.is_broken:
        return BROKEN
    return ECHO if arrival.is_echo else NEW


def _message(arrival: Arrival, receipt: Receipt, now: datetime) -> Message:
    return Message(
        number=receipt.number or 0,
        source=arrival.source,
        message_id=arrival.message_id,
        event=arrival.event,
        subject=arrival.subject,
        key=_key(arrival),
        body=arrival.body,
        received_at=now,
        done_at=now if arrival.is_echo or arrival.is_broken else None,
        outcome=_outcome(arrival),
        missed=receipt.missed,
    )


def _count(session: Session, new: Mapping[int, Arrival], now: datetime) -> dict[int, int]:
    """Move each webhook's last number on; returns by position how many were left out."""
    counted = {
        at: arrival
        for at, arrival in new.items()
        if arrival.webhook and arrival.sequence is not None
    }
    if not counted:
        return {}
    names = sorted({arrival.webhook for arrival in counted.values()})
    rows = session.execute(_LAST, {"webhooks": names})
    last: dict[str, int] = {row.webhook: row.last for row in rows}
    missed: dict[int, int] = {}
    for at, arrival in sorted(counted.items(), key=lambda one: one[1].sequence or 0):
        number = arrival.sequence or 0
        before = last.get(arrival.webhook, number - 1)
        missed[at] = max(0, number - before - 1)
        last[arrival.webhook] = max(before, number)
    _save_last(session, [(name, last[name]) for name in names], now)
    return missed


def _save_last(session: Session, last: Sequence[tuple[str, int]], now: datetime) -> None:
    values = [{"webhook": name, "last": number, "at": now} for name, number in last]
    session.execute(_counting(session.dialect.name), values)


def _insert_into(dialect: str, table: Any) -> _Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
