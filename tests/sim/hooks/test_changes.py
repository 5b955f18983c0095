import asyncio
from collections.abc import Callable

import pytest

from isthmus_sim.autotask.life import effects
from isthmus_sim.autotask.store.changes import Change
from isthmus_sim.autotask.store.state import State
from isthmus_sim.autotask.tenancy import Tenancy, Wanted, make_tenancy
from isthmus_sim.autotask.tenant.shapes import TenantPlan


@pytest.fixture
def told() -> list[Change]:
    return []


@pytest.fixture
def state(told: list[Change]) -> State:
    made = State()
    made.changes.wanted = lambda _collection: True
    made.changes.listener = told.append
    return made


def test_changes_are_told_in_order_when_the_outermost_transaction_is_committed(
    state: State, told: list[Change]
) -> None:
    with state.transaction():
        with state.transaction():
            row = effects.insert(state, "Companies", {"companyName": "A"}, 7)
        effects.update(state, "Companies", row, {"companyName": "B"}, 8)
        effects.delete(state, "Companies", row, 9)
        assert told == []
    assert [(c.verb, c.id, c.actor) for c in told] == [
        ("create", row, 7),
        ("update", row, 8),
        ("delete", row, 9),
    ]
    names = [
        (c.before and c.before["companyName"], c.after and c.after["companyName"]) for c in told
    ]
    assert names == [(None, "A"), ("A", "B"), ("B", None)]


def test_what_is_rolled_back_is_never_told(state: State, told: list[Change]) -> None:
    def fail() -> None:
        with state.transaction():
            effects.insert(state, "Companies", {"companyName": "A"}, 7)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    effects.insert(state, "Companies", {"companyName": "B"}, 7)
    assert [c.after and c.after["companyName"] for c in told] == ["B"]


def test_what_a_listener_changes_is_told_too(state: State, told: list[Change]) -> None:
    def answer(change: Change) -> None:
        told.append(change)
        if change.verb == "create":
            effects.update(state, "Companies", change.id, {"companyName": "Seen"}, 4)

    state.changes.listener = answer
    with state.transaction():
        effects.insert(state, "Companies", {"companyName": "A"}, 7)
        effects.insert(state, "Companies", {"companyName": "B"}, 7)
    assert [c.verb for c in told] == ["create", "update", "create", "update"]


def test_an_update_that_changes_nothing_is_none(state: State, told: list[Change]) -> None:
    row = effects.insert(state, "Companies", {"companyName": "A"}, 7)
    told.clear()
    effects.update(state, "Companies", row, {"companyName": "A"}, 7)
    assert told == []


WAYS: dict[str, Callable[[Tenancy], object]] = {
    "webhook": lambda t: t.state.insert("TicketWebhooks", {"isActive": 1, "isReady": 1}),
    "rule": lambda t: asyncio.run(
        t.admin.handle("POST", "workflow_rules", {}, b'{"set": {"priority": 1}}')
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_nobody_listens_to_tickets_before_there_is_a_webhook_or_a_rule(way: str) -> None:
    tenancy = make_tenancy(Wanted(TenantPlan(1, 5, 0)))
    wanted = tenancy.state.changes.wanted
    assert not wanted("Tickets")
    assert not wanted("TimeEntries")
    WAYS[way](tenancy)
    assert wanted("Tickets")
    assert not wanted("TimeEntries")
