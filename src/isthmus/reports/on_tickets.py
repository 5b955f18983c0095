"""
Ready reports on tickets.

A ticket is open until its status is Complete (code 5 in every tenant; source: the vendor's entity
page of tickets), whatever dates it carries: one that was reopened still has the day on which it was
completed first. It closed when it was completed, or, without that date, at its last activity.
"""

from typing import Final

from isthmus.reports.shapes import Chart, Measure, Report

_GROUP: Final = "Service desk"
_FILTERS: Final = {
    "queue": "t.queueID_code = :queue",
    "priority": "t.priority_code = :priority",
    "company": "t.companyID = :company",
    "technician": "t.assignedResourceID = :technician",
    "contract": "t.contractID = :contract",
}
_ROWS: Final = """select t.ticketNumber, t.title, t.companyName, t.queueID, t.priority, t.status,
  t.assignedResourceFullName, t.createDate, t.completedDate, t.dueDateTime, t.id
from autotask.Tickets t"""
_PERIODS: Final = """periods as (
  select g.period
  from generate_series(cast(:first as timestamp), cast(:final as timestamp), cast(:step as interval)) as g(period)
)"""  # noqa: E501 - one line of SQL
_TICKETS: Final = """tickets as (
  select t.queueID, t.createDate, case when t.status_code = 5 then coalesce(t.completedDate, t.lastActivityDate) end as closedAt
  from autotask.Tickets t
  where t.createDate < :end {filters}
)"""  # noqa: E501
_OPENED_IN: Final = "t.createDate >= :point_start and t.createDate < :point_end"
_CLOSED: Final = "coalesce(t.completedDate, t.lastActivityDate)"
_CLOSED_IN: Final = (
    f"t.status_code = 5 and t.createDate < :end and {_CLOSED} >= :point_start and {_CLOSED} <"
    " :point_end"
)
_OPEN_AT_END: Final = (
    f"t.createDate < :point_end and (t.status_code is distinct from 5 or {_CLOSED} >= :point_end)"
)
_OPEN: Final = "t.status_code is distinct from 5"
_OF_QUEUE: Final = "coalesce(t.queueID, '(no queue)') = :series"
_PERIOD: Final = "date_trunc(:grain, {} at time zone :zone)"
_FIRST_RESPONSE: Final = """case
    when t.firstResponseDueDateTime is null then 'no target'
    when t.firstResponseDateTime <= t.firstResponseDueDateTime then 'met'
    when t.firstResponseDateTime is not null or t.firstResponseDueDateTime < :now then 'missed'
    else 'running'
  end"""
_RESOLUTION: Final = """case
    when t.resolvedDueDateTime is null then 'no target'
    when t.status_code = 5 and t.resolvedDateTime <= t.resolvedDueDateTime then 'met'
    when t.status_code = 5 and t.resolvedDateTime is null and t.completedDate <= t.resolvedDueDateTime then 'met'
    when t.status_code = 5 or t.resolvedDueDateTime < :now then 'missed'
    else 'running'
  end"""  # noqa: E501
_AGE: Final = (
    "(extract(epoch from cast(:now as timestamp with time zone)) - extract(epoch from"
    " t.createDate)) / 86400"
)
"""Seconds are subtracted, not instants: DuckDB counts the days between two instants by the clock
on the wall, which is set forward and back."""

_AGES: Final = {
    "0 to 1 day": 1,
    "1 to 3 days": 3,
    "3 to 7 days": 7,
    "7 to 30 days": 30,
    "30 to 90 days": 90,
}
"""Ages by name, each with the days below which it ends."""

_OLDEST: Final = "over 90 days"
_YOUNGER: Final = "\n    ".join(
    f"when {_AGE} < {days} then '{name}'" for name, days in _AGES.items()
)
_BUCKET: Final = f"""case
    {_YOUNGER}
    else '{_OLDEST}'
  end"""
_TICKETS_UNIT: Final = "tickets"


def _rows(*conditions: str) -> str:
    return f"{_ROWS}\nwhere {' and '.join(conditions)} {{filters}}\norder by t.createDate, t.id"


def _on_sla(name: str, title: str, question: str, outcome: str) -> Report:
    return Report(
        name=name,
        title=title,
        question=question,
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""select {_PERIOD.format("t.createDate")} as period,
  {outcome} as outcome,
  count(*) as tickets
from autotask.Tickets t
where t.createDate >= :start and t.createDate < :end {{filters}}
group by 1, 2
order by 1, 2""",
        chart=Chart.STACKED,
        x="period",
        x_title="Created",
        series="outcome",
        measures=(
            Measure(
                "tickets",
                "Tickets",
                _TICKETS_UNIT,
                _rows(_OPENED_IN, f"({outcome}) = :series"),
            ),
        ),
        filters=_FILTERS,
        grain="week",
        note="By the day of creation. Running: neither done nor due yet. No target: no SLA says"
        " when.",
        order=("met", "missed", "running", "no target"),
    )


ON_TICKETS: Final = (
    Report(
        name="ticket-flow",
        title="Tickets opened and closed",
        question="Do we close as many tickets as come in, and how many are open?",
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""with {_PERIODS},
{_TICKETS},
counted as (
  select case when t.createDate >= :start then {_PERIOD.format("t.createDate")} end as opened,
    case when t.closedAt >= :start and t.closedAt < :end then {_PERIOD.format("t.closedAt")} end as closed,
    t.createDate < :start and (t.closedAt is null or t.closedAt >= :start) as was_open,
    count(*) as n
  from tickets t group by 1, 2, 3
),
opened as (select opened as period, sum(n) as n from counted group by 1),
closed as (select closed as period, sum(n) as n from counted group by 1),
earlier as (select coalesce(sum(n), 0) as n from counted where was_open)
select p.period, cast(coalesce(o.n, 0) as bigint) as opened, cast(coalesce(c.n, 0) as bigint) as closed,
  cast(e.n + sum(coalesce(o.n, 0) - coalesce(c.n, 0)) over (order by p.period) as bigint) as open
from periods p
cross join earlier e
left join opened o on o.period = p.period
left join closed c on c.period = p.period
order by p.period""",  # noqa: E501
        chart=Chart.LINE,
        x="period",
        x_title="Period",
        measures=(
            Measure("opened", "Opened", _TICKETS_UNIT, _rows(_OPENED_IN)),
            Measure("closed", "Closed", _TICKETS_UNIT, _rows(_CLOSED_IN)),
            Measure("open", "Open at the end", _TICKETS_UNIT, _rows(_OPEN_AT_END)),
        ),
        filters=_FILTERS,
        grain="week",
        note="A ticket that was reopened counts as open since its creation: Autotask keeps no"
        " history of states.",
    ),
    Report(
        name="backlog-by-queue",
        title="Backlog by queue",
        question="In which queue does work pile up?",
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""with {_PERIODS},
{_TICKETS},
counted as (
  select coalesce(t.queueID, '(no queue)') as queue,
    case when t.createDate < :start then cast(:first as timestamp) else {_PERIOD.format("t.createDate")} end as opened,
    case when t.closedAt < :start then cast(:first as timestamp)
      when t.closedAt < :end then {_PERIOD.format("t.closedAt")} end as closed,
    count(*) as n
  from tickets t group by 1, 2, 3
),
moves as (
  select queue, opened as period, n from counted
  union all
  select queue, closed as period, -n as n from counted where closed is not null
),
changes as (select queue, period, sum(n) as n from moves group by 1, 2),
queues as (select distinct queue from changes)
select p.period, q.queue,
  cast(coalesce(sum(c.n) over (partition by q.queue order by p.period), 0) as bigint) as open
from periods p
cross join queues q
left join changes c on c.period = p.period and c.queue = q.queue
order by p.period, q.queue""",  # noqa: E501
        chart=Chart.STACKED,
        x="period",
        x_title="Period",
        series="queue",
        measures=(
            Measure(
                "open",
                "Open at the end",
                _TICKETS_UNIT,
                _rows(_OPEN_AT_END, _OF_QUEUE),
            ),
        ),
        filters=_FILTERS,
        grain="week",
        note="Tickets stand in the queue they are in now.",
    ),
    _on_sla(
        "first-response-sla",
        "First response against SLA",
        "Do we answer within the time we promised?",
        _FIRST_RESPONSE,
    ),
    _on_sla(
        "resolution-sla",
        "Resolution against SLA",
        "Do we resolve within the time we promised?",
        _RESOLUTION,
    ),
    Report(
        name="sla-by-queue",
        title="SLA kept, by queue",
        question="Which queues keep their SLA?",
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""with outcomes as (
  select coalesce(t.queueID, '(no queue)') as queue, {_FIRST_RESPONSE} as response,
    {_RESOLUTION} as resolution
  from autotask.Tickets t
  where t.createDate >= :start and t.createDate < :end {{filters}}
)
select queue,
  cast(100.0 * count(*) filter (where response = 'met') / nullif(count(*) filter (where response in ('met', 'missed')), 0) as double precision) as response,
  cast(100.0 * count(*) filter (where resolution = 'met') / nullif(count(*) filter (where resolution in ('met', 'missed')), 0) as double precision) as resolution,
  count(*) as tickets
from outcomes
group by 1
order by tickets desc, queue""",  # noqa: E501
        chart=Chart.BAR,
        x="queue",
        x_title="Queue",
        measures=(
            Measure(
                "response",
                "First response kept",
                "%",
                _rows(
                    "t.createDate >= :start and t.createDate < :end",
                    f"({_FIRST_RESPONSE}) = 'missed'",
                    "coalesce(t.queueID, '(no queue)') = :point",
                ),
            ),
            Measure(
                "resolution",
                "Resolution kept",
                "%",
                _rows(
                    "t.createDate >= :start and t.createDate < :end",
                    f"({_RESOLUTION}) = 'missed'",
                    "coalesce(t.queueID, '(no queue)') = :point",
                ),
            ),
        ),
        filters=_FILTERS,
        note="Of the tickets with a target that are done or overdue. The rows behind a bar are"
        " those that missed it.",
    ),
    Report(
        name="time-to-resolve",
        title="Time to resolve",
        question="How long do clients wait until a ticket is done?",
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""with {_TICKETS},
done as (
  select {_PERIOD.format("t.closedAt")} as period,
    cast(extract(epoch from t.closedAt) - extract(epoch from t.createDate) as double precision) / 3600 as hours
  from tickets t
  where t.closedAt >= :start and t.closedAt < :end and t.closedAt >= t.createDate
)
select period,
  percentile_cont(0.5) within group (order by hours) as median,
  percentile_cont(0.9) within group (order by hours) as slowest
from done
group by 1
order by 1""",  # noqa: E501
        chart=Chart.LINE,
        x="period",
        x_title="Closed",
        measures=(
            Measure("median", "Half are done within", "hours", _rows(_CLOSED_IN)),
            Measure("slowest", "9 of 10 are done within", "hours", _rows(_CLOSED_IN)),
        ),
        filters=_FILTERS,
        grain="month",
        days=365,
        note="By the clock, nights and weekends included.",
    ),
    Report(
        name="open-ticket-age",
        title="Age of open tickets",
        question="How old are the tickets that are open now?",
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""select {_BUCKET} as age,
  coalesce(t.priority, '(no priority)') as priority,
  count(*) as tickets,
  min({_AGE}) as youngest
from autotask.Tickets t
where {_OPEN} and t.createDate is not null {{filters}}
group by 1, 2
order by 4""",
        chart=Chart.STACKED,
        x="age",
        x_title="Open for",
        series="priority",
        measures=(
            Measure(
                "tickets",
                "Open tickets",
                _TICKETS_UNIT,
                _rows(
                    _OPEN,
                    f"({_BUCKET}) = :point",
                    "coalesce(t.priority, '(no priority)') = :series",
                ),
            ),
        ),
        filters=_FILTERS,
        has_period=False,
        places=(*_AGES, _OLDEST),
    ),
    Report(
        name="open-by-technician",
        title="Open tickets by technician",
        question="Who has how much to do, and how much of it is overdue?",
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""select coalesce(t.assignedResourceFullName, '(nobody)') as technician,
  count(*) filter (where t.dueDateTime is null or t.dueDateTime >= :now) as due_later,
  count(*) filter (where t.dueDateTime < :now) as overdue
from autotask.Tickets t
where {_OPEN} {{filters}}
group by 1
order by count(*) desc, 1""",
        chart=Chart.STACKED,
        x="technician",
        x_title="Technician",
        measures=(
            Measure(
                "due_later",
                "Due later",
                _TICKETS_UNIT,
                _rows(
                    _OPEN,
                    "(t.dueDateTime is null or t.dueDateTime >= :now)",
                    "coalesce(t.assignedResourceFullName, '(nobody)') = :point",
                ),
            ),
            Measure(
                "overdue",
                "Overdue",
                _TICKETS_UNIT,
                _rows(
                    _OPEN,
                    "t.dueDateTime < :now",
                    "coalesce(t.assignedResourceFullName, '(nobody)') = :point",
                ),
            ),
        ),
        filters=_FILTERS,
        has_period=False,
    ),
    Report(
        name="tickets-by-client",
        title="Tickets by client",
        question="Which clients need us most?",
        group=_GROUP,
        datasets=("Tickets",),
        sql="""with counted as (
  select coalesce(t.companyName, '(unknown client)') as client, count(*) as n
  from autotask.Tickets t
  where t.createDate >= :start and t.createDate < :end {filters}
  group by 1
),
ranked as (select client, n, row_number() over (order by n desc, client) as place from counted)
select case when place <= 20 then client else '(all others)' end as client,
  cast(sum(n) as bigint) as tickets
from ranked
group by 1
order by min(place)""",
        chart=Chart.BAR,
        x="client",
        x_title="Client",
        measures=(
            Measure(
                "tickets",
                "Tickets opened",
                _TICKETS_UNIT,
                _rows(
                    "t.createDate >= :start and t.createDate < :end",
                    "coalesce(t.companyName, '(unknown client)') = :point",
                ),
            ),
        ),
        filters=_FILTERS,
        note="The 20 clients with most tickets; all others together.",
    ),
    Report(
        name="tickets-by-issue",
        title="Tickets by issue",
        question="What do clients call about?",
        group=_GROUP,
        datasets=("Tickets",),
        sql=f"""select {_PERIOD.format("t.createDate")} as period,
  coalesce(t.issueType, '(no issue type)') as issue,
  count(*) as tickets
from autotask.Tickets t
where t.createDate >= :start and t.createDate < :end {{filters}}
group by 1, 2
order by 1, 2""",
        chart=Chart.STACKED,
        x="period",
        x_title="Created",
        series="issue",
        measures=(
            Measure(
                "tickets",
                "Tickets opened",
                _TICKETS_UNIT,
                _rows(_OPENED_IN, "coalesce(t.issueType, '(no issue type)') = :series"),
            ),
        ),
        filters=_FILTERS,
        grain="month",
        days=365,
    ),
)
