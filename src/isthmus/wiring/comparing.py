"""What a person asks of the vendors about one link, from a thread that has no loop."""

import asyncio

from isthmus.dispatch.preview import Comparison, compare, find_record
from isthmus.wiring.build import House
from isthmus.wiring.dispatch import Link, Stores, open_desk


def compared(house: House, stores: Stores, link: Link) -> Comparison:
    """Compare both sides of a link, field by field. Raises: NotConnected, what the clients do."""

    async def ask() -> Comparison:
        async with open_desk(house, stores) as desk:
            return await compare(desk, link)

    return asyncio.run(ask())


def key_named(house: House, stores: Stores, entity: str, text: str) -> tuple[str, str]:
    """
    Return the key of a record that a person names by number or id, and what people call it.

    Raises: NoSuchRecord, NotConnected, what the clients do.
    """

    async def ask() -> tuple[str, str]:
        async with open_desk(house, stores) as desk:
            record = await find_record(desk, entity, text)
        numbers = (record.values.get(name) for name in ("ticketNumber", "taskNumber"))
        name = next((str(one) for one in numbers if one), str(record.id))
        return f"{entity}/{record.id}", name

    return asyncio.run(ask())
