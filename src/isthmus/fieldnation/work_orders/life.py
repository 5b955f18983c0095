"""A work order's life: created, changed, and moved from status to status."""

from collections.abc import Callable, Sequence
from datetime import datetime

from isthmus.base import clock, log
from isthmus.base.errors import IsthmusError
from isthmus.fieldnation import errors as err
from isthmus.fieldnation.answers import Asked
from isthmus.fieldnation.calls import Call
from isthmus.fieldnation.decode import decode_object
from isthmus.fieldnation.models import Raw, Status, WorkOrder, WrittenOrder
from isthmus.fieldnation.parsing import parse_milestones, parse_status, parse_work_order
from isthmus.fieldnation.readback import Readback, compare
from isthmus.fieldnation.readout import id_of
from isthmus.fieldnation.work_orders.base import (
    ORDERS,
    Query,
    options,
    order_path,
    parse_anything,
    parse_order,
)
from isthmus.fieldnation.work_orders.board import Board
from isthmus.transport import Answer

_logger = log.get_logger("fieldnation")


class Life(Board):
    """The calls that make, change and move a work order."""

    async def create(self, values: Raw, *, run_async: bool = False) -> WrittenOrder:
        """
        Create a work order; with a title alone it is a draft. Tells what the vendor dropped.

        It is never sent twice. When the error says `may_have_taken_effect`, look for the order by
        your own reference before you create again: the vendor has no idempotency key.
        Args: run_async: let the vendor queue it; where its answer then names no order yet,
        NotSettled is raised, which says that it may have taken effect.
        Raises: ValidationFailed, PermissionDenied, NotSettled.
        """
        call = Call("POST", ORDERS, options(run_async=run_async), values)
        order = await self._caller.fetch(call, _parse_queued if run_async else parse_order)
        return await self._read_back(values, order, run_async)

    async def update(
        self, work_order_id: int, changes: Raw, *, run_async: bool = False
    ) -> WrittenOrder:
        """Change the keys given and no others; tells what the vendor dropped."""
        call = Call("PUT", order_path(work_order_id), options(run_async=run_async), changes)
        found = await self._caller.fetch(call, parse_anything)
        order = await self._whole(work_order_id, found)
        return await self._read_back(changes, order, run_async)

    async def publish(self, work_order_id: int, *, run_async: bool = False) -> WorkOrder:
        """Show a draft to all providers. Raises: Conflict."""
        return await self._move("POST", work_order_id, "publish", options(run_async=run_async))

    async def unpublish(self, work_order_id: int, *, run_async: bool = False) -> WorkOrder:
        """Take a published order back to draft. Raises: Conflict."""
        return await self._move("DELETE", work_order_id, "publish", options(run_async=run_async))

    async def route(self, work_order_id: int, provider: int, *, run_async: bool = False) -> None:
        """Offer an order to one provider. Raises: Conflict, ValidationFailed."""
        body = {"technician": {"id": provider}}
        query = options(run_async=run_async)
        await self._write("POST", work_order_id, "route", body=body, query=query)

    async def unroute(self, work_order_id: int, provider: int, *, run_async: bool = False) -> None:
        """Take the offer to one provider back."""
        body = {"technician": {"id": provider}}
        query = options(run_async=run_async)
        await self._write("DELETE", work_order_id, "route", body=body, query=query)

    async def mass_route(self, work_order_id: int, providers: Sequence[int]) -> int | None:
        """
        Offer an order to many providers; the first to accept gets it.

        Returns: the vendor's job id. The order shows it later: see `settle`.
        """
        body = {"ids": list(providers)}
        found = await self._write("POST", work_order_id, "mass-route", body=body, query={})
        return id_of(found.get("job_id"))

    async def assign(
        self,
        work_order_id: int,
        provider: int,
        *,
        ignore_missing_qualifications: bool = False,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> WorkOrder:
        """Give an order to a provider. Raises: Conflict, ValidationFailed."""
        body: dict[str, object] = {"user": {"id": provider}}
        if ignore_missing_qualifications:
            body["ignored_missing_qualifications"] = True
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        return await self._write_order("POST", work_order_id, "assignee", body=body, query=query)

    async def unassign(
        self,
        work_order_id: int,
        provider: int,
        *,
        reason_id: str,
        comment: str = "",
        initiated_by: str = "buyer",
        run_async: bool = False,
    ) -> WorkOrder:
        """
        Take an order from its provider.

        Source: the four keys are documented, the values of `initiated_by` are not (assumed).
        """
        body = {
            "user": {"id": provider},
            "reason_id": reason_id,
            "comment": comment,
            "initiatedBy": initiated_by,
        }
        query = options(run_async=run_async)
        return await self._write_order("DELETE", work_order_id, "assignee", body=body, query=query)

    async def approve(self, work_order_id: int) -> WorkOrder:
        """Approve work that is done, which releases its pay. Raises: Conflict."""
        return await self._move("POST", work_order_id, "approve", {})

    async def complete_undo(
        self,
        work_order_id: int,
        *,
        reason: str,
        reason_id: int,
        acting_user_id: int | None = None,
        run_async: bool = False,
    ) -> WorkOrder:
        """Send work that is done back as incomplete. Raises: Conflict."""
        query = options(acting_user_id=acting_user_id, run_async=run_async)
        query |= {"reason": reason, "reason_id": str(reason_id)}
        return await self._move("DELETE", work_order_id, "complete", query)

    async def cancel(self, work_order_id: int, reason: str) -> WorkOrder:
        """
        Cancel an order, or delete a draft. The reason is mandatory.

        Raises: Conflict. ValidationFailed: no reason; nothing was sent.
        """
        if not reason.strip():
            raise err.ValidationFailed(
                "A work order cannot be cancelled without a reason",
                where="cancel_reason",
                remedy="Give the reason; the provider may see it.",
            )
        return await self._move("DELETE", work_order_id, "", {"cancel_reason": reason})

    async def revert_to_draft(self, work_order_id: int, *, run_async: bool = False) -> WorkOrder:
        """Take an order back to draft. Raises: Conflict."""
        return await self._move("DELETE", work_order_id, "draft", options(run_async=run_async))

    async def status(self, work_order_id: int) -> Status:
        """Read where the order is; cheaper than the whole order."""
        return parse_status(await self._part(work_order_id, "status"))

    async def milestones(self, work_order_id: int) -> dict[str, datetime]:
        """Read when the order was created, published and so on: aware UTC by the vendor's names."""
        return parse_milestones(await self._part(work_order_id, "milestones"))

    async def settle(
        self,
        work_order_id: int,
        until: Callable[[WorkOrder], bool],
        *,
        seconds: float | None = None,
    ) -> WorkOrder:
        """
        Read an order until it is as wanted, after a call that the vendor queues.

        Args: until: tells whether it is. seconds: how long at most; the settings' by default.
        Raises: NotSettled: it was not in that time.
        """
        chosen = self._caller.settings.settle
        most = chosen.seconds if seconds is None else seconds
        begun, wait = clock.monotonic(), chosen.first
        while True:
            order = await self.get(work_order_id)
            if until(order):
                return order
            if clock.monotonic() - begun + wait > most:
                raise err.NotSettled(
                    f"Work order {work_order_id} did not become as wanted within {most:.0f} s",
                    where=order_path(work_order_id),
                    remedy="The vendor may still be at it. Read it again later.",
                )
            await clock.sleep(wait)
            wait = min(wait * 2, chosen.longest)

    async def _move(self, method: str, work_order_id: int, tail: str, query: Query) -> WorkOrder:
        path = order_path(work_order_id, *([tail] if tail else []))
        call = Call(method, path, query, moves=True)
        found = await self._caller.fetch(call, parse_anything)
        return await self._whole(work_order_id, found)

    async def _read_back(self, sent: Raw, answered: WorkOrder, run_async: bool) -> WrittenOrder:
        """Compare an order with what was sent; trouble in doing so never hides the write."""
        if not self._caller.settings.read_back:
            return _written(answered, compare(sent, answered.raw), checked=False)
        latest = answered

        def is_there(order: WorkOrder) -> bool:
            nonlocal latest
            latest = order
            return not run_async or compare(sent, order.raw).settled

        try:
            latest = await self.settle(answered.id, is_there)
        except err.NotSettled:
            pass  # what is still missing is told as dropped
        except IsthmusError as error:
            _logger.warning("not_read_back", work_order=answered.id, what=error.what)
            return _written(latest, compare(sent, latest.raw), checked=False)
        return _written(latest, compare(sent, latest.raw), checked=True)


def _parse_queued(answer: Answer, asked: Asked) -> WorkOrder:
    """Return the order of an answer to a queued create. Raises: NotSettled: it names none yet."""
    order = parse_work_order(decode_object(answer, asked))
    if order is None:
        raise err.NotSettled(
            "Field Nation took the work order in its queue and has not numbered it yet",
            where=asked.where,
            remedy="Find it by your own reference in a little while. Do not send it again.",
            may_have_taken_effect=True,
        )
    return order


def _written(order: WorkOrder, told: Readback, *, checked: bool) -> WrittenOrder:
    return WrittenOrder(order, told.dropped, told.changed, told.unseen, checked)
