"""`isthmus connect fieldnation`: ask, test, and only then save."""

import asyncio
from typing import Literal

from isthmus.cli.asking import Question, ask, read_secrets
from isthmus.cli.check import collect, exit_of_check, line_as_json, show_check, show_verdict
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.sync.check import CheckLine
from isthmus.wiring.build import FieldNationConnection, House
from isthmus.wiring.connecting import check_draft, is_good, save
from isthmus.wiring.environment.addresses import ENVIRONMENTS, environment_of, parse_fieldnation_url
from isthmus.wiring.environment.config import FieldNationConfig
from isthmus.wiring.environment.settings import SettingWrong

COMMAND = "isthmus connect fieldnation"
CLIENT_ID = Question("Client id", "--client-id", "ISTHMUS_FIELDNATION_CLIENT_ID")
CLIENT_SECRET = Question(
    "Client secret", "--secrets-stdin", "ISTHMUS_FIELDNATION_CLIENT_SECRET", is_secret=True
)
USERNAME = Question("User name", "--username", "ISTHMUS_FIELDNATION_USERNAME")
PASSWORD = Question("Password", "--secrets-stdin", "ISTHMUS_FIELDNATION_PASSWORD", is_secret=True)


def fieldnation(
    *,
    client_id: str | None = None,
    username: str | None = None,
    environment: Literal["sandbox", "production"] | None = None,
    url: str | None = None,
    secrets_stdin: bool = False,
    json: bool = False,
) -> int:
    """
    Test and save how to reach your Field Nation.

    Parameters
    ----------
    client_id
        The client id of the API.
    username
        The user in whose name Isthmus acts.
    environment
        Which of Field Nation's two environments: sandbox, the default, or production.
    url
        The address of an API instead of an environment.
    secrets_stdin
        Read from standard input: the client secret in the first line, the password in the second.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house:
        given = house.config.fieldnation
        base_url = _place(given, environment, url)
        client_id = client_id or given.client_id or ask(CLIENT_ID, COMMAND)
        client_secret, username, password = _log_in(given, username, from_stdin=secrets_stdin)
        connection = FieldNationConnection(client_id, client_secret, username, password, base_url)
        _ = house.state  # a home that cannot be used is better told before than after the test
        lines = asyncio.run(_test(house, connection, quiet=json))
        is_saved = is_good(connection, lines)
        if is_saved:
            save(house, connection, lines)
    code = exit_of_check(lines)
    if json:
        answer_json(
            {
                "saved": is_saved,
                "environment": environment_of(base_url) or None,
                "url": base_url,
                "checks": [line_as_json(line) for line in lines],
                "exit": code,
            }
        )
    else:
        show_verdict(out(), lines)
        say()
        say("Saved. Next: isthmus test" if is_saved else "Not saved.")
    return code


def _place(given: FieldNationConfig, environment: str | None, url: str | None) -> str:
    if environment is not None and url is not None:
        raise SettingWrong(
            "--environment and --url exclude each other.",
            where="the options on the command line",
            remedy="Give one of them, or none for the sandbox.",
        )
    if url is None:
        return ENVIRONMENTS[environment] if environment else given.url or ENVIRONMENTS["sandbox"]
    try:
        return parse_fieldnation_url(url)
    except ValueError as error:
        shown = "" if "@" in url else f" {url}"
        raise SettingWrong(
            f"--url{shown} cannot be used: {error}.",
            where="the options on the command line",
            remedy="Leave it out and give --environment sandbox or production.",
        ) from None


def _log_in(
    given: FieldNationConfig, username: str | None, *, from_stdin: bool
) -> tuple[str, str, str]:
    """Return client secret, user name and password, asked for in the order a person has them."""
    if from_stdin:
        client_secret, password = read_secrets((CLIENT_SECRET, PASSWORD), COMMAND)
        return client_secret, username or given.username or ask(USERNAME, COMMAND), password
    client_secret = given.client_secret or ask(CLIENT_SECRET, COMMAND)
    username = username or given.username or ask(USERNAME, COMMAND)
    return client_secret, username, given.password or ask(PASSWORD, COMMAND)


async def _test(house: House, connection: FieldNationConnection, *, quiet: bool) -> list[CheckLine]:
    findings = check_draft(house, connection)
    if quiet:
        return await collect(findings)
    return await show_check(out(), findings)
