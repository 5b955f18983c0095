"""From a line of the log of calls to the trail's line that holds what was sent and answered."""

from datetime import timedelta
from typing import Final

from isthmus.state.calls import Call, CallFilter
from isthmus.state.dispatch import Entry, TrailFilter
from isthmus.wiring.dispatch.stores import Stores

_APART_MOST: Final = timedelta(minutes=1)
_LINES_MOST: Final = 5_000


def line_of_call(stores: Stores, number: int) -> int | None:
    """
    Return the number of the trail's line that tells of a call of the log with its bodies.

    None: there is none, as of a call of sync, or one of the two is gone.
    """
    for call in stores.calls.page(CallFilter(above=number - 1), 1, number + 1):
        if not call.key:
            return None
        lookout = stores.state.lookout
        wanted = TrailFilter(
            keys=(call.key,), kinds=("call",), since=call.at - _APART_MOST,
            above=lookout.trail_before(call.at),
        )  # fmt: skip
        lines = [one for one in lookout.trail(wanted, _LINES_MOST, None) if _is_of(one, call)]
        near = min(lines, key=lambda one: abs(one.at - call.at), default=None)
        return None if near is None else near.number
    return None


def _is_of(entry: Entry, call: Call) -> bool:
    told = (entry.detail.get("run"), entry.detail.get("status"), entry.detail.get("ms"))
    return told == (call.run, call.status, call.ms) and entry.what.startswith(f"{call.method} ")
