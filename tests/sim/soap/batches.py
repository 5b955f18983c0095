"""Entities written by hand, and what is told of them."""

from typing import Any

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import Wire, texts

DUE = "2026-06-20T10:00:00"


def entity(kind: str, fields: dict[str, str], extra: str = "") -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f'<Entity xsi:type="{kind}">{inner}{extra}</Entity>'


def run(wire: Wire, operation: str, *entities: str, header: str | None = None) -> Any:
    return wire.call(operation, f"<Entities>{''.join(entities)}</Entities>", header=header)


def made(told: Any) -> int:
    assert texts(told, "ReturnCode") == ["1"], texts(told, "Message")
    return int(texts(told, "EntityId")[0])


def refused(told: Any) -> list[str]:
    assert texts(told, "ReturnCode") == ["-1"]
    assert texts(told, "EntityId") == []
    return texts(told, "Message")


def row(sim: AutotaskSim, collection: str, row_id: int) -> dict[str, Any]:
    return sim.rows(collection, row_id)[0]
