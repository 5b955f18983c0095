from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from isthmus.autotask import AutotaskClient, Condition, Group, QueryRefused, UnknownField, q
from tests.autotask.fake_vendor import FakeVendor, page

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))


def test_every_operator_is_written_as_the_vendor_spells_it() -> None:
    built = [
        q.eq("a", 1),
        q.noteq("a", 1),
        q.gt("a", 1),
        q.gte("a", 1),
        q.lt("a", 1),
        q.lte("a", 1),
        q.begins_with("a", "x"),
        q.ends_with("a", "x"),
        q.contains("a", "x"),
        q.exists("a"),
        q.not_exists("a"),
        q.in_("a", [1, 2]),
        q.not_in("a", [1]),
    ]
    spelt = "eq noteq gt gte lt lte beginsWith endsWith contains exist notExist in notIn"
    assert [q.to_json(node)["op"] for node in built] == spelt.split()
    assert {node.op for node in built} == q.OPERATORS


def test_groups_nest() -> None:
    node = q.and_(q.or_(q.eq("a", 0), q.eq("b", False)), q.eq("c", "x", udf=True))
    assert q.to_json(node) == {
        "op": "and",
        "items": [
            {
                "op": "or",
                "items": [
                    {"op": "eq", "field": "a", "value": 0},
                    {"op": "eq", "field": "b", "value": False},
                ],
            },
            {"op": "eq", "field": "c", "value": "x", "udf": True},
        ],
    }


@pytest.mark.parametrize("op", ["noteExist", "ne", "between", "isNull", "EQ", ""])
def test_an_operator_the_vendor_does_not_have_cannot_be_written(op: str) -> None:
    with pytest.raises(QueryRefused):
        Condition(op, "id", 1)


@pytest.mark.parametrize(
    "build",
    [
        lambda: q.eq("a", None),  # type: ignore[arg-type]
        lambda: q.eq("a", (1, 2)),  # type: ignore[arg-type]
        lambda: q.eq("a", datetime(2026, 1, 1)),  # noqa: DTZ001
        lambda: q.eq("a", object()),  # type: ignore[arg-type]
        lambda: q.contains("a", 1),  # type: ignore[arg-type]
        lambda: q.in_("a", []),
        lambda: q.in_("a", range(501)),
        lambda: q.in_("a", [None]),  # type: ignore[list-item]
        lambda: Condition("exist", "a", True),
        lambda: Condition("eq", " ", 1),
        q.and_,
        lambda: Group("xor", (q.eq("a", 1),)),  # type: ignore[arg-type]
    ],
)
def test_values_an_operator_cannot_take_are_refused(build: Any) -> None:
    with pytest.raises(QueryRefused):
        build()


def test_five_hundred_members_are_taken() -> None:
    assert len(q.to_json(q.in_("a", range(500)))["value"]) == 500  # type: ignore[arg-type]


def test_two_conditions_on_user_defined_fields_are_refused() -> None:
    q.check_shape(q.eq("a", "x", udf=True))
    with pytest.raises(QueryRefused, match="user-defined"):
        q.check_shape(q.and_(q.eq("a", "x", udf=True), q.or_(q.eq("b", "y", udf=True))))


def test_more_than_five_hundred_alternatives_are_refused() -> None:
    q.check_shape(q.or_(*(q.eq("id", number) for number in range(500))))
    with pytest.raises(QueryRefused, match="alternatives"):
        q.check_shape(q.and_(q.or_(*(q.eq("id", number) for number in range(501)))))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2026-03-01T10:00:00.000Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 5000, UTC), "2026-01-01T00:00:00.005Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 5, UTC), "2026-01-01T00:00:00.000005Z"),
    ],
)
def test_times_are_written_in_utc_and_exact(moment: datetime, text: str) -> None:
    assert q.to_json(q.gte("a", moment))["value"] == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_written_time_reads_back_as_the_same(moment: datetime) -> None:
    assert datetime.fromisoformat(q.format_time(moment)) == moment


FIELDS = [
    {"name": "id", "dataType": "long", "isQueryable": True},
    {"name": "title", "dataType": "string"},
    {"name": "status", "dataType": "integer", "isPickList": True, "picklistValues": None},
    {"name": "companyID", "dataType": "integer"},
    {"name": "estimatedHours", "dataType": "decimal"},
    {"name": "isVisible", "dataType": "boolean"},
    {"name": "createDate", "dataType": "datetime"},
    {"name": "creatorType", "dataType": "integer", "isQueryable": False},
]


@pytest.fixture
async def informed(vendor: FakeVendor, client: AutotaskClient) -> AutotaskClient:
    vendor.then(
        web.json_response({"fields": FIELDS}),
        web.json_response({"fields": [{"name": "Site Code", "type": "string"}]}),
        page([1]),
    )
    await client.fields("Tickets")
    await client.user_defined_fields("Tickets")
    vendor.bodies.clear()
    return client


@pytest.mark.parametrize(
    "where",
    [
        q.eq("STATUS", "1"),
        q.eq("status", 1),
        q.eq("estimatedHours", Decimal("1.5")),
        q.gt("estimatedHours", 2),
        q.eq("isVisible", True),
        q.gte("createDate", NOON),
        q.gte("createDate", "2026-01-01"),
        q.in_("companyID", [0, 1]),
        q.contains("title", "x"),
        q.eq("site code", "x", udf=True),
        q.exists("companyID"),
    ],
)
async def test_values_of_the_fields_type_are_sent(
    where: Condition, vendor: FakeVendor, informed: AutotaskClient
) -> None:
    await informed.query_page("tickets", where)
    assert len(vendor.bodies) == 1


@pytest.mark.parametrize(
    "where",
    [
        q.eq("id", "7"),
        q.eq("id", True),
        q.eq("companyID", "7"),
        q.in_("companyID", [1, "2"]),
        q.eq("status", "New"),
        q.eq("isVisible", 1),
        q.eq("isVisible", "true"),
        q.eq("title", 5),
        q.eq("createDate", 20260101),
        q.eq("createDate", "yesterday"),
        q.eq("estimatedHours", "1"),
        q.eq("creatorType", 1),
    ],
)
async def test_values_of_another_type_are_refused_before_sending(
    where: Condition, vendor: FakeVendor, informed: AutotaskClient
) -> None:
    with pytest.raises(QueryRefused):
        await informed.query_page("Tickets", q.or_(q.exists("title"), where))
    assert vendor.bodies == []


async def test_an_unknown_field_is_refused_with_the_names_that_come_closest(
    vendor: FakeVendor, informed: AutotaskClient
) -> None:
    with pytest.raises(UnknownField, match="Did you mean companyID") as caught:
        await informed.count("Tickets", q.eq("compnyId", 1))
    assert caught.value.near[0] == "companyID"
    with pytest.raises(UnknownField) as caught:
        await informed.count("Tickets", q.eq("sitecode", "x", udf=True))
    assert caught.value.near == ("Site Code",)
    with pytest.raises(UnknownField):
        await informed.query_page("Tickets", include=["titel"])
    assert vendor.bodies == []


async def test_a_text_given_for_an_id_is_refused_even_without_metadata(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    with pytest.raises(QueryRefused):
        await client.query_page("Anything", q.eq("Id", "7"))
    assert vendor.bodies == []
