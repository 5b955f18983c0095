"""Whether Field Nation is good for dispatch: log-in, the company's lists, webhooks."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from isthmus.base.errors import IsthmusError
from isthmus.fieldnation import FieldNationClient, RateLimited, Unreachable
from isthmus.sync.check import CheckLine, Verdict
from isthmus.wiring.environment.addresses import environment_of

PREFIX = "Field Nation "
"""How the subject of each of these findings begins."""

LOGIN = PREFIX + "log-in"

_Look = Callable[[], Awaitable[Sequence[object]]]


async def check_fieldnation(client: FieldNationClient, base_url: str) -> AsyncGenerator[CheckLine]:
    """
    Log in, then read what mappings choose from, and the webhooks.

    Costs one call a list. Never raises an IsthmusError: it becomes a line; what cannot be looked
    at any more is said to be unknown.
    """
    looks: dict[str, _Look] = {
        "projects": client.company.projects,
        "templates": client.company.templates,
        "types of work": client.company.types_of_work,
        "custom fields": client.company.custom_fields,
        "webhooks": client.webhooks.list,
    }
    line = await _log_in(client, base_url)
    yield line
    why = "" if line.verdict is Verdict.OK else "not looked at: no access"
    for noun, look in looks.items():
        if why:
            yield CheckLine(PREFIX + noun, Verdict.UNKNOWN, why)
            continue
        line = await _read(noun, look)
        if isinstance(line.error, (RateLimited, Unreachable)):  # each further one would wait for it
            why = "not looked at"
        yield line


async def _log_in(client: FieldNationClient, base_url: str) -> CheckLine:
    try:
        await client.check()
    except IsthmusError as error:
        return _failed(LOGIN, error)
    name = environment_of(base_url)
    return CheckLine(LOGIN, Verdict.OK, f"accepted by {f'the {name}, ' if name else ''}{base_url}")


async def _read(noun: str, look: _Look) -> CheckLine:
    try:
        found = len(await look())
    except IsthmusError as error:
        return _failed(PREFIX + noun, error)
    detail = f"{found:,} to be seen" if found else "none yet"
    return CheckLine(PREFIX + noun, Verdict.OK, detail, rows=found)


def _failed(subject: str, error: IsthmusError) -> CheckLine:
    return CheckLine(subject, Verdict.FAILED, error.what, error.remedy, error=error)


def logs_in(lines: Sequence[CheckLine]) -> bool:
    """Tell whether address and credentials are right, whatever may be read with them."""
    return any(line.subject == LOGIN and line.verdict is Verdict.OK for line in lines)
