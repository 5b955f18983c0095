"""
Ready reports on contracts and billing. Amounts are in the tenant's own currency.

`ContractServiceUnits` is sliced in time: one row for the units of one service from one day to
another; its price and cost are for all of its units together (observed). Days are taken in UTC, in
which Autotask keeps them as midnights (observed).
"""

from typing import Final

from isthmus.reports.shapes import Chart, Measure, Report

_GROUP: Final = "Contracts and billing"
_STARTS: Final = "u.startDate at time zone 'UTC'"
_ENDS: Final = "u.endDate at time zone 'UTC'"
_IN_RANGE: Final = (
    f"{_STARTS} >= cast(:first_day as timestamp) and {_STARTS} < cast(:end_day as timestamp)"
)
_IN_POINT: Final = (
    f"{_STARTS} >= cast(:point_first as timestamp) and {_STARTS} < cast(:point_last as timestamp)"
)
_FROM: Final = """from autotask.ContractServiceUnits u
left join autotask.Contracts c on c.id = u.contractID"""
_ROWS: Final = f"""select c.contractName, c.companyName, u.serviceName, u.startDate, u.endDate,
  u.units, u.price, u.cost, u.approveAndPostDate, u.id
{_FROM}"""
_FILTERS: Final = {
    "company": "c.companyID = :company",
    "contract": "u.contractID = :contract",
    "service": "u.serviceID = :service",
}
_DATASETS: Final = ("ContractServiceUnits", "Contracts")
_CLIENT: Final = "coalesce(c.companyName, '(unknown client)')"
_SERVICE: Final = "coalesce(u.serviceName, '(unknown service)')"
_MONEY: Final = "money"


def _rows(*conditions: str) -> str:
    return f"{_ROWS}\nwhere {' and '.join(conditions)} {{filters}}\norder by u.startDate, u.id"


def _money(column: str) -> str:
    return f"cast(coalesce(sum({column}), 0) as double precision)"


def _sums(drill: str) -> tuple[Measure, ...]:
    return (
        Measure("revenue", "Revenue", _MONEY, drill),
        Measure("cost", "Cost", _MONEY, drill),
        Measure("margin", "Margin", _MONEY, drill),
    )


_INVOICED: Final = "i.invoiceDateTime at time zone 'UTC'"

ON_CONTRACTS: Final = (
    Report(
        name="contract-units",
        title="Contract units over time",
        question="How many units of each service do clients have?",
        group=_GROUP,
        datasets=_DATASETS,
        sql=f"""with periods as (
  select g.period
  from generate_series(cast(:first as timestamp), cast(:final as timestamp), cast(:step as interval)) as g(period)
)
select p.period, {_SERVICE} as service, cast(sum(u.units) as double precision) as units
from periods p
join autotask.ContractServiceUnits u on {_STARTS} <= p.period and {_ENDS} >= p.period
left join autotask.Contracts c on c.id = u.contractID
where true {{filters}}
group by 1, 2
order by 1, 2""",  # noqa: E501 - one line of SQL
        chart=Chart.STACKED,
        x="period",
        x_title="On",
        series="service",
        measures=(
            Measure(
                "units",
                "Units",
                "units",
                _rows(
                    f"{_STARTS} <= cast(:point_first as timestamp)",
                    f"{_ENDS} >= cast(:point_first as timestamp)",
                    f"{_SERVICE} = :series",
                ),
            ),
        ),
        filters=_FILTERS,
        grain="month",
        days=365,
        note="On the first day of each period.",
    ),
    Report(
        name="contract-margin",
        title="Contract revenue, cost and margin",
        question="What do recurring services earn?",
        group=_GROUP,
        datasets=_DATASETS,
        sql=f"""select date_trunc(:grain, {_STARTS}) as period,
  {_money("u.price")} as revenue, {_money("u.cost")} as cost,
  {_money("coalesce(u.price, 0) - coalesce(u.cost, 0)")} as margin
{_FROM}
where {_IN_RANGE} {{filters}}
group by 1
order by 1""",
        chart=Chart.LINE,
        x="period",
        x_title="Begins",
        measures=_sums(_rows(_IN_POINT)),
        filters=_FILTERS,
        grain="month",
        days=365,
        note="A slice of units counts whole in the period in which it begins.",
    ),
    Report(
        name="margin-by-client",
        title="Contract margin by client",
        question="Which clients' recurring services earn most?",
        group=_GROUP,
        datasets=_DATASETS,
        sql=f"""with earned as (
  select {_CLIENT} as client, {_money("u.price")} as revenue, {_money("u.cost")} as cost
  {_FROM}
  where {_IN_RANGE} {{filters}}
  group by 1
),
ranked as (
  select earned.*, row_number() over (order by revenue - cost desc, client) as place from earned
)
select case when place <= 20 then client else '(all others)' end as client,
  sum(revenue) as revenue, sum(cost) as cost, sum(revenue - cost) as margin
from ranked
group by 1
order by min(place)""",
        chart=Chart.BAR,
        x="client",
        x_title="Client",
        measures=_sums(_rows(_IN_RANGE, f"{_CLIENT} = :point")),
        filters=_FILTERS,
        days=365,
        note="The 20 clients with most margin; all others together.",
    ),
    Report(
        name="contract-endings",
        title="Contracts that end",
        question="Which contracts end soon, and what do they bring?",
        group=_GROUP,
        datasets=("Contracts",),
        sql="""select date_trunc('month', c.endDate at time zone 'UTC') as period,
  coalesce(c.contractType, '(no type)') as contract_type, count(*) as contracts,
  cast(coalesce(sum(c.estimatedRevenue), 0) as double precision) as revenue
from autotask.Contracts c
where c.endDate >= :now and c.status_code = 1 {filters}
group by 1, 2
order by 1, 2""",
        chart=Chart.STACKED,
        x="period",
        x_title="Ends",
        series="contract_type",
        measures=(
            Measure(
                "contracts",
                "Contracts",
                "contracts",
                """select c.contractName, c.companyName, c.contractType, c.startDate, c.endDate,
  c.estimatedRevenue, c.id
from autotask.Contracts c
where c.endDate >= :now and c.status_code = 1
  and date_trunc('month', c.endDate at time zone 'UTC') = cast(:point_first as timestamp)
  and coalesce(c.contractType, '(no type)') = :series {filters}
order by c.endDate, c.id""",
            ),
        ),
        filters={"company": "c.companyID = :company"},
        has_period=False,
        note="Active contracts alone (status code 1 in every tenant).",
    ),
    Report(
        name="invoices",
        title="Invoiced and paid",
        question="What did we invoice, and what of it is paid?",
        group=_GROUP,
        datasets=("Invoices",),
        sql=f"""select date_trunc(:grain, {_INVOICED}) as period,
  cast(coalesce(sum(i.invoiceTotal) filter (where i.paidDate is not null), 0) as double precision) as paid,
  cast(coalesce(sum(i.invoiceTotal) filter (where i.paidDate is null), 0) as double precision) as owed
from autotask.Invoices i
where i.isVoided is not true and {_INVOICED} >= cast(:first_day as timestamp)
  and {_INVOICED} < cast(:end_day as timestamp) {{filters}}
group by 1
order by 1""",  # noqa: E501
        chart=Chart.STACKED,
        x="period",
        x_title="Invoiced",
        measures=tuple(
            Measure(
                column,
                title,
                _MONEY,
                f"""select i.invoiceNumber, i.companyName, i.invoiceDateTime, i.dueDate, i.paidDate,
  i.invoiceTotal, i.id
from autotask.Invoices i
where i.isVoided is not true and {_INVOICED} >= cast(:point_first as timestamp)
  and {_INVOICED} < cast(:point_last as timestamp) and {condition} {{filters}}
order by i.invoiceDateTime, i.id""",
            )
            for column, title, condition in (
                ("paid", "Paid", "i.paidDate is not null"),
                ("owed", "Not paid", "i.paidDate is null"),
            )
        ),
        filters={"company": "i.companyID = :company"},
        grain="month",
        days=365,
        note="Voided invoices are left out. Totals with tax.",
    ),
)
