"""Tells pages that are looked at whether anything has changed: one cheap look for all of them."""

from collections.abc import Mapping

from isthmus.wiring.build import House
from isthmus.wiring.dispatch import Stores

__all__ = ["markers"]


def markers(house: House, stores: Stores) -> Mapping[str, str]:
    """
    Return by topic what moves when something of it changes. Blocks for a few milliseconds.

    Topics: links, letters (dead letters), messages (what arrives), runs (of sync), progress (of a
    run that goes on), quota, activity (the trail and the calls). `house.state` and `house.copying`
    must be open already where several threads ask. Raises: StateBusy, StateBroken.
    """
    told = stores.state.lookout.markers()
    inbox, kept = stores.inbox, house.copying
    lines = ((one.dataset, one.phase, one.rows, one.waiting_until) for one in kept.progress())
    sample = kept.last_sample()
    runs = house.state.runs_marker()
    asks = [(one.key, one.state) for one in kept.open_asks()]
    return {
        "links": told["links"],
        "letters": told["letters"],
        "messages": f"{inbox.last_number()}/{inbox.count_unrelayed()}",
        "runs": f"{runs}/{asks}",
        "progress": str(sorted(map(str, lines))),
        "quota": "" if sample is None else sample.at.isoformat(),
        "activity": f"{told['trail']}/{stores.calls.last()}/{runs}",
    }
