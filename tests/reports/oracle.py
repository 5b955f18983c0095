"""
What the ready reports must say, worked out from the simulator's raw rows in plain Python.

It shares nothing with the reports but their names and columns.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Figures = dict[tuple[Any, ...], tuple[Any, ...]]
ZONE = ZoneInfo("America/New_York")
OTHERS = "(all others)"


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def local_day(when: datetime) -> date:
    return when.astimezone(ZONE).date()


def floor(day: date, grain: str) -> date:
    if grain == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == "week" else day


def steps(first: date, last: date, grain: str) -> Iterator[date]:
    day = floor(first, grain)
    while day <= last:
        yield day
        if grain == "month":
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        else:
            day += timedelta(days=7 if grain == "week" else 1)


@dataclass
class Oracle:
    """Raw rows, labels, and what was asked: both days included."""

    raw: Mapping[str, list[Row]]
    labels: Mapping[tuple[str, str, str], str]
    first: date
    last: date
    grain: str
    now: datetime

    def label(self, dataset: str, field: str, code: Any, without: str) -> str:
        if code is None:
            return without
        return self.labels.get((dataset, field, str(code)), str(code))

    def by_id(self, dataset: str) -> dict[int, Row]:
        return {row["id"]: row for row in self.raw[dataset]}

    def person(self, resource_id: int | None, without: str) -> str:
        row = self.by_id("Resources").get(resource_id or -1)
        return without if row is None else f"{row['firstName']} {row['lastName']}"

    def company(self, company_id: int | None, without: str) -> str:
        row = self.by_id("Companies").get(-1 if company_id is None else company_id)
        return without if row is None else str(row["companyName"])

    def inside(self, when: datetime | None) -> bool:
        first = floor(self.first, self.grain)
        return when is not None and first <= local_day(when) <= self.last

    def inside_day(self, text: str | None) -> bool:
        first = floor(self.first, self.grain)
        return text is not None and first <= day_of(text) <= self.last

    def period(self, when: datetime) -> date:
        return floor(local_day(when), self.grain)

    def tickets(self) -> Iterator[tuple[Row, datetime, datetime | None]]:
        """Give each ticket with its creation and its end."""
        for row in self.raw["Tickets"]:
            created = moment(row["createDate"])
            if created is None:
                continue
            ended = None
            if row["status"] == 5:
                ended = moment(row["completedDate"] or row["lastActivityDate"])
            yield row, created, ended

    def open_at(self, end: date) -> list[Row]:
        """Give the tickets that are open when this day begins."""
        return [
            row
            for row, created, ended in self.tickets()
            if local_day(created) < end and (ended is None or local_day(ended) >= end)
        ]

    def ends(self) -> Iterator[tuple[date, date]]:
        """Give each period with the day after it."""
        periods = list(steps(self.first, self.last, self.grain))
        following = [*periods[1:], self.last + timedelta(days=1)]
        yield from zip(periods, following, strict=True)

    def queue(self, row: Row) -> str:
        return self.label("Tickets", "queueID", row["queueID"], "(no queue)")


def day_of(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(UTC).date()


def keyed(found: Mapping[Any, Iterable[Any]]) -> Figures:
    return {
        (key if isinstance(key, tuple) else (key,)): tuple(value) for key, value in found.items()
    }


def top(found: dict[str, tuple[float, ...]], rank: Callable[[tuple[float, ...]], float]) -> Figures:
    """Keep the twenty first and add the others up."""
    ordered = sorted(found.items(), key=lambda item: (-rank(item[1]), item[0]))
    kept: dict[str, tuple[float, ...]] = dict(ordered[:20])
    rest = [value for _, value in ordered[20:]]
    if rest:
        kept[OTHERS] = tuple(map(sum, zip(*rest, strict=True)))
    return keyed(kept)


def ticket_flow(o: Oracle) -> Figures:
    opened = Counter(o.period(c) for _, c, _ in o.tickets() if o.inside(c))
    closed = Counter(o.period(e) for _, _, e in o.tickets() if e is not None and o.inside(e))
    return {
        (period,): (opened[period], closed[period], len(o.open_at(after)))
        for period, after in o.ends()
    }


def backlog_by_queue(o: Oracle) -> Figures:
    return {
        (period, queue): (count,)
        for period, after in o.ends()
        for queue, count in Counter(map(o.queue, o.open_at(after))).items()
    }


def outcome(due: datetime | None, done: datetime | None, is_over: bool, now: datetime) -> str:
    if due is None:
        return "no target"
    if done is not None and done <= due:
        return "met"
    return "missed" if is_over or due < now else "running"


def response(o: Oracle, row: Row) -> str:
    done = moment(row["firstResponseDateTime"])
    return outcome(moment(row["firstResponseDueDateTime"]), done, done is not None, o.now)


def resolution(o: Oracle, row: Row) -> str:
    is_over = row["status"] == 5
    done = moment(row["resolvedDateTime"] or row["completedDate"]) if is_over else None
    return outcome(moment(row["resolvedDueDateTime"]), done, is_over, o.now)


def first_response_sla(o: Oracle) -> Figures:
    found = Counter((o.period(c), response(o, row)) for row, c, _ in o.tickets() if o.inside(c))
    return keyed({key: (count,) for key, count in found.items()})


def resolution_sla(o: Oracle) -> Figures:
    found = Counter((o.period(c), resolution(o, row)) for row, c, _ in o.tickets() if o.inside(c))
    return keyed({key: (count,) for key, count in found.items()})


def share(outcomes: list[str]) -> float | None:
    counted = [one for one in outcomes if one in {"met", "missed"}]
    return 100 * counted.count("met") / len(counted) if counted else None


def sla_by_queue(o: Oracle) -> Figures:
    found = defaultdict(list)
    for row, created, _ in o.tickets():
        if o.inside(created):
            found[o.queue(row)].append((response(o, row), resolution(o, row)))
    return keyed(
        {
            queue: (share([a for a, _ in both]), share([b for _, b in both]), len(both))
            for queue, both in found.items()
        }
    )


def time_to_resolve(o: Oracle) -> Figures:
    found = defaultdict(list)
    for _, created, ended in o.tickets():
        if ended is not None and o.inside(ended) and ended >= created:
            found[o.period(ended)].append((ended - created).total_seconds() / 3600)
    return keyed({period: (at(h, 0.5), at(h, 0.9)) for period, h in found.items()})


def at(values: list[float], place: float) -> float:
    """Interpolate between the values on either side of a place."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=1000, method="inclusive")[int(place * 1000) - 1]


def open_ticket_age(o: Oracle) -> Figures:
    found: Counter[tuple[str, str]] = Counter()
    for row, created, _ in o.tickets():
        if row["status"] != 5:
            age = (o.now - created) / timedelta(days=1)
            bounds = ((1, "0 to 1 day"), (3, "1 to 3 days"), (7, "3 to 7 days"))
            more = ((30, "7 to 30 days"), (90, "30 to 90 days"), (1e9, "over 90 days"))
            name = next(name for bound, name in (*bounds, *more) if age < bound)
            priority = o.label("Tickets", "priority", row["priority"], "(no priority)")
            found[name, priority] += 1
    return keyed({key: (count,) for key, count in found.items()})


def open_by_technician(o: Oracle) -> Figures:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in o.raw["Tickets"]:
        if row["status"] != 5:
            due = moment(row["dueDateTime"])
            who = o.person(row["assignedResourceID"], "(nobody)")
            found[who][due is not None and due < o.now] += 1
    return keyed(found)


def tickets_by_client(o: Oracle) -> Figures:
    names = [
        o.company(row["companyID"], "(unknown client)")
        for row, created, _ in o.tickets()
        if o.inside(created)
    ]
    return top({name: (count,) for name, count in Counter(names).items()}, lambda value: value[0])


def tickets_by_issue(o: Oracle) -> Figures:
    found = Counter(
        (o.period(c), o.label("Tickets", "issueType", row["issueType"], "(no issue type)"))
        for row, c, _ in o.tickets()
        if o.inside(c)
    )
    return keyed({key: (count,) for key, count in found.items()})


def worked(o: Oracle, key: Callable[[Row], Any]) -> dict[Any, tuple[float, ...]]:
    found: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in o.raw["TimeEntries"]:
        if o.inside_day(row["dateWorked"]):
            found[key(row)][row["isNonBillable"] is True] += float(row["hoursWorked"] or 0)
    return {name: tuple(value) for name, value in found.items()}


def client_of_entry(o: Oracle, row: Row) -> str:
    ticket = o.by_id("Tickets").get(row["ticketID"] or -1)
    task = o.by_id("Tasks").get(row["taskID"] or -1)
    project = o.by_id("Projects").get(task["projectID"]) if task else None
    for holder in (ticket, project):
        name = o.company(holder["companyID"], "") if holder else ""
        if name:
            return name
    return "(no client)"


def hours_by_technician(o: Oracle) -> Figures:
    return keyed(worked(o, lambda row: o.person(row["resourceID"], "(unknown)")))


def hours_by_client(o: Oracle) -> Figures:
    return top(worked(o, lambda row: client_of_entry(o, row)), sum)


def hours_over_time(o: Oracle) -> Figures:
    return keyed(worked(o, lambda row: floor(day_of(row["dateWorked"]), o.grain)))


def service_call_load(o: Oracle) -> Figures:
    people = defaultdict(set)
    for kind in ("Ticket", "Task"):
        links = o.by_id(f"ServiceCall{kind}s")
        for row in o.raw[f"ServiceCall{kind}Resources"]:
            link = links.get(row[f"serviceCall{kind}ID"])
            if link is not None:
                people[link["serviceCallID"]].add(row["resourceID"])
    found: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0])
    for row in o.raw["ServiceCalls"]:
        begins, ends = moment(row["startDateTime"]), moment(row["endDateTime"])
        if row["canceledDateTime"] is not None or begins is None or not o.inside(begins):
            continue
        hours = row["duration"]
        if hours is None and ends is not None:
            hours = (ends - begins).total_seconds() / 3600
        for who in people[row["id"]] or {None}:
            place = found[o.period(begins), o.person(who, "(nobody)")]
            place[0] += float(hours or 0)
            place[1] += 1
    return keyed(found)


def project_tasks(o: Oracle) -> Figures:
    projects = o.by_id("Projects")
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in o.raw["Tasks"]:
        if row["completedDateTime"] is None and row["projectID"] in projects:
            due = moment(row["endDateTime"])
            name = projects[row["projectID"]]["projectName"]
            found[name][due is not None and due < o.now] += 1
    return keyed(found)


def contract_units(o: Oracle) -> Figures:
    services = o.by_id("Services")
    found: dict[Any, float] = defaultdict(float)
    for day in steps(o.first, o.last, o.grain):
        for row in o.raw["ContractServiceUnits"]:
            if day_of(row["startDate"]) <= day <= day_of(row["endDate"]):
                service = services.get(row["serviceID"])
                name = service["name"] if service else "(unknown service)"
                found[day, name] += float(row["units"])
    return keyed({key: (value,) for key, value in found.items()})


def earned(o: Oracle, key: Callable[[Row], Any]) -> dict[Any, tuple[float, ...]]:
    found: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row in o.raw["ContractServiceUnits"]:
        if o.inside_day(row["startDate"]):
            price, cost = float(row["price"] or 0), float(row["cost"] or 0)
            place = found[key(row)]
            place[0] += price
            place[1] += cost
            place[2] += price - cost
    return {name: tuple(value) for name, value in found.items()}


def contract_margin(o: Oracle) -> Figures:
    return keyed(earned(o, lambda row: floor(day_of(row["startDate"]), o.grain)))


def margin_by_client(o: Oracle) -> Figures:
    contracts = o.by_id("Contracts")

    def client(row: Row) -> str:
        contract = contracts.get(row["contractID"])
        return o.company(contract["companyID"] if contract else None, "(unknown client)")

    return top(earned(o, client), lambda value: value[2])


def contract_endings(o: Oracle) -> Figures:
    found: dict[Any, list[float]] = defaultdict(lambda: [0, 0.0])
    for row in o.raw["Contracts"]:
        ends = moment(row["endDate"])
        if row["status"] == 1 and ends is not None and ends >= o.now:
            kind = o.label("Contracts", "contractType", row["contractType"], "(no type)")
            place = found[floor(day_of(row["endDate"]), "month"), kind]
            place[0] += 1
            place[1] += float(row["estimatedRevenue"] or 0)
    return keyed(found)


def invoices(o: Oracle) -> Figures:
    found: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in o.raw["Invoices"]:
        if row["isVoided"] is not True and o.inside_day(row["invoiceDateTime"]):
            period = floor(day_of(row["invoiceDateTime"]), o.grain)
            found[period][row["paidDate"] is None] += float(row["invoiceTotal"] or 0)
    return keyed(found)
