"""The other parts of a work order, as the vendor's own objects: one pattern for all."""

from isthmus.fieldnation.models import CustomValue, Raw, WorkOrder
from isthmus.fieldnation.parsing import parse_custom_values
from isthmus.fieldnation.work_orders.base import OrderCalls, Query, options


class Sides(OrderCalls):
    """The calls about custom fields, tags, contacts, tasks, shipments and problems."""

    async def custom_fields(self, work_order_id: int) -> tuple[CustomValue, ...]:
        """Read the custom fields with their values."""
        return parse_custom_values(await self._part(work_order_id, "custom_fields"))

    async def set_custom_field(
        self,
        work_order_id: int,
        custom_field_id: int,
        value: str,
        *,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> WorkOrder:
        """Set the value of a custom field; "" empties it."""
        tail = ("custom_fields", custom_field_id)
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        body = {"value": value}
        return await self._write_order("PUT", work_order_id, *tail, body=body, query=query)

    async def tags(self, work_order_id: int) -> tuple[Raw, ...]:
        """Read the tags: `id`, `label`, `hex_color`."""
        return await self._rows(work_order_id, "tags")

    async def add_tag(self, work_order_id: int, tag_id: int) -> WorkOrder:
        """Put one of the company's tags on an order."""
        return await self._add(work_order_id, "tags", {"id": tag_id})

    async def remove_tag(
        self, work_order_id: int, tag_id: int, *, run_async: bool = False
    ) -> WorkOrder:
        """Take a tag off an order."""
        return await self._drop(work_order_id, "tags", tag_id, options(run_async=run_async))

    async def contacts(self, work_order_id: int) -> tuple[Raw, ...]:
        """Read the contacts: `name`, `role`, `phone`, `ext`, `email`, `notes`."""
        return await self._rows(work_order_id, "contacts")

    async def add_contact(self, work_order_id: int, contact: Raw) -> WorkOrder:
        """Add a contact."""
        return await self._add(work_order_id, "contacts", contact)

    async def update_contact(self, work_order_id: int, contact_id: int, contact: Raw) -> WorkOrder:
        """Set a contact anew."""
        return await self._set(work_order_id, "contacts", contact_id, contact)

    async def remove_contact(self, work_order_id: int, contact_id: int) -> WorkOrder:
        """Delete a contact."""
        return await self._drop(work_order_id, "contacts", contact_id)

    async def tasks(self, work_order_id: int) -> tuple[Raw, ...]:
        """Read the tasks: `id`, `type`, `label`, `status`, `group`."""
        return await self._rows(work_order_id, "tasks")

    async def add_task(self, work_order_id: int, task: Raw) -> WorkOrder:
        """Add a task: `type.id`, `label`, `description`, `group.id`."""
        return await self._add(work_order_id, "tasks", task)

    async def update_task(
        self, work_order_id: int, task_id: int, task: Raw, *, acting_user_id: int | None = None
    ) -> WorkOrder:
        """Change a task. Raises: PermissionDenied: Field Nation manages it itself."""
        return await self._set(work_order_id, "tasks", task_id, task, acting_user_id)

    async def remove_task(self, work_order_id: int, task_id: int) -> WorkOrder:
        """Delete a task. Raises: PermissionDenied: Field Nation manages it itself."""
        return await self._drop(work_order_id, "tasks", task_id)

    async def shipments(
        self, work_order_id: int, *, acting_user_id: int | None = None
    ) -> tuple[Raw, ...]:
        """Read the shipments: `name`, `direction`, `carrier`, `status`."""
        return await self._rows(work_order_id, "shipments", acting_user_id=acting_user_id)

    async def add_shipment(
        self, work_order_id: int, shipment: Raw, *, acting_user_id: int | None = None
    ) -> WorkOrder:
        """Add a shipment: `name`, `direction`, `carrier.name`, `carrier.tracking`."""
        return await self._add(work_order_id, "shipments", shipment, acting_user_id)

    async def update_shipment(
        self,
        work_order_id: int,
        shipment_id: int,
        shipment: Raw,
        *,
        acting_user_id: int | None = None,
    ) -> WorkOrder:
        """Set a shipment anew."""
        return await self._set(work_order_id, "shipments", shipment_id, shipment, acting_user_id)

    async def remove_shipment(
        self,
        work_order_id: int,
        shipment_id: int,
        *,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> WorkOrder:
        """Delete a shipment."""
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        return await self._drop(work_order_id, "shipments", shipment_id, query)

    async def problems(self, work_order_id: int) -> tuple[Raw, ...]:
        """Read the problems reported: `type`, `comments`, `resolution`."""
        return await self._rows(work_order_id, "problems")

    async def report_problem(
        self, work_order_id: int, problem: Raw, *, acting_user_id: int | None = None
    ) -> WorkOrder:
        """Report a problem: `type.id`, `comments`."""
        return await self._add(work_order_id, "problems", problem, acting_user_id)

    async def update_problem(
        self,
        work_order_id: int,
        problem_id: int,
        problem: Raw,
        *,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> WorkOrder:
        """Resolve or reopen a problem: `resolution.status`."""
        tail = ("problems", problem_id)
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        return await self._write_order("PUT", work_order_id, *tail, body=problem, query=query)

    async def remove_problem(self, work_order_id: int, problem_id: int) -> WorkOrder:
        """Delete a problem."""
        return await self._drop(work_order_id, "problems", problem_id)

    async def _add(
        self, work_order_id: int, part: str, body: Raw, acting_user_id: int | None = None
    ) -> WorkOrder:
        query = options(acting_user_id=acting_user_id)
        return await self._write_order("POST", work_order_id, part, body=body, query=query)

    async def _set(
        self,
        work_order_id: int,
        part: str,
        number: int,
        body: Raw,
        acting_user_id: int | None = None,
    ) -> WorkOrder:
        query = options(acting_user_id=acting_user_id)
        return await self._write_order("PUT", work_order_id, part, number, body=body, query=query)

    async def _drop(
        self, work_order_id: int, part: str, number: int, query: Query | None = None
    ) -> WorkOrder:
        tail = (part, number)
        return await self._write_order("DELETE", work_order_id, *tail, body=None, query=query or {})
