"""What a sweep found, handed on."""

from collections.abc import Sequence
from typing import Final

from isthmus.dispatch.desk import Desk
from isthmus.state.dispatch import Arrival

SWEEP_PRIORITY: Final = 7


async def hand_on(desk: Desk, arrivals: Sequence[Arrival]) -> int:
    """Keep what was found and enqueue it; what was kept before is on its way already."""
    if not arrivals:
        return 0
    kept = await desk.kept(desk.inbox.keep, arrivals)
    new = [one for one, receipt in zip(arrivals, kept, strict=True) if receipt.is_new]
    for arrival in new:
        await desk.kept(desk.agenda.enqueue, "link", arrival.subject, priority=SWEEP_PRIORITY)
    return len(new)
