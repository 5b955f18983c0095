"""Work orders to test with."""

from datetime import UTC, datetime
from typing import Any

from isthmus.fieldnation import FieldNationClient, payloads

START = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
AUSTIN = payloads.place(address1="1 Congress Ave", city="Austin", state="TX", zip_code="78701")


async def made(fn: FieldNationClient, **more: Any) -> int:
    values = {
        "title": "Replace the switch",
        "location": AUSTIN,
        "schedule": payloads.exact(START),
        "pay": payloads.fixed(150),
        **more,
    }
    return (await fn.work_orders.create(values)).order.id


async def assigned(fn: FieldNationClient, sim: Any) -> tuple[int, int]:
    number = await made(fn)
    provider = sim.provider("GET", "api/providers")[0]["id"]
    await fn.work_orders.publish(number)
    await fn.work_orders.assign(number, provider)
    return number, provider


def act(sim: Any, number: int, action: str, **given: Any) -> None:
    sim.admin("POST", "act", {"order": number, "action": action, **given})
