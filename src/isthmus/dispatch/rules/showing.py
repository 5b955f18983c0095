"""What a work order shows at a target path, which is not always where it is written."""

from typing import Any

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.occurrences import digest
from isthmus.dispatch.rules.order_fields import CUSTOM
from isthmus.dispatch.rules.values import MISSING
from isthmus.fieldnation.models import WorkOrder


def shown_at(order: WorkOrder, target: str) -> Any:
    """Return the value at a target path; a custom field's by its name. MISSING for nothing."""
    path = paths.parse(target)
    if path[0] != CUSTOM or len(path) != 2:
        return paths.read(order.raw, path)
    return next((one.value for one in order.custom_values if one.name == path[1]), MISSING)


def shown_mark(order: WorkOrder, target: str) -> str:
    """Return a hash of what is shown at a target path."""
    return digest(shown_at(order, target))
