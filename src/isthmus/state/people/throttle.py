"""
How often a log-in may fail: counted for each login and for each source, in the database.

A try is counted before its password is looked at, so that many at once are not each the first.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import AddressValueError, IPv6Address, IPv6Network
from typing import Final

from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, insert, select, update

from isthmus.state.people.errors import LoginThrottled
from isthmus.state.people.tables import tries

LONGEST_WAIT: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=1)
_c = tries.c


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures the next try has to wait, and each further one doubles the wait."""

    free: int
    forgets_after: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return how long after so many failures no other try is looked at."""
        over = failures - self.free
        return (
            timedelta(0) if over < 0 else min(timedelta(seconds=2 ** min(over, 20)), LONGEST_WAIT)
        )


OF_LOGIN: Final = Limit(free=5, forgets_after=KEPT)
OF_SOURCE: Final = Limit(free=20, forgets_after=timedelta(hours=1))  # an office shares one


def begin(session: Transaction, login_key: str, source: str, now: datetime) -> None:
    """Count a try before it is looked at. Raises: LoginThrottled, and then it is not counted."""
    session.execute(delete(tries).where(_c.last_at < now - KEPT))
    counted = []
    for key, limit in _keys(login_key, source):
        failures, until = _of(session, key, limit, now)
        if until is not None and until > now:
            raise LoginThrottled(until - now)
        counted.append((key, limit, failures + 1))
    for key, limit, failures in counted:
        wait = limit.wait(failures)
        _save(session, key, failures, now, now + wait if wait else None)


def succeeded(session: Transaction, login_key: str, source: str) -> None:
    """Take back a try that was right: the login starts anew, the source keeps its failures."""
    clear(session, login_key)
    if source:
        here = _c.key == _source_key(source)
        back = update(tries).where(here, _c.failures > 0)
        session.execute(back.values(failures=_c.failures - 1, until=None))


def clear(session: Transaction, login_key: str) -> None:
    """Forget the failures of a login."""
    session.execute(delete(tries).where(_c.key == _login_key(login_key)))


def forget(session: Transaction, before: datetime) -> None:
    """Remove what was counted before a time."""
    session.execute(delete(tries).where(_c.last_at < before))


def _of(session: Transaction, key: str, limit: Limit, now: datetime) -> tuple[int, datetime | None]:
    query = select(_c.failures, _c.last_at, _c.until).where(_c.key == key)
    row = session.execute(query).first()
    if row is None or row.last_at < now - limit.forgets_after:
        return 0, None
    return row.failures, row.until


def _save(
    session: Transaction, key: str, failures: int, now: datetime, until: datetime | None
) -> None:
    values = {"failures": failures, "last_at": now, "until": until}
    if not session.execute(update(tries).where(_c.key == key).values(**values)).rowcount:
        session.execute(insert(tries).values(key=key, **values))


def _keys(login_key: str, source: str) -> tuple[tuple[str, Limit], ...]:
    of_login = (_login_key(login_key), OF_LOGIN)
    return (of_login, (_source_key(source), OF_SOURCE)) if source else (of_login,)


def _login_key(login_key: str) -> str:
    return _hash("login", login_key)


def _source_key(source: str) -> str:
    """Return the key of an address; of IPv6 a line has a whole /64."""
    try:
        network = IPv6Network((IPv6Address(source.partition("%")[0]), 64), strict=False)
    except (AddressValueError, ValueError):
        return _hash("source", source)
    return _hash("source", str(network))


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
