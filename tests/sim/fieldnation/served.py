"""A served Field Nation with orders on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.in_thread import FieldNationSim, ask

if TYPE_CHECKING:
    from isthmus_sim.in_thread import Answer

PLACE = {
    "mode": "custom",
    "address1": "100 Main St",
    "city": "Minneapolis",
    "state": "MN",
    "zip": "55401",
    "country": "US",
}
WINDOW = {"service_window": {"mode": "exact", "start": {"utc": "2026-06-16 15:00:00"}}}


def providers(sim: FieldNationSim) -> list[int]:
    """Give the ids of the technicians."""
    found: list[int] = sim.admin("GET", "account")["providers"]
    return found


def make(sim: FieldNationSim, title: str = "Fix the router") -> int:
    """Create a draft."""
    answer = sim.post("workorders", {"title": title, "location": PLACE, "schedule": WINDOW})
    assert answer.status == 200, answer.body
    return int(answer.json["id"])


def routed(sim: FieldNationSim, provider: int) -> int:
    """Create an order that is offered to a provider."""
    order = make(sim)
    assert sim.post(f"workorders/{order}/route", {"technician": {"id": provider}}).status == 200
    return order


def assigned(sim: FieldNationSim, provider: int) -> int:
    """Create an order that a provider has accepted."""
    order = routed(sim, provider)
    do(sim, provider, order, "accept")
    return order


def do(sim: FieldNationSim, provider: int, order: int, action: str, **given: Any) -> dict[str, Any]:
    """Act as a provider."""
    done: dict[str, Any] = sim.provider("POST", f"api/{provider}/orders/{order}/{action}", given)
    return done


def hooks(sim: FieldNationSim, method: str, path: str = "", body: Any = None) -> Answer:
    """Call the webhooks API, signed in."""
    signed = {"Authorization": f"Bearer {sim.token}"}
    return ask(method, f"{sim.webhooks_url}{path}", body, signed)
