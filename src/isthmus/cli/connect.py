"""`isthmus connect autotask`: ask, test, and only then save."""

import asyncio
from typing import Any, Literal

from isthmus.cli.asking import Question, ask, read_secrets
from isthmus.cli.check import (
    collect,
    exit_of_check,
    line_as_json,
    show_check,
    show_verdict,
)
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.sync.check import CheckLine
from isthmus.wiring.build import Connection, House
from isthmus.wiring.connecting import check_draft, is_good, save
from isthmus.wiring.environment.config import AutotaskConfig
from isthmus.wiring.environment.settings import SettingWrong, parse_url, parse_zone

COMMAND = "isthmus connect autotask"
USERNAME = Question("API user name (key)", "--username", "ISTHMUS_AUTOTASK_USERNAME")
SECRET = Question("Secret", "--secret-stdin", "ISTHMUS_AUTOTASK_SECRET", is_secret=True)
CODE = Question(
    "Integration code (tracking identifier)",
    "--integration-code",
    "ISTHMUS_AUTOTASK_INTEGRATION_CODE",
    is_secret=True,
)


def autotask(
    *,
    title: str | None = None,
    username: str | None = None,
    integration_code: str | None = None,
    zone: str | None = None,
    url: str | None = None,
    api: Literal["rest", "soap"] | None = None,
    secret_stdin: bool = False,
    json: bool = False,
) -> int:
    """
    Test and save how to reach your Autotask.

    Parameters
    ----------
    title
        What the connection is called.
    username
        The API user's name (key).
    integration_code
        The API user's tracking identifier.
    zone
        The number in your Autotask address (ww5.autotask.net: 5). Without it, it is looked up.
    url
        The address of the REST service instead of a zone, ending in /ATServicesRest/.
    api
        What dispatch is to use: rest, the default, or soap, which Autotask has frozen.
    secret_stdin
        Read the secret from standard input, its first line.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house:
        given = house.config.autotask
        place = _place(given, zone, url)
        connection = Connection(
            title=title or given.title,
            username=username or given.username or ask(USERNAME, COMMAND),
            secret=_secret(given, from_stdin=secret_stdin),
            integration_code=integration_code or given.integration_code or ask(CODE, COMMAND),
            api=api or given.api or "rest",
            **place,
        )
        _ = house.state  # a home that cannot be used is better told before than after the test
        lines = asyncio.run(_test(house, connection, quiet=json))
        code = exit_of_check(lines)
        is_saved = is_good(connection, lines)
        if is_saved:
            save(house, connection, lines)
    if json:
        checks = [line_as_json(line) for line in lines]
        answer_json(
            {
                "saved": is_saved,
                "title": connection.title,
                "api": connection.api,
                "checks": checks,
                "exit": code,
            }
        )
    else:
        _close(connection, lines, is_saved=is_saved)
    return code


def _place(given: AutotaskConfig, zone: str | None, url: str | None) -> dict[str, Any]:
    if zone is not None and url is not None:
        raise SettingWrong(
            "--zone and --url exclude each other.",
            where="the options on the command line",
            remedy="Give one of them, or none: the zone is found by itself.",
        )
    try:
        if url is not None:
            return {"base_url": parse_url(url), "zone": None}
        if zone is not None:
            return {"base_url": None, "zone": parse_zone(zone)}
    except ValueError as error:
        option = "--url" if url is not None else "--zone"
        raise SettingWrong(
            f"{option} {url or zone} cannot be used: {error}.",
            where="the options on the command line",
            remedy="Leave it out to have the zone found by itself.",
        ) from None
    return {"base_url": given.url, "zone": given.zone}


def _secret(given: AutotaskConfig, *, from_stdin: bool) -> str:
    if from_stdin:
        return read_secrets((SECRET,), COMMAND)[0]
    return given.secret or ask(SECRET, COMMAND)


async def _test(house: House, connection: Connection, *, quiet: bool) -> list[CheckLine]:
    findings = check_draft(house, connection)
    if quiet:
        return await collect(findings)
    return await show_check(out(), findings, brief=True)


def _close(connection: Connection, lines: list[CheckLine], *, is_saved: bool) -> None:
    show_verdict(out(), lines)
    say()
    if is_saved:
        say(f'Saved as "{connection.title}". Next: isthmus sync')
    else:
        say("Not saved.")
