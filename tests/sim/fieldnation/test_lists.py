"""Lists of work orders: which rows, which columns, what sticks; lookups by page."""

from collections.abc import Callable
from typing import Any

import pytest

from isthmus_sim.fieldnation.orders import moves
from isthmus_sim.in_thread import FieldNationSim

Listed = Callable[..., list[int]]


@pytest.fixture
def sim(fieldnation_sim_factory: Callable[..., FieldNationSim]) -> FieldNationSim:
    """Five orders: 0 draft, 1 published in Reno, 2 routed, 3 assigned, 4 work done."""
    made = fieldnation_sim_factory(frozen_clock=True)
    world = made.service.world.ground
    world.switches.change({"rate_limit_per_minute": 0})
    for number in range(5):
        given: dict[str, Any] = {"title": f"Visit {number}", "client": {"id": 905 + number % 2}}
        if number == 1:
            place = {"mode": "custom", "city": "Reno", "state": "NV", "zip": "89501"}
            given |= {"location": {**place, "country": "US"}, "description": "Find the needle"}
        moves.create(world, made.user_id, given)
        world.clock.advance(86_400)
    first = ids(made, "list=workorders_all&sticky=false")[0]
    moves.publish(world, first + 1, made.user_id)
    moves.route(world, first + 2, made.user_id, 62000)
    for order in (first + 3, first + 4):
        moves.assign(world, order, made.user_id, 62000)
    moves.work_done(world, first + 4, 62000)
    return made


def ids(sim: FieldNationSim, query: str) -> list[int]:
    answer = sim.get(f"workorders?{query}")
    assert answer.status == 200, answer.body
    return [row["id"] for row in answer.json["results"]]


def numbers(sim: FieldNationSim, query: str) -> list[int]:
    first = ids(sim, "list=workorders_all&sticky=false&columns=id")[0]
    return [number - first for number in ids(sim, f"sticky=false&{query}")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all", [0, 1, 2, 3, 4]),
        ("draft", [0]),
        ("published_routed", [1, 2]),
        ("assigned", [3]),
        ("in_flight", [1, 2, 3, 4]),
        ("work_done", [4]),
        ("approved", []),
        ("problem", []),
    ],
)
def test_each_list_holds_its_statuses(sim: FieldNationSim, name: str, expected: list[int]) -> None:
    assert numbers(sim, f"list=workorders_{name}") == expected
    counts = {row["id"]: row["count"] for row in sim.get("workorders/lists").json}
    assert counts[f"workorders_{name}"] == len(expected)


def test_without_a_list_it_is_the_assigned_ones(sim: FieldNationSim) -> None:
    assert numbers(sim, "") == [3]
    assert numbers(sim, "list=nonsense") == [3]
    sim.service.world.ground.switches.change({"list_default": "workorders_all"})
    assert len(numbers(sim, "")) == 5


def test_without_columns_rows_are_stubs_unless_switched(sim: FieldNationSim) -> None:
    path = "workorders?list=workorders_draft&sticky=false"
    (stub,) = sim.get(path).json["results"]
    assert stub.keys() == {"id", "schedule"}
    assert stub["schedule"] == {"status_id": 1}
    (some,) = sim.get(path + "&columns=title,status").json["results"]
    assert some.keys() == {"id", "title", "status"}
    sim.service.world.ground.switches.change({"list_rows": "whole"})
    assert "pay" in sim.get(path).json["results"][0]


def test_filters_stick_to_the_user_unless_told_not_to(sim: FieldNationSim) -> None:
    assert len(ids(sim, "list=workorders_all&f_search=visit 1".replace(" ", "%20"))) == 1
    kept = sim.get("workorders").json
    assert (len(kept["results"]), kept["f_search"], kept["fs_search"]) == (1, "visit 1", True)
    assert len(ids(sim, "list=workorders_all&sticky=false")) == 5
    assert len(ids(sim, "")) == 1
    assert len(ids(sim, "stickyName=other&list=workorders_all")) == 5
    assert len(ids(sim, "f_=")) == 5


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("f_state=NV", [1]),
        ("f_city=reno", [1]),
        ("f_zip=89501", [1]),
        ("f_postal_code=10001", []),
        ("f_client=906", [1, 3]),
        ("f_client=905,906", [0, 1, 2, 3, 4]),
        ("f_search=needle", [1]),
        ("f_created=2026-06-16", [1]),
        ("f_created_date=2026-06-16,2026-06-17", [1, 2]),
        ("f_published=2026-06-20", [1]),
        ("f_nonsense=1", [0, 1, 2, 3, 4]),
        ("f_remote_work=true", []),
        ("f_state=NV&f_client=905", []),
        ("f_time_zone=-7", [1]),
        ("f_time_zone=-8,-6", [1]),
        ("f_time_zone=america/los_angeles", [1]),
        ("f_assignment=any", [3, 4]),
        ("f_assignment=62000", [3, 4]),
        ("f_assignment=62001,vendor", []),
        ("f_company=NORTHGATE", [0, 1, 2, 3, 4]),
        ("f_company=4121", []),
        ("f_manager=api%20integration", [0, 1, 2, 3, 4]),
        ("f_manager=nobody@example.com", []),
        ("f_search=jonas%20reyes", [3, 4]),
    ],
)
def test_filters_select_and_combine(sim: FieldNationSim, query: str, expected: list[int]) -> None:
    assert numbers(sim, f"list=workorders_all&{query}") == expected


def test_filters_take_numbers_and_names_in_any_case(sim: FieldNationSim) -> None:
    made = {
        "project": {"id": 310},
        "template": {"id": 2201},
        "types_of_work": [{"id": 41, "isPrimary": True}],
        "location": {"mode": "location", "saved_location": {"id": 15001}},
    }
    number = sim.post("workorders", {"title": "Named", **made}).json["id"]
    sim.post(f"workorders/{number}/tags", {"id": 121})
    for query in (
        "f_project=310",
        "f_project=store%20refresh",
        "f_templates=STANDARD%20DISPATCH,9",
        "f_template=2201",
        "f_type_of_work=general%20networking",
        "f_saved_location=Store%20101",
        "f_saved_location_group=stores",
        "f_flags=urgent",
        "f_search=general%20networking",
    ):
        assert ids(sim, f"list=workorders_all&sticky=false&{query}") == [number], query


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("f_fixed=100", ["fixed", "blended"]),
        ("f_fixed=101,150", ["fixed"]),
        ("f_fixed=151", []),
        ("f_hourly=40", ["hourly", "blended"]),
        ("f_hourly=45,60", ["hourly"]),
        ("f_device=20", ["device"]),
        ("f_device=21", []),
        ("f_pay=150,160", ["fixed"]),
    ],
)
def test_filters_of_pay_ask_for_the_least_rate_or_a_range(
    fieldnation_sim: FieldNationSim, query: str, expected: list[str]
) -> None:
    for kind, units, amount in (("fixed", 1, 150), ("hourly", 3, 55), ("device", 5, 20)):
        pay: dict[str, Any] = {"type": kind, "base": {"units": units, "amount": amount}}
        fieldnation_sim.post("workorders", {"title": kind, "pay": pay})
    more = {"units": 2, "amount": 40}
    blended = {"type": "blended", "base": {"units": 2, "amount": 100}, "additional": more}
    fieldnation_sim.post("workorders", {"title": "blended", "pay": blended})
    path = f"workorders?list=workorders_all&sticky=false&columns=id,title&{query}"
    assert [row["title"] for row in fieldnation_sim.get(path).json["results"]] == expected


def test_several_confirmations_may_be_asked_for(sim: FieldNationSim) -> None:
    assert numbers(sim, "list=workorders_all&f_confirmation=unconfirmed,onmyway") == [3]
    first = ids(sim, "list=workorders_all&sticky=false&columns=id")[0]
    moves.confirm(sim.service.world.ground, first + 3, 62000)
    assert numbers(sim, "list=workorders_all&f_confirmation=unconfirmed,onmyway") == []
    assert numbers(sim, "list=workorders_all&f_confirmation=onmyway,readytogo") == [3]


def test_known_filters_are_echoed_and_unknown_ones_are_not(sim: FieldNationSim) -> None:
    path = "workorders?list=workorders_all&sticky=false&f_state=NV&f_nonsense=1"
    answer = sim.get(path).json
    assert (answer["f_state"], answer["fs_state"]) == ("NV", True)
    assert "f_nonsense" not in answer


def test_pages_count_from_one_and_are_cut_at_a_hundred(sim: FieldNationSim) -> None:
    path = "list=workorders_all&sticky=false&per_page=2"
    assert [len(ids(sim, f"{path}&page={page}")) for page in (1, 2, 3, 4)] == [2, 2, 1, 0]
    meta = sim.get(f"workorders?{path}&page=2").json["metadata"]
    assert (meta["total"], meta["page"], meta["pages"], meta["per_page"]) == (5, 2, 3, 2)
    wide = sim.get("workorders?list=workorders_all&sticky=false&per_page=1000").json["metadata"]
    assert wide["per_page"] == 100
    for page in ("0", "-1", "x", "9" * 30):
        assert sim.get(f"workorders?page={page}").status == 400


def test_order_turns_the_rows_round(sim: FieldNationSim) -> None:
    query = "list=workorders_all&sort=title"
    assert numbers(sim, f"{query}&order=desc") == [4, 3, 2, 1, 0]
    assert sim.get("workorders?order=up").status == 400


def test_an_open_problem_puts_an_order_in_its_list(sim: FieldNationSim) -> None:
    order = ids(sim, "list=workorders_draft&sticky=false")[0]
    sim.post(f"workorders/{order}/problems", {"type": {"id": 3}})
    assert ids(sim, "list=workorders_problem&sticky=false") == [order]


def test_lookups_page_like_lists(sim: FieldNationSim) -> None:
    page = sim.get("templates?per_page=2&page=2").json
    assert len(page["results"]) == 1
    assert page["metadata"]["total"] == 3
    fields = sim.get("custom-fields").json["results"]
    ticket = next(row for row in fields if row["name"] == "Autotask Ticket ID")
    assert (ticket["unique"], ticket["internal"]) == (1, 1)
    assert sim.get("company/1/networks").status == 404
    assert sim.get(f"company/{sim.company_id}/site-revisit-reasons").status == 400


def test_talent_pools_page_by_cursor(sim: FieldNationSim) -> None:
    for name in ("A", "B", "C"):
        sim.post("talent-pool-groups", {"name": name, "project_id": 310})
    first = sim.get("talent-pool-groups?limit=2").json
    assert first["pagination"]["has_next_page"] is True
    cursor = first["pagination"]["next_cursor"]
    rest = sim.get(f"talent-pool-groups?limit=2&after={cursor}").json
    assert rest["pagination"]["has_next_page"] is False
    names = [row["name"] for row in first["data"] + rest["data"]]
    assert sorted(names) == ["A", "B", "C"]


def test_a_search_sees_what_was_changed_since_the_last_one(sim: FieldNationSim) -> None:
    assert numbers(sim, "list=workorders_all&f_search=haystack") == []
    first = ids(sim, "list=workorders_all&sticky=false")[0]
    sim.put(f"workorders/{first}", {"title": "In the Haystack"})
    assert numbers(sim, "list=workorders_all&f_search=haystack") == [0]
    sim.admin("PATCH", "state/user/62000", {"first_name": "Haystacker"})
    assert numbers(sim, "list=workorders_all&f_search=haystacker") == [3, 4]
    sim.delete(f"workorders/{first}?cancel_reason=x")
    assert numbers(sim, "list=workorders_all&f_search=in%20the%20haystack") == []


def test_what_is_equal_is_listed_by_id_in_the_order_asked_for(sim: FieldNationSim) -> None:
    first = ids(sim, "list=workorders_all&sticky=false")[0]
    for number in range(5):
        sim.put(f"workorders/{first + number}", {"title": "b" if number % 2 else "a"})
    for order, expected in (("asc", [0, 2, 4, 1, 3]), ("desc", [3, 1, 4, 2, 0])):
        found = ids(sim, f"list=workorders_all&sticky=false&sort=title&order={order}")
        assert [number - first for number in found] == expected
