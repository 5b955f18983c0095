from pathlib import Path

import pytest

from isthmus_sim.autotask.tenancy import Wanted, make_tenancy
from isthmus_sim.autotask.tenant.shapes import TenantPlan
from isthmus_sim.autotask.web.server import AutotaskService
from isthmus_sim.in_thread import AutotaskSim, ServiceThread
from tests.sim.hooks.receiving import Receiver, advance, register, settle


@pytest.fixture
def edits(sim: AutotaskSim, receiver: Receiver) -> "Edits":
    register(sim, receiver.url)
    return Edits(sim, receiver)


class Edits:
    """Makes events with a title each, and tells which arrived."""

    def __init__(self, sim: AutotaskSim, receiver: Receiver) -> None:
        self.sim = sim
        self.receiver = receiver
        self.ticket = sim.rows("Tickets")[-1]["id"]

    def make(self, *titles: str) -> None:
        for title in titles:
            self.sim.patch("Tickets", {"id": self.ticket, "title": title})

    def arrived(self) -> str:
        settle(self.sim)
        return "".join(got.json["Fields"]["Title"] for got in self.receiver.got)


def test_the_next_deliveries_can_be_lost(edits: Edits) -> None:
    edits.sim.admin("POST", "deliveries/drop", {"count": 2})
    edits.make("a", "b", "c")
    assert edits.arrived() == "c"
    assert edits.receiver.got[0].json["SequenceNumber"] == 3
    advance(edits.sim, 600)
    assert edits.arrived() == "c"
    told = [(line["sequence"], line["status"]) for line in edits.sim.admin("GET", "deliveries")]
    assert sorted(told) == [(1, 0), (2, 0), (3, 200)]
    assert edits.sim.rows("WebhookEventErrorLogs") == []


def test_the_next_deliveries_can_be_doubled(edits: Edits) -> None:
    edits.sim.admin("POST", "deliveries/double", {"count": 2})
    edits.make("a", "b", "c")
    assert edits.arrived() == "aabbc"
    assert len({got.body for got in edits.receiver.got}) == 3


def test_the_next_deliveries_can_be_late(edits: Edits) -> None:
    edits.sim.admin("POST", "deliveries/delay", {"count": 1, "seconds": 90})
    edits.make("a", "b")
    assert edits.arrived() == ""
    advance(edits.sim, 89)
    assert edits.arrived() == ""
    advance(edits.sim, 1)
    assert edits.arrived() == "ab"


def test_the_next_deliveries_can_be_reordered(edits: Edits) -> None:
    edits.sim.admin("POST", "deliveries/reorder", {"count": 3})
    edits.make("a", "b")
    assert edits.arrived() == ""
    edits.make("c", "d")
    settle(edits.sim)
    of_batch = edits.arrived().replace("d", "")
    assert of_batch == "cba"
    assert "d" in edits.arrived()


def test_what_is_held_goes_out_when_controls_are_lifted(edits: Edits) -> None:
    edits.sim.admin("POST", "deliveries/reorder", {"count": 5})
    edits.make("a", "b")
    assert edits.sim.admin("DELETE", "deliveries/controls") == {"lifted": 1}
    assert edits.arrived() == "ba"
    edits.make("c")
    assert edits.arrived() == "bac"


def test_controls_act_one_after_the_other(edits: Edits) -> None:
    edits.sim.admin("POST", "deliveries/drop")
    edits.sim.admin("POST", "deliveries/double")
    controls = edits.sim.admin("GET", "deliveries/queue")["controls"]
    assert [control["action"] for control in controls] == ["drop", "double"]
    edits.make("a", "b", "c")
    assert edits.arrived() == "bbc"


def test_controls_are_taken_as_field_nations_side_takes_them(edits: Edits) -> None:
    told = edits.sim.admin("POST", "deliveries", {"drop": 1, "delay": 1, "seconds": 90})
    assert [(c["action"], c["count"], c["seconds"]) for c in told["controls"]] == [
        ("drop", 1, 5.0),
        ("delay", 1, 90.0),
    ]
    edits.make("a", "b")
    assert edits.arrived() == ""
    advance(edits.sim, 90)
    assert edits.arrived() == "b"


def test_a_test_can_wait_until_nothing_is_due(edits: Edits) -> None:
    edits.receiver.pause_s = 0.2
    edits.make("a", "b", "c")
    assert edits.sim.admin("POST", "settle") == {"settled": True}
    assert [got.json["Fields"]["Title"] for got in edits.receiver.got] == ["a", "b", "c"]
    edits.receiver.always = 500
    edits.make("d")
    assert edits.sim.admin("POST", "settle") == {"settled": True}
    assert len(edits.receiver.got) == 4
    edits.sim.admin("POST", "clock", {"advance_s": 30})
    assert edits.sim.admin("POST", "settle") == {"settled": True}
    assert len(edits.receiver.got) == 5


def test_waiting_for_a_receiver_that_does_not_answer_ends(edits: Edits) -> None:
    edits.receiver.pause_s = 1
    edits.make("a")
    assert edits.sim.admin("POST", "settle", {"most_s": 0.05}) == {"settled": False}
    assert edits.sim.admin("POST", "settle") == {"settled": True}


@pytest.mark.parametrize("most", [-1, True, "5"])
def test_a_wait_that_makes_no_sense_is_refused(sim: AutotaskSim, most: object) -> None:
    with pytest.raises(ValueError, match="most_s takes seconds"):
        sim.admin("POST", "settle", {"most_s": most})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("deliveries", {}),
        ("deliveries", {"lose": 1}),
        ("deliveries", {"drop": 0}),
        ("deliveries", {"drop": 1, "seconds": 5}),
        ("deliveries", {"seconds": 5}),
        ("deliveries/lose", {}),
        ("deliveries/drop", {"count": 0}),
        ("deliveries/drop", {"count": True}),
        ("deliveries/drop", {"seconds": 5}),
        ("deliveries/delay", {"seconds": -1}),
        ("deliveries/delay", {"seconds": "5"}),
        ("deliveries/storm", {"count": 5}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(
    sim: AutotaskSim, path: str, body: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"deliveries/|count|seconds|it takes"):
        sim.admin("POST", path, body)
    assert sim.admin("GET", "deliveries/queue")["controls"] == []


@pytest.mark.parametrize(("method", "path"), [("GET", "deliveries/x"), ("DELETE", "deliveries/x")])
def test_an_unknown_route_below_deliveries_is_refused(
    sim: AutotaskSim, method: str, path: str
) -> None:
    with pytest.raises(ValueError, match="there is no deliveries/x"):
        sim.admin(method, path)


def storm(sim: AutotaskSim, **wanted: float) -> None:
    sim.admin("POST", "deliveries/storm", wanted)


def test_a_storm_repeats_every_delivery_until_it_is_lifted(edits: Edits) -> None:
    storm(edits.sim, copies=3)
    edits.make("a", "b")
    assert edits.arrived() == "aaabbb"
    assert edits.sim.admin("GET", "deliveries/queue")["storm"]["copies"] == 3
    assert edits.sim.admin("DELETE", "deliveries/controls") == {"lifted": 1}
    assert edits.sim.admin("GET", "deliveries/queue")["storm"] is None
    edits.make("c")
    assert edits.arrived() == "aaabbbc"


def test_a_storm_loses_deliveries_for_good(edits: Edits) -> None:
    storm(edits.sim, copies=2, drop=0.5, seed=1)
    titles = [chr(97 + number) for number in range(20)]
    edits.make(*titles)
    arrived = edits.arrived()
    lost = [line["sequence"] for line in edits.sim.admin("GET", "deliveries?status=0")]
    assert 4 < len(lost) < 16
    assert arrived == "".join(t * 2 for n, t in enumerate(titles, 1) if n not in lost)
    advance(edits.sim, 600)
    assert edits.arrived() == arrived
    assert edits.sim.rows("WebhookEventErrorLogs") == []


def test_a_storm_lets_later_deliveries_overtake(edits: Edits) -> None:
    storm(edits.sim, reorder=0.5, late_s=60, seed=2)
    titles = [chr(97 + number) for number in range(20)]
    edits.make(*titles)
    in_time = edits.arrived()
    assert 4 < len(in_time) < 16
    advance(edits.sim, 60)
    arrived = edits.arrived()
    assert sorted(arrived) == titles
    assert arrived != "".join(titles)
    assert arrived.startswith(in_time)


def test_late_copies_that_fail_are_no_strikes(edits: Edits) -> None:
    edits.sim.admin("PATCH", "switches", {"webhook_attempts": 1, "webhook_strikes": 2})
    storm(edits.sim, copies=6, reorder=0.5, late_s=60, seed=1)
    edits.make("a")
    assert 0 < len(edits.arrived()) < 6
    edits.receiver.always = 500
    advance(edits.sim, 60)
    assert len(edits.arrived()) == 6
    assert edits.sim.rows("WebhookEventErrorLogs") == []
    assert edits.sim.get("TicketWebhooks/1").json["item"]["isActive"] is True


def test_a_control_goes_before_a_storm(edits: Edits) -> None:
    storm(edits.sim, copies=2)
    edits.sim.admin("POST", "deliveries/drop", {"count": 1})
    edits.make("a", "b")
    assert edits.arrived() == "bb"


def test_a_storm_and_what_it_holds_survive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    def tenancy() -> AutotaskService:
        plan = TenantPlan(companies=5, tickets=20)
        path = str(tmp_path / "tenant.sqlite")
        return AutotaskService(make_tenancy(Wanted(plan, path=path, frozen_clock=True)))

    def served() -> tuple[ServiceThread, AutotaskSim]:
        thread = ServiceThread(tenancy())
        return thread, AutotaskSim(**thread.ready, stop=thread.stop)

    thread, sim = served()
    register(sim, receiver.url)
    storm(sim, copies=2, reorder=1, late_s=60)
    sim.patch("Tickets", {"id": sim.rows("Tickets")[-1]["id"], "title": "a"})
    settle(sim)
    assert receiver.got == []
    thread.stop()
    thread, sim = served()
    advance(sim, 60)
    assert len(receiver.got) == 2
    assert sim.admin("GET", "deliveries/queue")["storm"]["copies"] == 2
    thread.stop()


def test_in_an_outage_nothing_is_posted_and_nothing_is_lost(edits: Edits) -> None:
    edits.sim.admin("POST", "faults", {"kind": "outage", "seconds": 600})
    edits.sim.admin("PATCH", f"state/Tickets/{edits.ticket}", {"title": "a"})
    assert edits.sim.admin("POST", "settle") == {"settled": True}
    assert edits.receiver.got == []
    edits.sim.admin("POST", "clock", {"advance_s": 600})
    assert edits.arrived() == "a"
    edits.sim.admin("POST", "faults", {"kind": "outage", "seconds": 600})
    edits.sim.admin("PATCH", f"state/Tickets/{edits.ticket}", {"title": "b"})
    edits.sim.admin("DELETE", "faults")
    assert edits.arrived() == "ab"


def test_an_outage_of_some_calls_holds_nothing_back(edits: Edits) -> None:
    fault = {"kind": "outage", "seconds": 600, "entity": "Companies"}
    edits.sim.admin("POST", "faults", fault)
    edits.make("a")
    assert edits.arrived() == "a"
