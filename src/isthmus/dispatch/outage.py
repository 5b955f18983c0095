"""What waits while a vendor is out: not longer than it has to once the vendor is back."""

from typing import Final

from isthmus.dispatch.desk import Desk
from isthmus.dispatch.relay import LINK

LONG_OUT: Final = 6
"""After so many failures in a row a link waits longer than a minute: a vendor may be out."""


async def probe(desk: Desk) -> None:
    """
    Have one of the links try now that have failed for long, the one whose turn is next.

    Each sweep does: so an outage that is over is noticed within one interval, and while it lasts
    costs one run. The one that gets through has the others follow.
    """
    await desk.kept(desk.agenda.hasten, LINK, LONG_OUT, most=1)


async def all_again(desk: Desk) -> None:
    """Have all of them try now: what kept them is over."""
    await desk.kept(desk.agenda.hasten, LINK, LONG_OUT)
