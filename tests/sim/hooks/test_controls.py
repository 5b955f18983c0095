import pytest

from isthmus_sim.in_thread import AutotaskSim
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
