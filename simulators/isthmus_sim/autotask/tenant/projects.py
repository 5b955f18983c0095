"""Projects with phases, tasks, notes and the hours worked on them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from isthmus_sim.autotask.tenant.build import OWN_COMPANY, SCALE, Build, money
from isthmus_sim.autotask.tenant.companies import CUSTOMER, Firm
from isthmus_sim.autotask.tenant.reference import FIRST_WORK_TYPE, ORGANIZATION
from isthmus_sim.autotask.tenant.shapes import Row, UdfDefinition
from isthmus_sim.autotask.tenant.staff import Staff, on_duty
from isthmus_sim.autotask.tenant.udfs import values
from isthmus_sim.autotask.tenant.words_desk import NOTE_BODIES, NOTE_TITLES, WORK_NOTES
from isthmus_sim.autotask.tenant.words_goods import PHASES, PROJECT_NAMES, TASK_NAMES
from isthmus_sim.autotask.tenant.worktime import DAY, HISTORY_MONTHS, date_text

if TYPE_CHECKING:
    from isthmus_sim.autotask.tenant.hours import TaskWork

TICKETS_PER_PROJECT = 150
MOST_PROJECTS = 1500
PROJECT_WORK = FIRST_WORK_TYPE + 4
NEW, COMPLETE, IN_PROGRESS = 1, 5, 2
PROJECT_TEAM = 3


class Projects:
    """
    Adds projects; keeps the time entries for the TimeEntries table, which is a stream.

    After add_all, `made` holds by company (minute it was made, project id), ascending.
    """

    def __init__(
        self,
        build: Build,
        firms: list[Firm],
        crew: list[Staff],
        udfs: dict[str, list[UdfDefinition]],
    ) -> None:
        self.build = build
        self.rng = build.fork("projects")
        self.crew = crew
        self.udfs = udfs
        self.customers = [f for f in firms if f.kind == CUSTOMER and f.id != OWN_COMPANY]
        self.own = firms[0]
        self.teams = [on_duty(crew, month, PROJECT_TEAM) for month in range(HISTORY_MONTHS + 1)]
        self.work: list[TaskWork] = []
        self.numbers: dict[int, int] = {}
        self.made: dict[int, list[tuple[int, int]]] = {}
        fixed = [r for r in build.rows.get("Contracts", ()) if r["contractType"] == 3]
        self.fixed = {row["companyID"]: row["id"] for row in fixed}

    def add_all(self) -> None:
        """Add about one project for so many tickets, a few of them internal."""
        tickets = self.build.plan.tickets
        for number in range(max(8, min(MOST_PROJECTS, tickets // TICKETS_PER_PROJECT))):
            internal = number % 12 == 7 or not self.customers
            self._project(self.own if internal else self.rng.choice(self.customers), internal)
        for known in self.made.values():
            known.sort()

    def _number(self, day: int, letter: str) -> str:
        self.numbers[day] = self.numbers.get(day, 0) + 1
        text = self.build.time.dates[day].isoformat().replace("-", "")
        return f"{letter}{text}.{self.numbers[day]:04d}"

    def _project(self, firm: Firm, internal: bool) -> None:
        build, rng, time = self.build, self.rng, self.build.time
        earliest = max(0, firm.first) * 30
        day = time.next_work[rng.randrange(min(earliest, time.days - 40), time.days - 20)]
        length = rng.randrange(20, 160)
        made = time.snap(day * DAY + 900, rng.getrandbits(7))
        over = day + length < time.days - 15
        month = time.months[day]
        leader = rng.choice(self.teams[month])
        ended = min(time.snap((day + length) * DAY + 1100, 90), time.now - 30)
        last = time.text(ended if over else rng.randrange(made, time.now), "27.337Z")
        hours = rng.randrange(10, 300) * SCALE
        price = money(rng.randrange(2000, 60_000))
        year = time.dates[day].year
        project = build.add(
            "Projects", companyID=firm.id, companyOwnerResourceID=leader.id,
            projectName=f"{firm.name[:50]} - {rng.choice(PROJECT_NAMES)} {year}",
            projectNumber=self._number(day, "P"), projectType=4 if internal else 5,
            status=COMPLETE if over else rng.choice((1, 2, 2, 3, 7)), department=29_682_802,
            startDateTime=date_text(time.dates[day]), creatorResourceID=leader.id,
            endDateTime=date_text(time.dates[day] + timedelta(days=length)), duration=length + 1,
            createDateTime=time.text(made, "27.337Z"), lastActivityDateTime=last,
            lastActivityResourceID=leader.id, lastActivityPersonType=1,
            completedDateTime=last if over else None, completedPercentage=100 if over else
            rng.randrange(90), statusDateTime=last, statusDetail=None if rng.random() < 0.7 else
            "Waiting for the customer's sign-off.", projectLeadResourceID=leader.id,
            contractID=None if internal else self.fixed.get(firm.id, firm.cover[month][0]),
            description=f"{rng.choice(PROJECT_NAMES)} as quoted.\nScope: see attachment.",
            estimatedTime=hours, actualHours=hours * 9 // 10 if over else hours // 3,
            actualBilledHours=hours * 8 // 10 if over else 0, changeOrdersBudget=0,
            changeOrdersRevenue=0, estimatedSalesCost=price // 3, laborEstimatedCosts=price // 3,
            laborEstimatedRevenue=price, laborEstimatedMarginPercentage=666_667,
            originalEstimatedRevenue=price, projectCostEstimatedMarginPercentage=0,
            projectCostsBudget=0, projectCostsRevenue=0, sgda=0, extProjectType=0,
            organizationalLevelAssociationID=ORGANIZATION,
            purchaseOrderNumber=f"PO{rng.randrange(10**5)}" if rng.random() < 0.3 else None,
            **values(rng, self.udfs.get("Projects", [])),
        )  # fmt: skip
        self.made.setdefault(firm.id, []).append((made, project))
        build.skip("Projects", rng.randrange(3))
        phases = [self._phase(project, name, day, made) for name in PHASES[: rng.randrange(2, 6)]]
        for number in range(rng.randrange(5, 22)):
            begin = time.next_work[day + number * length // 22]
            phase = phases[number % len(phases)]
            self._task(firm, project, phase, begin, over=over, made=made)

    def _phase(self, project: int, name: str, day: int, made: int) -> int:
        time = self.build.time
        stamp = time.text(made + 5, "31.002Z")
        return self.build.add(
            "Phases", projectID=project, title=name, createDate=stamp, lastActivityDateTime=stamp,
            creatorResourceID=self.crew[0].id, isScheduled=1, estimatedHours=SCALE * 8,
            startDate=time.midnights[day], dueDate=time.midnights[day + 20],
            phaseNumber=self._number(day, "T"), description=None,
        )  # fmt: skip

    def _task(
        self, firm: Firm, project: int, phase: int, day: int, *, over: bool, made: int
    ) -> None:  # fmt: skip
        build, rng, time = self.build, self.rng, self.build.time
        created = made + rng.randrange(10, 400)
        past = day < time.days - 2
        done = over or (past and rng.random() < 0.8)
        month = min(time.months[day], HISTORY_MONTHS)
        tech = rng.choice(self.teams[month])
        begin = max(created + 5, day * DAY + time.offsets[day] + 480 + rng.randrange(240))
        ended = min(begin + rng.randrange(60, 480), time.now - 10)
        begun = begin if begin < time.now - 5 else created
        last = time.text(ended if done else begun, "58.904Z")
        task = build.add(
            "Tasks", projectID=project, phaseID=phase, title=rng.choice(TASK_NAMES),
            taskNumber=self._number(created // DAY, "T"),
            status=COMPLETE if done else rng.choice((1, 8, 7)), taskType=1, taskCategoryID=2,
            priority=rng.randrange(100), priorityLabel=rng.choice((1, 2, 2, 3)),
            departmentID=29_682_802, assignedResourceID=tech.id, assignedResourceRoleID=tech.role,
            billingCodeID=PROJECT_WORK, companyLocationID=firm.places[0], isTaskBillable=1,
            isVisibleInClientPortal=int(rng.random() < 0.6), canClientPortalUserCompleteTask=0,
            createDateTime=time.text(created, "58.904Z"), creatorResourceID=tech.id, creatorType=1,
            completedDateTime=last if done else None, completedByResourceID=tech.id if done else
            None, completedByType=1 if done else None, lastActivityDateTime=last,
            lastActivityResourceID=tech.id, lastActivityPersonType=1,
            startDateTime=time.text(begin), endDateTime=time.text(begin + 480),
            estimatedHours=rng.randrange(5_000, 160_000, 2_500), remainingHours=0 if done else
            20_000, hoursToBeScheduled=0, externalID=None if rng.random() < 0.9 else f"J-{phase}",
            description=None if rng.random() < 0.4 else "See the project plan.\r\n- step 1\r\n",
            purchaseOrderNumber=None, **values(rng, self.udfs.get("Tasks", [])),
        )  # fmt: skip
        if done:
            self._hours(firm, task, tech, (begin, ended), month)
        if done and rng.random() < 0.4:
            build.add("TaskNotes", taskID=task, title=rng.choice(NOTE_TITLES), noteType=1 +
                      rng.randrange(3), publish=1 + rng.randrange(2), creatorResourceID=tech.id,
                      description=rng.choice(NOTE_BODIES), createDateTime=last,
                      lastActivityDate=last)  # fmt: skip
        if rng.random() < 0.1:
            build.add("TaskSecondaryResources", taskID=task, roleID=tech.role,
                      resourceID=rng.choice(self.crew).id)  # fmt: skip

    def _hours(self, firm: Firm, task: int, tech: Staff, span: tuple[int, int], month: int) -> None:
        time, rng = self.build.time, self.rng
        for turn in range(rng.choice((1, 1, 1, 2))):
            start = span[0] + turn * 30
            stop = max(start + 15, span[1] - (0 if turn else 30))
            worked = ((stop - start) * SCALE + 30) // 60
            stamp = time.text(min(stop, time.now - 1), "00.000Z")
            contract = None if firm is self.own else firm.cover[month][0]
            row: Row = (
                time.text(start), time.text(stop), time.midnights[start // DAY], worked,
                worked if contract else 0, stamp, stamp, tech.id, tech.id, tech.id, tech.role,
                PROJECT_WORK, contract, None, None, int(contract is None), 1,
                rng.choice(WORK_NOTES), None, None, None, 0, 0, None, task, 6, 0,
            )  # fmt: skip
            self.work.append((start, row))
