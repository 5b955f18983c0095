"""
Decides from the raw rows of both simulated vendors whether all is as it ought to be.

It shares no code with the product and asks it nothing: what it knows are the shipped mappings as
a person reads them, and what people did.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chaos.dispatching.people import NOTE_WORD, SEND_OUT, WITHDRAWN, Deeds, same_time
from chaos.dispatching.vendors import Vendors

_TOLD: Final = (
    "Assigned to ",
    " has confirmed.",
    " is on the way.",
    " has checked in.",
    " has checked out.",
    "Work is done.",
)
"""What the notes of a whole job say, one each."""
_MOVED: Final = "Now scheduled for "
_CANCELLED: Final = " was cancelled."
_FLEETING: Final = {
    " has confirmed.": "workorder.status.confirmed",
    " is on the way.": "workorder.status.on_my_way",
}
"""What leaves no trace in an order that went on: whose webhook was lost, nobody can know."""


@dataclass(slots=True)
class Verdict:
    """
    What is wrong, ticket by ticket. `doubled` and `lost` count orders.

    `untold`: notes that nobody can expect, because no webhook told of what they would say.
    `overruled`: orders that a manager moved, and whose ticket's own time was written once more
    because whoever had written it died before he knew; the ticket owns it.
    """

    tickets: int = 0
    orders: int = 0
    doubled: int = 0
    lost: int = 0
    notes: int = 0
    times: int = 0
    charges: int = 0
    messages: int = 0
    files: int = 0
    untold: int = 0
    overruled: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (self.wrong or self.doubled or self.lost)

    def line(self) -> str:
        """Return it in one line."""
        return (
            f"{self.tickets} tickets, {self.orders} orders, {self.doubled} doubled, {self.lost}"
            f" lost; {self.notes} notes, {self.times} time entries, {self.charges} charges,"
            f" {self.messages} messages, {self.files} files; {len(self.wrong)} things wrong"
        )


class Oracle:
    """The raw rows of both sides, read once. `heard`: the webhooks of orders that were taken."""

    def __init__(self, vendors: Vendors, before: "Before", heard: Set[tuple[int, str]]) -> None:
        self._heard = heard
        psa, field_nation = vendors.autotask, vendors.fieldnation
        self._tickets = {row["id"]: row for row in psa.rows("Tickets")}
        self._labels = _labels(psa.get("Tickets/entityInformation/fields").json["fields"])
        self._notes = _by_ticket(psa.rows("TicketNotes"), before.notes)
        self._times = _by_ticket(psa.rows("TimeEntries"), before.times)
        self._charges = _by_ticket(psa.rows("TicketCharges"), before.charges)
        self._files = _by_ticket(psa.rows("TicketAttachments"), before.files)
        rows = field_nation.admin("GET", "state/custom_field")
        self._fields = {row["name"]: str(row["id"]) for row in rows}
        self._orders: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for order in field_nation.admin("GET", "state/work_order"):
            self._orders[self._field(order, "Autotask Ticket ID")].append(order)

    def judge(self, deeds: Sequence[Deeds], others: Sequence[Deeds] = ()) -> Verdict:
        """
        Return what is wrong with tickets that people sent out.

        Args: others: tickets that may have orders too, and are not looked at.
        """
        verdict = Verdict(tickets=len(deeds), orders=sum(map(len, self._orders.values())))
        correlations: Counter[str] = Counter()
        for one in deeds:
            found = self._orders.get(one.number, [])
            verdict.doubled += max(0, len(found) - 1)
            verdict.lost += not found
            if len(found) != 1:
                verdict.wrong.append(f"{one.number}: {len(found)} orders")
                continue
            correlations[self._field(found[0], "Isthmus ID")] += 1
            wrong = [*self._ticket(one, found[0]), *self._beside(one, found[0], verdict)]
            verdict.wrong += [f"{one.number}: {what}" for what in wrong]
        shared = [name for name, count in correlations.items() if count > 1 or not name]
        verdict.wrong += [f"the correlation id {name!r} is not one order's" for name in shared]
        sent_out = {one.number for one in (*deeds, *others)}
        strangers = set(self._orders) - sent_out
        verdict.wrong += [f"an order for {number!r}, which nobody sent out" for number in strangers]
        return verdict

    def _field(self, order: dict[str, Any], name: str) -> str:
        return str(order["custom_fields"].get(self._fields.get(name, ""), ""))

    # Both sides equal

    def _ticket(self, deeds: Deeds, order: dict[str, Any]) -> Iterator[str]:
        ticket = self._tickets[deeds.ticket]
        udfs = {one["name"]: one["value"] for one in ticket["userDefinedFields"]}
        if udfs.get("Field Nation ID") != str(order["id"]):
            yield f"the ticket shows order {udfs.get('Field Nation ID')!r}, not {order['id']}"
        if not str(udfs.get("Field Nation Link") or "").endswith(f"/{order['id']}"):
            yield f"the ticket links to {udfs.get('Field Nation Link')!r}"
        if f"TicketID={deeds.ticket}" not in self._field(order, "Autotask Link"):
            yield f"the order links to {self._field(order, 'Autotask Link')!r}"
        if ticket["title"] != deeds.title:
            yield f"the ticket's own title is {ticket['title']!r}, not {deeds.title!r}"
        yield from self._status(deeds, ticket, order)
        if not deeds.withdrawn:  # one that was cancelled is changed no more
            yield from self._kept_up(deeds, ticket, order)

    def _kept_up(
        self, deeds: Deeds, ticket: dict[str, Any], order: dict[str, Any]
    ) -> Iterator[str]:
        if order["title"] != f"{deeds.number} {ticket['title']}":
            yield f"the order is called {order['title']!r}, the ticket {ticket['title']!r}"
        priority = self._labels["priority"].get(str(ticket["priority"]), "")
        known = {"Critical", "High", "Medium", "Low"}
        if self._field(order, "Priority") != (priority if priority in known else "Medium"):
            yield f"its priority is {self._field(order, 'Priority')!r}, not {priority!r}"
        if not same_time(str(ticket["dueDateTime"]), deeds.due):
            yield f"the ticket is due {ticket['dueDateTime']}, not {deeds.due}"
        start = order["schedule"]["start"]
        if not any(same_time(start, one) for one in (deeds.due, deeds.rescheduled) if one):
            yield f"it is scheduled for {start}, not {deeds.rescheduled or deeds.due}"

    def _status(self, deeds: Deeds, ticket: dict[str, Any], order: dict[str, Any]) -> Iterator[str]:
        wanted = (SEND_OUT, "Published")
        if deeds.withdrawn:
            wanted = (WITHDRAWN, "Cancelled")
        if deeds.job:
            wanted = ("Complete", "Approved") if deeds.approved else ("In Progress", "Work Done")
        shown = self._labels["status"].get(str(ticket["status"]), "")
        if (shown, order["status"]) != wanted:
            yield f"status {(shown, order['status'])}, not {wanted}"
        if deeds.job and ticket["resolution"] != order["closing_notes"]:
            yield f"the resolution is {ticket['resolution']!r}"

    # What hangs on them, once each

    def _beside(self, deeds: Deeds, order: dict[str, Any], verdict: Verdict) -> Iterator[str]:
        yield from self._told(deeds, order, verdict)
        yield from self._hours(deeds, order, verdict)
        yield from self._money(deeds, order, verdict)
        yield from self._attached(deeds, order, verdict)
        said = [one["text"] for one in order["messages"]]
        for text in deeds.noted:
            there = sum(text in one for one in said)
            verdict.messages += there
            if there != 1:
                yield f"{there} messages say {text!r}"
        if len(said) > len(deeds.noted) + len(deeds.said):
            yield f"{len(said)} messages, of {len(deeds.noted)} notes and {len(deeds.said)} said"

    def _told(self, deeds: Deeds, order: dict[str, Any], verdict: Verdict) -> Iterator[str]:
        notes = [
            str(one["description"])
            for one in self._notes[deeds.ticket]
            if not str(one["title"]).startswith(NOTE_WORD)
        ]
        verdict.notes += len(notes)
        wanted = [*deeds.said, *(_TOLD if deeds.job else ()), *[_CANCELLED] * deeds.withdrawn]
        left = list(notes)
        if deeds.rescheduled and same_time(order["schedule"]["start"], deeds.rescheduled):
            wanted.append(_MOVED)
        elif deeds.rescheduled:
            verdict.overruled += 1
            left = [one for one in left if _MOVED not in one]
        for text in wanted:
            there = [one for one in left if text in one]
            left = [one for one in left if text not in one]
            heard = (order["id"], _FLEETING.get(text, "")) in self._heard
            if not there and text in _FLEETING and not heard:
                verdict.untold += 1
            elif len(there) != 1:
                yield f"{len(there)} notes say {text!r}"
        for one in left:
            yield f"a note that nothing accounts for: {one[:80]!r}"

    def _hours(self, deeds: Deeds, order: dict[str, Any], verdict: Verdict) -> Iterator[str]:
        entries = self._times[deeds.ticket]
        verdict.times += len(entries)
        stays = [one for one in order["time_logs"] if one["out"]]
        for stay in stays:
            mark = f"(#{stay['id']})"
            there = [one for one in entries if str(one["summaryNotes"]).startswith(mark)]
            if len(there) != 1:
                yield f"{len(there)} time entries for the stay {mark}"
            elif abs(float(there[0]["hoursWorked"]) - _hours_of(stay)) > 0.02:
                yield f"the stay {mark} is {there[0]['hoursWorked']} hours"
        if len(entries) != len(stays):
            yield f"{len(entries)} time entries for {len(stays)} stays"

    def _money(self, deeds: Deeds, order: dict[str, Any], verdict: Verdict) -> Iterator[str]:
        charges = sorted(float(one["unitCost"]) for one in self._charges[deeds.ticket])
        verdict.charges += len(charges)
        wanted = [float(one["amount"]) for one in order["expenses"] if one["status"] == "approved"]
        if order["status"] in {"Approved", "Paid"}:
            wanted.append(float(order["pay"]["base"]["amount"]))
        if charges != sorted(wanted):
            yield f"charges {charges}, not {sorted(wanted)}"

    def _attached(self, deeds: Deeds, order: dict[str, Any], verdict: Verdict) -> Iterator[str]:
        here = Counter(str(one["fullPath"]) for one in self._files[deeds.ticket])
        there = Counter(one["name"] for folder in order["folders"] for one in folder["files"])
        verdict.files += here.total() + there.total() - len(deeds.attached) - len(deeds.uploaded)
        wanted = Counter([*deeds.attached, *deeds.uploaded])
        for side, found in (("ticket", here), ("order", there)):
            if found != wanted:
                yield f"the {side} has the files {dict(found)}, not {dict(wanted)}"


@dataclass(frozen=True, slots=True)
class Before:
    """The highest ids there were of what is made beside tickets, before anything was sent out."""

    notes: int
    times: int
    charges: int
    files: int


def look_before(vendors: Vendors) -> Before:
    """Return the highest ids there are now."""

    def highest(name: str) -> int:
        return max((int(row["id"]) for row in vendors.autotask.rows(name)), default=0)

    names = ("TicketNotes", "TimeEntries", "TicketCharges", "TicketAttachments")
    return Before(*map(highest, names))


def _by_ticket(rows: Sequence[dict[str, Any]], last: int) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["id"] > last and row.get("ticketID"):
            found[row["ticketID"]].append(row)
    return found


def _labels(fields: Sequence[dict[str, Any]]) -> dict[str, dict[str, str]]:
    return {
        one["name"]: {str(v["value"]): v["label"] for v in one["picklistValues"] or []}
        for one in fields
        if one["name"] in {"status", "priority"}
    }


def _hours_of(stay: dict[str, Any]) -> float:
    begun, ended = (datetime.fromisoformat(stay[name]) for name in ("in", "out"))
    return (ended - begun).total_seconds() / 3600
