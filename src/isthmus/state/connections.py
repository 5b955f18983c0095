"""Statements on the connections table."""

from sqlalchemy import Connection as Session
from sqlalchemy import RowMapping, delete, insert, select, update

from isthmus.base.clock import utc_now
from isthmus.state import notes as kept
from isthmus.state.shapes import Connection, ConnectionNote, ZoneNote
from isthmus.state.tables import connections
from isthmus.state.vault import Vault

AUTOTASK = "autotask"
REST = "rest"


def save(session: Session, vault: Vault, connection: Connection) -> None:
    """Replace the connection of that title. What was known of its zone is dropped with it."""
    forget(session, connection.title)
    session.execute(
        insert(connections).values(
            title=connection.title,
            vendor=AUTOTASK,
            username=connection.username,
            secret=vault.lock(connection.secret),
            integration_code=vault.lock(connection.integration_code),
            base_url=connection.base_url,
            zone=connection.zone,
            saved_at=utc_now(),
        )
    )
    kept.save(session, _api(connection.title), connection.api if connection.api != REST else None)


def load(session: Session, vault: Vault, title: str | None) -> Connection | None:
    """Return one connection, unlocked."""
    query = select(connections).where(connections.c.vendor == AUTOTASK)
    if title is not None:
        query = query.where(connections.c.title == title)
    row = session.execute(query.order_by(connections.c.saved_at.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    return _connection(row, vault, kept.load(session, _api(row["title"])) or REST)


def notes(session: Session) -> tuple[ConnectionNote, ...]:
    """Return every connection without its secrets, the one saved last first."""
    table = connections.c
    query = select(table.title, table.username, table.base_url, table.zone)
    rows = session.execute(query.order_by(table.saved_at.desc())).mappings().all()
    return tuple(
        ConnectionNote(**row, api=kept.load(session, _api(row["title"])) or REST) for row in rows
    )


def _api(title: str) -> str:
    """Return the key of the note that names a connection's API, where it is not REST."""
    return f"connection/{title}/api"


def _connection(row: RowMapping, vault: Vault, api: str) -> Connection:
    return Connection(
        title=row["title"],
        username=row["username"],
        secret=vault.unlock(row["secret"]),
        integration_code=vault.unlock(row["integration_code"]),
        base_url=row["base_url"],
        zone=row["zone"],
        api=api,
    )


def forget(session: Session, title: str) -> bool:
    """Remove the connection of that title; tells whether there was one."""
    kept.save(session, _api(title), None)
    return session.execute(delete(connections).where(connections.c.title == title)).rowcount > 0


def save_zone(session: Session, title: str, zone: ZoneNote | None) -> None:
    """Write what is known of a tenant's zone."""
    session.execute(
        update(connections)
        .where(connections.c.title == title)
        .values(
            zone_name=zone.name if zone else None,
            zone_url=zone.url if zone else None,
            zone_web_url=zone.web_url if zone else None,
            zone_ci=zone.ci if zone else None,
        )
    )


def load_zone(session: Session, title: str) -> ZoneNote | None:
    """Return what is known of a tenant's zone."""
    row = (
        session.execute(select(connections).where(connections.c.title == title)).mappings().first()
    )
    if row is None or row["zone_url"] is None:
        return None
    return ZoneNote(
        name=row["zone_name"],
        url=row["zone_url"],
        web_url=row["zone_web_url"],
        ci=row["zone_ci"],
    )
