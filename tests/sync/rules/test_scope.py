"""What is kept of a dataset: noted, compared, asked for."""

from datetime import date

import pytest

from isthmus.autotask import query as q
from isthmus.sync.catalog import Dataset, dataset_named
from isthmus.sync.rules.scope import (
    ALL,
    FilterWrong,
    Scope,
    needs_full,
    plan_scope,
    read_condition,
    read_text,
    scope_of,
    taken_back,
    why_full,
    write_condition,
    written_only,
)

DAY = date(2026, 1, 31)
WHERE = q.and_(q.eq("status", 5), q.in_("queueID", [1, 2]), q.eq("Site", "North", udf=True))


def named(name: str) -> Dataset:
    found = dataset_named(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "scope", [ALL, Scope(DAY), Scope(None, WHERE), Scope(DAY, WHERE, frozenset({"title"}))]
)
def test_a_scope_comes_back_from_its_text(scope: Scope) -> None:
    assert read_text(scope.text) == scope
    assert (scope.text == "") == (scope.mark == "") == (scope == ALL)
    assert len(scope.mark) <= 64


def test_what_a_person_wrote_changes_nothing_about_what_is_kept() -> None:
    written = write_condition(DAY, WHERE, "status eq Complete")
    assert read_condition(written) == (DAY, WHERE)
    assert written_only(written) == "status eq Complete"
    assert scope_of(written, []).mark == scope_of(write_condition(DAY, WHERE), []).mark


def test_the_vendors_own_json_is_a_filter_too() -> None:
    condition = '{"op":"eq","field":"status","value":5}'
    assert read_condition(condition) == (None, q.eq("status", 5))
    assert written_only(condition) is None
    with pytest.raises(FilterWrong):
        read_condition('{"since": "soon"}')


def test_all_is_read_again_for_other_records_and_for_columns_taken_back() -> None:
    some = Scope(DAY, None, frozenset({"title"}))
    assert needs_full(None, ALL)
    assert needs_full(ALL, Scope(DAY))
    assert needs_full(Scope(DAY), ALL)
    assert needs_full(some, Scope(DAY))
    assert not needs_full(Scope(DAY), some)
    assert not needs_full(some, some)


def test_a_mark_tells_people_why_all_is_read_again() -> None:
    assert why_full("", ALL) == ""
    assert why_full("", Scope(left_out=frozenset({"title"}))) == ""
    assert "records" in why_full("", Scope(DAY))
    assert "Columns" in why_full(taken_back(""), ALL)
    assert "Columns" in why_full(taken_back(Scope(DAY).mark), Scope(DAY))


def test_since_asks_for_each_date_the_tenant_has() -> None:
    asked = plan_scope(named("Tickets"), Scope(DAY), ["createdate", "lastActivityDate"])
    stamp = "2026-01-31T00:00:00.000Z"
    assert asked == q.and_(q.or_(q.gte("lastActivityDate", stamp), q.gte("createdate", stamp)))
    with pytest.raises(FilterWrong):
        plan_scope(named("ContractRates"), Scope(DAY), ["id"])


def test_the_own_company_meets_every_filter() -> None:
    asked = plan_scope(named("Companies"), Scope(None, q.eq("isActive", value=True)), ["isActive"])
    assert asked == q.or_(q.and_(q.eq("isActive", value=True)), q.eq("id", 0))
    assert plan_scope(named("Companies"), ALL, []) is None
