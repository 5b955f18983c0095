"""Who works at the MSP: technicians that come and go, an API user, the system administrator."""

from dataclasses import dataclass
from datetime import date, timedelta

from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, FIRST_IDS, Build, money
from isthmus_sim.autotask.tenant.chance import Chance
from isthmus_sim.autotask.tenant.reference import FIRST_DEPARTMENT, FIRST_ROLE
from isthmus_sim.autotask.tenant.words_people import FIRST_NAMES, LAST_NAMES, STAFF_JOBS
from isthmus_sim.autotask.tenant.worktime import HISTORY_MONTHS, date_text

TICKETS_PER_TECHNICIAN = 330  # a year
MOST_TECHNICIANS = 400
API_USER = FIRST_IDS["Resources"]


@dataclass(frozen=True, slots=True)
class Staff:
    """
    One person: `first`, `last` are the first and last month (of the history) they work in.

    `role` is a role id; `team` the index of the queue they mostly serve.
    """

    id: int
    name: str
    role: int
    team: int
    first: int
    last: int

    def works_in(self, month: int) -> bool:
        """Say whether the person was there during a month of the history."""
        return self.first <= month <= self.last


def api_username(seed: int) -> str:
    """Return the name, and address, by which the API user of a seed's tenant signs in."""
    return f"isthmus-{seed}@api.example.com"


def technician_count(tickets: int) -> int:
    """Return how many technicians a number of tickets (over the whole history) needs."""
    yearly = tickets * 12 / HISTORY_MONTHS
    return max(8, min(MOST_TECHNICIANS, round(yearly / TICKETS_PER_TECHNICIAN)))


def add_staff(build: Build) -> list[Staff]:
    """Add resources and their roles; return the technicians."""
    rng = build.fork("staff")
    _person(build, rng, ADMINISTRATOR, "Autotask", "Administrator", job="Administrator",
            licence=1, active=True)  # fmt: skip
    _person(build, rng, API_USER, "Isthmus", "API", job="API User", licence=7, active=True)
    name = api_username(build.plan.seed)
    build.rows["Resources"][-1].update(userName=name[:32], email=name)
    build.skip("Resources")
    for job in ("Owner", "Service Manager", "Account Manager", "Office Manager"):
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        _person(build, rng, None, first, last, job=job,
                licence=2 if job == "Owner" else 3, active=True)  # fmt: skip
        build.skip("Resources", rng.randrange(3))
    crew = [_technician(build, rng, n) for n in range(technician_count(build.plan.tickets))]
    _roles(build, crew)
    return crew


def _technician(build: Build, rng: Chance, number: int) -> Staff:
    job, department, role = STAFF_JOBS[number % len(STAFF_JOBS)]
    months = HISTORY_MONTHS
    stays = number < 8 or rng.random() < 0.6
    first = -rng.randrange(1, 60) if stays else rng.randrange(-12, months - 2)
    leaves = not stays and rng.random() < 0.35
    last = min(months, max(first + 6, rng.randrange(months))) if leaves else months
    given, family = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    hired = build.time.start + timedelta(days=first * 30)
    resource = _person(build, rng, None, given, family, job=job, hired=hired,
                       licence=4 if department else 3, active=last >= months)  # fmt: skip
    build.skip("Resources", rng.randrange(4))
    return Staff(resource, f"{given} {family}", FIRST_ROLE + role, role, first, last)


def _person(
    build: Build,
    rng: Chance,
    number: int | None,
    given: str,
    family: str,
    *,
    job: str,
    licence: int,
    active: bool,
    hired: date = date(2015, 3, 2),
) -> int:
    short = "".join(c for c in f"{given[0]}{family}".lower() if c.isascii() and c.isalnum())
    system = number is not None
    taken = len(build.rows.get("Resources", ()))
    user = f"{short}{taken}"[:32] if taken > 12 else short[:32]
    phone = f"518-555-{rng.randrange(10_000):04d}"
    return build.add(
        "Resources", number, firstName=given, lastName=family, userName=user,
        middleName=None if rng.random() < 0.8 else rng.choice("ABCDEJMR"),
        initials=given[0] + family[0],
        email=f"{user}@northbridge-it.example", email2=None, title=job, isActive=int(active),
        emailTypeCode="PRIMARY", emailTypeCode2="MOBILE" if rng.random() < 0.3 else None,
        licenseType=licence, payrollType=1 if rng.random() < 0.7 else 2, locationID=29_682_777,
        resourceType="Employee" if rng.random() < 0.92 else "Contractor",
        userType={1: 1, 7: 17, 2: 12}.get(licence, 10), hireDate=date_text(hired),
        dateFormat="MM/dd/yyyy", timeFormat="hh:mm tt", numberFormat="X,XXX.XX",
        gender=rng.choice(("F", "M", "N", "P")), greeting=None if system else rng.choice((1, 2, 3)),
        officePhone=phone, officeExtension=str(100 + taken), mobilePhone=None if system else
        f"518-555-{rng.randrange(10_000):04d}", internalCost=money(rng.randrange(28, 70)),
        travelAvailabilityPct=rng.choice(("0%", "up to 25%", "up to 100%")),
        surveyResourceRating=None if system else rng.randrange(30_000, 50_001, 100),
        accountingReferenceID=f"E{taken:03d}", payrollIdentifier=f"{taken:05d}",
        defaultServiceDeskRoleID=FIRST_ROLE,
    )  # fmt: skip


def _roles(build: Build, crew: list[Staff]) -> None:
    for person in crew:
        build.add("ResourceRoles", resourceID=person.id, roleID=person.role, isActive=1,
                  departmentID=FIRST_DEPARTMENT)  # fmt: skip
        build.add("ResourceRoleDepartments", resourceID=person.id, roleID=person.role, isActive=1,
                  departmentID=FIRST_DEPARTMENT, isDefault=1, isDepartmentLead=0)  # fmt: skip
        build.add("ResourceServiceDeskRoles", resourceID=person.id, roleID=person.role, isActive=1,
                  isDefault=1)  # fmt: skip
        build.add("ResourceRoleQueues", resourceID=person.id, queueID=29_682_833)


def on_duty(crew: list[Staff], month: int, team: int) -> list[Staff]:
    """Return who of a team works in a month; everybody there when the team has nobody."""
    there = [person for person in crew if person.works_in(month)]
    return [person for person in there if person.team == team] or there
