"""What all calls about work orders share."""

from collections.abc import Mapping
from typing import Any, Final

from isthmus.fieldnation import errors as err
from isthmus.fieldnation.answers import Asked, broken
from isthmus.fieldnation.calls import Call, Caller
from isthmus.fieldnation.decode import decode, decode_object
from isthmus.fieldnation.models import Raw, WorkOrder
from isthmus.fieldnation.parsing import parse_work_order
from isthmus.fieldnation.readout import rows_of
from isthmus.fieldnation.vocabulary import REST
from isthmus.transport import Answer

ORDERS: Final = f"{REST}/workorders"
Query = dict[str, str]


class OrderCalls:
    """Paths, queries and the two ways to answer: with the whole order, or with a part."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(
        self,
        work_order_id: int,
        *,
        columns: tuple[str, ...] = (),
        acting_user_id: int | None = None,
    ) -> WorkOrder:
        """Read a work order, whole unless columns are named. Raises: NotFound."""
        query = options(acting_user_id=acting_user_id)
        if columns:
            query["columns"] = ",".join(columns)
        call = Call("GET", order_path(work_order_id), query)
        return await self._caller.fetch(call, parse_order)

    async def _part(
        self, work_order_id: int, *tail: str | int, acting_user_id: int | None = None
    ) -> Raw:
        """Read a part of an order as the vendor answers it."""
        query = options(acting_user_id=acting_user_id)
        call = Call("GET", order_path(work_order_id, *tail), query)
        return await self._caller.fetch(call, decode_object)

    async def _rows(
        self, work_order_id: int, *tail: str | int, acting_user_id: int | None = None
    ) -> tuple[Raw, ...]:
        """Read a part that is a list, bare or under `results`."""
        query = options(acting_user_id=acting_user_id)
        call = Call("GET", order_path(work_order_id, *tail), query)
        return await self._caller.fetch(call, parse_rows)

    async def _write(
        self, method: str, work_order_id: int, *tail: str | int, body: object, query: Query
    ) -> Raw:
        """Write a part; the answer as it is, {} when it is empty or no object."""
        call = Call(method, order_path(work_order_id, *tail), query, body)
        return await self._caller.fetch(call, parse_anything)

    async def _write_order(
        self, method: str, work_order_id: int, *tail: str | int, body: object, query: Query
    ) -> WorkOrder:
        """Write a part; the order as it is then, read anew when the answer does not show it."""
        found = await self._write(method, work_order_id, *tail, body=body, query=query)
        return await self._whole(work_order_id, found)

    async def _whole(self, work_order_id: int, found: Raw) -> WorkOrder:
        order = parse_work_order(found)
        if order is None or order.id != work_order_id or order.is_stub:
            return await self.get(work_order_id)
        return order


def order_path(work_order_id: int, *tail: str | int) -> str:
    """
    Return the path of an order or of a part of it.

    Raises: NotFound: the id cannot be one; nothing was sent.
    """
    numbers = [work_order_id, *(part for part in tail if isinstance(part, int))]
    if any(isinstance(number, bool) or number < 1 for number in numbers):
        raise err.NotFound(
            f"There is nothing with the id {', '.join(str(number) for number in numbers)}",
            where="work order",
            remedy="Ids are whole numbers above 0.",
        )
    return "/".join([ORDERS, str(work_order_id), *(str(part) for part in tail)])


def options(*, acting_user_id: int | None = None, run_async: bool = False) -> Query:
    """Return the query for what many calls can be told; nothing for what is not wanted."""
    query = {}
    if acting_user_id is not None:
        query["acting_user_id"] = str(acting_user_id)
    if run_async:
        query["async"] = "true"
    return query


def parse_order(answer: Answer, asked: Asked) -> WorkOrder:
    """Return the work order of an answer. Raises: AnswerBroken: it holds none."""
    order = parse_work_order(decode_object(answer, asked))
    if order is None:
        raise broken("it holds no work order", asked)
    return order


def parse_anything(answer: Answer, asked: Asked) -> dict[str, Any]:
    """Return the object of an answer, {} for an empty body or another kind of JSON."""
    found = decode(answer, asked)
    return found if isinstance(found, dict) else {}


def parse_rows(answer: Answer, asked: Asked) -> tuple[Raw, ...]:
    """Return the rows of an answer. Raises: AnswerBroken: it is no list and holds none."""
    found = decode(answer, asked)
    listed = isinstance(found, list) or (isinstance(found, dict) and "results" in found)
    if not listed:
        raise broken("it holds no list", asked)
    return tuple(rows_of(found))


def without_none(**values: object) -> Mapping[str, Any]:
    """Return the values that were given."""
    return {name: value for name, value in values.items() if value is not None}
