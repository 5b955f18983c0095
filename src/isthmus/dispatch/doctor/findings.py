"""What the doctor finds: one line each, for a person or a machine."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from isthmus.base.errors import IsthmusError

AUTOTASK: Final = "Autotask"
FIELDNATION: Final = "Field Nation"
RULES: Final = "Rules and mappings"
WEBHOOKS: Final = "Webhooks"
WORK: Final = "Work"
AREAS: Final = (AUTOTASK, FIELDNATION, RULES, WEBHOOKS, WORK)


class Verdict(StrEnum):
    """OK; WARNING: it works, and something should be known; WRONG; UNKNOWN: not looked at."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One finding. `area` is one of `AREAS`, `subject` what it is about.

    `detail` is a short phrase, `remedy` what a person can do; "" where nothing is to be done.
    """

    area: str
    subject: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def ok(area: str, subject: str, detail: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(area, subject, Verdict.OK, detail)


def warning(area: str, subject: str, detail: str, remedy: str) -> Finding:
    """Return a finding that something should be known."""
    return Finding(area, subject, Verdict.WARNING, detail, remedy)


def wrong(area: str, subject: str, detail: str, remedy: str) -> Finding:
    """Return a finding that something does not work."""
    return Finding(area, subject, Verdict.WRONG, detail, remedy)


async def guarded(
    area: str, subject: str, look: Callable[[], AsyncIterator[Finding]]
) -> AsyncIterator[Finding]:
    """Yield what a look finds; an error of ours that ends it becomes a finding too."""
    try:
        async for finding in look():
            yield finding
    except IsthmusError as error:
        yield wrong(area, subject, error.what, error.remedy)
