"""
Ready reports on work: hours, service calls, projects.

A day worked (`dateWorked`) is a day and no moment; Autotask keeps it as midnight in UTC (observed),
so its day is taken in UTC whatever the reader's time zone.
"""

from typing import Final

from isthmus.reports.shapes import Chart, Measure, Report

_GROUP: Final = "Work"
_DAY: Final = "e.dateWorked at time zone 'UTC'"
_WORKED_IN: Final = (
    "e.dateWorked >= cast(:{} as timestamp) at time zone 'UTC'"
    " and e.dateWorked < cast(:{} as timestamp) at time zone 'UTC'"
)
"""The column stands alone on its side, so that what is of other days is not read at all."""
_IN_RANGE: Final = _WORKED_IN.format("first_day", "end_day")
_IN_POINT: Final = _WORKED_IN.format("point_first", "point_last")
_FILTERS: Final = {
    "technician": "e.resourceID = :technician",
    "contract": "e.contractID = :contract",
}
_WITH_CLIENT: Final = {
    **_FILTERS,
    "company": "coalesce(t.companyID, p.companyID) = :company",
}
_FROM: Final = """from autotask.TimeEntries e
left join autotask.Tickets t on t.id = e.ticketID
left join autotask.Tasks k on k.id = e.taskID
left join autotask.Projects p on p.id = k.projectID"""
_ROWS: Final = f"""select e.dateWorked, e.resourceFullName, e.hoursWorked, e.isNonBillable,
  t.ticketNumber, k.taskNumber, coalesce(t.companyName, p.companyName) as companyName,
  e.summaryNotes, e.id
{_FROM}"""
_CLIENT: Final = "coalesce(t.companyName, p.companyName, '(no client)')"
_PERSON: Final = "coalesce(e.resourceFullName, '(unknown)')"
_BILLABLE: Final = "e.isNonBillable is not true"
_FREE: Final = "e.isNonBillable is true"
_HOURS: Final = "hours"


def _rows(*conditions: str) -> str:
    return f"{_ROWS}\nwhere {' and '.join(conditions)} {{filters}}\norder by e.dateWorked, e.id"


def _sum(condition: str) -> str:
    total = f"sum(e.hoursWorked) filter (where {condition})"
    return f"cast(coalesce({total}, 0) as double precision)"


_CALLS: Final = """calls as (
  select s.id, s.startDateTime, s.endDateTime, s.companyID, s.companyName, s.description, s.status,
    cast(coalesce(s.duration, (extract(epoch from s.endDateTime) - extract(epoch from s.startDateTime)) / 3600) as double precision) as hours
  from autotask.ServiceCalls s
  where s.canceledDateTime is null and s.startDateTime >= :start and s.startDateTime < :end
),
people as (
  select serviceCallID, resourceID, resourceFullName from autotask.ServiceCallTicketResources
  union
  select serviceCallID, resourceID, resourceFullName from autotask.ServiceCallTaskResources
),
planned as (
  select c.*, p.resourceID, coalesce(p.resourceFullName, '(nobody)') as technician
  from calls c left join people p on p.serviceCallID = c.id
)"""  # noqa: E501 - one line of SQL

ON_WORK: Final = (
    Report(
        name="hours-by-technician",
        title="Hours by technician",
        question="How much does each of us work, and how much of it can be billed?",
        group=_GROUP,
        datasets=("TimeEntries", "Tickets", "Tasks", "Projects"),
        sql=f"""select {_PERSON} as technician,
  {_sum(_BILLABLE)} as billable,
  {_sum(_FREE)} as not_billable
{_FROM}
where {_IN_RANGE} {{filters}}
group by 1
order by sum(e.hoursWorked) desc, 1""",
        chart=Chart.STACKED,
        x="technician",
        x_title="Technician",
        measures=(
            Measure(
                "billable",
                "Billable",
                _HOURS,
                _rows(_IN_RANGE, f"{_PERSON} = :point", _BILLABLE),
            ),
            Measure(
                "not_billable",
                "Not billable",
                _HOURS,
                _rows(_IN_RANGE, f"{_PERSON} = :point", _FREE),
            ),
        ),
        filters=_WITH_CLIENT,
        days=30,
        note="By the day worked.",
    ),
    Report(
        name="hours-by-client",
        title="Hours by client",
        question="For which clients do we work most?",
        group=_GROUP,
        datasets=("TimeEntries", "Tickets", "Tasks", "Projects"),
        sql=f"""with worked as (
  select {_CLIENT} as client, {_sum(_BILLABLE)} as billable, {_sum(_FREE)} as not_billable
  {_FROM}
  where {_IN_RANGE} {{filters}}
  group by 1
),
ranked as (
  select worked.*, row_number() over (order by billable + not_billable desc, client) as place
  from worked
)
select case when place <= 20 then client else '(all others)' end as client,
  sum(billable) as billable, sum(not_billable) as not_billable
from ranked
group by 1
order by min(place)""",
        chart=Chart.STACKED,
        x="client",
        x_title="Client",
        measures=(
            Measure(
                "billable",
                "Billable",
                _HOURS,
                _rows(_IN_RANGE, f"{_CLIENT} = :point", _BILLABLE),
            ),
            Measure(
                "not_billable",
                "Not billable",
                _HOURS,
                _rows(_IN_RANGE, f"{_CLIENT} = :point", _FREE),
            ),
        ),
        filters=_WITH_CLIENT,
        days=30,
        note="The client of the ticket, or of the project of the task. The 20 clients with most"
        " hours; all others together.",
    ),
    Report(
        name="hours-over-time",
        title="Hours over time",
        question="Does our work grow, and does the part that can be billed?",
        group=_GROUP,
        datasets=("TimeEntries", "Tickets", "Tasks", "Projects"),
        sql=f"""select date_trunc(:grain, {_DAY}) as period,
  {_sum(_BILLABLE)} as billable,
  {_sum(_FREE)} as not_billable
{_FROM}
where {_IN_RANGE} {{filters}}
group by 1
order by 1""",
        chart=Chart.STACKED,
        x="period",
        x_title="Worked",
        measures=(
            Measure("billable", "Billable", _HOURS, _rows(_IN_POINT, _BILLABLE)),
            Measure("not_billable", "Not billable", _HOURS, _rows(_IN_POINT, _FREE)),
        ),
        filters=_WITH_CLIENT,
        grain="week",
        days=182,
    ),
    Report(
        name="service-call-load",
        title="Service-call load",
        question="Who is out at clients, and how much?",
        group=_GROUP,
        datasets=("ServiceCalls", "ServiceCallTicketResources", "ServiceCallTaskResources"),
        sql=f"""with {_CALLS},
ranked as (
  select c.technician, row_number() over (order by sum(c.hours) desc, c.technician) as place
  from planned c
  where true {{filters}}
  group by 1
)
select date_trunc(:grain, c.startDateTime at time zone :zone) as period,
  case when r.place <= 20 then c.technician else '(all others)' end as technician,
  sum(c.hours) as hours, count(*) as calls
from planned c join ranked r on r.technician = c.technician
where true {{filters}}
group by 1, 2
order by 1, 2""",
        chart=Chart.STACKED,
        x="period",
        x_title="Begins",
        series="technician",
        measures=(
            Measure(
                "hours",
                "Hours planned",
                _HOURS,
                f"""with {_CALLS}
select c.startDateTime, c.endDateTime, c.technician, c.companyName, c.status, c.hours,
  c.description, c.id
from planned c
where c.startDateTime >= :point_start and c.startDateTime < :point_end
  and c.technician = :series {{filters}}
order by c.startDateTime, c.id""",
            ),
        ),
        filters={"company": "c.companyID = :company", "technician": "c.resourceID = :technician"},
        grain="week",
        note="A call for two technicians counts for each. Cancelled calls are left out. The 20"
        " technicians with most hours; all others together.",
    ),
    Report(
        name="project-tasks",
        title="Open tasks by project",
        question="Which projects have most left to do?",
        group=_GROUP,
        datasets=("Projects", "Tasks"),
        sql="""select p.projectName as project,
  count(*) filter (where k.endDateTime is null or k.endDateTime >= :now) as due_later,
  count(*) filter (where k.endDateTime < :now) as overdue
from autotask.Tasks k
join autotask.Projects p on p.id = k.projectID
where k.completedDateTime is null {filters}
group by 1
order by count(*) desc, 1""",
        chart=Chart.STACKED,
        x="project",
        x_title="Project",
        measures=tuple(
            Measure(
                column,
                title,
                "tasks",
                f"""select k.taskNumber, k.title, p.projectName, p.companyName, k.status,
  k.assignedResourceFullName, k.endDateTime, k.remainingHours, k.id
from autotask.Tasks k
join autotask.Projects p on p.id = k.projectID
where k.completedDateTime is null and p.projectName = :point and {condition} {{filters}}
order by k.endDateTime, k.id""",
            )
            for column, title, condition in (
                ("due_later", "Due later", "(k.endDateTime is null or k.endDateTime >= :now)"),
                ("overdue", "Overdue", "k.endDateTime < :now"),
            )
        ),
        filters={
            "company": "p.companyID = :company",
            "technician": "k.assignedResourceID = :technician",
        },
        has_period=False,
    ),
)
