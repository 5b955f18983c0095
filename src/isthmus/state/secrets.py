"""Statements on the secrets that are kept by name, such as those of webhooks."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy import Connection as Session

from isthmus.base.clock import utc_now
from isthmus.state.shapes import Secret
from isthmus.state.tables import secrets
from isthmus.state.vault import Vault


def save(session: Session, vault: Vault, name: str, text: str) -> None:
    """Keep a secret in the place of all that were kept under the name."""
    forget(session, name)
    _add(session, vault, name, 1, text)


def rotate(session: Session, vault: Vault, name: str, new: str) -> None:
    """Put a secret in front of those kept; the one in front already is left as it is."""
    kept = find(session, vault, name)
    if kept is None or kept.value != new:
        newest = select(func.max(secrets.c.number)).where(secrets.c.name == name)
        _add(session, vault, name, 1 + (session.execute(newest).scalar() or 0), new)


def settle(session: Session, name: str) -> bool:
    """Drop all but the newest; tells whether there was one to drop."""
    newest = select(func.max(secrets.c.number)).where(secrets.c.name == name).scalar_subquery()
    older = delete(secrets).where(secrets.c.name == name, secrets.c.number < newest)
    return session.execute(older).rowcount > 0


def forget(session: Session, name: str) -> bool:
    """Drop every secret of that name; tells whether there was one."""
    return session.execute(delete(secrets).where(secrets.c.name == name)).rowcount > 0


def find(session: Session, vault: Vault, name: str) -> Secret | None:
    """Return what is kept under a name, unlocked."""
    return next(_read(session, vault, secrets.c.name == name), None)


def under(session: Session, vault: Vault, prefix: str) -> tuple[Secret, ...]:
    """Return what is kept under the names that begin so, by name, unlocked."""
    begins = secrets.c.name.startswith(prefix, autoescape=True)
    found = _read(session, vault, begins)
    return tuple(one for one in found if one.name.startswith(prefix))  # SQLite minds no case


def _read(session: Session, vault: Vault, where: ColumnElement[bool]) -> Iterator[Secret]:
    ordered = select(secrets).where(where).order_by(secrets.c.name, secrets.c.number.desc())
    rows = session.execute(ordered).mappings().all()
    for name, kept in groupby(rows, key=lambda row: row["name"]):
        newest, *older = kept
        live = tuple(vault.unlock(row["value"]) for row in (newest, *older))
        yield Secret(name, live, newest["saved_at"])


def _add(session: Session, vault: Vault, name: str, number: int, text: str) -> None:
    locked = vault.lock(text)
    session.execute(
        insert(secrets).values(name=name, number=number, value=locked, saved_at=utc_now())
    )
