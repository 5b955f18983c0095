"""Shapes that many parts of an answer share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account.zones import ZONE_IDS
from isthmus_sim.fieldnation.base.times import both, from_utc_text, offset_hours, short_name
from isthmus_sim.fieldnation.orders.place import zone_of

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]
ADDRESS = ("address1", "address2", "city", "state", "zip", "country")


@dataclass(frozen=True)
class Sight:
    """One order as it is looked at: what every part of the answer needs."""

    world: Ground
    order: Doc
    zone: str

    @classmethod
    def of(cls, world: Ground, order: Doc) -> Sight:
        """Look at an order in its own time zone."""
        return cls(world, order, zone_of(world, order))

    def time(self, utc: str | None) -> Doc:
        """Give a time as UTC and as local time of the order."""
        return both(utc or "", self.zone)

    def correlation(self, part: str) -> str:
        """Give the correlation id of a part. That it is Field Nation's own token is assumed."""
        return self.world.token_text(part, self.order["id"], length=32)

    def time_zone(self) -> Doc:
        """Give the order's time zone."""
        return zone_doc(self.world, self.zone)


def zone_doc(world: Ground, zone: str) -> Doc:
    """Give {id, name, offset in hours, short} of a zone, now."""
    at = world.clock.now()
    return {
        "id": ZONE_IDS.get(zone, 0),
        "name": zone,
        "offset": offset_hours(zone, at),
        "short": short_name(zone, at),
    }


def metadata(total: int, page: int = 1, per_page: int = 0) -> Doc:
    """Give the paging block; per_page 0 means all on one page."""
    size = per_page or max(total, 1)
    return {"total": total, "page": page, "pages": -(-total // size), "per_page": size}


def rows(found: list[Doc], **more: Any) -> Doc:
    """Give a list with its paging block, all on one page."""
    return {"metadata": metadata(len(found)), "results": found, "actions": [], **more}


def fuller(found: list[Doc], **more: Any) -> Doc:
    """Give a list whose paging block also names columns, view, sort and order."""
    wide = {"columns": "", "view": "list", "sort": "id", "order": "asc"}
    return rows(found, **more) | {"metadata": metadata(len(found)) | wide}


def person(world: Ground, user_id: int | None) -> Doc:
    """Give {id, first_name, last_name}."""
    return world.name_of(user_id or 0)


def minutes_between(start: str, end: str) -> float:
    """Give the minutes from one UTC text to another."""
    return (from_utc_text(end) - from_utc_text(start)).total_seconds() / 60


def hours_of(log: Doc) -> float:
    """Give the hours of a time log, to two places; 0 while it is open."""
    return round(minutes_between(log["in"], log["out"]) / 60, 2) if log["out"] else 0.0


Part = Callable[[Sight], Any]
