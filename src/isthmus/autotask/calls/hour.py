"""What a tenant's ledger says to somebody who looks at it and makes no call."""

from dataclasses import dataclass
from typing import Final

import msgspec

from isthmus.autotask.calls.ledger import Ledger

HOUR_NOTES: Final = "autotask hour "
"""How the keys of the notes begin that hold ledgers in a shared budget."""

_DECODER: Final = msgspec.json.Decoder(Ledger)


@dataclass(frozen=True, slots=True)
class Hour:
    """
    The calls of the last hour: `used` by all tools together, `ours` among them, and the `limit`.

    `used` is None where the vendor was not asked within the hour.
    """

    used: int | None
    ours: int
    limit: int | None


def read_hour(note: str, now: float) -> Hour | None:
    """Return what a note holds; `now` is on the clock it is kept by. None: another's shape."""
    try:
        ledger = _DECODER.decode(note)
    except msgspec.MsgspecError:
        return None
    since = now - ledger.window_seconds
    ours = sum(calls for last, calls in ledger.own if last >= since)
    is_fresh = ledger.looked_at is not None and ledger.looked_at >= since
    used = max(ledger.estimate(), ours) if is_fresh else None
    if ledger.refused and ledger.limit is not None:
        used = ledger.limit
    return Hour(used, ours, ledger.limit)
