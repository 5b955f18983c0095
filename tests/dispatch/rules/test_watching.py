"""What a home wants to be told of follows from its enabled rules and their mappings."""

from dataclasses import replace
from typing import Any

from isthmus.autotask.models import FieldInfo
from isthmus.dispatch.mappings import NAMES, shipped, shipped_rule
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import INBOUND, OUTBOUND, Mapping, Row
from isthmus.dispatch.rules.watching import Watch, plan_watch
from isthmus.fieldnation.vocabulary import EVENTS

MAPPINGS = {name: shipped(name) for name in NAMES}


def field(name: str, reference: str | None = None) -> FieldInfo:
    return FieldInfo(name, "integer", 0, False, False, True, reference, None, None)


FIELDS = (field("companyID", "Companies"), field("assignedResourceID", "Resources"))


def rule(when: Any, **values: Any) -> Rule:
    return Rule("mine", "ticket", parse_condition(when), is_enabled=True, **values)


def watch(one: Rule, *rows: Row, direction: str = INBOUND) -> Watch:
    mapping = Mapping("m", direction, one.root, rows)
    named: dict[str, Any] = {direction: "m"}
    chosen = replace(one, **named)
    return plan_watch([chosen], {"m": mapping}, FIELDS)


def test_conditions_and_sources_are_watched_by_the_tickets_own_fields() -> None:
    mine = rule(
        {"all": [
            {"field": "ticket.queueID.label", "is": "Field"},
            {"field": "ticket.labels.priority", "is": "High"},
            {"field": 'ticket.udf["Send to FN"]', "is": "Yes"},
            {"field": "ticket.company.companyName", "is": "Acme"},
        ]},
        cancel_when=parse_condition({"field": "ticket.number", "is": "T1"}),
    )  # fmt: skip
    rows = (
        Row("title", "sync", "ticket.assignedResource.email"),
        Row("id", "template", params={"template": 'a {{ticket.title}} {{ticket.udf["Colour"]}}'}),
    )

    found = watch(mine, *rows)

    assert found.fields == (
        "assignedResourceID", "companyID", "priority", "queueID", "status", "ticketNumber", "title",
    )  # fmt: skip
    assert found.udfs == ("Colour", "Send to FN")


def test_what_scripts_need_is_watched_too() -> None:
    mapping = Mapping("m", INBOUND, "ticket", (), needs=("company",))
    mine = rule({"field": "ticket.id", "above": 1}, inbound="m")

    assert "companyID" in plan_watch([mine], {"m": mapping}, FIELDS).fields


def test_every_change_of_status_is_wanted_and_what_rows_are_about() -> None:
    row = Row("ticket.title", "static", params={"value": "x"}, events=("workorder.tag_added",))

    found = watch(rule({"field": "ticket.id", "above": 1}), row, direction=OUTBOUND).events

    assert {name for name in EVENTS if name.startswith("workorder.status.")} <= set(found)
    assert "workorder.tag_added" in found
    assert "workorder.created" not in found
    assert list(found) == [name for name in EVENTS if name in found]


def test_events_of_ours_are_not_asked_of_the_vendor() -> None:
    row = Row("timeEntry.hoursWorked", "static", params={"value": 1}, events=("timelog.saved",))

    assert (
        "timelog.saved"
        not in watch(rule({"field": "ticket.id", "above": 1}), row, direction=OUTBOUND).events
    )


def test_an_order_born_at_field_nation_is_heard_of_where_a_rule_makes_tickets_of_them() -> None:
    mine = rule({"field": "ticket.id", "above": 1}, creates_tickets=True)

    assert "workorder.created" in plan_watch([mine], {}, FIELDS).events


def test_notes_are_watched_where_they_go_out() -> None:
    ways = {
        way: plan_watch([rule({"field": "ticket.id", "above": 1}, notes=way)], {}, FIELDS).notes
        for way in ("none", "in", "out", "both")
    }

    assert ways == {"none": False, "in": False, "out": True, "both": True}


def test_tasks_have_no_webhooks_at_autotask() -> None:
    found = plan_watch([shipped_rule("task_dispatch")], MAPPINGS, FIELDS)

    assert (found.tickets, found.notes, found.fields, found.udfs) == (False, False, (), ())
    assert found.events


def test_without_rules_nothing_is_watched() -> None:
    assert plan_watch([], MAPPINGS, FIELDS) == Watch()
