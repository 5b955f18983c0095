"""Mappings, values and conditions against what both sides have: each seeded fault is found."""

from dataclasses import replace
from typing import Any

import pytest

from isthmus.dispatch.rules.check import check_condition, check_mapping, check_result
from isthmus.dispatch.rules.conditions import parse_condition
from isthmus.dispatch.rules.mapping import apply
from isthmus.dispatch.rules.shapes import Mapping, Row
from tests.dispatch.rules.small_world import GOOD_OUT, KNOWN, inbound, outbound, static, sync

PLACE = static("location.city", "Boston")
WINDOW = "schedule.service_window"
FAULTS: dict[str, tuple[Mapping, str, str]] = {
    # name: (mapping, part of the message, part of the remedy)
    "unknown source field": (inbound(sync("ticket.titel")), "no field 'titel'", "title"),
    "unknown source record": (inbound(sync("tickets.title")), "no record 'tickets'", "ticket"),
    "unknown relation": (inbound(sync("ticket.compny.name")), "no record 'compny'", "company"),
    "unknown related field": (
        inbound(sync("ticket.company.companyNam")),
        "no field",
        "companyName",
    ),
    "unknown grand-parent's field": (
        inbound(sync("ticket.company.parentCompany.nam")),
        "no field 'nam'",
        "",
    ),
    "deleted udf": (inbound(sync('ticket.udf["Sent to FN"]')), "deleted", "Send to FN"),
    "udf without a name": (inbound(sync("ticket.udf")), "udf", ""),
    "label of a plain field": (inbound(sync("ticket.title.label")), "no labels", ".label"),
    "a record as a value": (inbound(sync("ticket")), "whole record", ""),
    "unknown label in a table": (
        inbound(
            Row(
                "custom_fields.Priority",
                "array_map",
                "ticket.status.label",
                {"mappings": [{"cmp": "Closed", "val": "High"}]},
            )
        ),
        "never is 'Closed'",
        "",
    ),
    "concat of an unknown field": (
        inbound(
            Row(
                "incident_id", "concat", params={"parts": [{"type": "field", "value": "ticket.nr"}]}
            )
        ),
        "'nr'",
        "",
    ),
    "template with an unknown field": (
        inbound(Row("incident_id", "template", params={"template": "{{ticket.nr}}"})),
        "'nr'",
        "",
    ),
    "template with a broken path": (
        inbound(Row("incident_id", "template", params={"template": "{{ticket..a}}"})),
        "no path",
        "",
    ),
    "script that reads an unknown field": (
        inbound(Row("incident_id", "custom", params={"script": "$.input.ticket.nr"})),
        "'nr'",
        "",
    ),
    "unknown target": (inbound(static("titel", "x")), "no titel", "title"),
    "unknown deep target": (inbound(static("pay.bas.amount", 1)), "no pay.bas", "pay.base.amount"),
    "broken target": (inbound(static("pay..base", 1)), "no path", ""),
    "unknown custom field": (inbound(static("custom_fields.Prio", "High")), "'Prio'", "Priority"),
    "unknown option": (inbound(static("custom_fields.Priority", "high")), "no option", "High"),
    "custom field no number": (inbound(static("custom_fields.Devices", "many")), "no number", ""),
    "custom field no date": (
        inbound(static('custom_fields["Bill By"]', "soon")),
        "no ISO date",
        "",
    ),
    "unknown project": (
        inbound(static("project.name", "Store Refrsh")),
        "there is no",
        "Store Refresh",
    ),
    "id as text": (inbound(static("project.id", "first")), "no number", ""),
    "mode that does not exist": (
        inbound(PLACE, static("location.mode", "onsite")),
        "cannot be 'onsite'",
        "custom",
    ),
    "location without mode": (inbound(PLACE), "needs location.mode", "drops"),
    "schedule without mode": (
        inbound(static(f"{WINDOW}.start.utc", "2026-07-01 12:00:00")),
        "window.mode",
        "",
    ),
    "schedule without start": (inbound(static(f"{WINDOW}.mode", "exact")), "start.utc", ""),
    "pay without amount": (inbound(static("pay.type", "fixed")), "needs pay.base.amount", ""),
    "pay of no number": (
        inbound(static("pay.type", "fixed"), static("pay.base.amount", "a lot")),
        "no number",
        "",
    ),
    "time of a wrong form": (
        inbound(
            static(f"{WINDOW}.mode", "exact"), static(f"{WINDOW}.start.utc", "2026-07-01T12:00:00Z")
        ),
        "takes a time as",
        "date",
    ),
    "long country": (
        inbound(static("location.mode", "custom"), static("location.country", "USA")),
        "2 letters",
        "",
    ),
    "flag as text": (inbound(static("require_gps", "yes")), "true or false", ""),
    "text as a list": (
        inbound(static("incident_id", ["a", {"b": 1}])),
        "no incident_id[0]",
        "incident_id",
    ),
    "missing title": (Mapping("m", "inbound", "ticket", ()), "needs a title", ""),
    "unknown type": (inbound(sync("ticket.title", type="varchar")), "no type 'varchar'", "text"),
    "unknown zone": (
        inbound(Row("incident_id", "date_convert", "ticket.dueDateTime", {"timezone_in": "EST5"})),
        "no time zone",
        "America/New_York",
    ),
    "unreadable format": (
        inbound(Row("incident_id", "date_convert", "ticket.dueDateTime", {"input_format": "w"})),
        "cannot be read",
        "",
    ),
    "table without values": (
        inbound(Row("incident_id", "array_map", "ticket.title", {"mappings": [{"cmp": 1}]})),
        "no value",
        "",
    ),
    "bands out of order": (
        inbound(
            Row(
                "incident_id",
                "range_map",
                "ticket.title",
                {"ranges": [{"cmp": 2, "val": "a"}, {"cmp": 1, "val": "b"}]},
            )
        ),
        "reached",
        "order",
    ),
    "band of no number": (
        inbound(
            Row("incident_id", "range_map", "ticket.title", {"ranges": [{"cmp": "x", "val": "a"}]})
        ),
        "no number",
        "",
    ),
    "default that does not fit": (
        inbound(
            replace(sync("ticket.title", "location.state"), default="Texas"),
            static("location.mode", "custom"),
        ),
        "2 letters",
        "",
    ),
    "out: unknown source": (outbound(sync("statsu.name", "ticket.title")), "'statsu'", "status"),
    "out: unknown field": (outbound(static("ticket.titel", "x")), "'titel'", "title"),
    "out: unknown record": (outbound(static("incident.title", "x")), "'incident'", ""),
    "out: another record": (outbound(static("task.title", "x")), "no task", ""),
    "out: read-only field": (
        outbound(static("ticket.lastActivityDate", "x")),
        "cannot be written",
        "",
    ),
    "out: unknown label": (
        outbound(static("ticket.status.label", "Complet")),
        "no value",
        "Complete",
    ),
    "out: inactive label": (
        outbound(static("ticket.status.label", "Retired")),
        "inactive",
        "active",
    ),
    "out: inactive code": (outbound(static("ticket.status", 99)), "inactive", "active"),
    "out: unknown code": (outbound(static("ticket.status", 7)), "code '7'", "label"),
    "out: too long": (outbound(static("ticket.title", "x" * 21)), "takes 20", "Shorten"),
    "out: no number": (outbound(static("ticket.estimatedHours", "two")), "no number", ""),
    "out: no whole number": (outbound(static("ticket.companyID", 1.5)), "no whole number", ""),
    "out: too large": (outbound(static("ticket.companyID", 2**40)), "cannot hold", ""),
    "out: no date": (
        outbound(static("ticket.dueDateTime", "soon")),
        "takes a date",
        "date conversion",
    ),
    "out: no boolean": (outbound(static("ticket.isVisible", "maybe")), "neither yes nor no", ""),
    "out: deleted udf": (outbound(static("ticket.udf.Sites", "x")), "deleted", "Site"),
    "out: udf too long": (outbound(static("ticket.udf.Site", "x" * 6)), "takes 5", ""),
    "out: udf unknown label": (
        outbound(static('ticket.udf["Send to FN"].label', "Maybe")),
        "no value 'Maybe'",
        "Yes",
    ),
    "out: udf inactive label": (
        outbound(static('ticket.udf["Send to FN"].label', "Retired")),
        "inactive",
        "",
    ),
    "out: udf no number": (outbound(static("ticket.udf.Count", "x")), "no number", ""),
    "out: udf no date": (outbound(static("ticket.udf.On", "x")), "no ISO date", ""),
    "out: note without its type": (
        outbound(static("note.description", "x")),
        "needs noteType",
        "row",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_found_before_anything_is_sent(name: str) -> None:
    mapping, what, remedy = FAULTS[name]
    problems = check_mapping(mapping, KNOWN)
    told = [one for one in problems if what in one.what and remedy in one.remedy]
    assert told, problems
    assert all(one.is_fatal and one.remedy for one in told)


def test_there_are_at_least_forty_seeded_faults() -> None:
    assert len(FAULTS) >= 40


GOOD_IN = inbound(
    sync("ticket.company.parentCompany.name"),
    sync('ticket.udf["Send to FN"].label', "custom_fields.Priority"),
    static("project.name", "Store Refresh"),
    static("types_of_work[0].name", "General Networking"),
    static("pay.type", "hourly"),
    static("pay.base.amount", "45.50"),
    Row("contacts.results[0]", "custom", params={"script": "{}"}),
    Row("location", "custom", params={"script": "{}"}),
    Row("schedule", "custom", params={"script": "{}"}),
)


@pytest.mark.parametrize("mapping", [GOOD_IN, GOOD_OUT])
def test_a_sound_mapping_has_no_problems(mapping: Mapping) -> None:
    assert check_mapping(mapping, KNOWN) == ()


def test_a_target_written_twice_is_told_and_not_fatal() -> None:
    problems = check_mapping(replace(GOOD_IN, rows=(*GOOD_IN.rows, GOOD_IN.rows[0])), KNOWN)
    assert [(one.row, one.is_fatal) for one in problems] == [(11, False)]


def test_a_mapping_that_tells_a_technician_nothing_is_warned_of_unless_a_template_does() -> None:
    [bare] = check_mapping(inbound(), KNOWN)
    assert not bare.is_fatal
    for part in ("location", "schedule", "pay", "types_of_work"):
        assert f"({part})" in bare.what
    assert check_mapping(inbound(static("template.id", 4)), KNOWN) == ()


def test_a_mapping_that_is_to_make_tickets_needs_what_autotask_requires() -> None:
    told = {one.field for one in check_mapping(GOOD_OUT, KNOWN, creates=True)}
    assert told == {"ticket.title", "ticket.companyID"}


def test_a_records_own_values_are_checked_before_they_are_sent() -> None:
    mapping = outbound(sync("title", "ticket.title"), sync("status.name", "ticket.status.label"))
    result = apply(mapping, {"title": "x" * 21, "status": {"name": "Retired"}})
    told = [(one.row, one.what) for one in check_result(mapping, result, KNOWN)]
    assert [row for row, _ in told] == [1, 2]
    assert "takes 20" in told[0][1]
    assert "inactive" in told[1][1]
    assert check_result(mapping, apply(mapping, {"title": "y"}), KNOWN) == ()


def test_an_order_whose_title_came_out_empty_is_not_fit() -> None:
    mapping = Mapping("m", "inbound", "ticket", (sync("ticket.title", "title"),))
    problems = check_result(mapping, apply(mapping, {"ticket": {}}), KNOWN)
    assert [one.field for one in problems] == ["title"]


@pytest.mark.parametrize(
    ("told", "what", "fatal"),
    [
        ({"field": "ticket.statu", "is": 1}, "no field 'statu'", True),
        ({"field": 'ticket.udf["Gone"]', "is": "x"}, "deleted", True),
        ({"field": "task.status", "is": 1}, "no record 'task'", True),
        ({"field": "ticket.status.label", "is": "Complet"}, "never is 'Complet'", True),
        ({"field": "ticket.status.label", "in": ["New", "Retired"]}, "inactive", False),
        ('value("ticket.company.nope") == 1', "no field 'nope'", True),
    ],
)
def test_a_condition_is_held_against_metadata(told: Any, what: str, fatal: bool) -> None:
    (problem,) = check_condition(parse_condition(told), "ticket", KNOWN)
    assert what in problem.what
    assert (problem.is_fatal, problem.row) == (fatal, None)


def test_a_sound_condition_has_no_problems() -> None:
    told = {"all": [{"field": "ticket.status.label", "is": "New"},
                    {"field": 'ticket.udf["Send to FN"].label', "is": "Yes"},
                    "value('ticket.company.name') != 'x'"]}  # fmt: skip
    assert check_condition(parse_condition(told), "ticket", KNOWN) == ()
