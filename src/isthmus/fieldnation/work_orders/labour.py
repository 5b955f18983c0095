"""What was worked and spent: time logs and expenses."""

from datetime import datetime
from decimal import Decimal

from isthmus.fieldnation.models import Expense, Raw, TimeLog, WorkOrder
from isthmus.fieldnation.parsing import parse_expenses, parse_time_logs
from isthmus.fieldnation.times import either
from isthmus.fieldnation.work_orders.base import OrderCalls, options, without_none


class Labour(OrderCalls):
    """The calls about stays on site and expenses."""

    async def time_logs(
        self, work_order_id: int, *, acting_user_id: int | None = None
    ) -> tuple[TimeLog, ...]:
        """Read the stays on site."""
        return parse_time_logs(
            await self._part(work_order_id, "time_logs", acting_user_id=acting_user_id)
        )

    async def add_time_log(
        self,
        work_order_id: int,
        start: datetime,
        end: datetime | None = None,
        *,
        devices: int | None = None,
        acting_user_id: int | None = None,
    ) -> WorkOrder:
        """Add a stay; times with a zone are moments, those without are on the site's clock."""
        body = _stay(start, end, devices)
        query = options(acting_user_id=acting_user_id)
        return await self._write_order("POST", work_order_id, "time_logs", body=body, query=query)

    async def update_time_log(
        self,
        work_order_id: int,
        time_log_id: int,
        start: datetime,
        end: datetime | None = None,
        *,
        devices: int | None = None,
        acting_user_id: int | None = None,
    ) -> WorkOrder:
        """Set a stay anew; it keeps its id."""
        body = {"id": time_log_id, **_stay(start, end, devices)}
        query = options(acting_user_id=acting_user_id)
        tail = ("time_logs", time_log_id)
        return await self._write_order("PUT", work_order_id, *tail, body=body, query=query)

    async def remove_time_log(
        self, work_order_id: int, time_log_id: int, *, acting_user_id: int | None = None
    ) -> WorkOrder:
        """Delete a stay."""
        query = options(acting_user_id=acting_user_id)
        tail = ("time_logs", time_log_id)
        return await self._write_order("DELETE", work_order_id, *tail, body=None, query=query)

    async def expenses(self, work_order_id: int) -> tuple[Expense, ...]:
        """Read the expenses."""
        return parse_expenses(await self._part(work_order_id, "expenses"))

    async def add_expense(
        self,
        work_order_id: int,
        category: Raw,
        description: str,
        amount: Decimal,
        *,
        quantity: int = 1,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> WorkOrder:
        """Add an expense; `category` is a row of `company.expense_categories()`."""
        body = _expense(category, description, amount, quantity)
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        return await self._write_order("POST", work_order_id, "expenses", body=body, query=query)

    async def update_expense(
        self,
        work_order_id: int,
        expense_id: int,
        category: Raw,
        description: str,
        amount: Decimal,
        *,
        quantity: int = 1,
        status: str | None = None,
        status_description: str | None = None,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> WorkOrder:
        """Set an expense anew; `status` is new, approved or disapproved."""
        body = {
            **_expense(category, description, amount, quantity),
            **without_none(status=status, status_description=status_description),
        }
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        tail = ("expenses", expense_id)
        return await self._write_order("PUT", work_order_id, *tail, body=body, query=query)


def _stay(start: datetime, end: datetime | None, devices: int | None) -> dict[str, object]:
    body: dict[str, object] = {"in": {"created": either(start)}}
    if end is not None:
        body["out"] = {"created": either(end)}
    if devices is not None:
        body["devices"] = devices
    return body


def _expense(category: Raw, description: str, amount: Decimal, quantity: int) -> dict[str, object]:
    known: Raw = {
        key: category[key] for key in ("uid", "id", "company_expense_id") if category.get(key)
    }
    # The published description wants the amount as text here, and gives it as a number elsewhere.
    return {
        "category": known,
        "description": description,
        "amount": str(amount),
        "quantity": quantity,
    }
