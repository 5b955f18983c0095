"""The rights that the enabled rules need, and no others."""

from typing import Any

from isthmus.autotask.models import FieldInfo
from isthmus.dispatch.mappings import NAMES, shipped, shipped_rule
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.known import EntityShape, Known
from isthmus.dispatch.rules.rights import CREATE, QUERY, UPDATE, plan_rights
from isthmus.dispatch.rules.rule import Rule

MAPPINGS = {name: shipped(name) for name in NAMES}
BARE = {"cross_link": "udf", "id_udf": "", "link_udf": "", "notes": "none"}


def field(name: str, reference: str) -> FieldInfo:
    return FieldInfo(name, "integer", 0, False, False, True, reference, None, None)


KNOWN = Known(
    {
        "Tickets": EntityShape(
            (field("companyLocationID", "CompanyLocations"), field("contactID", "Contacts"))
        ),
        "CompanyLocations": EntityShape((field("countryID", "Countries"),)),
    }
)


def rights(*rules: Rule) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for right in plan_rights(rules, MAPPINGS, KNOWN):
        found.setdefault(right.entity, set()).add(right.verb)
    return found


def rule(root: str = "ticket", **values: Any) -> Rule:
    when = parse_condition({"field": f"{root}.id", "above": 1})
    return Rule("mine", root, when, is_enabled=True, **{**BARE, **values})


def test_the_shipped_rule_needs_what_its_mappings_touch() -> None:
    assert rights(shipped_rule("ticket_dispatch")) == {
        "Tickets": {QUERY, UPDATE},
        "CompanyLocations": {QUERY},
        "Countries": {QUERY},
        "Contacts": {QUERY},
        "TicketNotes": {QUERY, CREATE},
        "TicketAttachments": {QUERY, CREATE},
        "TicketCharges": {QUERY, CREATE, UPDATE},
    }


def test_a_rule_that_only_dispatches_needs_to_read_alone() -> None:
    assert rights(rule()) == {"Tickets": {QUERY}}


def test_hours_and_money_need_rights_of_their_own() -> None:
    found = rights(rule(times=True, time_resource_id=1, time_role_id=1, costs="charge"))

    assert found["TimeEntries"] == found["TicketCharges"] == {QUERY, CREATE, UPDATE}


def test_charges_are_for_tickets_and_files_for_what_has_them() -> None:
    assert rights(rule("task", costs="charge", files="both")) == {
        "Tasks": {QUERY},
        "TaskAttachments": {QUERY, CREATE},
    }
    assert rights(rule("serviceCall", files="both")) == {
        "ServiceCalls": {QUERY},
        "ServiceCallTickets": {QUERY},
        "TicketNotes": {QUERY, CREATE},
        "ServiceCallTasks": {QUERY},
        "TaskNotes": {QUERY, CREATE},
    }


def test_notes_that_go_out_are_read_and_those_that_come_in_are_made() -> None:
    assert rights(rule(notes="out"))["TicketNotes"] == {QUERY}
    assert rights(rule("task", notes="in"))["TaskNotes"] == {QUERY, CREATE}


def test_an_order_that_makes_a_ticket_needs_the_right_to_add_one() -> None:
    assert rights(rule(creates_tickets=True)) == {"Tickets": {QUERY, CREATE}}


def test_each_right_is_named_once() -> None:
    found = plan_rights([shipped_rule("ticket_dispatch"), rule()], MAPPINGS, KNOWN)

    assert len(found) == len({(one.entity, one.verb) for one in found})
