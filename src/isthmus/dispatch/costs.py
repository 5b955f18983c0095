"""Hours, expenses and pay of a work order, as time entries and charges of its record."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from isthmus.dispatch.desk import Desk, Job
from isthmus.dispatch.making import Maker
from isthmus.dispatch.rules.changes import Changes
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Mapping
from isthmus.dispatch.things import Thing, carry
from isthmus.fieldnation import WorkOrder
from isthmus.fieldnation.models import Expense, TimeLog
from isthmus.fieldnation.parsing import parse_expenses, parse_time_logs
from isthmus.fieldnation.readout import object_of

if TYPE_CHECKING:
    from isthmus.autotask.port import Writable

HOURS: Final = "timelog.saved"
EXPENSE: Final = "expense.approved"
PAY: Final = "pay.approved"
_PAID_FROM: Final = frozenset({"Approved", "Paid"})


async def carry_costs(desk: Desk, job: Job, rule: Rule, order: WorkOrder) -> None:
    """Make or keep up what the rule wants of the order's hours and money."""
    mapping = desk.library.mapping(rule.outbound) if rule.outbound else None
    if mapping is None:
        return
    costs = _Costs(desk, job, rule, mapping, order)
    if rule.times and job.linked.entity != "ServiceCalls":
        for stay in parse_time_logs(object_of(order.raw.get("time_logs"))):
            if stay.end is not None:
                await costs.stay(stay)
    if rule.costs != "none" and job.linked.entity == "Tickets":
        for expense in parse_expenses(object_of(costs.pay.get("expenses"))):
            if expense.status.casefold() == "approved":
                await costs.expense(expense)
        if order.status is not None and order.status.name in _PAID_FROM:
            await costs.whole_pay()


@dataclass(frozen=True, slots=True)
class _Costs:
    desk: Desk
    job: Job
    rule: Rule
    mapping: Mapping
    order: WorkOrder

    @property
    def pay(self) -> dict[str, Any]:
        return dict(object_of(self.order.raw.get("pay")))

    async def stay(self, stay: TimeLog) -> None:
        rule = self.rule
        given: dict[str, Writable] = {
            "resourceID": rule.time_resource_id,
            "roleID": rule.time_role_id,
        }
        if rule.time_billing_code_id is not None:
            given["billingCodeID"] = rule.time_billing_code_id
        source = str(stay.id)
        for changes in await self._made("time", source, HOURS, {"timeLog": dict(stay.raw)}):
            thing = Thing(
                "time", source, changes, marker=f"(#{stay.id})", is_first=True,
                is_kept_up=True, text_field=rule.time_id_in, extra=given,
            )  # fmt: skip
            await carry(self.desk, self.job, thing)

    async def expense(self, expense: Expense) -> None:
        source = f"expense {expense.id}"
        for changes in await self._made("charge", source, EXPENSE, {"expense": dict(expense.raw)}):
            await self._charge(source, changes)

    async def whole_pay(self) -> None:
        for changes in await self._made("charge", "pay", PAY, {"pay": self.pay}):
            await self._charge("pay", changes)

    async def _charge(self, source: str, changes: Changes) -> None:
        thing = Thing("charge", source, changes, is_kept_up=True, text_field=self.rule.cost_id_in)
        await carry(self.desk, self.job, thing)

    async def _made(
        self, kind: str, source: str, event: str, told: dict[str, Any]
    ) -> tuple[Changes, ...]:
        maker = Maker(self.desk, self.job, self.mapping, self.order)
        return await maker.things(kind, source, event, told)
