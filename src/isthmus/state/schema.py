"""Bring the state file to the schema this version of Isthmus knows."""

from pathlib import Path

from sqlalchemy import Connection as Session
from sqlalchemy import Engine, inspect, text

from isthmus.state.engine import READ_ONLY
from isthmus.state.errors import StateBroken

# The newest file in migrations/versions; a test holds the two together. Kept here as well because
# asking Alembic costs half a second of import at every start.
HEAD = "0003"


def migrate(engine: Engine, where: str) -> None:
    """
    Migrate when the file is older. Several processes may do this at once.

    Raises: StateBroken: the file comes from a newer Isthmus.
    """
    with engine.connect().execution_options(**READ_ONLY) as session:
        if _version(session) == HEAD:
            return
    with engine.begin() as session:  # holds the write lock: the others wait, then find HEAD
        found = _version(session)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise StateBroken(
                f"The state was written by a newer Isthmus (schema {found}, this one: {HEAD}).",
                where=where,
                remedy="Install the newer version again, or use another ISTHMUS_HOME.",
            )
        _upgrade(session)


def _version(session: Session) -> str | None:
    if not inspect(session).has_table("alembic_version"):
        return None
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(session: Session) -> None:
    from alembic import command  # noqa: PLC0415 - half a second, and hardly ever needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = session
    command.upgrade(config, "head")
