"""Whether the vendors tell us what happens."""

from collections.abc import AsyncIterator
from datetime import datetime

from isthmus.autotask import PermissionDenied
from isthmus.autotask.port import Records
from isthmus.autotask.webhooks import subject_of
from isthmus.autotask.webhooks.errors import RIGHT_PATH
from isthmus.dispatch.doctor.findings import WEBHOOKS, Finding, ok, warning, wrong
from isthmus.dispatch.hooks import CALLOUT_NAME, Hooks, HookStanding

INSTALL = "isthmus webhooks install"


async def look_at_webhooks(hooks: Hooks, records: Records) -> AsyncIterator[Finding]:
    """
    Yield how each webhook stands; where one of Autotask is missing, whether it may be made.

    Costs two to five calls a webhook. Args: records: over REST.
    """
    for line in await hooks.standing():
        if line.name == CALLOUT_NAME:
            continue
        if line.error is not None:
            yield wrong(WEBHOOKS, line.name, line.error.what, line.error.remedy)
        elif line.is_there:
            yield _there(line)
        elif line.name.startswith("Autotask ") and not await _may_make(records, line.name):
            yield wrong(
                WEBHOOKS, line.name,
                "the API user may not create webhooks; that is off by default in every level",
                f"In Autotask, open {RIGHT_PATH}, tick it, and enter how many; then {INSTALL}."
                " The level that comes with Autotask cannot be edited: copy it, and give the copy"
                " to the API user.",
            )  # fmt: skip
        else:
            yield _missing(line)


def _there(line: HookStanding) -> Finding:
    if line.troubles:
        return wrong(WEBHOOKS, line.name, "; ".join(line.troubles), line.remedy)
    heard = f"last heard {_clock(line.last)}" if line.last else "nothing came yet"
    missed = f"; {line.missed:,} were lost on the way and are found all the same, only later"
    return ok(WEBHOOKS, line.name, f"active, {heard}{missed if line.missed else ''}")


def _missing(line: HookStanding) -> Finding:
    told = "; ".join(("not there", *line.troubles))
    if line.secret == "missing":  # noqa: S105 - a word for how it stands
        return warning(WEBHOOKS, line.name, f"{told}: changes are found by polling", line.remedy)
    return wrong(WEBHOOKS, line.name, f"{told}, although it was made", line.remedy)


async def _may_make(records: Records, name: str) -> bool:
    """Tell whether a webhook may be made. That metadata says so truly is assumed."""
    entity = name.removeprefix("Autotask ")
    try:
        info = await records.entity_info(subject_of(entity).webhooks)
    except PermissionDenied:
        return False
    return info.can_create and info.create_access.casefold() != "none"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"
