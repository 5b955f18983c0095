"""Who uses the two vendors: a dispatcher at Autotask, a manager and technicians at the other."""

import base64
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from chaos.dispatching.vendors import Vendors
from chaos.dispatching.watch import MAKE_ORDER, Call
from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.fieldnation.world import World

SEND_OUT: Final = "Dispatch to Field"
WITHDRAWN: Final = "On Hold"
"""The status that takes a ticket back from the field."""
NOTE_WORD: Final = "Field:"
ALL_USERS: Final = 1
_TICKET_FIELD: Final = "Autotask Ticket ID"
_HOURS: Final = 2.0
_LATEST: Final = 20
"""Orders that may have been made at the same moment."""
LONGEST_TEXT: Final = 8_000
"""Of a description, as the vendor's metadata says; the tenant has one of a million, to be met."""


@dataclass(slots=True)
class Deeds:
    """What people did about one ticket; the oracle holds both sides against it."""

    ticket: int
    number: str
    title: str
    priority: int
    due: str
    orders: list[int] = field(default_factory=list)
    edits: int = 0
    job: bool = False
    expense: float = 0.0
    approved: bool = False
    withdrawn: bool = False
    rescheduled: str = ""
    said: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    uploaded: list[str] = field(default_factory=list)


class People:
    """
    They act over the vendors' own doors, never over Isthmus.

    As a watcher of calls it learns, as people would from the page, which orders there are.
    """

    def __init__(self, vendors: Vendors, rng: random.Random) -> None:
        self._vendors = vendors
        self._rng = rng
        self.autotask = vendors.autotask
        self.fieldnation = vendors.fieldnation
        users = vendors.fieldnation.admin("GET", "state/user")
        self._manager = next(int(one["id"]) for one in users if one["role"] == "manager")
        found = vendors.fieldnation.provider("GET", "api/providers")
        self.providers = [int(one["id"]) for one in found]
        told = vendors.autotask.get("Tickets/entityInformation/fields").json["fields"]
        status = next(one for one in told if one["name"] == "status")
        self._codes = {v["label"]: int(v["value"]) for v in status["picklistValues"]}
        self._by_number: dict[str, Deeds] = {}
        self._field = _custom_field(vendors, _TICKET_FIELD)
        self.deeds: list[Deeds] = []

    # What they see

    def see(self, step: str, call: Call, _answer: bytes) -> None:
        """Learn of an order that was made, also where nobody was told; in the vendor's thread."""
        if step != MAKE_ORDER:
            return
        for order in self._vendors.world.ground.store.each("work_order")[-_LATEST:]:
            deeds = self._by_number.get(order["custom_fields"].get(self._field, ""))
            if deeds is not None and order["id"] not in deeds.orders:
                deeds.orders.append(order["id"])

    def can(self, deed: "Deed", deeds: Deeds) -> bool:
        """
        Tell whether somebody would do a deed now, by what the order shows.

        All but the sending out waits until technicians can see the order; a manager moves a visit
        from the time that the ticket wants, not from an older one.
        """
        if deed == self.send_out:
            return True
        order = self._order(deeds)
        if order is None or order["status"] == "Draft":
            return False
        return deed != self.reschedule or same_time(order["schedule"]["start"], deeds.due)

    def _order(self, deeds: Deeds) -> dict[str, Any] | None:
        if not deeds.orders:
            return None
        return self._vendors.world.ground.store.look("work_order", deeds.orders[0])

    # A dispatcher

    def code(self, label: str) -> int:
        """Return the code of a ticket status."""
        return self._codes[label]

    def take(self, rows: Sequence[dict[str, Any]]) -> list[Deeds]:
        """Take tickets as their own; none is sent out yet."""
        taken = [
            Deeds(row["id"], row["ticketNumber"], row["title"], row["priority"],
                  str(row["dueDateTime"]))
            for row in rows
        ]  # fmt: skip
        self._by_number |= {one.number: one for one in taken}
        self.deeds += taken
        return taken

    def send_out(self, deeds: Deeds) -> None:
        """Set a ticket to be dispatched."""
        self.edit(deeds, status=self.code(SEND_OUT))

    def retitle(self, deeds: Deeds) -> None:
        """Give a ticket its next title; they are numbered."""
        deeds.edits += 1
        deeds.title = f"{deeds.title.partition(' · v')[0]} · v{deeds.edits}"
        self.edit(deeds, title=deeds.title)

    def put_off(self, deeds: Deeds) -> None:
        """Have a ticket be due a day later."""
        deeds.due = _a_day_later(deeds.due)
        self.edit(deeds, dueDateTime=deeds.due)

    def withdraw(self, deeds: Deeds) -> None:
        """Take a ticket back from the field."""
        deeds.withdrawn = True
        self.edit(deeds, status=self.code(WITHDRAWN))

    def attach(self, deeds: Deeds) -> None:
        """Put a file for the technician at a ticket."""
        name = f"plan {deeds.number}-{len(deeds.attached) + 1}.txt"
        deeds.attached.append(name)
        row = {
            "parentID": deeds.ticket, "ticketID": deeds.ticket, "title": f"A plan: {name}",
            "fullPath": name, "attachmentType": "FILE_ATTACHMENT", "publish": ALL_USERS,
            "data": base64.b64encode(name.encode()).decode(), "contentType": "text/plain",
        }  # fmt: skip
        self.autotask.admin("POST", "state/TicketAttachments", row)

    def edit(self, deeds: Deeds, **values: Any) -> None:
        """Change a ticket."""
        self.autotask.admin("PATCH", f"state/Tickets/{deeds.ticket}", values)

    def note(self, deeds: Deeds) -> None:
        """Write a note for the technician."""
        text = f"Please call before you come, {deeds.number}/{len(deeds.noted) + 1}."
        deeds.noted.append(text)
        row = {
            "ticketID": deeds.ticket, "title": f"{NOTE_WORD} a word", "description": text,
            "publish": ALL_USERS, "noteType": 1,
        }  # fmt: skip
        self.autotask.admin("POST", "state/TicketNotes", row)

    # A technician

    def do_job(self, deeds: Deeds) -> None:
        """Have a technician do the whole job, with an expense."""
        deeds.expense = self._rng.randrange(1_000, 9_900) / 100
        self.fieldnation.do_job(
            deeds.orders[0], self._rng.choice(self.providers), notes=f"Done, {deeds.number}.",
            hours=_HOURS, expense=deeds.expense,
        )  # fmt: skip
        deeds.job = True

    def say(self, deeds: Deeds) -> None:
        """Have the technician write a message."""
        text = f"At the door of {deeds.number}, {len(deeds.said) + 1}"
        deeds.said.append(text)
        order = deeds.orders[0]
        self.fieldnation.admin("POST", "act", {"order": order, "action": "message", "text": text})

    def upload(self, deeds: Deeds) -> None:
        """Have the technician put a picture into the order's first folder."""
        name = f"picture {deeds.number}-{len(deeds.uploaded) + 1}.txt"
        deeds.uploaded.append(name)
        number = deeds.orders[0]

        def move(world: World) -> None:
            order = world.ground.store.look("work_order", number) or {}
            folder, provider = order["folders"][0]["id"], order["assignee_id"]
            moves.add_attachment(
                world.ground, number, provider, folder, name=name, data=name.encode()
            )

        self._vendors.at_fieldnation(move)

    # A manager

    def reschedule(self, deeds: Deeds) -> None:
        """Move the visit to two days later than the ticket wants."""
        deeds.rescheduled = _a_day_later(_a_day_later(deeds.due))
        start = {"utc": deeds.rescheduled[:19].replace("T", " ")}
        window = {"service_window": {"mode": "exact", "start": start}}
        number = deeds.orders[0]
        self._vendors.at_fieldnation(
            lambda world: moves.set_schedule(world.ground, number, self._manager, window)
        )

    def approve(self, deeds: Deeds) -> None:
        """Approve the expenses and the work."""
        number = deeds.orders[0]

        def move(world: World) -> None:
            order = moves.approve(world.ground, number, self._manager)
            for expense in order["expenses"]:
                done = {"status": "approved"}
                moves.change_expense(world.ground, number, self._manager, expense["id"], done)

        self._vendors.at_fieldnation(move)
        deeds.approved = True

    def assign(self, deeds: Deeds) -> None:
        """Assign a technician."""
        number, provider = deeds.orders[0], self._rng.choice(self.providers)
        self._vendors.at_fieldnation(
            lambda world: moves.assign(world.ground, number, self._manager, provider)
        )

    def unassign(self, deeds: Deeds) -> None:
        """Take the technician off again."""
        number = deeds.orders[0]
        self._vendors.at_fieldnation(
            lambda world: moves.unassign(world.ground, number, self._manager)
        )


Deed = Callable[[Deeds], None]
"""Something that people do about a ticket, and write down with it."""


@dataclass(slots=True)
class Story:
    """What will happen to one ticket, in its order; each deed waits until it can be done."""

    deeds: Deeds
    todo: list[Deed]
    wait_until: float = 0.0

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left to be done."""
        return not self.todo

    def go_on(self, now: float, people: People) -> bool:
        """Do the next deed if it can be done; tells whether it was."""
        if not self.todo or now < self.wait_until:
            return False
        deed = self.todo[0]
        if not people.can(deed, self.deeds):
            return False
        self.todo.pop(0)
        deed(self.deeds)
        return True


def write_story(people: People, deeds: Deeds, rng: random.Random, share_of_jobs: float) -> Story:
    """
    Return a life for a ticket: sent out; edits; often a job with all that belongs to it.

    Of those without a job a part is withdrawn in the end.
    """
    middle: list[Deed] = [people.retitle] * rng.choice((0, 1, 1, 2))
    middle += [people.put_off] * rng.choice((0, 0, 1))
    has_job = rng.random() < share_of_jobs
    if has_job:
        middle += [people.note] * rng.choice((0, 1))
        middle += [people.attach] * rng.choice((0, 0, 1))
    rng.shuffle(middle)
    middle += [people.reschedule] * rng.choice((0, 0, 0, 1))
    if not has_job:
        middle += [people.withdraw] * rng.choice((0, 0, 1))
        return Story(deeds, [people.send_out, *middle])
    middle.append(people.do_job)
    middle += [people.say] * rng.choice((0, 1, 1))
    middle += [people.upload] * rng.choice((0, 1))
    middle += [people.approve] * rng.choice((0, 1, 1))
    return Story(deeds, [people.send_out, *middle])


def same_time(one: str, other: str) -> bool:
    """Tell whether two times are the same second, however each vendor spells it."""
    return one[:19].replace("T", " ") == other[:19].replace("T", " ")


def _a_day_later(at: str) -> str:
    later = datetime.fromisoformat(at) + timedelta(days=1)
    return later.isoformat().replace("+00:00", "Z")


def fit(vendors: Vendors, count: int) -> list[dict[str, Any]]:
    """Return tickets that can be dispatched: they have a place and a time."""
    places = {row["id"] for row in vendors.autotask.rows("CompanyLocations") if row.get("address1")}
    rows = vendors.autotask.rows("Tickets")
    found = [
        r for r in rows
        if r.get("companyLocationID") in places and r.get("dueDateTime")
        and len(r.get("description") or "") <= LONGEST_TEXT
    ]  # fmt: skip
    if len(found) < count:
        raise RuntimeError(f"only {len(found)} of {len(rows)} tickets can be dispatched")
    return found[:count]


def _custom_field(vendors: Vendors, name: str) -> str:
    rows = vendors.fieldnation.admin("GET", "state/custom_field")
    return next(str(row["id"]) for row in rows if row["name"] == name)
