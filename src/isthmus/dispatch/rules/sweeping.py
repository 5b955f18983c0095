"""Where a sweep looks, and from when on."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

CHANGED: Final[Mapping[str, str]] = {
    "Tickets": "lastActivityDate",
    "Tasks": "lastActivityDateTime",
    "ServiceCalls": "lastModifiedDateTime",
}
"""
The field that tells of each record when it last changed.

Source: the vendor's field lists; that a change of any field moves it is observed for tickets.
"""
BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "Companies": ("lastTrackedModifiedDateTime", "lastActivityDate"),
    "ConfigurationItems": ("lastModifiedTime",),
    "Contacts": ("lastModifiedDate", "lastActivityDate"),
    "Contracts": ("lastModifiedDateTime",),
    "Phases": ("lastActivityDateTime",),
    "Projects": ("lastActivityDateTime",),
    **{entity: (name,) for entity, name in CHANGED.items()},
}
"""
The same of records that others refer to; of those not named here nothing tells it.

Either of two may move. Source: the vendor's field lists.
"""
OVERLAP: Final = timedelta(minutes=5)
"""A change may become visible a while after one that is later."""


def plan_start(mark: datetime | None, now: datetime) -> datetime:
    """
    Return from when on to ask for changes.

    A first sweep looks back no further than the overlap: what lay there before is dispatched by
    asking for it, not by switching something on. Both times aware, of the server's clock.
    """
    if mark is None or mark > now:
        return now - OVERLAP
    return mark - OVERLAP
