"""Filters as people write them, and as the vendor takes them."""

import pytest

from isthmus.autotask import query as q
from isthmus.autotask.models import FieldInfo, PicklistValue, UdfInfo
from isthmus.sync.rules.only import Only, Term, only_of, parse_only, resolve_only, write_only
from isthmus.sync.rules.scope import FilterWrong

STATUS = tuple(
    PicklistValue(code, label, True, True, 1, None)
    for code, label in (("5", "Complete"), ("7", "Waiting and Customer"))
)


def field(name: str, kind: str, picklist: tuple[PicklistValue, ...] | None = None) -> FieldInfo:
    can_be_asked = name != "secret"
    return FieldInfo(name, kind, 0, False, False, can_be_asked, None, picklist, None)


FIELDS = (
    field("id", "long"),
    field("status", "integer", STATUS),
    field("title", "string"),
    field("isActive", "boolean"),
    field("hours", "decimal"),
    field("createDate", "datetime"),
    field("secret", "string"),
)
UDFS = (UdfInfo("Site Code", "Site", "string", None), UdfInfo("Site code", "Site", "string", None))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("STATUS = complete", q.eq("status", 5)),
        ("status in Complete, 7", q.in_("status", [5, 7])),
        ('status eq "Waiting and Customer"', q.eq("status", 7)),
        ("isactive noteq yes", q.noteq("isActive", value=True)),
        ("hours >= 1.5", q.gte("hours", 1.5)),
        ("createDate lt 2026-01-31", q.lt("createDate", "2026-01-31T00:00:00.000Z")),
        ("createDate lt 2026-01-31T12:00+02:00", q.lt("createDate", "2026-01-31T10:00:00.000Z")),
        ("title exist", q.exists("title")),
        ('"Site code" eq North', q.eq("Site code", "North", udf=True)),
        ('"site CODE" eq North', q.eq("Site Code", "North", udf=True)),
        ("title eq say, what", q.eq("title", "say, what")),
        (
            'title contains server room and id gt 5 and title beginsWith "a ""b"""',
            q.and_(
                q.contains("title", "server room"), q.gt("id", 5), q.begins_with("title", 'a "b"')
            ),
        ),
        ("id lt 3 or id gt 5", q.or_(q.lt("id", 3), q.gt("id", 5))),
    ],
)
def test_a_filter_becomes_the_vendors_own(text: str, node: q.Node) -> None:
    assert resolve_only(parse_only(text), FIELDS, UDFS) == node


@pytest.mark.parametrize("text", ["secret eq x", "id eq x", "status eq Open", "nothing eq 1", ""])
def test_what_cannot_be_asked_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(FilterWrong) as refused:
        resolve_only(parse_only(text), FIELDS, UDFS)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "only",
    [
        Only((Term("title", "eq", ("this or that",)), Term("id", "exist"))),
        Only((Term("Site Code", "in", ("a, b", "c", "")),)),
        Only((Term("title", "contains", ('a "quoted" word',)), Term("id", "gt", ("5",))), True),
    ],
)
def test_what_is_written_is_read_back_the_same(only: Only) -> None:
    assert parse_only(write_only(only)) == only


def test_a_stored_filter_is_told_in_parts_unless_it_is_nested() -> None:
    flat = q.or_(q.in_("status", [5, 7]), q.exists("title"))
    assert only_of(flat) == Only((Term("status", "in", ("5", "7")), Term("title", "exist")), True)
    assert only_of(q.and_(flat, q.gt("id", 5))) is None


def test_alternatives_beyond_what_a_run_can_ask_are_refused() -> None:
    only = Only(tuple(Term("id", "eq", (str(number),)) for number in range(490)), is_any=True)
    with pytest.raises(FilterWrong):
        resolve_only(only, FIELDS, UDFS)
