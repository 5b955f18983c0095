"""The moves of the provider, which have no buyer call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.base.statuses import WORK_DONE
from isthmus_sim.fieldnation.base.times import from_utc_text
from isthmus_sim.fieldnation.orders.flow import must_be_provider, put_on
from isthmus_sim.fieldnation.orders.messages import post
from isthmus_sim.fieldnation.orders.problems import LATE, open_problem
from isthmus_sim.fieldnation.orders.step import Doc, Step, step
from isthmus_sim.fieldnation.orders.tasks import finish_of_type

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground


def request(
    world: Ground,
    order_id: int,
    by_user: int,
    *,
    notes: str = "",
    counter_pay: dict[str, Any] | None = None,
) -> Doc:
    """Ask for the order. counter_pay: {type, base{amount, units}} of a counter-offer."""
    with step(world, order_id, by_user) as s:
        s.must("request")
        must_be_provider(world, by_user)
        s.order["requests"] = [r for r in s.order["requests"] if r["user_id"] != by_user]
        made = {"id": s.number(), "user_id": by_user, "at": s.utc, "notes": notes}
        s.order["requests"].append({**made, "counter": counter_pay, "active": True})
        s.tell("requested", provider_id=by_user)
    return s.order


def withdraw(world: Ground, order_id: int, by_user: int) -> Doc:
    """Take a request back. It raises no event: the catalogue has none."""
    with step(world, order_id, by_user) as s:
        left = [r for r in s.order["requests"] if r["user_id"] != by_user]
        if len(left) == len(s.order["requests"]):
            raise missing("Request of provider", by_user)
        s.order["requests"] = left
    return s.order


def accept(world: Ground, order_id: int, by_user: int) -> Doc:
    """Accept an offer; the first to do so is assigned."""
    with step(world, order_id, by_user) as s:
        s.must("accept")
        if all(route["user_id"] != by_user for route in s.order["routes"]):
            raise missing("Route to provider", by_user)
        put_on(s, by_user)
    return s.order


def decline(world: Ground, order_id: int, by_user: int, reason: str = "") -> Doc:
    """Say no to an offer or an order on the market; an offer stays listed as declined."""
    with step(world, order_id, by_user) as s:
        s.must("decline")
        must_be_provider(world, by_user)
        if by_user not in s.order["declined"]:
            s.order["declined"].append(by_user)
        s.tell("declined", provider_id=by_user, reason=reason)
    return s.order


def undecline(world: Ground, order_id: int, by_user: int) -> Doc:
    """Take a refusal back."""
    with step(world, order_id, by_user) as s:
        s.must("undecline")
        s.must_not(by_user not in s.order["declined"], "The provider has not declined.")
        s.order["declined"].remove(by_user)
        s.tell("undeclined", provider_id=by_user)
    return s.order


def confirm(world: Ground, order_id: int, by_user: int, eta_utc: str = "", note: str = "") -> Doc:
    """Confirm the visit. eta_utc: when the provider expects to arrive; "" keeps the start."""
    with step(world, order_id, by_user) as s:
        s.must("confirm")
        s.must_be_assignee()
        start = eta_utc or (s.order["schedule"] or {}).get("start", "")
        s.order["eta"] = {"start": start, "notes": note, "status": "confirmed", "at": s.utc}
        s.order["confirmed"] = True
        s.sub("Confirmed")
        finish_of_type(s, "confirmassignment")
    return s.order


def on_my_way(world: Ground, order_id: int, by_user: int) -> Doc:
    """Set out for the site."""
    with step(world, order_id, by_user) as s:
        s.must("set out")
        s.must_be_assignee()
        s.order["confirmed"] = True
        s.sub("On my way")
    return s.order


def check_in(
    world: Ground,
    order_id: int,
    by_user: int,
    coords: dict[str, float] | None = None,
    at_utc: str = "",
) -> Doc:
    """
    Arrive. Opens a time log and completes the "Check in" task: two events.

    coords: {latitude, longitude}, None when the place is not known. at_utc: an arrival that is
    told later than it was; "" for now.
    """
    with step(world, order_id, by_user) as s:
        s.must("check in")
        s.must_be_assignee()
        s.must_not(open_log(s.order), "The provider is checked in already.")
        was_late = _is_late(s)
        s.order["time_logs"].append(
            {
                "id": s.number(),
                "in": _told_arrival(s, at_utc),
                "out": "",
                "in_coords": coords,
                "out_coords": None,
                "devices": 0,
                "verified": coords is not None,
                "edited": False,
                "was_late": was_late,
                "by": by_user,
                "made": s.utc,
            }
        )
        s.order["delay"] = 0
        s.sub("Checked in")
        finish_of_type(s, "checkin")
    return s.order


def check_out(
    world: Ground,
    order_id: int,
    by_user: int,
    coords: dict[str, float] | None = None,
    devices: int = 0,
) -> Doc:
    """Leave. Closes the open time log and completes the "Check out" task."""
    with step(world, order_id, by_user) as s:
        s.must("check out")
        s.must_be_assignee()
        log = open_log(s.order)
        s.must_not(log is None, "The provider is not checked in.")
        if log is not None:
            log |= {"out": s.utc, "out_coords": coords, "devices": devices}
        s.sub("Checked out")
        finish_of_type(s, "checkout")
    return s.order


def report_late(world: Ground, order_id: int, by_user: int, delay_s: int, text: str = "") -> Doc:
    """
    Report a delay in seconds.

    Opens a problem, posts a message and does not move the expected arrival.
    Source: documented.
    """
    with step(world, order_id, by_user) as s:
        s.must("report late")
        s.must_be_assignee()
        s.order["delay"] = delay_s
        s.sub("Delayed", estimated_delay=delay_s)
        said = text or f"I am running {max(1, delay_s // 60)} minutes late."
        message = post(s, said, "FROMTECH")
        open_problem(s, LATE, said, message_id=message["id"])
    return s.order


def put_at_risk(world: Ground, order_id: int, by_user: int) -> Doc:
    """Mark the visit as at risk, as Field Nation does by itself when nobody confirms."""
    with step(world, order_id, by_user) as s:
        s.must("put at risk")
        s.sub("At risk")
    return s.order


def work_done(world: Ground, order_id: int, by_user: int, closing_notes: str = "") -> Doc:
    """Say that the work is finished. Refused while the provider is checked in (assumed)."""
    with step(world, order_id, by_user) as s:
        s.must("mark work done")
        s.must_be_assignee()
        s.must_not(open_log(s.order), "The provider is still checked in.")
        if closing_notes:
            s.order["closing_notes"] = closing_notes
            finish_of_type(s, "closeoutnotes")
        s.go_to(WORK_DONE)
    return s.order


def open_log(order: Doc) -> Doc | None:
    """Give the time log that has no end, or None."""
    return next((log for log in order["time_logs"] if not log["out"]), None)


def _told_arrival(s: Step, at_utc: str) -> str:
    """Give when the provider arrived, not later than now. Raises: Refusal: 400."""
    if not at_utc:
        return s.utc
    try:
        at = from_utc_text(at_utc)
    except ValueError:
        raise invalid("at takes YYYY-MM-DD HH:MM:SS, UTC.", "/at") from None
    if at > s.at:
        raise invalid("at must not be later than now.", "/at")
    return at_utc


def _is_late(s: Step) -> bool:
    schedule = s.order["schedule"]
    if not schedule or s.order["time_logs"]:
        return False
    latest = schedule["start"] if schedule["mode"] == "exact" else schedule["end"]
    return bool(latest) and s.at > from_utc_text(latest) + timedelta(minutes=15)


def hours_between(start: str, end: str) -> float:
    """Give the hours from one UTC text to another, to two places; 0 without an end."""
    if not start or not end:
        return 0.0
    return round((from_utc_text(end) - from_utc_text(start)).total_seconds() / 3600, 2)
