"""Tells pages that are looked at whether anything has changed: one cheap look for all of them."""

from collections.abc import Mapping

from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.sync.syncing import Syncing

__all__ = ["markers"]


def markers(house: House, stores: Stores, syncing: Syncing) -> Mapping[str, str]:
    """
    Return by topic what moves when something of it changes. Blocks for a few milliseconds.

    Topics: links, letters (dead letters), messages (what arrives), runs (of sync), progress (of a
    run that goes on), quota, activity (the trail and the calls). `house.state` must be open already
    where several threads ask. Raises: StateBusy, StateBroken.
    """
    told, synced, inbox = stores.state.lookout.markers(), syncing.markers(), stores.inbox
    runs = house.state.runs_marker()
    return {
        **synced,
        "links": told["links"],
        "letters": told["letters"],
        "messages": f"{inbox.last_number()}/{inbox.count_unrelayed()}",
        "runs": f"{runs}/{synced['runs']}",
        "activity": f"{told['trail']}/{stores.calls.last()}/{runs}",
    }
