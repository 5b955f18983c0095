"""Which handler serves which operation of the description; what is missing here is a 501."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.fieldnation.api import (
    attributes,
    bundles,
    files,
    lists,
    lookups,
    money,
    parts,
    places,
    pools,
    projects,
    work,
)

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Handler

OPERATIONS: dict[str, Handler] = {
    **work.SERVED,
    **parts.SERVED,
    **money.SERVED,
    **files.SERVED,
    **bundles.SERVED,
    **lists.SERVED,
    **lookups.SERVED,
    **places.SERVED,
    **projects.SERVED,
    **pools.SERVED,
    **attributes.SERVED,
}
