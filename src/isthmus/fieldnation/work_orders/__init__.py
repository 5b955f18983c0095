"""Work orders: reading, writing, moving through their life, and every part of them."""

from isthmus.fieldnation.work_orders.board import Listing
from isthmus.fieldnation.work_orders.labour import Labour
from isthmus.fieldnation.work_orders.life import Life
from isthmus.fieldnation.work_orders.plan import Plan
from isthmus.fieldnation.work_orders.sides import Sides
from isthmus.fieldnation.work_orders.talk import Talk

__all__ = ["Listing", "WorkOrders"]


class WorkOrders(Life, Plan, Talk, Labour, Sides):
    """
    All calls about work orders; `FieldNationClient.work_orders` is one.

    Every call may raise AuthFailed, PermissionDenied, RateLimited, ServerTrouble, Unreachable,
    AnswerBroken; one about an order also NotFound; one that writes also ValidationFailed, and
    Conflict when the order's status forbids it. `acting_user_id` acts for another user of the
    company, where the vendor offers it; `run_async` lets the vendor queue the work and answer
    before it is visible.
    """
