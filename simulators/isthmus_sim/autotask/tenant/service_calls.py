"""Visits: service calls with their tickets, tasks and technicians, from the desk's plan."""

from isthmus_sim.autotask.tenant.build import SCALE, Build
from isthmus_sim.autotask.tenant.desk_plan import DeskPlan, mixed, ticket_id
from isthmus_sim.autotask.tenant.staff import Staff
from isthmus_sim.autotask.tenant.worktime import DAY

TICKETS_PER_CALL = 12
MOST_CALLS = 30_000
NEW, COMPLETE, CANCELED, MISSED = 1, 2, 101, 102


class ServiceCalls:
    """Adds service calls for some tickets and tasks, and for what is planned."""

    def __init__(self, build: Build, plan: DeskPlan, crew: list[Staff]) -> None:
        self.build = build
        self.plan = plan
        self.crew = crew
        self.rng = build.fork("calls")
        self.places = {f.id: f.places[0] for f in plan.firms}

    def add_all(self) -> None:
        """Add the calls in order of the tickets, then those for tasks."""
        plan = self.plan
        wanted = min(MOST_CALLS, plan.count // TICKETS_PER_CALL)
        step = max(1, plan.count // max(1, wanted))
        for number in range(step // 2, plan.count, step):
            self._for_ticket(number)
        projects = {row["id"]: row["companyID"] for row in self.build.rows.get("Projects", ())}
        for row in self.build.rows.get("Tasks", ())[::9]:
            self._for_task(row["id"], projects[row["projectID"]], row["startDateTime"],
                           row["endDateTime"], row["completedDateTime"])  # fmt: skip

    def _for_ticket(self, number: int) -> None:
        plan, time = self.plan, self.build.time
        more = mixed(plan.bits[number] ^ 5)
        done, created = plan.done[number], plan.created[number]
        planned = time.now + (more & 4095) + 60 if not done else max(created + 5, done - 90)
        begin = time.snap(planned, more >> 12)
        firm = plan.firms[plan.firm[number]]
        call = self._call(firm.id, begin, begin + 30 + (more >> 20 & 127), created, bool(done))
        link = self.build.add("ServiceCallTickets", serviceCallID=call, ticketID=ticket_id(number))
        techs = {self.crew[plan.tech[number]].id}
        if more >> 30 & 7 == 0:
            techs.add(self.rng.choice(self.crew).id)
        for tech in sorted(techs):
            self.build.add("ServiceCallTicketResources", serviceCallTicketID=link, resourceID=tech)
        if more >> 33 & 1 and number and plan.firm[number - 1] == plan.firm[number]:
            self.build.add("ServiceCallTickets", serviceCallID=call, ticketID=ticket_id(number - 1))

    def _for_task(
        self, task: int, company: int, start: str, end: str, completed: str | None
    ) -> None:
        made = self.build.time.text(self.build.time.now - 21 * DAY)
        call = self._row(company, start, end, made, bool(completed))
        link = self.build.add("ServiceCallTasks", serviceCallID=call, taskID=task)
        tech = self.rng.choice(self.crew).id
        self.build.add("ServiceCallTaskResources", serviceCallTaskID=link, resourceID=tech)

    def _call(self, company: int, begin: int, end: int, created: int, done: bool) -> int:
        time = self.build.time
        made = min(created + 4, time.now - 2)
        return self._row(company, time.text(begin), time.text(end), time.text(made, "22.618Z"),
                         done and begin < time.now)  # fmt: skip

    def _row(self, company: int, start: str, end: str, made: str, done: bool) -> int:
        rng = self.rng
        now = self.build.time.text(self.build.time.now - 1)
        made = min(made, start)
        fate = rng.random()
        status = (CANCELED if fate < 0.05 else MISSED if fate < 0.07 else COMPLETE) if done else NEW
        touched = max(made, min(end, now))[:19] + ".240Z"
        canceled = status == CANCELED
        call = self.build.add(
            "ServiceCalls", companyID=company, companyLocationID=self.places[company],
            startDateTime=start, endDateTime=end, createDateTime=made, status=status,
            isComplete=int(status == COMPLETE), creatorResourceID=rng.choice(self.crew).id,
            # most calls nobody edited have no change date at all
            lastModifiedDateTime=touched if done and fate < 0.9 else None,
            canceledByResourceID=rng.choice(self.crew).id if canceled else None,
            canceledDateTime=made if canceled else None, duration=SCALE * rng.randrange(1, 4),
            cancelationNoticeHours=SCALE * 24 if canceled else None,
            description=rng.choice(("On site as agreed.", "Bring the spare switch.", None)),
        )  # fmt: skip
        if rng.random() < 0.05:
            self.build.skip("ServiceCalls")
        return call
