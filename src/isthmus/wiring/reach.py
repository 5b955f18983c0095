"""How Autotask is reached: what the environment says, over what is saved."""

from dataclasses import replace

from isthmus.base.errors import NeedsPerson
from isthmus.state import Connection, ConnectionNote
from isthmus.wiring.config import AutotaskConfig, Config


class NotConnected(NeedsPerson):
    """Nothing says yet how to reach Autotask."""


def from_environment(given: AutotaskConfig) -> Connection | None:
    """Return the connection that the environment alone makes; None when it is not complete."""
    if not (given.username and given.secret and given.integration_code):
        return None
    return Connection(
        given.title,
        given.username,
        given.secret,
        given.integration_code,
        given.url,
        given.zone,
        given.api or "rest",
    )


def over(given: AutotaskConfig, saved: Connection) -> Connection:
    """Let each value of the environment win over the saved one."""
    url, zone = _place(given, saved)
    return replace(
        saved,
        username=given.username or saved.username,
        secret=given.secret or saved.secret,
        integration_code=given.integration_code or saved.integration_code,
        base_url=url,
        zone=zone,
        api=given.api or saved.api,
    )


def noted_over(given: AutotaskConfig, saved: ConnectionNote) -> ConnectionNote:
    """Do the same without secrets."""
    url, zone = _place(given, saved)
    username, api = given.username or saved.username, given.api or saved.api
    return replace(saved, username=username, base_url=url, zone=zone, api=api)


def _place(
    given: AutotaskConfig, saved: Connection | ConnectionNote
) -> tuple[str | None, int | None]:
    """Return address and zone as a pair: a saved zone means nothing beside another address."""
    if given.zone is not None or given.url is not None:
        return given.url, given.zone
    return saved.base_url, saved.zone


def not_connected(config: Config) -> NotConnected:
    """Say that nothing is known, and what is missing where the environment says a part."""
    given = config.autotask
    needed = {
        "ISTHMUS_AUTOTASK_USERNAME": given.username,
        "ISTHMUS_AUTOTASK_SECRET": given.secret,
        "ISTHMUS_AUTOTASK_INTEGRATION_CODE": given.integration_code,
    }
    missing = [name for name, value in needed.items() if not value]
    also = f", or set {' and '.join(missing)} too" if len(missing) < len(needed) else ""
    return NotConnected(
        "Isthmus does not know your Autotask yet.",
        where=str(config.home),
        remedy=f"isthmus connect autotask{also}",
    )
