"""Statements on the table that holds how Field Nation is reached: one row, or none."""

from sqlalchemy import Connection as Session
from sqlalchemy import delete, insert, select

from isthmus.base.clock import utc_now
from isthmus.state.shapes import FieldNationConnection, FieldNationNote
from isthmus.state.tables import fieldnation
from isthmus.state.vault import Vault

ONLY = 1


def save(session: Session, vault: Vault, connection: FieldNationConnection) -> None:
    """Replace the connection."""
    forget(session)
    session.execute(
        insert(fieldnation).values(
            id=ONLY,
            client_id=connection.client_id,
            client_secret=vault.lock(connection.client_secret),
            username=connection.username,
            password=vault.lock(connection.password),
            base_url=connection.base_url,
            saved_at=utc_now(),
        )
    )


def load(session: Session, vault: Vault) -> FieldNationConnection | None:
    """Return the connection, unlocked."""
    row = session.execute(select(fieldnation)).mappings().first()
    if row is None:
        return None
    return FieldNationConnection(
        client_id=row["client_id"],
        client_secret=vault.unlock(row["client_secret"]),
        username=row["username"],
        password=vault.unlock(row["password"]),
        base_url=row["base_url"],
    )


def note(session: Session) -> FieldNationNote | None:
    """Return the connection without its secrets."""
    table = fieldnation.c
    row = session.execute(select(table.client_id, table.username, table.base_url)).first()
    return None if row is None else FieldNationNote(*row)


def forget(session: Session) -> bool:
    """Remove the connection; tells whether there was one."""
    return session.execute(delete(fieldnation)).rowcount > 0
