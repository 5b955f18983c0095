"""What a provider can do to a work order, as data: the API and the panel read the same table."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.errors import missing
from isthmus_sim.fieldnation.base.statuses import ASSIGNED
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.provider import sight
from isthmus_sim.fieldnation.provider.sight import (
    ASKED,
    DECLINED,
    MARKET,
    MINE,
    OFFERED,
    is_checked_in,
)
from isthmus_sim.fieldnation.provider.values import Given, read_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.fieldnation.account.ground import Ground

Doc = dict[str, Any]
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
"""A picture of one pixel, for a photo that is given without a file."""


@dataclass(frozen=True)
class Act:
    """An action about to be done: who, what, and the checked values by name."""

    ground: Ground
    order: Doc
    provider_id: int
    values: Doc

    @property
    def aim(self) -> tuple[Ground, int, int]:
        """Give what every move begins with."""
        return self.ground, self.order["id"], self.provider_id


@dataclass(frozen=True)
class Action:
    """
    One action.

    offered: tells whether it makes sense now, by relation and order: a hint for people; the
    rules themselves are the moves'. mine: only the assigned provider may.
    """

    name: str
    label: str
    do: Callable[[Act], Any]
    offered: Callable[[str, Doc], bool]
    given: tuple[Given, ...] = ()
    mine: bool = True


def offered(how: str, order: Doc) -> list[Action]:
    """Give the actions that make sense now."""
    return [action for action in ACTIONS.values() if action.offered(how, order)]


def act(ground: Ground, provider_id: int, order_id: int, name: str, given: Doc) -> Doc:
    """
    Do an action as a provider; gives the stored order as it is then.

    Raises: Refusal: 404 for what they do not see or does not exist, 403 when it is not theirs,
    400 for values, 409 (or 400, by switch) when the status does not allow it.
    """
    sight.need_provider(ground, provider_id)
    action = ACTIONS.get(name)
    if action is None:
        raise missing("Action", name)
    how, order = sight.need_order(ground, provider_id, order_id)
    if action.mine:
        sight.must_be_mine(how)
    action.do(Act(ground, order, provider_id, read_values(name, action.given, given)))
    done: Doc = ground.store.get("work_order", order_id) or {}
    return done


# What each action does ----------------------------------------------------------------


def _coords(values: Doc) -> dict[str, float] | None:
    pair = {key: values[key] for key in ("latitude", "longitude")}
    return None if None in pair.values() else pair


def _request(a: Act) -> Any:
    counter = None
    if a.values["counter_amount"] is not None:
        counter = {"type": "fixed", "base": {"amount": a.values["counter_amount"], "units": 1}}
    return moves.request(*a.aim, notes=a.values["notes"], counter_pay=counter)


def _check_out(a: Act) -> Any:
    return moves.check_out(*a.aim, _coords(a.values), a.values["devices"])


def _late(a: Act) -> Any:
    return moves.report_late(*a.aim, a.values["minutes"] * 60, a.values["text"])


def _photo(a: Act) -> Any:
    folder = a.values["folder_id"]
    if folder is None:
        slots = [one for one in a.order["folders"] if one["type"] == "slot"]
        folder = (slots or a.order["folders"])[-1]["id"]
    name, data = a.values["name"] or "photo.png", a.values["file"] or DOT
    return moves.add_attachment(*a.aim, folder, name=name, data=data, notes=a.values["notes"])


def _time_log(a: Act) -> Any:
    moments = {"in": {"created": {"utc": a.values["start"]}}}
    if a.values["end"]:
        moments["out"] = {"created": {"utc": a.values["end"]}}
    return moves.add_time_log(*a.aim, {**moments, "devices": a.values["devices"]})


def _expense(a: Act) -> Any:
    category = a.values["category_id"]
    if category is None:
        category = a.ground.store.each("expense")[0]["id"]
    return moves.add_expense(
        *a.aim,
        category_id=category,
        amount=a.values["amount"],
        description=a.values["description"],
        quantity=a.values["quantity"],
    )


def _in_work(how: str, order: Doc) -> bool:
    return how == MINE and order["status"] == ASSIGNED


def _away(how: str, order: Doc) -> bool:
    return _in_work(how, order) and not is_checked_in(order)


_GPS = (Given("latitude", "Latitude", "number"), Given("longitude", "Longitude", "number"))
_DEVICES = Given("devices", "Devices done", "whole", 0)

ACTIONS = {
    action.name: action
    for action in (
        Action(
            "request",
            "Request this work",
            _request,
            lambda how, _o: how == MARKET,
            (
                Given("notes", "Note to the buyer", "long", ""),
                Given("counter_amount", "Counter-offer, fixed, in dollars", "number"),
            ),
            mine=False,
        ),
        Action(
            "withdraw",
            "Take the request back",
            lambda a: moves.withdraw(*a.aim),
            lambda how, _o: how == ASKED,
            mine=False,
        ),
        Action(
            "accept",
            "Accept this offer",
            lambda a: moves.accept(*a.aim),
            lambda how, _o: how == OFFERED,
            mine=False,
        ),
        Action(
            "decline",
            "Decline",
            lambda a: moves.decline(*a.aim, a.values["reason"]),
            lambda how, _o: how in (OFFERED, MARKET, ASKED),
            (Given("reason", "Reason", "text", ""),),
            mine=False,
        ),
        Action(
            "undecline",
            "Take the refusal back",
            lambda a: moves.undecline(*a.aim),
            lambda how, _o: how == DECLINED,
            mine=False,
        ),
        Action(
            "confirm",
            "Confirm the visit",
            lambda a: moves.confirm(*a.aim, a.values["eta"], a.values["note"]),
            lambda how, o: _away(how, o) and not o["confirmed"],
            (
                Given("eta", "Arrival in UTC; empty for the planned start", "time", ""),
                Given("note", "Note", "text", ""),
            ),
        ),
        Action(
            "on-my-way",
            "I am on my way",
            lambda a: moves.on_my_way(*a.aim),
            lambda how, o: _away(how, o) and o["sub"] != "On my way",
        ),
        Action(
            "check-in",
            "Check in",
            lambda a: moves.check_in(*a.aim, _coords(a.values), a.values["at"]),
            _away,
            (*_GPS, Given("at", "Arrival in UTC; empty for now", "time", "")),
        ),
        Action(
            "check-out",
            "Check out",
            _check_out,
            lambda how, o: _in_work(how, o) and is_checked_in(o),
            (_DEVICES, *_GPS),
        ),
        Action(
            "late",
            "I am running late",
            _late,
            _away,
            (
                Given("minutes", "Minutes late", "whole", 30),
                Given("text", "What the buyer reads", "text", ""),
            ),
        ),
        Action(
            "message",
            "Send a message",
            lambda a: moves.add_message(*a.aim, a.values["text"]),
            lambda how, _o: how in (MINE, OFFERED, ASKED),
            (Given("text", "Message", "long", required=True),),
            mine=False,
        ),
        Action(
            "photo",
            "Upload a file",
            _photo,
            _in_work,
            (
                Given("file", "File; a picture of one pixel when empty", "file"),
                Given("name", "File name", "text", ""),
                Given("folder_id", "Folder", "folder"),
                Given("notes", "Notes", "text", ""),
            ),
        ),
        Action(
            "time-log",
            "Add a time log",
            _time_log,
            _in_work,
            (
                Given("start", "From, UTC", "time", required=True),
                Given("end", "To, UTC", "time", ""),
                _DEVICES,
            ),
        ),
        Action(
            "expense",
            "Add an expense",
            _expense,
            _in_work,
            (
                Given("category_id", "Category", "expense"),
                Given("amount", "Amount in dollars", "number", required=True),
                Given("quantity", "Quantity", "number", 1.0),
                Given("description", "What for", "text", ""),
            ),
        ),
        Action(
            "task",
            "Complete a task",
            lambda a: moves.complete_task(*a.aim, a.values["task_id"], done=a.values["done"]),
            _in_work,
            (
                Given("task_id", "Task", "task", required=True),
                Given("done", "Done", "flag", default=True),
            ),
        ),
        Action(
            "custom-field",
            "Fill in a field",
            lambda a: moves.set_custom_field(*a.aim, a.values["field_id"], a.values["value"]),
            _in_work,
            (
                Given("field_id", "Field", "field", required=True),
                Given("value", "Value", "text", ""),
            ),
        ),
        Action(
            "problem",
            "Report a problem",
            lambda a: moves.report_problem(*a.aim, a.values["type_id"], a.values["comments"]),
            _in_work,
            (
                Given("type_id", "Kind", "problem", 7),
                Given("comments", "What is wrong", "long", ""),
            ),
        ),
        Action(
            "work-done",
            "Mark the work done",
            lambda a: moves.work_done(*a.aim, a.values["closing_notes"]),
            _away,
            (Given("closing_notes", "Closing notes", "long", ""),),
        ),
    )
}
