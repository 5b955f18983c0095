"""One REST v2 call as a handler sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.fieldnation.base.errors import bad_parameter, invalid, missing
from isthmus_sim.fieldnation.base.statuses import DELETED
from isthmus_sim.fieldnation.view.order import show
from isthmus_sim.fieldnation.view.shapes import Sight

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.call import Call

Doc = dict[str, Any]


@dataclass
class Asked:
    """
    A signed-in call to one operation.

    ids: the values of the path's parameters by name, as they came. by: the user who acts.
    """

    world: Ground
    call: Call
    ids: dict[str, str]
    by: int
    _body: Any = field(default=None, repr=False)

    @property
    def order_id(self) -> int:
        """Give the number of the work order in the path."""
        return self.number("work_order_id")

    def number(self, name: str) -> int:
        """Give a number in the path. Raises: Refusal: 400."""
        text = self.ids[name]
        if not text.lstrip("-").isdecimal():
            raise bad_parameter(name, f"{name} takes a whole number.")
        return int(text)

    def order(self) -> Doc:
        """Give the stored work order, for reading. Raises: Refusal: not found."""
        order = self.world.store.look("work_order", self.order_id)
        if order is None or order["status"] == DELETED:
            raise missing("Work order", self.order_id)
        return order

    def sight(self) -> Sight:
        """Look at the work order of the path."""
        return Sight.of(self.world, self.order())

    def whole(self, order: Doc | None = None) -> Doc:
        """
        Give the whole work order, as write calls answer; `_no_model_update` and `columns` trim.

        Source: documented; that title stays is assumed, the description requires it.
        """
        order = order or self.order()
        if self.query("_no_model_update").lower() in ("1", "true"):
            return show(self.world, order, ("id", "title"))
        columns = self.columns()
        return show(self.world, order, [*columns, "title"] if columns else ())

    def columns(self) -> list[str]:
        """Give the first parts of the columns asked for."""
        asked = self.query("columns").split(",")
        return [name.strip().partition(".")[0] for name in asked if name.strip()]

    def query(self, name: str, default: str = "") -> str:
        """Give a query parameter."""
        return self.call.query.get(name, default)

    def body(self) -> Doc:
        """Give the JSON body. Raises: Refusal: 400 for anything but an object."""
        if self._body is None:
            try:
                self._body = orjson.loads(self.call.body) if self.call.body.strip() else {}
            except orjson.JSONDecodeError as error:
                raise invalid("The body is not JSON.") from error
        if not isinstance(self._body, dict):
            raise invalid("The body takes an object.")
        return self._body

    def text(self, name: str, *, required: bool = False) -> str:
        """Give a text of the body. Raises: Refusal: 400 when it is another thing or missing."""
        value = self.body().get(name, "")
        if not isinstance(value, str) or (required and not value.strip()):
            raise invalid(f"{name} takes a text.", f"/{name}")
        return value

    def body_number(self, *path: str) -> int:
        """Give a whole number in the body. Raises: Refusal: 400."""
        value: Any = self.body()
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(f"{'.'.join(path)} takes a number.", "/" + "/".join(path))
        return value

    def numbers(self, name: str) -> list[int]:
        """Give a list of whole numbers in the body. Raises: Refusal: 400."""
        value = self.body().get(name)
        if not isinstance(value, list) or not all(type(one) is int for one in value):
            raise invalid(f"{name} takes a list of numbers.", f"/{name}")
        return value


Handler = Callable[[Asked], Any]


def part(show_part: Callable[[Sight], Any]) -> Handler:
    """Serve one part of an order as the view shows it."""
    return lambda a: show_part(a.sight())
