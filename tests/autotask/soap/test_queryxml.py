"""Filters as QueryXML, and what the other side makes of them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from isthmus.autotask import QueryRefused, RestRecords, UnknownField, ValidationFailed, q
from isthmus.autotask.soap import SoapRecords
from isthmus.autotask.soap.names import Spelling, Spelt
from isthmus.autotask.soap.queryxml import query_xml
from isthmus.autotask.soap.times import Times

SPELLING = Spelling(
    "Ticket",
    {
        "id": Spelt("id", "long", False, True),
        "companyid": Spelt("AccountID", "integer", False, False),
        "status": Spelt("Status", "integer", False, False),
        "title": Spelt("Title", "string", False, False),
        "createdate": Spelt("CreateDate", "datetime", False, True),
        "startdate": Spelt("StartDate", "datetime", True, False),
        "iscomplete": Spelt("Complete", "integer", False, False),
        "hours": Spelt("Hours", "double", False, False),
    },
    {},
)


def inner(where: q.Node | None, above: int | None = None) -> str:
    text = query_xml(SPELLING, where, Times("eastern"), above=above)
    head, tail = "<queryxml><entity>Ticket</entity><query>", "</query></queryxml>"
    assert text.startswith(head)
    assert text.endswith(tail)
    return text[len(head) : -len(tail)]


def test_a_condition_is_a_field_by_its_soap_name() -> None:
    expected = '<field>AccountID<expression op="equals">7</expression></field>'

    assert inner(q.eq("companyID", 7)) == expected


def test_several_conditions_stand_beside_each_other() -> None:
    assert inner(q.and_(q.eq("companyID", 7), q.noteq("status", 5))) == (
        '<field>AccountID<expression op="equals">7</expression></field>'
        '<field>Status<expression op="notequal">5</expression></field>'
    )


def test_alternatives_are_siblings_in_a_condition_of_their_own() -> None:
    assert inner(q.or_(q.eq("companyID", 7), q.eq("status", 5)), above=9) == (
        '<field>id<expression op="greaterthan">9</expression></field>'
        "<condition>"
        '<condition><field>AccountID<expression op="equals">7</expression></field></condition>'
        '<condition operator="OR"><field>Status<expression op="equals">5</expression></field>'
        "</condition>"
        "</condition>"
    )


def test_members_are_expressions_of_one_field() -> None:
    assert inner(q.in_("status", [1, 5])) == (
        '<field>Status<expression op="equals">1</expression>'
        '<expression op="equals">5</expression></field>'
    )


def test_none_of_several_are_fields_of_their_own() -> None:
    assert inner(q.not_in("status", [1, 5])) == (
        '<field>Status<expression op="notequal">1</expression></field>'
        '<field>Status<expression op="notequal">5</expression></field>'
    )


def test_values_are_spelt_as_the_service_takes_them() -> None:
    night = datetime(2026, 7, 15, 2, 30, tzinfo=UTC)

    assert ">2026-07-14T22:30:00.000<" in inner(q.gte("createDate", night))
    assert ">2026-07-15T02:30:00.000<" in inner(q.gte("startDate", night))
    assert ">1<" in inner(q.eq("isComplete", True))
    assert ">0.10<" in inner(q.eq("hours", Decimal("0.10")))
    assert ">a &lt; b &amp; c<" in inner(q.eq("title", "a < b & c"))
    assert '<field udf="true">Zugang &amp; Schlüssel<' in inner(
        q.eq("Zugang & Schlüssel", "x", udf=True)
    )
    assert '<expression op="isnull"' in inner(q.not_exists("title"))


def test_a_query_without_a_filter_asks_for_all() -> None:
    assert inner(None) == '<field>id<expression op="greaterthanorequals">0</expression></field>'
    assert inner(None, above=5) == '<field>id<expression op="greaterthan">5</expression></field>'


def test_what_cannot_be_asked_is_refused_before_sending() -> None:
    with pytest.raises(UnknownField):
        inner(q.eq("isAssignedToComanaged", True))
    with pytest.raises(ValidationFailed, match=r"U\+0000"):
        inner(q.eq("title", "a\x00b"))
    with pytest.raises(QueryRefused, match="500"):
        inner(q.or_(*(q.eq("status", n) for n in range(501))))


FILTERS: dict[str, q.Node] = {
    "one": q.eq("status", 8),
    "lone or": q.or_(q.eq("status", 8)),
    "or": q.or_(q.eq("status", 8), q.eq("priority", 1)),
    "and in or": q.or_(
        q.and_(q.eq("status", 5), q.eq("priority", 2)),
        q.and_(q.eq("status", 8), q.noteq("priority", 2)),
    ),
    "or in and": q.and_(
        q.gte("id", 7610),
        q.or_(q.eq("status", 8), q.eq("priority", 1)),
        q.or_(q.eq("priority", 1), q.eq("companyID", 0)),
        q.lt("id", 7700),
    ),
    "or in or": q.or_(q.or_(q.eq("status", 8), q.eq("status", 24)), q.eq("priority", 4)),
    "or after and in or": q.or_(
        q.and_(q.eq("status", 5), q.or_(q.eq("priority", 1), q.eq("priority", 4))),
        q.eq("status", 8),
    ),
    "in": q.in_("status", [8, 77, 24]),
    "in beside in": q.and_(q.in_("queueID", [8, 5]), q.in_("priority", [1, 2])),
    "not in": q.not_in("status", [5, 8]),
    "not in, in or": q.or_(q.not_in("status", [5, 8]), q.eq("priority", 1)),
    "text": q.contains("title", "print"),
    "begins": q.begins_with("title", "P"),
    "none": q.not_exists("completedDate"),
    "some": q.exists("completedDate"),
    "time": q.gte("createDate", datetime(2026, 5, 1, 3, 59, 30, tzinfo=UTC)),
    "udf": q.eq("Site Access Code", "4711", udf=True),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_finds_the_same_over_both_wires(
    soap: SoapRecords, rest: RestRecords, name: str
) -> None:
    where = FILTERS[name]
    if name == "udf":
        known = await rest.user_defined_fields("Tickets")
        some = [one async for one in rest.read("Tickets")]
        udf, text = next(
            (udf.name, one.udfs[udf.name])
            for udf in known
            if udf.data_type == "string"
            for one in some
            if one.udfs[udf.name]
        )
        where = q.eq(udf, text or "", udf=True)

    over_soap = [one.id async for one in soap.read("Tickets", where)]
    over_rest = [one.id async for one in rest.read("Tickets", where)]

    assert over_soap == over_rest
    assert 0 < len(over_soap) < 150
