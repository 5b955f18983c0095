"""Filters over hand-made rows, so that each expectation can be read off the page."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from isthmus_sim.autotask.base.errors import VendorError
from isthmus_sim.autotask.reading import filters
from isthmus_sim.autotask.reading.query import parse_query
from isthmus_sim.autotask.store.state import State
from isthmus_sim.autotask.tenant.shapes import UdfDefinition

Find = Callable[..., list[int]]
TICKETS = (
    {"id": 1, "title": "Printer on fire", "companyID": 0, "priority": 1, "estimatedHours": 15000},
    {
        "id": 2,
        "title": "printer jam 100%",
        "companyID": 7,
        "priority": 2,
        "estimatedHours": "1.50005",
    },
    {"id": 3, "title": "Größe ÄNDERN", "companyID": 7, "priority": 2},
    {"id": 4, "title": "nul \x00 inside", "companyID": 8, "isVisibleToComanaged": 1},
    {"id": 5, "title": None, "companyID": 9, "isVisibleToComanaged": 0, "contractServiceID": 44},
)
TIMES = {
    1: "2026-03-01T10:00:00.000Z",
    2: "2026-03-01T10:00:00.5Z",
    3: "2026-03-01T10:00:00Z",
    4: "2026-03-01T10:00:01.123",
}


@pytest.fixture
def state() -> State:
    state = State()
    filters.add_functions(state.db)
    for name, kind in (
        ("Site Code", "String"),
        ("Size", "Decimal"),
        ("Tags", "MultiSelect"),
        ("Due", "Date"),
    ):
        state.add_udf("Tickets", UdfDefinition(name, name, kind))
    for row in TICKETS:
        state.insert("Tickets", {**row, "lastActivityDate": TIMES.get(int(str(row["id"])))})
    state.update("Tickets", 1, {"udf:Site Code": "A1", "udf:Size": "7", "udf:Due": "2026-03-01"})
    state.update("Tickets", 2, {"udf:Site Code": "a1", "udf:Size": "10.5", "udf:Tags": "1,2"})
    return state


@pytest.fixture
def find(state: State) -> Find:
    def run(*nodes: Any, lenient: bool = False, collection: str = "Tickets") -> list[int]:
        raw = json.dumps({"filter": list(nodes)})
        entity = state.catalog[collection]
        query = parse_query(state, entity, raw, lenient=lenient, empty="accept")
        return state.ids(collection, query.where, query.params)

    return run


def where(field: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"op": op, "field": field, "value": value, **more}


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("eq", 7, [2, 3]),
        ("noteq", 7, [1, 4, 5]),
        ("gt", 7, [4, 5]),
        ("gte", 7, [2, 3, 4, 5]),
        ("lt", 7, [1]),
        ("lte", 0, [1]),
        ("in", [0, 9], [1, 5]),
        ("notIn", [0, 9], [2, 3, 4]),
        ("eq", 7.0, [2, 3]),
        ("eq", 7.5, []),
        ("eq", 10**30, []),
    ],
)
def test_numbers_compare(find: Find, op: str, value: Any, found: list[int]) -> None:
    assert find(where("companyID", op, value)) == found


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("eq", "PRINTER ON FIRE", [1]),
        ("beginsWith", "printer", [1, 2]),
        ("endsWith", "FIRE", [1]),
        ("contains", "0%", [2]),
        ("contains", "%", [2]),
        ("contains", "_", []),
        ("eq", "gRÖSSE ändern", [3]),
        ("contains", "ändern", [3]),
        ("contains", "inside", [4]),
        ("in", ["größe ändern", "x"], [3]),
        ("gt", "p", [1, 2]),
    ],
)
def test_text_compares_in_any_case_and_literally(
    find: Find, op: str, value: Any, found: list[int]
) -> None:
    assert find(where("title", op, value)) == found


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("eq", "2026-03-01T10:00:00Z", [1, 3]),
        ("gt", "2026-03-01T10:00:00Z", [2, 4]),
        ("gte", "2026-03-01T10:00:00.500", [2, 4]),
        ("gt", "2026-03-01T10:00:00.4999999Z", [2, 4]),
        ("lt", "2026-03-01T10:00:00.5000000Z", [1, 3]),
        ("lte", "2026-03-01T12:00:01.123+02:00", [1, 2, 3, 4]),
        ("noteq", "2026-03-01T10:00:00.5Z", [1, 3, 4]),
        ("lt", "2026-03-02", [1, 2, 3, 4]),
        ("in", ["2026-03-01T10:00:00.5Z"], [2]),
    ],
)
def test_times_compare_exactly_in_every_documented_shape(
    find: Find, op: str, value: Any, found: list[int]
) -> None:
    assert find(where("lastActivityDate", op, value)) == found


def test_decimals_compare_exactly(find: Find) -> None:
    assert find(where("estimatedHours", "eq", 1.5)) == [1]
    assert find(where("estimatedHours", "gt", 1.5)) == [2]
    assert find(where("estimatedHours", "in", [1.5, 2])) == [1]


def test_a_null_matches_no_comparison(find: Find) -> None:
    assert find(where("priority", "noteq", 1)) == [2, 3]
    assert find(where("priority", "eq", None)) == []
    assert find({"op": "eq", "field": "priority"}) == []
    assert find(where("priority", "notExist")) == [4, 5]
    assert find(where("priority", "EXIST", True)) == [1, 2, 3]


def test_booleans_are_true_and_false_only(find: Find) -> None:
    assert find(where("isVisibleToComanaged", "eq", True)) == [4]
    assert find(where("isVisibleToComanaged", "noteq", True)) == [5]
    for value in ("true", 1, None):
        with pytest.raises(VendorError, match="true or false"):
            find(where("isVisibleToComanaged", "eq", value))


def test_a_number_in_quotes_matches_a_code_but_never_an_id(find: Find) -> None:
    assert find(where("priority", "eq", "2")) == [2, 3]
    assert find(where("priority", "in", ["1", "2"])) == [1, 2, 3]
    assert find(where("id", "eq", "1")) == []
    assert find(where("id", "gte", "0")) == []
    assert find(where("contractServiceID", "in", ["44", 44])) == [5]
    with pytest.raises(VendorError, match="not a number"):
        find(where("priority", "eq", "high"))


def test_a_list_of_conditions_is_and(find: Find) -> None:
    assert find(where("companyID", "eq", 7), where("title", "contains", "jam")) == [2]


def test_groups_nest_and_ops_match_in_any_case(find: Find) -> None:
    jam = where("TITLE", "Contains", "jam")
    ours = {"OP": "AND", "Items": [where("CompanyId", "EQ", 0), where("priority", "eq", 1)]}
    assert find({"op": "OR", "items": [jam, ours]}) == [1, 2]


def test_nothing_asked_is_everything(find: Find) -> None:
    assert find() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (where("nosuch", "eq", 1), "Unable to find nosuch in the Ticket Entity."),
        (where("creatorType", "eq", 1), "not queryable"),
        (where("id", "ne", 1), "'ne' is not a supported operator"),
        (where("id", "between", [1, 2]), "not a supported operator"),
        ({"field": "id", "value": 1}, "not a supported operator"),
        ({"op": "and", "items": []}, "no items"),
        ({"op": "eq", "value": 1}, "needs a field"),
        (where("companyID", "in", 3), "needs a list"),
        (where("companyID", "contains", "3"), "needs a text field"),
        (where("companyID", "eq", True), "not a number"),
        (where("createDate", "gt", "yesterday"), "not recognized as a valid DateTime"),
        (where("createDate", "gt", 5), "A date was expected"),
        ("id", "is an object"),
        (where("nosuch", "eq", 1, udf=True), "Unable to find nosuch"),
        (where("Tags", "contains", "1", udf=True), "not queryable"),
    ],
)
def test_what_the_vendor_refuses(find: Find, node: Any, text: str) -> None:
    with pytest.raises(VendorError, match=text):
        find(node)


def test_a_misspelt_op_matches_all_only_when_told_to(find: Find) -> None:
    nodes = (where("companyID", "eq", 7), where("id", "noteExist"))
    assert find(*nodes, lenient=True) == [2, 3]
    with pytest.raises(VendorError):
        find(*nodes)


def test_user_defined_fields_are_filtered_by_flag_one_a_query(find: Find) -> None:
    site = where("site code", "eq", "A1", udf=True)
    assert find(site) == [1, 2]
    assert find(where("Size", "gt", 9, udf=True)) == [2]
    assert find(where("Due", "lt", "2026-04-01", udf=True)) == [1]
    with pytest.raises(VendorError, match="one condition"):
        find(site, where("Size", "gt", 9, udf=True))
    with pytest.raises(VendorError, match="Unable to find Site Code"):
        find(where("Site Code", "eq", "A1"))


def test_five_hundred_alternatives_and_no_more(find: Find) -> None:
    ors = [where("id", "eq", number) for number in range(500)]
    assert find({"op": "or", "items": ors}) == [1, 2, 3, 4, 5]
    assert find(where("id", "in", list(range(500)))) == [1, 2, 3, 4, 5]
    text = "Queries are limited to 500 or fewer 'OR' conditions."
    with pytest.raises(VendorError, match=text):
        find({"op": "or", "items": [*ors, where("id", "eq", 1)]})
    with pytest.raises(VendorError, match=text):
        find(where("id", "in", list(range(501))))


def test_ticket_history_takes_one_condition(find: Find, state: State) -> None:
    state.insert("TicketHistory", {"ticketID": 1, "action": "x"})
    assert find(where("TicketID", "EQ", 1), collection="TicketHistory") == [1]
    for nodes in (
        [],
        [where("ticketID", "gte", 1)],
        [where("id", "eq", 1)],
        [where("ticketID", "eq", 1), where("ticketID", "eq", 1)],
    ):
        with pytest.raises(VendorError, match="exactly one condition"):
            find(*nodes, collection="TicketHistory")


def test_groups_too_deep_are_refused_not_a_crash(find: Find) -> None:
    node = where("id", "eq", 1)
    for _ in range(80):
        node = {"op": "and", "items": [node]}
    with pytest.raises(VendorError, match="nested"):
        find(node)
