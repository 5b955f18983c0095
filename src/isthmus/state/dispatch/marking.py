"""Statements that tell cheaply whether anything has changed."""

from sqlalchemy import Connection as Session
from sqlalchemy import func, select

from isthmus.state.dispatch.dead_letters import OPEN
from isthmus.state.dispatch.tables import dead_letters, links, trail


def markers(session: Session) -> dict[str, str]:
    """Return by topic what moves when something of it changes: links, letters, trail."""
    opened = select(func.count(), func.max(dead_letters.c.at)).where(dead_letters.c.state == OPEN)
    count, latest = session.execute(opened).one()
    changed = session.execute(select(func.max(links.c.updated_at))).scalar()
    line = session.execute(select(func.max(trail.c.number))).scalar()
    return {"links": f"{changed}", "letters": f"{count}/{latest}", "trail": f"{line or 0}"}
