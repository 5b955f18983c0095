"""A technician's whole job in one call, and an arrival that is told late."""

from collections.abc import Callable

import pytest

from isthmus_sim.in_thread import FieldNationSim
from tests.sim.fieldnation.served import assigned, do, hooks, make, providers, routed

STEPS = ("assigned", "confirmed", "on_my_way", "checked_in", "checked_out", "work_done")


@pytest.fixture
def sim(fieldnation_sim_factory: Callable[..., FieldNationSim]) -> FieldNationSim:
    return fieldnation_sim_factory(frozen_clock=True)


@pytest.mark.parametrize("begin", ["draft", "published", "routed", "assigned"])
def test_a_whole_job_is_one_call_wherever_the_order_stands(sim: FieldNationSim, begin: str) -> None:
    me = providers(sim)[1]
    if begin in ("draft", "published"):
        order = make(sim)
    else:
        order = {"routed": routed, "assigned": assigned}[begin](sim, me)
    if begin == "published":
        sim.post(f"workorders/{order}/publish")
    done = sim.do_job(order, me, notes="All up", hours=1.5, expense=12.5)
    assert done["status"]["name"] == "Work Done"
    assert done["assignee"]["user"]["id"] == me
    assert done["closing_notes"] == "All up"
    (log,) = done["time_logs"]["results"]
    assert (log["hours"], log["logged_by"]["id"]) == (1.5, me)
    (expense,) = done["pay"]["expenses"]["results"]
    assert (expense["amount"], expense["author"]["id"]) == (12.5, me)


def test_a_job_takes_the_steps_of_the_providers_side(sim: FieldNationSim) -> None:
    me, order = providers(sim)[0], make(sim)
    hook = {"url": "http://127.0.0.1:9/hook", "method": "post", "status": "active"}
    events = [f"workorder.status.{name}" for name in STEPS]
    made = hooks(sim, "POST", "", {**hook, "events": events})
    assert made.status == 200, made.body
    sim.do_job(order, me, notes="", hours=0)
    told = [one["event"] for one in sim.admin("GET", f"deliveries?order={order}")]
    assert told == events
    assert sim.get(f"workorders/{order}").json["pay"]["expenses"]["results"] == []


def test_an_expense_can_say_more_than_its_amount(sim: FieldNationSim) -> None:
    given = {"amount": 8, "quantity": 2, "description": "Parking"}
    done = sim.do_job(make(sim), providers(sim)[0], notes="", hours=1, expense=given)
    (expense,) = done["pay"]["expenses"]["results"]
    assert (expense["description"], expense["quantity"]) == ("Parking", 2)


def test_a_job_that_cannot_be_done_is_refused_with_the_reason(sim: FieldNationSim) -> None:
    me, other = providers(sim)[:2]
    with pytest.raises(ValueError, match="no work order 1"):
        sim.do_job(1, me, notes="", hours=1)
    order = assigned(sim, other)
    with pytest.raises(ValueError, match="not found"):
        sim.do_job(order, me, notes="", hours=1)
    for hours in (-1, True):
        with pytest.raises(ValueError, match="hours takes a number"):
            sim.do_job(order, other, notes="", hours=hours)
    sim.do_job(order, other, notes="", hours=1)
    with pytest.raises(ValueError, match="Work Done"):
        sim.do_job(order, other, notes="", hours=1)


def test_an_arrival_can_be_told_late_but_not_early(sim: FieldNationSim) -> None:
    me = providers(sim)[0]
    order = assigned(sim, me)
    for wrong in ("2026-06-15 14:00:01", "tomorrow"):
        with pytest.raises(ValueError, match="at "):
            do(sim, me, order, "check-in", at=wrong)
    do(sim, me, order, "check-in", at="2026-06-15 12:30:00")
    out = do(sim, me, order, "check-out")
    (log,) = out["time_logs"]["results"]
    assert (log["in"]["created"]["utc"], log["hours"]) == ("2026-06-15 12:30:00", 1.5)
