"""When, where and for how much: schedule, location, pay."""

from isthmus.fieldnation.models import Raw
from isthmus.fieldnation.work_orders.base import OrderCalls


class Plan(OrderCalls):
    """The calls about schedule, location, pay and arrival; build bodies with `payloads`."""

    async def schedule(self, work_order_id: int, *, acting_user_id: int | None = None) -> Raw:
        """Read the schedule: `service_window` with both forms of time, `time_zone`."""
        return await self._part(work_order_id, "schedule", acting_user_id=acting_user_id)

    async def set_schedule(self, work_order_id: int, schedule: Raw) -> Raw:
        """
        Set the schedule. Raises: ValidationFailed: no mode, or a text that is no time.

        Source: observed: a schedule sent apart is kept more surely than one inside a create.
        """
        return await self._write("PUT", work_order_id, "schedule", body=schedule, query={})

    async def location(self, work_order_id: int, *, acting_user_id: int | None = None) -> Raw:
        """Read the location, with coordinates where the vendor found them."""
        return await self._part(work_order_id, "location", acting_user_id=acting_user_id)

    async def set_location(self, work_order_id: int, location: Raw) -> Raw:
        """Set the location."""
        return await self._write("PUT", work_order_id, "location", body=location, query={})

    async def pay(self, work_order_id: int, *, acting_user_id: int | None = None) -> Raw:
        """Read the pay with fees, sums and what was reported; amounts are exact decimals."""
        return await self._part(work_order_id, "pay", acting_user_id=acting_user_id)

    async def set_pay(self, work_order_id: int, pay: Raw) -> Raw:
        """Set the pay."""
        return await self._write("PUT", work_order_id, "pay", body=pay, query={})

    async def eta(self, work_order_id: int, *, acting_user_id: int | None = None) -> Raw:
        """Read when the provider means to arrive."""
        return await self._part(work_order_id, "eta", acting_user_id=acting_user_id)

    async def providers(self, work_order_id: int) -> tuple[Raw, ...]:
        """Read who asked for the order or was offered it, with their counter offers."""
        return await self._rows(work_order_id, "providers")
