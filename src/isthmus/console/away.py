"""
Who has gone to log in at an identity provider: kept by the browser itself, sealed.

So it costs this process nothing, nobody can push out another's, and any process of the
installation can let in who comes back. A provider takes each code once, so each counts once.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.wiring.build import House
from isthmus.wiring.people import Begun

LASTS: Final = timedelta(minutes=10)
_KIND: Final = "log-in elsewhere "
_LONGEST: Final = 1_000
"""Signs of a wanted page that are kept: a cookie has room for 4,096 bytes."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A log-in that was begun, and the page that was wanted."""

    begun: Begun = field(repr=False)
    following: str


def sealed(house: House, begun: Begun, following: str) -> str:
    """Return what the browser keeps meanwhile, and cannot read. Raises: KeyWrong."""
    kept = {
        "at": utc_now().isoformat(),
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "following": following if len(json.dumps(following)) <= _LONGEST else "",
    }
    return house.state.seal(_KIND + json.dumps(kept)).rstrip("=")


def unsealed(house: House, cookie: str) -> Gone | None:
    """Return what the browser kept; None: nothing of ours, or it is too long ago."""
    text = house.state.unseal(cookie + "=" * (-len(cookie) % 4))
    if text is None or not text.startswith(_KIND):
        return None
    kept = json.loads(text.removeprefix(_KIND))
    if datetime.fromisoformat(kept["at"]) <= utc_now() - LASTS:
        return None
    return Gone(Begun("", kept["state"], kept["nonce"], kept["verifier"]), kept["following"])
