"""Which handler serves which operation of the description; what is missing here is a 501."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.fieldnation.api import (
    attributes,
    bundles,
    lists,
    lookups,
    parts,
    pools,
    projects,
    work,
)

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Handler

OPERATIONS: dict[str, Handler] = {
    **work.SERVED,
    **parts.SERVED,
    **bundles.SERVED,
    **lists.SERVED,
    **lookups.SERVED,
    **projects.SERVED,
    **pools.SERVED,
    **attributes.SERVED,
}
