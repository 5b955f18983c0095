"""The schedule of a work order: read from a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.account.zones import ZONE_OF
from isthmus_sim.fieldnation.base.errors import invalid
from isthmus_sim.fieldnation.base.times import read_moment
from isthmus_sim.fieldnation.orders.place import zone_of

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground

MODES = ("exact", "between", "hours")


def read_schedule(world: Ground, order: dict[str, Any], value: Any) -> dict[str, Any] | None:
    """
    Read a written schedule; None when it is no object.

    order: for its zone. Raises: Refusal: 400 without a mode, or with a time that is neither
    `utc` as YYYY-MM-DD HH:mm:ss nor `local` date and time (observed).
    """
    if not isinstance(value, dict):
        return None
    window = value.get("service_window")
    mode = window.get("mode") if isinstance(window, dict) else None
    if not isinstance(window, dict) or mode not in MODES:
        allowed = ", ".join(MODES)
        raise invalid(f"mode takes one of {allowed}.", "/schedule/service_window/mode")
    zone = _zone(value.get("time_zone"))
    used = zone or zone_of(world, {**order, "schedule": None})
    start = read_moment(window.get("start"), used)
    if start is None:
        raise _bad_time("start")
    end = read_moment(window.get("end"), used)
    if end is None and mode != "exact":
        raise _bad_time("end")
    note, option = value.get("schedule_note"), value.get("schedule_option")
    return {
        "mode": mode,
        "start": start,
        "end": end or start,
        "zone": zone,
        "local": _given_local(window),
        "note": note if isinstance(note, str) else "",
        "option": option if isinstance(option, int) else 0,
    }


def moved(world: Ground, order: dict[str, Any], schedule: dict[str, Any]) -> dict[str, Any]:
    """Read a schedule given in local time once more, after the place has changed."""
    if not schedule["local"] or schedule["zone"]:
        return schedule
    zone = zone_of(world, {**order, "schedule": None})
    start, end = (read_moment(schedule["local"].get(k), zone) for k in ("start", "end"))
    start = start or schedule["start"]
    return {**schedule, "start": start, "end": end or start}


def _given_local(window: dict[str, Any]) -> dict[str, Any]:
    """Keep what was given as local time, so that it stays when the place changes."""
    given = {k: window[k] for k in ("start", "end") if isinstance(window.get(k), dict)}
    return {} if any(moment.get("utc") for moment in given.values()) else given


def _zone(value: Any) -> str:
    number = value.get("id") if isinstance(value, dict) else None
    return ZONE_OF.get(number, "") if isinstance(number, int) else ""


def _bad_time(which: str) -> Exception:
    return invalid(
        f"{which} takes utc as YYYY-MM-DD HH:mm:ss, or local with date and time.",
        f"/schedule/service_window/{which}",
    )
