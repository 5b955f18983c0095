"""How the vendors are reached: what the environment says, over what is saved."""

from collections.abc import Callable
from dataclasses import replace

from isthmus.base.errors import NeedsPerson
from isthmus.state import Connection, ConnectionNote, FieldNationConnection, FieldNationNote, State
from isthmus.wiring.environment.addresses import ENVIRONMENTS
from isthmus.wiring.environment.config import AutotaskConfig, Config, FieldNationConfig


class NotConnected(NeedsPerson):
    """Nothing says yet how to reach a vendor."""


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
    return NotConnected(
        "Isthmus does not know your Autotask yet.",
        where=str(config.home),
        remedy=f"isthmus connect autotask{_or_set(missing, len(needed))}",
    )


def _or_set(missing: list[str], needed: int) -> str:
    return f", or set {' and '.join(missing)} too" if len(missing) < needed else ""


def fieldnation_of(config: Config, state: Callable[[], State]) -> FieldNationConnection:
    """
    Return how to reach Field Nation; the state is asked only where the environment leaves a gap.

    Raises: NotConnected, KeyWrong.
    """
    given = config.fieldnation
    if given.client_id and given.client_secret and given.username and given.password:
        url = given.url or ENVIRONMENTS["sandbox"]
        return FieldNationConnection(
            given.client_id, given.client_secret, given.username, given.password, url
        )
    saved = state().load_fieldnation()
    if saved is None:
        raise _fieldnation_unknown(config)
    return FieldNationConnection(
        client_id=given.client_id or saved.client_id,
        client_secret=given.client_secret or saved.client_secret,
        username=given.username or saved.username,
        password=given.password or saved.password,
        base_url=given.url or saved.base_url,
    )


def fieldnation_noted(
    given: FieldNationConfig, state: Callable[[], State]
) -> FieldNationNote | None:
    """Do the same without secrets; None when nothing says how Field Nation is reached."""
    if given.client_id and given.username and given.is_complete:
        url = given.url or ENVIRONMENTS["sandbox"]
        return FieldNationNote(given.client_id, given.username, url)
    saved = state().fieldnation()
    if saved is None:
        return None
    return FieldNationNote(
        given.client_id or saved.client_id,
        given.username or saved.username,
        given.url or saved.base_url,
    )


def _fieldnation_unknown(config: Config) -> NotConnected:
    given = config.fieldnation
    needed = {
        "ISTHMUS_FIELDNATION_CLIENT_ID": given.client_id,
        "ISTHMUS_FIELDNATION_CLIENT_SECRET": given.client_secret,
        "ISTHMUS_FIELDNATION_USERNAME": given.username,
        "ISTHMUS_FIELDNATION_PASSWORD": given.password,
    }
    missing = [name for name, value in needed.items() if not value]
    return NotConnected(
        "Isthmus does not know your Field Nation yet.",
        where=str(config.home),
        remedy=f"isthmus connect fieldnation{_or_set(missing, len(needed))}",
    )
