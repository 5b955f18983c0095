"""What a link shows while it waits for a vendor, and no person is needed."""

from typing import Final

from isthmus.base.clock import utc_now
from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.faults import TITLES
from isthmus.state.dispatch import LINKED, WAITING


def until_taken(vendor: str) -> str:
    """Return what a link waits for whose vendor refuses our credentials."""
    return f"{TITLES[vendor]} to take our credentials again; it goes on by itself then."


def until_back(vendor: str) -> str:
    """Return what a link waits for whose vendor is out."""
    return f"{TITLES[vendor]} to answer again; it is tried all the time."


_FAILED: Final = "failed:at"
_ALONE: Final = "failed:alone"
_ENOUGH: Final = 5
_SHOWN: Final = frozenset(
    text for vendor in TITLES for text in (until_taken(vendor), until_back(vendor))
)


def shown_as_waiting(job: Job, text: str) -> bool:
    """Have a link that is at work say what it waits for; tells whether that is new."""
    link = job.link
    if link is None or link.state not in {WAITING, LINKED} or link.waits_for == text:
        return False
    job.changed(waits_for=text)
    return True


def waits_no_more(job: Job) -> None:
    """Take it back when all went well."""
    if job.link is None:
        return
    if job.link.waits_for in _SHOWN:
        job.changed(waits_for="")
    if _FAILED in job.link.written:
        own = (_FAILED, _ALONE)
        job.changed(written={n: v for n, v in job.link.written.items() if n not in own})


async def is_alone(desk: Desk, job: Job, vendor: str, tries: int) -> bool:
    """
    Tell whether a link fails that is not kept by an outage, and count towards that.

    It is so when it failed often, and its vendor was swept between its tries again and again.
    """
    if job.link is None:
        return False
    written = dict(job.link.written)
    failed, swept = written.get(_FAILED), await desk.kept(desk.state.mark, f"swept/{vendor}")
    is_well = failed is not None and swept is not None and swept > failed
    alone = int(written.get(_ALONE, "0")) + 1 if is_well else 0
    written |= {_FAILED: utc_now().isoformat(), _ALONE: str(alone)}
    job.changed(written=written)
    return tries >= desk.settings.most_failures and alone >= _ENOUGH
