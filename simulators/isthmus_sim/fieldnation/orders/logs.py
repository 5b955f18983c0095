"""Time logs written by the buyer, or by the provider after the fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.base.times import read_moment
from isthmus_sim.fieldnation.orders.place import zone_of
from isthmus_sim.fieldnation.orders.step import Doc, Step, part_of, step

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground


def add_time_log(world: Ground, order_id: int, by_user: int, value: Any) -> Doc:
    """
    Add a time log as the vendor's body describes it: in{created}, out{created}, devices.

    It raises no event and does not change the status. Raises: Refusal.
    """
    with step(world, order_id, by_user) as s:
        made = {
            "id": s.number(),
            "in_coords": None,
            "out_coords": None,
            "devices": 0,
            "verified": False,
            "edited": False,
            "was_late": False,
            "by": by_user,
            "made": s.utc,
            "out": "",
        }
        s.order["time_logs"].append(made | _read(s, value))
    return s.order


def change_time_log(world: Ground, order_id: int, by_user: int, log_id: int, value: Any) -> Doc:
    """Change one time log; its id stays."""
    with step(world, order_id, by_user) as s:
        log = part_of(s.order["time_logs"], log_id, "Time log")
        log |= {**_read(s, value), "edited": True}
    return s.order


def remove_time_log(world: Ground, order_id: int, by_user: int, log_id: int) -> Doc:
    """Remove a time log."""
    with step(world, order_id, by_user) as s:
        s.order["time_logs"].remove(part_of(s.order["time_logs"], log_id, "Time log"))
    return s.order


def _read(s: Step, value: Any) -> Doc:
    zone = zone_of(s.ground, s.order)
    if not isinstance(value, dict):
        raise invalid("A time log needs in.created.", "/in/created")
    read: Doc = {}
    for side in ("in", "out"):
        part = value.get(side)
        if isinstance(part, dict):
            at = read_moment(part.get("created"), zone)
            if at is None:
                raise invalid(f"{side}.created takes utc or local.", f"/{side}/created")
            read[side] = at
            read[f"{side}_coords"] = _coords(part.get("coords"))
    if "in" not in read:
        raise invalid("A time log needs in.created.", "/in/created")
    if read.get("out") and read["out"] < read["in"]:
        raise invalid("A time log cannot end before it begins.", "/out/created")
    if isinstance(value.get("devices"), int):
        read["devices"] = value["devices"]
    return read


def _coords(value: Any) -> Doc | None:
    if not isinstance(value, dict):
        return None
    pair = {key: value.get(key) for key in ("latitude", "longitude")}
    return pair if all(isinstance(v, int | float) for v in pair.values()) else None
